import type { Bench } from './bench.ts'
import { bench as bookkeeping } from './parts/bookkeeping.ts'
import { bench as due } from './parts/due.ts'
import { bench as idle } from './parts/idle.ts'
import { bench as importing } from './parts/import.ts'
import { bench as latency } from './parts/latency.ts'
import { bench as page } from './parts/page.ts'
import { bench as routes } from './parts/routes.ts'
import { bench as scale } from './parts/scale.ts'
import { bench as send } from './parts/send.ts'
import { bench as start } from './parts/start.ts'
import { bench as storage } from './parts/storage.ts'
import { bench as views } from './parts/views.ts'

/** In the order in which they run. */
export const benches: Bench[] = [
  send,
  latency,
  bookkeeping,
  start,
  idle,
  due,
  views,
  scale,
  storage,
  page,
  importing,
  routes,
]
