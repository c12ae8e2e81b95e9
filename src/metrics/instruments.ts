import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** From a millisecond to a database that hardly answers. */
const CALL_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10]
/** From a server on this machine to the ten minutes that it may think about a mail. */
const SMTP_SECONDS = [0.002, 0.01, 0.05, 0.2, 1, 5, 30, 120, 600]
const HTTP_SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 1, 5, 30]

/**
 * What this process counts, each with its labels; src/metrics/README.md explains them, and a test compares. Every label
 * has a bounded number of values: never an id, an address or a server's words.
 */
export function createInstruments(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `daybatch_${name}`, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `daybatch_${name}`, help, labelNames, registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ) => new Histogram({ name: `daybatch_${name}`, help, labelNames, buckets, registers })
  return {
    build: gauge('build_info', 'Always 1; the version of this service.', ['version']),
    databaseUp: gauge(
      'database_up',
      'Whether the database answered this scrape, or the one before within seconds.',
    ),
    mails: counter('mails_total', 'Tries of mails that ended here, by what the database made of them.', [
      'outcome',
      'smtp_server',
    ]),
    replies: counter('smtp_replies_total', 'The same tries by where they ended and what the server said.', [
      'smtp_server',
      'stage',
      'reply',
    ]),
    batches: counter('batches_total', 'Batches that this service opened or closed, campaigns it completed.', [
      'action',
    ]),
    smtpDuration: histogram(
      'smtp_duration_seconds',
      'Parts of a mail with its SMTP server.',
      ['stage', 'smtp_server'],
      SMTP_SECONDS,
    ),
    smtpConnections: gauge(
      'smtp_connections',
      'SMTP connections: busy with a mail, and the most there may be.',
      ['smtp_server', 'state'],
    ),
    heldDeliveries: gauge('held_deliveries', 'Deliveries that this service has claimed and not ended.', [
      'state',
    ]),
    deliveryProblem: gauge('delivery_problem', '1: this service cannot send now, its log says why.'),
    callDuration: histogram(
      'database_call_duration_seconds',
      'Calls of functions of the database, waiting for a connection included.',
      ['call'],
      CALL_SECONDS,
    ),
    callErrors: counter(
      'database_call_errors_total',
      'Calls that failed: refused, away (no connection), failed.',
      ['call', 'kind'],
    ),
    poolConnections: gauge('pool_connections', 'Connections of this service to the database.', [
      'pool',
      'state',
    ]),
    poolWaiting: gauge('pool_waiting', 'Calls that wait for a connection to the database.', ['pool']),
    requestDuration: histogram(
      'http_request_duration_seconds',
      'HTTP requests by the template of their route; streams of events are left out.',
      ['method', 'route', 'status'],
      HTTP_SECONDS,
    ),
    notices: counter('notices_total', 'Notices to operators: told, off (nobody to tell), gone, failed.', [
      'target',
      'result',
    ]),
  }
}

export type Instruments = ReturnType<typeof createInstruments>

/** Figures of daybatch.read_metrics(): what its column `label` means, undefined where it is empty, and a help text. */
export const figures: Record<string, [label: string | undefined, help: string]> = {
  engine_awake: [undefined, '0: the engine sleeps beside an older application, and sends nothing.'],
  campaigns: ['status', 'Campaigns.'],
  open_batches: [undefined, 'Batches under way.'],
  open_deliveries: [
    'state',
    'Deliveries of open batches: queued, claimed (or being sent), deferred (tried again later).',
  ],
  refused_batches: [undefined, 'Open batches that wait because the SMTP server refuses.'],
  stuck_batches: [undefined, 'Batches that are open 15 minutes after their cut-off.'],
  refusing_smtp_servers: [undefined, 'SMTP servers that take no session now.'],
  due_batches: [undefined, 'Batches that are due and not opened.'],
  batch_lateness_seconds: [
    undefined,
    'How long the first of the batches that are due and not opened has been waiting.',
  ],
  recent_batches: [undefined, 'Batches that were opened in the last 15 minutes.'],
  recent_batch_lateness_seconds: [undefined, 'The most by which one of them was late.'],
  in_doubt: [
    'policy',
    'Mails that nobody knows of whether they were accepted, by the policy of their campaign.',
  ],
  workers: ['state', 'Delivering processes seen in the last 3 minutes: fit, or troubled (cannot send).'],
  imports: ['state', 'Imports that began in the last 24 hours: running, finished, failed.'],
  webhook_messages: ['status', 'Messages to webhooks: waiting (also for the next try), dead (given up).'],
  sweep_age_seconds: [undefined, 'Since the last sweep ended; one runs every 5 minutes.'],
  queue_due_jobs: ['queue', 'Jobs of pg-boss that are due and that nobody took.'],
  queue_age_seconds: ['queue', 'How long the first of them has been due.'],
  queue_failed_jobs: ['queue', 'Jobs that were given up, of the last week.'],
}
