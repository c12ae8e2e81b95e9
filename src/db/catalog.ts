import type pg from 'pg'
import { ROLES } from './contract.ts'

/** The tables in `public` that daybatch makes or extends. */
export const PUBLIC_TABLES = ['campaigns', 'contact_list_members', 'contact_lists', 'contacts']

/**
 * The whole schema as text for people: tables, constraints, indexes, triggers, policies, views, functions, grants
 * and comments, sorted, one fact a line. Equal catalogs give equal text; the owner of the migration is left out.
 */
export async function describeCatalog(client: pg.ClientBase): Promise<string> {
  const sections: string[] = []
  await client.query('begin read only')
  try {
    // with an empty path PostgreSQL qualifies every name that it prints
    await client.query(`set local search_path = ''; set local timezone = 'UTC';
      set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'`)
    for (const { title, query } of SECTIONS) {
      const { rows } = await client.query(query, [PUBLIC_TABLES, ROLES])
      sections.push(`-- ${title}\n\n${rows.map(({ text }) => text).join('\n\n') || '-- none'}`)
    }
  } finally {
    await client.query('rollback')
  }
  return `${sections.join('\n\n\n')}\n`
}

/** $1 our tables in public, $2 our roles. Each query returns one column `text`. */
const SECTIONS: { title: string; query: string }[] = [
  {
    title: 'roles',
    query: `
      select format('create role %I %s;', r.rolname, case when r.rolcanlogin then 'login' else 'nologin' end)
        || coalesce((
          select string_agg(format(E'\\ngrant %I to %I;', r.rolname, m.rolname), '' order by m.rolname)
          from pg_auth_members as a
          join pg_roles as m on m.oid = a.member
          where a.roleid = r.oid and m.rolname = any ($2::text[])), '') as text
      from pg_roles as r
      where r.rolname = any ($2::text[]) and $1::text[] is not null
      order by r.rolname`,
  },
  {
    title: 'schema',
    query: `
      select concat_ws(E'\\n', 'create schema daybatch;', ${ownerLine('schema', `'daybatch'`, 'n.nspowner')},
        ${grantLines(`'schema daybatch'`, 'n.nspacl', 'n.nspowner')},
        ${commentLine(`'schema daybatch'`, `obj_description(n.oid, 'pg_namespace')`)}) as text
      from pg_namespace as n
      where n.nspname = 'daybatch' and $1::text[] is not null and $2::text[] is not null`,
  },
  {
    title: 'tables',
    query: `
      select concat_ws(E'\\n',
        format(E'create table %s (\\n%s\\n)%s;', c.oid::regclass, (
          select string_agg('  ' || l.line, E',\\n' order by l.part, l.place, l.line)
          from (
            select 1 as part, a.attnum as place, ${columnLine()} as line
            from pg_attribute as a
            join pg_type as y on y.oid = a.atttypid
            left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            union all
            select 2, 0, format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
            from pg_constraint as k
            where k.conrelid = c.oid and k.contype in ('c', 'f', 'p', 'u', 'x')) as l
        ), ' with (' || array_to_string(c.reloptions, ', ') || ')'),
        ${ownerLine('table', 'c.oid::regclass', 'c.relowner')},
        (select string_agg(pg_get_indexdef(i.indexrelid) || ';', E'\\n' order by i.indexrelid::regclass::text)
         from pg_index as i
         where i.indrelid = c.oid and not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.conrelid = c.oid)),
        (select string_agg(pg_get_triggerdef(g.oid) || ';' || case when g.tgenabled <> 'O' then ' -- ' || g.tgenabled::text else '' end, E'\\n' order by g.tgname)
         from pg_trigger as g where g.tgrelid = c.oid and not g.tgisinternal),
        case when c.relrowsecurity then format('alter table %s enable row level security;', c.oid::regclass) end,
        case when c.relforcerowsecurity then format('alter table %s force row level security;', c.oid::regclass) end,
        (select string_agg(format('create policy %I on %s as %s for %s to %s using (%s) with check (%s);', p.policyname, c.oid::regclass,
           lower(p.permissive), lower(p.cmd), array_to_string(p.roles, ', '), p.qual, p.with_check), E'\\n' order by p.policyname)
         from pg_policies as p where p.schemaname = n.nspname and p.tablename = c.relname),
        ${grantLines('c.oid::regclass', 'c.relacl', 'c.relowner')},
        ${commentLine(`format('table %s', c.oid::regclass)`, `obj_description(c.oid, 'pg_class')`)},
        ${columnCommentLines()}) as text
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and $2::text[] is not null
        and (n.nspname = 'daybatch' or (n.nspname = 'public' and c.relname = any ($1::text[])))
      order by n.nspname, c.relname`,
  },
  {
    title: 'types',
    query: `
      select concat_ws(E'\\n', format('create type %s (%s);', y.oid::regtype, coalesce(
          (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum as e where e.enumtypid = y.oid),
          (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
           from pg_attribute as a where a.attrelid = y.typrelid and not a.attisdropped),
          format_type(y.typbasetype, y.typtypmod))),
        ${commentLine(`format('type %s', y.oid::regtype)`, `obj_description(y.oid, 'pg_type')`)}) as text
      from pg_type as y
      left join pg_class as c on c.oid = y.typrelid
      where y.typnamespace = 'daybatch'::regnamespace and (y.typtype in ('e', 'd') or c.relkind = 'c')
        and $1::text[] is not null and $2::text[] is not null
      order by y.typname`,
  },
  {
    title: 'views',
    query: `
      select concat_ws(E'\\n',
        format(E'create view %s%s as\\n%s', c.oid::regclass, ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid)),
        ${ownerLine('view', 'c.oid::regclass', 'c.relowner')},
        ${grantLines('c.oid::regclass', 'c.relacl', 'c.relowner')},
        ${commentLine(`format('view %s', c.oid::regclass)`, `obj_description(c.oid, 'pg_class')`)},
        ${columnCommentLines()}) as text
      from pg_class as c
      where c.relnamespace = 'daybatch'::regnamespace and c.relkind in ('v', 'm')
        and $1::text[] is not null and $2::text[] is not null
      order by c.relname`,
  },
  {
    title: 'functions (the bodies are in sql/functions; here their md5)',
    query: `
      select concat_ws(E'\\n',
        format(E'create function %I.%I(%s)\\nreturns %s language %s %s%s%s%s -- body %s', n.nspname, p.proname, pg_get_function_arguments(p.oid),
          coalesce(pg_get_function_result(p.oid), 'nothing'), l.lanname,
          case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
          case when p.proisstrict then ' strict' else '' end,
          case when p.prosecdef then ' security definer' else '' end,
          ' set ' || array_to_string(p.proconfig, ' set '), md5(p.prosrc)),
        ${ownerLine('function', 'p.oid::regprocedure', 'p.proowner')},
        ${grantLines(`format('function %s', p.oid::regprocedure)`, `coalesce(p.proacl, acldefault('f', p.proowner))`, 'p.proowner')},
        ${commentLine(`format('function %s', p.oid::regprocedure)`, `obj_description(p.oid, 'pg_proc')`)}) as text
      from pg_proc as p
      join pg_namespace as n on n.oid = p.pronamespace
      join pg_language as l on l.oid = p.prolang
      where n.nspname = 'daybatch' and $1::text[] is not null and $2::text[] is not null
      order by p.proname, pg_get_function_identity_arguments(p.oid)`,
  },
  {
    title: 'default privileges',
    query: `
      select format('alter default privileges%s grant %s on objects of type %s to %s;', ' in schema ' || n.nspname,
        lower(x.privilege_type), a.defaclobjtype, case x.grantee when 0 then 'public' else x.grantee::regrole::text end) as text
      from pg_default_acl as a
      left join pg_namespace as n on n.oid = a.defaclnamespace
      cross join aclexplode(a.defaclacl) as x
      where x.grantee <> a.defaclrole and $1::text[] is not null and $2::text[] is not null
      order by 1`,
  },
]

function columnLine(): string {
  return `concat_ws(' ', format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)),
    case when a.attnotnull then 'not null' end,
    case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end,
    case when a.attgenerated = 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored' end,
    case when a.attgenerated = '' then 'default ' || pg_get_expr(d.adbin, d.adrelid) end,
    case when a.attstorage <> y.typstorage then
      'storage ' || case a.attstorage when 'e' then 'external' when 'm' then 'main' when 'x' then 'extended' else 'plain' end end)`
}

function ownerLine(kind: string, name: string, owner: string): string {
  return `case when ${owner}::regrole::text = any ($2::text[]) then format('alter ${kind} %s owner to %s;', ${name}, ${owner}::regrole) end`
}

function grantLines(name: string, acl: string, owner: string): string {
  return `(select string_agg(format('grant %s on %s to %s;', g.privileges, ${name}, g.grantee), E'\\n' order by g.grantee)
    from (
      select case x.grantee when 0 then 'public' else x.grantee::regrole::text end as grantee,
        string_agg(lower(x.privilege_type), ', ' order by x.privilege_type) as privileges
      from aclexplode(${acl}) as x
      where x.grantee <> ${owner}
      group by x.grantee) as g)`
}

function commentLine(name: string, comment: string): string {
  return `format('comment on %s is %L;', ${name}, ${comment})`
    .replace(/^/, `case when ${comment} is not null then `)
    .concat(' end')
}

function columnCommentLines(): string {
  return `(select string_agg(format('comment on column %s.%I is %L;', c.oid::regclass, a.attname, col_description(c.oid, a.attnum)), E'\\n' order by a.attnum)
    from pg_attribute as a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is not null)`
}
