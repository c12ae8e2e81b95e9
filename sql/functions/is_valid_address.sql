-- Whether one mail can be addressed to this text: one unquoted local part of 1 to 64 octets, a domain of letters,
-- digits and hyphens with at least one dot, 254 octets in all (RFC 5321 4.5.3.1). Quoted local parts are refused:
-- parsers disagree about them. Pure.
create or replace function daybatch.is_valid_address(p_email text)
returns boolean
language sql immutable set search_path = ''
as $$
  select coalesce(
    p_email ~ '^[^[:space:][:cntrl:]<>()\[\],:;\\"@.]+(\.[^[:space:][:cntrl:]<>()\[\],:;\\"@.]+)*@([[:alnum:]]([[:alnum:]-]*[[:alnum:]])?\.)+[[:alnum:]]([[:alnum:]-]*[[:alnum:]])$'
    and p_email !~ U&'[\0080-\009f\200b-\200f\2028-\202e\2060-\2069\feff]'
    and pg_catalog.octet_length(p_email) <= 254
    and pg_catalog.octet_length(pg_catalog.split_part(p_email, '@', 1)) <= 64
    and not exists (
      select from pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.split_part(p_email, '@', 2), '.')) as label (text)
      where pg_catalog.octet_length(label.text) > 63), false)
$$;

comment on function daybatch.is_valid_address(text) is
  'Whether a text is one plain e-mail address that can be mailed. Example: select daybatch.is_valid_address(''ada@example.org'');';
