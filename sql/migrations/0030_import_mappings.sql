-- What the sender of a file said of its columns: an import that broke off goes on with the same meaning.

alter table daybatch.imports add column mapping jsonb;

comment on column daybatch.imports.mapping is 'What columns of the file become, as the sender said: {"E-Mail": "email"}; null: as their names say.';
