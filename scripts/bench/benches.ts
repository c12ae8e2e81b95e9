import type { Bench } from './bench.ts'
import { bench as bookkeeping } from './parts/bookkeeping.ts'
import { bench as start } from './parts/start.ts'
import { bench as storage } from './parts/storage.ts'

/** In the order in which they run. */
export const benches: Bench[] = [bookkeeping, start, storage]
