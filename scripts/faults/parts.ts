import type { Part } from './part.ts'
import { part as crashPoints } from './parts/crash-points.ts'
import { part as database } from './parts/database.ts'
import { part as kill } from './parts/kill.ts'

/** In the order in which they run. */
export const parts: Part[] = [kill, crashPoints, database]
