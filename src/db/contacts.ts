import { ImportStatements } from './imports.ts'
import type { AddedContacts, Contact, ContactList, PageStart } from './rows.ts'

const pageOf = (args: PageStart) => [args.afterCreatedAt ?? null, args.afterId ?? null, args.limit ?? 50]

/** Contacts and their lists. */
export abstract class ContactStatements extends ImportStatements {
  createContactList(args: { name: string }): Promise<ContactList> {
    return this.value(`select daybatch.create_contact_list(p_name => $1::text) as value`, [args.name])
  }

  /** Newest first; counting reads all members. */
  listContactLists(args: PageStart & { withCounts?: boolean | undefined } = {}): Promise<ContactList[]> {
    return this.values(
      `select value from daybatch.list_contact_lists(
         p_after_created_at => $1::timestamptz, p_after_id => $2::uuid, p_limit => $3::integer, p_with_counts => $4::boolean) as value`,
      [...pageOf(args), args.withCounts ?? true],
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

  /** Attributes are merged, null takes one away. MB051: the address is another contact's. */
  updateContact(args: { contactId: string; changes: object }): Promise<Contact> {
    return this.value(
      `select daybatch.update_contact(p_contact_id => $1::uuid, p_changes => $2::jsonb) as value`,
      [args.contactId, JSON.stringify(args.changes)],
    )
  }

  /** From everything, by contact and by address; false when that was so already. */
  unsubscribeContact(args: { contactId: string; source: string }): Promise<boolean> {
    return this.value(
      `select daybatch.unsubscribe_contact(p_contact_id => $1::uuid, p_source => $2::text) as value`,
      [args.contactId, args.source],
    )
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
}
