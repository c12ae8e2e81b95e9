import pg from 'pg'

/** Values as PostgreSQL writes them, not as JavaScript would. */
const AS_TEXT = { getTypeParser: () => (value: unknown) => value } as unknown as pg.CustomTypesConfig

/** Runs statements of a person; one result each, rows as lists of texts. `notice` gets what the server remarks. */
export const askForText = (
  url: string,
  statements: string,
  notice: (line: string) => void,
): Promise<pg.QueryArrayResult[]> =>
  withClient({ url, types: AS_TEXT, notice }, async client => {
    const answer: unknown = await client.query({ text: statements, rowMode: 'array' })
    return [answer].flat() as pg.QueryArrayResult[]
  })

/** The same with rows as objects of JavaScript's values. */
export const askForValues = (
  url: string,
  statements: string,
  notice: (line: string) => void,
): Promise<pg.QueryResult[]> =>
  withClient({ url, notice }, async client => {
    const answer: unknown = await client.query(statements)
    return [answer].flat() as pg.QueryResult[]
  })

async function withClient<Result>(
  { url, types, notice }: { url: string; types?: pg.CustomTypesConfig; notice: (line: string) => void },
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'daybatch sql',
    connectionTimeoutMillis: 10_000,
    ...(types && { types }),
  })
  client.on('notice', ({ severity, message, hint }) =>
    notice(`${severity}: ${message}${hint ? ` (${hint})` : ''}`),
  )
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
