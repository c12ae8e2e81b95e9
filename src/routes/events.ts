import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ProblemError } from '../errors.ts'
import type { EventFeed } from '../events/feed.ts'
import { type EventPlace, parsePlace } from '../events/position.ts'
import { describe, EVENTS } from './describe.ts'
import type { ApiParts } from './index.ts'
import { IdParams } from './page.ts'

const StreamQuery = Type.Object({
  /** For clients that cannot send the header `Last-Event-ID`, which comes first; 0: from the beginning. */
  last_event_id: Type.Optional(Type.String({ maxLength: 8192 })),
})

/**
 * What happens, as server-sent events, live: every line of the history, and while a batch is sent at most once a second
 * `progress` with its counts, which is not kept.
 *
 *     id: 1042
 *     event: batch_opened
 *     data: {"event_id": 1042, "campaign_id": "...", "event": "batch_opened", "happened_at": "...", "detail": {...}, "done_by": "..."}
 *
 * The `id` is where to resume from; it is opaque: beside the event's id it may name lower ones that are not committed yet.
 * A client that sends it back as `Last-Event-ID` gets every line after it once. A comment comes every 15 seconds; who does
 * not keep up is disconnected, and resumes.
 */
export const eventRoutes: FastifyPluginAsyncTypebox<ApiParts & { feed: EventFeed }> = async (
  app,
  { db, feed },
) => {
  // a HEAD would open a stream
  app.get(
    '/events',
    {
      exposeHeadRoute: false,
      schema: { ...describe('Stream what happens', { 200: EVENTS }), querystring: StreamQuery },
    },
    async (request, reply) => answer(reply, await feed.open({ from: readPlace(request) })),
  )

  app.get(
    '/campaigns/:id/events',
    {
      exposeHeadRoute: false,
      schema: {
        ...describe('Stream what happens to one campaign', { 200: EVENTS }),
        params: IdParams,
        querystring: StreamQuery,
      },
    },
    async (request, reply) => {
      const campaignId = request.params.id.toLowerCase()
      await db.getCampaign({ campaignId })
      return answer(reply, await feed.open({ campaignId, from: readPlace(request) }))
    },
  )

  // before the server waits for its connections to end
  app.addHook('preClose', async () => feed.close())
}

function readPlace({
  headers,
  query,
}: FastifyRequest<{ Querystring: { last_event_id?: string } }>): EventPlace | undefined {
  const given = headers['last-event-id'] ?? query.last_event_id
  if (given === undefined || given === '') return undefined
  const place = parsePlace(String(given))
  if (place) return place
  throw new ProblemError(
    400,
    'invalid-last-event-id',
    'The Last-Event-ID is not one of ours',
    'Send the last id of the stream unchanged, or none to begin now.',
  )
}

function answer(reply: FastifyReply, stream: Awaited<ReturnType<EventFeed['open']>>): FastifyReply {
  return (
    reply
      .type('text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      // nginx would hold it back
      .header('x-accel-buffering', 'no')
      .send(stream)
  )
}
