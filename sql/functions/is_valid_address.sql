-- Whether one mail can be addressed to this text: one unquoted local part of 1 to 64 octets, a domain of letters,
-- digits and hyphens with at least one dot, 254 octets in all (RFC 5321 4.5.3.1). Quoted local parts are refused:
-- parsers disagree about them. Letters beyond ASCII are told by their code points, never by the database's locale,
-- which under C knows none; spaces, dots and fullwidth forms, which IDNA would turn into others, are none. Pure.
create or replace function daybatch.is_valid_address(p_email text)
returns boolean
language sql immutable parallel safe set search_path = ''
as $$
  select coalesce(
    p_email collate "C" ~ '^[^\u0001-\u0020\u007f<>()\[\],:;\\"@.]+(\.[^\u0001-\u0020\u007f<>()\[\],:;\\"@.]+)*@([A-Za-z0-9\u00a1-\U0010ffff]([A-Za-z0-9\u00a1-\U0010ffff-]*[A-Za-z0-9\u00a1-\U0010ffff])?\.)+[A-Za-z0-9\u00a1-\U0010ffff][A-Za-z0-9\u00a1-\U0010ffff-]*[A-Za-z0-9\u00a1-\U0010ffff]$'
    and p_email collate "C" !~ '[\u0080-\u00a0\u00ad\u1680\u2000-\u200f\u2024\u2028-\u202f\u205f-\u206f\u3000\u3002\ufeff\uff00-\uffff]'
    and pg_catalog.octet_length(p_email) <= 254
    and pg_catalog.octet_length(pg_catalog.split_part(p_email, '@', 1)) <= 64
    and not exists (
      select from pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.split_part(p_email, '@', 2), '.')) as label (text)
      where pg_catalog.octet_length(label.text) > 63), false)
$$;

comment on function daybatch.is_valid_address(text) is
  'Whether a text is one plain e-mail address that can be mailed. Example: select daybatch.is_valid_address(''ada@example.org'');';
