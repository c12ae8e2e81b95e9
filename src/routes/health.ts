import type { FastifyPluginAsync } from 'fastify'
import { isDatabaseAway, problemFrom } from '../errors.ts'
import { describe, told } from './describe.ts'

type Check = () => string | undefined | void | Promise<void>

export interface HealthParts {
  /** What must work for this service to be ready, by name: each throws what stands in the way, or returns a remark. */
  checks: Record<string, Check>
}

/** `/health/live`: the process answers. `/health/ready`: it can do its work, or 503 with what to do. */
export const healthRoutes: FastifyPluginAsync<HealthParts> = async (app, { checks }) => {
  app.get(
    '/health/live',
    { schema: describe('Say that the process answers', { 200: told('status') }) },
    async () => ({ status: 'live' }),
  )

  app.get(
    '/health/ready',
    { schema: describe('Say whether it can do its work, or 503 with what to do', { 200: told('status') }) },
    async (request, reply) => {
      const findings = await Promise.all(Object.entries(checks).map(runCheck))
      const report = Object.fromEntries(
        findings.map(({ name, problem, remark }) => [name, problem ?? remark ?? 'ok']),
      )
      const problems = findings.filter(({ problem }) => problem !== undefined)
      if (problems.length === 0) return { status: 'ready', checks: report }
      const detail = problems.map(({ name, problem }) => `${name}: ${problem}`).join('; ')
      const problem = { type: '/problems/not-ready', title: 'This service is not ready', status: 503, detail }
      return reply
        .code(503)
        .type('application/problem+json')
        .header('retry-after', '5')
        .send({ ...problem, checks: report, instance: `urn:uuid:${request.id}` })
    },
  )
}

async function runCheck([name, check]: [string, Check]): Promise<{
  name: string
  problem?: string
  remark?: string
}> {
  try {
    const remark = await check()
    return { name, ...(remark && { remark }) }
  } catch (error) {
    return { name, problem: isDatabaseAway(error) ? problemFrom(error).title : (error as Error).message }
  }
}
