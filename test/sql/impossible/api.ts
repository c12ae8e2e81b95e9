import { at, type TableCase } from './case.ts'

const sha = (digit: string) => `\\x${digit.repeat(64)}`

const key = { key_id: '0123abcd', name: 'shop', scope: 'read', key_hash: sha('1'), created_at: at(0) }

export const apiKeys: TableCase = {
  rows: [key],
  other: { ...key, key_id: '4567abcd' },
  takes: [{ scope: 'write' }, { scope: 'admin' }, { expires_at: at(1) }, { expires_at: null }],
  refuses: {
    api_keys_pkey: [{ key_id: '0123abcd' }],
    key_id_is_eight_hex_digits: [{ key_id: '' }, { key_id: '0123ABCD' }, { key_id: '0123abcd0' }],
    name_is_one_short_line: [{ name: '' }, { name: 'a\nb' }, { name: 'x'.repeat(101) }],
    scope_is_read_write_or_admin: [{ scope: '' }, { scope: 'ADMIN' }, { scope: 'all' }],
    key_hash_is_a_sha256: [{ key_hash: '\\x' }, { key_hash: `${sha('1')}11` }],
    a_key_expires_after_it_was_made: [{ expires_at: at(0) }, { expires_at: at(-1) }],
  },
}

const request = { request_key: sha('2'), body_hash: sha('3'), started_at: at(0) }
const answer = { answered_at: at(1), status_code: 201, headers: {} }

export const idempotentRequests: TableCase = {
  rows: [request],
  other: { ...request, request_key: sha('4') },
  takes: [answer, { ...answer, body: '{}' }],
  refuses: {
    idempotent_requests_pkey: [{ request_key: sha('2') }],
    an_answer_is_told_whole_or_not_at_all: [{ answered_at: at(1) }, { ...answer, headers: null }],
    hashes_are_sha256: [{ request_key: '\\x22' }, { body_hash: '\\x' }],
  },
}
