import type { Part } from './part.ts'
import { part as crashPoints } from './parts/crash-points.ts'
import { part as database } from './parts/database.ts'
import { part as failover } from './parts/failover.ts'
import { part as kill } from './parts/kill.ts'
import { part as many } from './parts/many.ts'
import { part as smtp } from './parts/smtp.ts'
import { part as zombie } from './parts/zombie.ts'

/** In the order in which they run. */
export const parts: Part[] = [kill, crashPoints, database, smtp, zombie, many, failover]
