import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { ContactAnswer, describe, NOTHING, page, said } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPage } from './page.ts'

const name = Type.Optional(Type.Union([Type.String({ maxLength: 500 }), Type.Null()]))

/** Whether the address can be one is for SQL to say. */
export const ContactBody = Type.Object(
  {
    email: Type.String(),
    first_name: name,
    last_name: name,
    attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
)

const ContactChanges = Type.Object(
  {
    email: Type.Optional(Type.String()),
    first_name: name,
    last_name: name,
    attributes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false, minProperties: 1 },
)

/** Contacts, each address once. */
export const contactRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.post(
    '/contacts',
    {
      schema: {
        ...describe('Make a contact, or get the one with that address', { 201: ContactAnswer }),
        body: ContactBody,
      },
    },
    async ({ body }, reply) => {
      const contact = await db.createContact({ contact: body })
      return reply.code(201).header('location', `/api/contacts/${contact.id}`).send(contact)
    },
  )

  app.get(
    '/contacts',
    {
      schema: {
        ...describe('List contacts in the order of their ids', { 200: page(ContactAnswer) }),
        querystring: Type.Object(pageQuery),
      },
    },
    ({ query }) => readPage('contacts', query, ({ afterId, limit }) => db.listContacts({ afterId, limit })),
  )

  app.get(
    '/contacts/:id',
    { schema: { ...describe('Read a contact', { 200: ContactAnswer }), params: IdParams } },
    ({ params }) => db.getContact({ contactId: params.id }),
  )

  /** What is named is changed; attributes are merged, and null takes one away. */
  app.patch(
    '/contacts/:id',
    {
      schema: {
        ...describe('Change a contact; attributes are merged', { 200: ContactAnswer }),
        params: IdParams,
        body: ContactChanges,
      },
    },
    ({ params, body }) => db.updateContact({ contactId: params.id, changes: body }),
  )

  /** From everything, by contact and by address; repeating is harmless. */
  app.post(
    '/contacts/:id/unsubscribe',
    {
      schema: {
        ...describe('Unsubscribe a contact from everything', { 200: said('unsubscribed', 'is_new') }),
        params: IdParams,
      },
    },
    async ({ params }) => ({
      unsubscribed: true,
      is_new: await db.unsubscribeContact({ contactId: params.id, source: 'api' }),
    }),
  )

  /** Erases the person; repeating is harmless, and so is an id that was never there. */
  app.delete(
    '/contacts/:id',
    { schema: { ...describe('Erase a person', { 204: NOTHING }), params: IdParams } },
    async ({ params }, reply) => {
      await db.eraseContact({ contactId: params.id })
      return reply.code(204).send()
    },
  )
}
