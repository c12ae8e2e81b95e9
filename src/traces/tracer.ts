import type { Config } from '../config.ts'

/** Facts of a span: ids, counts, names of servers; never an address or a server's words. */
export type Attributes = Record<string, string | number | boolean | undefined>

export interface Span {
  set(attributes: Attributes): void
  /** `error`: what it ended with, if it failed. */
  end(error?: unknown): void
}

/** What draws traces; the parts of a service get it only where traces are configured, and do nothing for them otherwise. */
export interface Tracer {
  /** `parent`: a span of ours, or the `traceparent` header of a caller (W3C Trace Context). */
  start(name: string, attributes: Attributes, parent?: Span | string): Span
}

/** Loads OpenTelemetry only where OTEL_EXPORTER_OTLP_ENDPOINT says where traces go: it takes 0.3 s of CPU and 20 MB. */
export async function createTracing(
  config: Pick<Config, 'tracesUrl' | 'tracesShare'>,
): Promise<{ tracer: Tracer; stop: () => Promise<void> } | undefined> {
  if (config.tracesUrl === undefined) return undefined
  const { startTracing } = await import('./opentelemetry.ts')
  return startTracing(config.tracesShare)
}

/** Runs `work` as a span; without a tracer it just runs. */
export async function traced<Result>(
  tracer: Tracer | undefined,
  [name, attributes, parent]: [name: string, attributes: Attributes, parent?: Span | undefined],
  work: (span: Span | undefined) => Promise<Result>,
): Promise<Result> {
  if (!tracer) return work(undefined)
  const span = tracer.start(name, attributes, parent)
  try {
    const result = await work(span)
    span.end()
    return result
  } catch (error) {
    span.end(error)
    throw error
  }
}
