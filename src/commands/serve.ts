import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { CommandError } from './failure.ts'

const SETTINGS = `
Everything is set by the environment or a file .env in this folder. Ctrl-C or SIGTERM: mails under way are finished and
reported, then it ends with exit code 0; a second signal ends it at once (1).`

export function addServe(program: Command): void {
  program
    .command('serve')
    .description(
      'run the service: HTTP, scheduling and delivery; with nothing set it brings its own database',
    )
    .addHelpText(
      'after',
      `${SETTINGS}

Examples:
  npx daybatch serve
  PORT=8080 SMTP_URL=smtp://localhost:1025 MAIL_FROM=news@example.com npx daybatch serve`,
    )
    .action(() => run('all'))
  program
    .command('worker')
    .description('run one more process that schedules and delivers, without the API and the page')
    .addHelpText(
      'after',
      `${SETTINGS}
Any number of them share the database of DATABASE_URL with a service, on this machine or on others. With WORKER_PORT set it
answers /health/live, /health/ready and /metrics there, and nothing else.

Example:
  DATABASE_URL=postgres://daybatch:secret@db.example.com/shop npx daybatch worker`,
    )
    .action(() => {
      if (readConfig().databaseUrl) return run('work')
      throw new CommandError(
        'a worker shares the database of other processes: set DATABASE_URL, or let npx daybatch serve do all of it',
      )
    })
}

/** What only the service needs is read only then: the other commands start sooner. */
async function run(duties: 'all' | 'work'): Promise<void> {
  const { runService } = await import('../run.ts')
  await runService(duties)
}
