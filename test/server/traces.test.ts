// Traces of a real service at an OTLP receiver on loopback: the spans of a campaign hang together, continue a caller's trace
// and hold no address; a receiver that is away changes nothing.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createTestDatabase } from '../helper/database.ts'
import { makeCampaign, readCampaign } from '../helper/make.ts'
import { startScriptedSmtp } from '../helper/smtp.ts'
import { until } from '../helper/until.ts'
import { ADDRESS, addressOf, makeFolder, startServer } from './service.ts'

t.setTimeout(180_000)

interface SentSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: { key: string; value: Record<string, string | number> }[]
  status: { code: number; message?: string }
}

/** Takes what an OpenTelemetry collector would. */
async function startReceiver(t: Test) {
  const bodies: string[] = []
  const paths = new Set<string>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      paths.add(`${request.method} ${request.url} ${request.headers['content-type']}`)
      bodies.push(Buffer.concat(chunks).toString())
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const parts = () => bodies.flatMap(body => JSON.parse(body).resourceSpans)
  const spans = (): SentSpan[] =>
    parts().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }: { spans: SentSpan[] }) => spans))
  return { url: `http://127.0.0.1:${port}`, bodies, paths, parts, spans }
}

const attribute = (span: SentSpan, key: string) => {
  const value = span.attributes.find(one => one.key === key)?.value
  return value && Object.values(value)[0]
}

async function startTraced(t: Test, endpoint: string) {
  const { pool, serviceUrl } = await createTestDatabase(t)
  const smtp = await startScriptedSmtp({
    script: ({ phase, recipient }) =>
      phase === 'rcpt' && recipient.startsWith('refused')
        ? `550 5.1.1 <${recipient}>: no such user`
        : undefined,
  })
  t.teardown(() => smtp.stop())
  const folder = await makeFolder(t)
  const service = startServer(
    t,
    {
      DATABASE_URL: serviceUrl,
      SMTP_URL: smtp.url,
      MAIL_FROM: 'news@example.com',
      STATE_FOLDER: folder,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_SERVICE_NAME: 'mails',
    },
    folder,
  )
  const address = addressOf(await service.saw(ADDRESS))
  const contacts = ['ada@example.org', 'grace@example.org', 'refused@example.org']
  const { id } = await makeCampaign(pool, { contacts })
  await until(async () => (await readCampaign(pool, id)).status === 'completed')
  return { id, address, service }
}

t.test('the spans of a campaign and of a request', async t => {
  const receiver = await startReceiver(t)
  const { id, address, service } = await startTraced(t, receiver.url)
  const traceId = 'a'.repeat(32)
  const traceparent = `00-${traceId}-${'b'.repeat(16)}-01`
  await fetch(`${address}/api/campaigns/${id}?x=eve@example.org`, { headers: { traceparent } })
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0)

  t.same([...receiver.paths], ['POST /v1/traces application/json'])
  const spans = receiver.spans()
  const named = (name: string) => spans.filter(span => span.name === name)
  const parentOf = ({ traceId, parentSpanId }: SentSpan) =>
    spans.find(span => span.traceId === traceId && span.spanId === parentSpanId)?.name
  t.ok(
    named('open').some(
      span => attribute(span, 'action') === 'opened' && attribute(span, 'campaign_id') === id,
    ) || named('sweep').length > 0,
  )
  const [claim] = named('claim').filter(span => attribute(span, 'mails') === 3)
  t.equal(attribute(claim!, 'campaign_id'), id)
  t.equal(named('mail').length, 3)
  for (const span of named('mail')) {
    t.equal(span.parentSpanId, claim!.spanId)
    t.equal(span.traceId, claim!.traceId)
    t.ok(attribute(span, 'delivery_id'))
  }
  t.same(
    named('smtp')
      .map(span => [attribute(span, 'stage'), attribute(span, 'reply_code')])
      .sort(),
    [
      ['message', 250],
      ['message', 250],
      ['rcpt', 550],
    ],
  )
  t.equal(named('begin').length, 2, 'the refused one did not ask')
  t.same(
    named('report')
      .map(span => attribute(span, 'outcome'))
      .sort(),
    ['failed', 'sent', 'sent'],
  )
  for (const span of [...named('smtp'), ...named('begin'), ...named('report')])
    t.equal(parentOf(span), 'mail')
  t.equal(attribute(named('close')[0]!, 'batch_number'), 1)

  const [request] = named('GET /api/campaigns/:id')
  t.match(request, { traceId, parentSpanId: 'b'.repeat(16) })
  t.equal(attribute(request!, 'http.response.status_code'), 200)
  const resource = receiver.parts()[0].resource.attributes
  t.ok(
    resource.some(
      ({ key, value }: { key: string; value: object }) =>
        key === 'service.name' && JSON.stringify(value).includes('mails'),
    ),
  )
  t.notMatch(receiver.bodies.join(), /@|%40|no such user/, 'no address and no words of a server')
})

t.test('a receiver that is away: mails go out, and the service ends as it should', async t => {
  const { service } = await startTraced(t, 'http://127.0.0.1:1')
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0)
})

t.test('without a receiver, OpenTelemetry is not loaded', async t => {
  const { createTracing } = await import('../../src/traces/tracer.ts')
  t.equal(await createTracing({ tracesUrl: undefined, tracesShare: 1 }), undefined)
})
