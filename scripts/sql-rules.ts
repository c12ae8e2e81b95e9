// The project's rules for SQL, by text and by catalog. Used by npm run check-sql and by test/sql/catalog.test.ts.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { PUBLIC_TABLES } from '../src/db/catalog.ts'

export const SQL_FOLDER = fileURLToPath(new URL('../sql', import.meta.url))
const SOURCE_FOLDER = fileURLToPath(new URL('../src', import.meta.url))
const LONGEST_FUNCTION = 120

const KEYWORDS =
  /\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|CREATE|REPLACE|FUNCTION|RETURNS?|LANGUAGE|BEGIN|END|IF|THEN|ELSE|LOOP|RAISE|DECLARE|JOIN|ORDER BY|GROUP BY|VALUES|SET|NULL|TRUE|FALSE|GRANT|REVOKE|COMMENT|AND|OR|NOT|AS|ON)\b/
const OTHER_CLOCKS =
  /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\b(current_timestamp|current_date|localtimestamp)\b/

/** Rules that the text of the files must obey; one line for each breach. */
export async function checkTexts(sqlFolder = SQL_FOLDER): Promise<string[]> {
  const breaches: string[] = []
  for (const file of await listSql(sqlFolder, '')) breaches.push(...(await checkAnyFile(sqlFolder, file)))
  for (const file of await listSql(sqlFolder, 'functions')) {
    const text = await readFile(join(sqlFolder, file), 'utf8')
    breaches.push(...checkFunctionText(file, text))
  }
  return [...breaches, ...(await checkSources())]
}

async function checkAnyFile(sqlFolder: string, file: string): Promise<string[]> {
  const text = await readFile(join(sqlFolder, file), 'utf8')
  if (file.endsWith('.snapshot.sql')) return []
  return report(`sql/${file}`, [
    [/\r|\t/.test(text), 'has tabs or carriage returns'],
    [/ $/m.test(text), 'has trailing spaces'],
    [!text.endsWith('\n') || text.endsWith('\n\n'), 'does not end with one line end'],
    [KEYWORDS.test(withoutStringsAndComments(text)), 'has a keyword in capitals'],
  ])
}

export function checkFunctionText(file: string, text: string): string[] {
  const name = file.replace(/^.*\//, '').replace(/\.sql$/, '')
  const code = withoutStringsAndComments(text)
  const created = [...code.matchAll(/create\s+(or replace\s+)?function\s+([\w.]+)/g)].map(
    ([, , created]) => created,
  )
  return report(`sql/${file}`, [
    [
      created.length !== 1 || created[0] !== `daybatch.${name}`,
      `must create the function daybatch.${name} and no other`,
    ],
    [!/create or replace function/.test(code), 'must use create or replace'],
    [!/^--/.test(text), 'must begin with a comment that says why the function is there'],
    [!/set search_path = ''/.test(text), `must pin its path: set search_path = ''`],
    [!/\bimmutable\b|set jit = off/.test(code), 'must keep the JIT compiler out: set jit = off'],
    [!text.includes(`comment on function daybatch.${name}(`), 'must have comment on function'],
    [
      text.split('\n').length - 1 > LONGEST_FUNCTION,
      `is longer than ${LONGEST_FUNCTION} lines: two functions`,
    ],
    [
      name !== 'current_moment' && OTHER_CLOCKS.test(code),
      'reads a clock other than daybatch.current_moment()',
    ],
    [/interval '[^']*(day|week|month|year)/.test(text), 'adds days, which follow clock changes: give hours'],
    [/\braise exception\b(?![^;]*\berrcode\b)/.test(code), 'raises an exception without errcode'],
  ])
}

/** SQL stands in src/db only, and `||` never chooses an argument of a function (0, '' and false are values). */
async function checkSources(): Promise<string[]> {
  const breaches: string[] = []
  for (const file of await readdir(SOURCE_FOLDER, { recursive: true })) {
    if (!file.endsWith('.ts')) continue
    const text = await readFile(join(SOURCE_FOLDER, file), 'utf8')
    const isDatabase = /^(db|embedded)[\\/]/.test(file)
    breaches.push(
      ...report(`src/${file}`, [
        [!isDatabase && /\.query\(/.test(text), 'talks to the database itself: SQL belongs into src/db'],
        [
          text.includes('=> $') && /\|\| (null|undefined|false|true|''|""|\d|\[\]|\{\})/.test(text),
          'chooses a value by ||: use ??',
        ],
      ]),
    )
  }
  return breaches
}

const CATALOG_RULES: { rule: string; query: string }[] = [
  {
    rule: 'has more than one signature',
    query: `select proname as name from pg_proc where pronamespace = 'daybatch'::regnamespace group by proname having count(*) > 1`,
  },
  {
    rule: `does not pin its path`,
    query: `select proname as name from pg_proc
      where pronamespace = 'daybatch'::regnamespace and not coalesce('search_path=""' = any (proconfig), false)`,
  },
  {
    // where the server has one, it compiled 0.5 to 6 s for answers that take 1 to 60 ms: it goes by estimated costs
    rule: 'leaves its plans to the JIT compiler',
    query: `select proname as name from pg_proc
      where pronamespace = 'daybatch'::regnamespace and provolatile <> 'i' and not coalesce('jit=off' = any (proconfig), false)`,
  },
  {
    rule: 'is executable by PUBLIC',
    query: `select p.proname as name from pg_proc as p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as x
      where p.pronamespace = 'daybatch'::regnamespace and x.grantee = 0`,
  },
  {
    rule: 'has no comment with an example',
    query: `select proname as name from pg_proc
      where pronamespace = 'daybatch'::regnamespace and coalesce(obj_description(oid, 'pg_proc'), '') not like '%Example: %'
      union all
      select relname from pg_class
      where relnamespace = 'daybatch'::regnamespace and relkind in ('v', 'm') and coalesce(obj_description(oid, 'pg_class'), '') not like '%Example: %'`,
  },
  {
    rule: 'has no comment',
    query: `select relname as name from pg_class
      where relkind = 'r' and obj_description(oid, 'pg_class') is null and relname <> 'migrations'
        and (relnamespace = 'daybatch'::regnamespace or relnamespace = 'public'::regnamespace and relname = any ($1))`,
  },
  {
    rule: 'is open to PUBLIC',
    query: `select c.oid::regclass::text as name from pg_class as c cross join aclexplode(c.relacl) as x
      where x.grantee = 0 and (c.relnamespace = 'daybatch'::regnamespace or c.relnamespace = 'public'::regnamespace and c.relname = any ($1))
      union all
      select 'schema ' || n.nspname from pg_namespace as n cross join aclexplode(n.nspacl) as x where n.nspname = 'daybatch' and x.grantee = 0`,
  },
  {
    rule: 'has no row level security',
    query: `select oid::regclass::text as name from pg_class
      where relnamespace = 'public'::regnamespace and relname = any ($1) and not relrowsecurity`,
  },
  {
    rule: 'is used by a default, a constraint or an index: history would depend on its text of today',
    query: `select distinct p.proname as name from pg_proc as p join pg_depend as d on d.refobjid = p.oid and d.refclassid = 'pg_proc'::regclass
      where p.pronamespace = 'daybatch'::regnamespace
        and d.classid in ('pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_class'::regclass)`,
  },
]

/** Rules that a migrated database must obey, and agreement of its functions and views with the files. */
export async function checkCatalog(
  client: pg.ClientBase | pg.Pool,
  sqlFolder = SQL_FOLDER,
): Promise<string[]> {
  const breaches: string[] = []
  for (const { rule, query } of CATALOG_RULES) {
    const { rows } = await client.query(query, query.includes('$1') ? [PUBLIC_TABLES] : [])
    breaches.push(...rows.map(({ name }) => `${name} ${rule}`))
  }
  const functions = await client.query(
    `select distinct proname as name from pg_proc where pronamespace = 'daybatch'::regnamespace`,
  )
  const views = await client.query(
    `select relname as name from pg_class where relnamespace = 'daybatch'::regnamespace and relkind in ('v', 'm')`,
  )
  breaches.push(...compare('function', names(functions), await listNames(sqlFolder, 'functions')))
  breaches.push(...compare('view', names(views), await listNames(sqlFolder, 'views')))
  return breaches
}

const names = (result: pg.QueryResult<{ name: string }>): string[] => result.rows.map(({ name }) => name)

function compare(kind: string, there: string[], files: string[]): string[] {
  return [
    ...there.filter(name => !files.includes(name)).map(name => `${kind} ${name} has no file`),
    ...files
      .filter(name => !there.includes(name))
      .map(name => `sql/${kind}s/${name}.sql makes no ${kind} of its name`),
  ]
}

async function listNames(sqlFolder: string, folder: string): Promise<string[]> {
  return (await listSql(sqlFolder, folder)).map(file => file.replace(/^.*[\\/]/, '').replace(/\.sql$/, ''))
}

async function listSql(sqlFolder: string, folder: string): Promise<string[]> {
  const files = await readdir(join(sqlFolder, folder), { recursive: folder === '' })
  return files
    .filter(file => file.endsWith('.sql'))
    .sort()
    .map(file => join(folder, file))
}

function report(file: string, rules: [broken: boolean, text: string][]): string[] {
  return rules.filter(([broken]) => broken).map(([, text]) => `${file} ${text}`)
}

function withoutStringsAndComments(text: string): string {
  return text
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/"[^"]*"/g, '""')
}
