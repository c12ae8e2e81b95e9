import type { Bench } from './bench.ts'
import { bench as bookkeeping } from './parts/bookkeeping.ts'
import { bench as latency } from './parts/latency.ts'
import { bench as scale } from './parts/scale.ts'
import { bench as send } from './parts/send.ts'
import { bench as start } from './parts/start.ts'
import { bench as storage } from './parts/storage.ts'

/** In the order in which they run. */
export const benches: Bench[] = [send, latency, bookkeeping, start, scale, storage]
