import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { ContactBody } from './contacts.ts'
import { AddedAnswer, describe, ListAnswer, page } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams, pageQuery, readPage } from './page.ts'

const NewList = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 500 }) },
  { additionalProperties: false },
)

/** Contacts as objects, or ids of those that are there. */
const ListContacts = Type.Object(
  {
    contacts: Type.Array(Type.Union([ContactBody, Type.String({ format: 'uuid' })]), {
      minItems: 1,
      maxItems: 10_000,
    }),
  },
  { additionalProperties: false },
)

/** Lists of contacts. */
export const listRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.post(
    '/lists',
    { schema: { ...describe('Make a list', { 201: ListAnswer }), body: NewList } },
    async ({ body }, reply) => reply.code(201).send(await db.createContactList({ name: body.name })),
  )

  /** `?counts=false` leaves the sizes out: counting reads all members. */
  app.get(
    '/lists',
    {
      schema: {
        ...describe('List contact lists with their sizes, newest first', { 200: page(ListAnswer) }),
        querystring: Type.Object({
          ...pageQuery,
          counts: Type.Optional(
            Type.Boolean({
              description: 'false: without the sizes of the lists; counting reads all members',
            }),
          ),
        }),
      },
    },
    ({ query }) =>
      readPage('lists', query, start => db.listContactLists({ ...start, withCounts: query.counts })),
  )

  /** Answers `{added, existing, rejected}`: a contact that cannot be added is told with its reason, the others are added. */
  app.post(
    '/lists/:id/contacts',
    {
      schema: {
        ...describe('Put contacts on a list', { 200: AddedAnswer }),
        params: IdParams,
        body: ListContacts,
      },
    },
    ({ params, body }) => db.addListContacts({ listId: params.id, contacts: body.contacts }),
  )
}
