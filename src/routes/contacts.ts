import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
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

/** Contacts, each address once. */
export const contactRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.post('/contacts', { schema: { body: ContactBody } }, async ({ body }, reply) => {
    const contact = await db.createContact({ contact: body })
    return reply.code(201).header('location', `/api/contacts/${contact.id}`).send(contact)
  })

  app.get('/contacts', { schema: { querystring: Type.Object(pageQuery) } }, ({ query }) =>
    readPage(query, ({ afterId, limit }) => db.listContacts({ afterId, limit })),
  )

  app.get('/contacts/:id', { schema: { params: IdParams } }, ({ params }) =>
    db.getContact({ contactId: params.id }),
  )

  /** Erases the person; repeating is harmless, and so is an id that was never there. */
  app.delete('/contacts/:id', { schema: { params: IdParams } }, async ({ params }, reply) => {
    await db.eraseContact({ contactId: params.id })
    return reply.code(204).send()
  })
}
