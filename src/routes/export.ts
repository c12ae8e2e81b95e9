import type { Readable } from 'node:stream'
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { FAILURES, openCsv, writeContacts, writeDeliveries } from '../contacts/export.ts'
import { CSV, describe } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams } from './page.ts'

const STATUSES = ['queued', 'claimed', 'sending', 'sent', 'failed', 'skipped', 'in_doubt', 'deferred']

const DeliveryQuery = Type.Object({ status: Type.Optional(Type.Enum(STATUSES)) })

/** Files of CSV, by stream and in constant memory; no cell of theirs is a formula. */
export const exportRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, { db }) => {
  app.get(
    '/contacts/export',
    { schema: describe('Export all contacts as CSV', { 200: CSV }) },
    async (_request, reply) => sendCsv(reply, 'contacts.csv', await openCsv(writeContacts(db))),
  )

  app.get(
    '/lists/:id/contacts/export',
    { schema: { ...describe('Export the contacts of a list as CSV', { 200: CSV }), params: IdParams } },
    async ({ params }, reply) => sendCsv(reply, 'contacts.csv', await openCsv(writeContacts(db, params.id))),
  )

  app.get(
    '/campaigns/:id/deliveries/export',
    {
      schema: {
        ...describe('Export what became of each contact as CSV', { 200: CSV }),
        params: IdParams,
        querystring: DeliveryQuery,
      },
    },
    async ({ params, query }, reply) => {
      const statuses = query.status === undefined ? undefined : [query.status]
      return sendCsv(reply, 'deliveries.csv', await openCsv(writeDeliveries(db, params.id, statuses)))
    },
  )

  /** Refused, skipped and in doubt. */
  app.get(
    '/campaigns/:id/failures/export',
    {
      schema: {
        ...describe('Export who was refused, skipped or is in doubt as CSV', { 200: CSV }),
        params: IdParams,
      },
    },
    async ({ params }, reply) =>
      sendCsv(reply, 'failures.csv', await openCsv(writeDeliveries(db, params.id, FAILURES))),
  )
}

/** One that breaks off is cut off, so that nobody takes it for the whole. */
export function sendCsv(reply: FastifyReply, name: string, csv: Readable): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(csv)
}
