import type { Part } from './part.ts'
import { part as clock } from './parts/clock.ts'
import { part as crashPoints } from './parts/crash-points.ts'
import { part as database } from './parts/database.ts'
import { part as failover } from './parts/failover.ts'
import { part as kill } from './parts/kill.ts'
import { part as many } from './parts/many.ts'
import { part as model } from './parts/model.ts'
import { part as mutants } from './parts/mutants.ts'
import { part as races } from './parts/races.ts'
import { part as scheduler } from './parts/scheduler.ts'
import { part as smtp } from './parts/smtp.ts'
import { part as zombie } from './parts/zombie.ts'

/** In the order in which they run: what takes longest first, so that `--jobs` ends with none of them alone. */
export const parts: Part[] = [
  mutants,
  kill,
  crashPoints,
  database,
  smtp,
  zombie,
  races,
  model,
  clock,
  scheduler,
  many,
  failover,
]
