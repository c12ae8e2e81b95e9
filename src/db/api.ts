import { EventStatements } from './events.ts'
import type { KeyScope } from './rows.ts'

export interface ApiKeyRow {
  key_id: string
  name: string
  scope: KeyScope
  /** Neither revoked nor expired. */
  is_usable: boolean
  created_at: Date
  created_by: string
  expires_at: Date | null
  revoked_at: Date | null
  /** To the minute. */
  last_used_at: Date | null
}

/** An answer that was given before. */
export interface GivenAnswerRow {
  is_new: boolean
  status_code: number | null
  headers: Record<string, string> | null
  body: string | null
}

/** Who may call the API, and what requests with an Idempotency-Key were answered. */
export abstract class ApiStatements extends EventStatements {
  /** The key is shown this once. MB017: no name, or a time that is past. */
  createApiKey(args: {
    name: string
    scope: KeyScope
    expiresAt?: string | undefined
  }): Promise<{ key_id: string; api_key: string }> {
    return this.row(
      `select * from daybatch.create_api_key(p_name => $1::text, p_scope => $2::text, p_expires_at => $3::timestamptz)`,
      [args.name, args.scope, args.expiresAt ?? null],
    )
  }

  /** False when it was revoked already; MB054 when there is none. */
  revokeApiKey(args: { keyId: string }): Promise<boolean> {
    return this.value(`select daybatch.revoke_api_key(p_key_id => $1::text) as value`, [args.keyId])
  }

  /** The last made first. */
  listApiKeys(): Promise<ApiKeyRow[]> {
    return this.rows(`select * from daybatch.list_api_keys()`)
  }

  /** Undefined: unknown, wrong, expired or revoked. */
  async checkApiKey(args: {
    keyId: string
    keyHash: Buffer
  }): Promise<Pick<ApiKeyRow, 'key_id' | 'name' | 'scope'> | undefined> {
    const rows = await this.rows<Pick<ApiKeyRow, 'key_id' | 'name' | 'scope'>>(
      `select * from daybatch.check_api_key(p_key_id => $1::text, p_key_hash => $2::bytea)`,
      [args.keyId, args.keyHash],
      'check_api_key',
    )
    return rows[0]
  }

  /** Do it when `is_new`, else give the answer again. MB052: another body; MB053: under way. */
  beginRequest(args: { requestKey: Buffer; bodyHash: Buffer }): Promise<GivenAnswerRow> {
    return this.row(
      `select * from daybatch.begin_request(p_request_key => $1::bytea, p_body_hash => $2::bytea)`,
      [args.requestKey, args.bodyHash],
    )
  }

  /** Keeps the answer; without a status the request is forgotten: it was refused. */
  async finishRequest(args: {
    requestKey: Buffer
    statusCode?: number
    headers?: Record<string, string>
    body?: string | undefined
  }): Promise<void> {
    await this.rows(
      `select daybatch.finish_request(p_request_key => $1::bytea, p_status_code => $2::integer,
         p_headers => $3::jsonb, p_body => $4::text)`,
      [args.requestKey, args.statusCode ?? null, JSON.stringify(args.headers ?? {}), args.body ?? null],
    )
  }
}
