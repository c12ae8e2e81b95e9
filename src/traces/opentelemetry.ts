import { readFileSync } from 'node:fs'
import { type Context, ROOT_CONTEXT, type Span as SdkSpan, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { maskAddresses } from '../masking.ts'
import type { Attributes, Span, Tracer } from './tracer.ts'

/**
 * Sends spans by OTLP over HTTP, in the background and in batches; a receiver that is away costs spans, never mails. Where
 * to and how, OpenTelemetry's own variables say (OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, OTEL_SERVICE_NAME, ...).
 * @param share of the traces, 0 to 1; a caller's own decision is kept
 */
export function startTracing(share: number): { tracer: Tracer; stop: () => Promise<void> } {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const named = resourceFromAttributes({ 'service.name': 'daybatch', 'service.version': version })
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  const sdk = provider.getTracer('daybatch', version)
  return {
    tracer: {
      start(name, attributes, parent) {
        return new SentSpan(sdk.startSpan(name, { attributes: clean(attributes) }, contextOf(parent)))
      },
    },
    // what is not sent by then is lost
    stop: () => provider.shutdown().catch(() => {}),
  }
}

class SentSpan implements Span {
  readonly span: SdkSpan

  constructor(span: SdkSpan) {
    this.span = span
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(clean(attributes))
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      const message = error instanceof Error ? error.message : String(error)
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: maskAddresses(message) })
    }
    this.span.end()
  }
}

const clean = (attributes: Attributes) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === 'string' ? maskAddresses(value) : value,
    ]),
  )

function contextOf(parent: Span | string | undefined): Context {
  if (parent instanceof SentSpan) return trace.setSpan(ROOT_CONTEXT, parent.span)
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(parent)) ?? []
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags!, 16)
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}
