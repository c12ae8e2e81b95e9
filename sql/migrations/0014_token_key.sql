-- The first key of the tokens that leave the database (return paths, unsubscribe links). A key is kept as HMAC-SHA256
-- uses it (RFC 2104): 64 octets xor ipad, then the same 64 octets xor opad. The octets are drawn xor ipad, so opad is
-- one xor 0x36 # 0x5c away. rotate_token_key() adds the next ones.

insert into daybatch.secrets (name, value)
select 'token_key_1', k.inner_pad || (
  select string_agg(set_byte('\x00', 0, get_byte(k.inner_pad, i) # 106), '' order by i) from generate_series(0, 63) as i)
from (
  select sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
    || sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')) as inner_pad
) as k;

comment on table daybatch.secrets is 'Keys that never leave the database: of the address hashes, of the message ids, and of the tokens (token_key_1, 2, ...; the last one signs). Only the owner reads them.';
