import type { Writable } from 'node:stream'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import type {
  AddedContacts,
  Contact,
  ContactList,
  ImportRejectionRow,
  ImportSummary,
  PageStart,
} from './rows.ts'
import { SteeringStatements } from './steering.ts'

/** An import by stream may take its time: pg's limit for one query does not fit it (ms). */
const COPY_TIMEOUT_MS = 60 * 60 * 1000

const pageOf = (args: PageStart) => [args.afterCreatedAt ?? null, args.afterId ?? null, args.limit ?? 50]

/** Contacts, their lists, and imports. */
export abstract class ContactStatements extends SteeringStatements {
  createContactList(args: { name: string }): Promise<ContactList> {
    return this.value(`select daybatch.create_contact_list(p_name => $1::text) as value`, [args.name])
  }

  /** Newest first. */
  listContactLists(args: PageStart = {}): Promise<ContactList[]> {
    return this.values(
      `select value from daybatch.list_contact_lists(
         p_after_created_at => $1::timestamptz, p_after_id => $2::uuid, p_limit => $3::integer) as value`,
      pageOf(args),
    )
  }

  /** Keys: email, first_name, last_name, attributes. MB015 for an address that cannot be one. */
  createContact(args: { contact: object }): Promise<Contact> {
    return this.value(`select daybatch.create_contact(p_contact => $1::jsonb) as value`, [
      JSON.stringify(args.contact),
    ])
  }

  getContact(args: { contactId: string }): Promise<Contact> {
    return this.value(`select daybatch.get_contact(p_contact_id => $1::uuid) as value`, [args.contactId])
  }

  /** In the order of their ids. */
  listContacts(args: { afterId?: string; limit?: number } = {}): Promise<Contact[]> {
    return this.values(
      `select value from daybatch.list_contacts(p_after_id => $1::uuid, p_limit => $2::integer) as value`,
      [args.afterId ?? null, args.limit ?? 50],
    )
  }

  /** `contacts`: objects as for createContact, or ids. Good ones are added, bad ones come back with their position. */
  addListContacts(args: { listId: string; contacts: unknown[] }): Promise<AddedContacts> {
    return this.value(
      `select daybatch.add_list_contacts(p_list_id => $1::uuid, p_contacts => $2::jsonb) as value`,
      [args.listId, JSON.stringify(args.contacts)],
    )
  }

  /** An import is begun, its rows are copied in, and it is finished: in one transaction. */
  beginImport(args: { listId: string; fileName?: string }): Promise<string> {
    return this.value(
      `select daybatch.begin_import(p_list_id => $1::uuid, p_file_name => $2::text) as value`,
      [args.listId, args.fileName ?? null],
    )
  }

  /** Takes lines of COPY's text format with the columns named here. Only in a transaction. */
  copyImportRows(): Writable {
    const copy = from(
      `copy daybatch.import_rows (import_id, line_number, email, first_name, last_name, attributes, rejection) from stdin`,
    )
    if (this.db instanceof pg.Pool) throw new Error('copyImportRows needs the transaction of its import')
    return this.db.query(Object.assign(copy, { query_timeout: COPY_TIMEOUT_MS }))
  }

  finishImport(args: { importId: string }): Promise<ImportSummary> {
    return this.value(`select daybatch.finish_import(p_import_id => $1::uuid) as value`, [args.importId])
  }

  /** In the order of lines. */
  listImportRejections(args: {
    importId: string
    afterLine?: number
    limit?: number
  }): Promise<ImportRejectionRow[]> {
    return this.rows(
      `select * from daybatch.list_import_rejections(
         p_import_id => $1::uuid, p_after_line => $2::integer, p_limit => $3::integer)`,
      [args.importId, args.afterLine ?? 0, args.limit ?? 200],
    )
  }
}
