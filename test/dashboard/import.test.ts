// Importing on the page: columns are mapped by whoever knows them, and an upload that breaks off goes on.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { makeList } from '../helper/make.ts'
import { until } from '../helper/until.ts'
import { openApi } from '../routes/api.ts'
import { makeFolder } from '../server/service.ts'
import { findViolations } from './axe.ts'
import { noBrowser, openPage, shoot, startBrowser } from './browser.ts'

const ROWS = 40_000

t.setTimeout(400_000)
t.test('import', { skip: noBrowser }, async t => {
  const { app, pool } = await openApi(t)
  await makeList(pool, [], 'Readers')
  const folder = await makeFolder(t)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const watched = await openPage(await startBrowser(t), origin)
  const { page } = watched
  const contacts = async () =>
    (
      await pool.query(
        `select c.email, c.first_name, c.last_name, c.attributes from public.contacts as c order by c.email`,
      )
    ).rows
  const headers = () =>
    page
      .locator('.mapped thead select')
      .evaluateAll(list => list.map(element => (element as unknown as { value: string }).value))
  const becomes = (column: string) => page.getByLabel(`What ${column} becomes`)

  t.test('columns whose names say nothing are mapped, and the rows follow', async t => {
    const file = join(folder, 'people.csv')
    await writeFile(file, 'Adresse,Name,Mail,Notes\nann@example.org,Ann,x,secret\nno address,Bob,y,secret\n')
    await page.goto(`${origin}/#/import`)
    await page.setInputFiles('.drop input', file)
    // "Mail" is an e-mail column by its name, which is wrong here
    await page.locator('.mapped').waitFor()
    t.same(await headers(), ['attribute', 'attribute', 'email', 'attribute'])
    await becomes('Adresse').selectOption('email')
    await page.locator('.mapped tbody tr').first().getByText('ann@example.org').waitFor()
    await until(async () => (await headers()).join() === 'email,attribute,attribute,attribute')
    await becomes('Name').selectOption('last_name')
    await becomes('Notes').selectOption('')
    await page.getByLabel('Attribute that Mail becomes').fill('Kind Of')
    // what is drawn meanwhile, every second, leaves it alone
    await page.waitForTimeout(1500)
    t.equal(await page.getByLabel('Attribute that Mail becomes').inputValue(), 'Kind Of')
    await page.getByLabel('Attribute that Mail becomes').press('Tab')
    await until(async () => (await page.getByLabel('Attribute that Mail becomes').inputValue()) === 'kind_of')
    t.same(await findViolations(page), [])
    await shoot(page, 'import-mapped-desktop-light')
    await page.getByRole('button', { name: 'Import people.csv' }).click()
    await page.getByText('1 refused').waitFor()
    t.same(await contacts(), [
      { email: 'ann@example.org', first_name: null, last_name: 'Ann', attributes: { kind_of: 'x' } },
    ])
  })

  t.test('a file without a column of addresses, and one of objects', async t => {
    const file = join(folder, 'plain.csv')
    await writeFile(file, 'who,where\nbea@example.org,Rome\n')
    await page.setInputFiles('.drop input', file)
    await page.getByText('No column holds e-mail addresses').waitFor()
    t.ok(await page.getByRole('button', { name: 'Import plain.csv' }).isDisabled())
    await becomes('who').selectOption('email')
    await page.getByText('No column holds e-mail addresses').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Import plain.csv' }).click()
    await page.getByRole('heading', { name: '1 row read' }).waitFor()

    const objects = join(folder, 'objects.ndjson')
    await writeFile(objects, '{"to": "cyd@example.org", "n": 1}\n')
    await page.setInputFiles('.drop input', objects)
    await becomes('to').selectOption('email')
    await until(async () => (await headers()).join() === 'email,attribute')
    await becomes('n').selectOption('')
    await until(async () => (await page.locator('.mapped tbody td').nth(1).innerText()) === '')
    await page.getByRole('button', { name: 'Import objects.ndjson' }).click()
    await page.getByRole('heading', { name: '1 row read' }).waitFor()
    t.match(await contacts(), [
      { email: 'ann@example.org' },
      { email: 'bea@example.org', attributes: { where: 'Rome' } },
      { email: 'cyd@example.org', attributes: {} },
    ])
  })

  t.test('an upload that breaks off goes on with the same file, also when the page was closed', async t => {
    const file = join(folder, 'many.csv')
    const rows = Array.from({ length: ROWS }, (_, n) => `reader-${n}@example.test,Reader number ${n},Oslo`)
    await writeFile(file, ['Contact,first_name,city', ...rows].join('\n'))
    await page.setInputFiles('.drop input', file)
    await becomes('Contact').selectOption('email')
    await page.getByText('If it breaks off').waitFor()
    await page.getByRole('radio', { name: /it can go on/ }).check()
    const session = await page.context().newCDPSession(page)
    const limit = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 }
    await session.send('Network.emulateNetworkConditions', limit)
    await page.getByRole('button', { name: 'Import many.csv' }).click()
    const state = async () =>
      (await pool.query('select staged_line, failed_at from daybatch.imports where not is_atomic')).rows[0]
    await until(async () => (await state())?.staged_line > 1000)
    // the tab is closed, so to say
    await page.goto('about:blank')
    await until(async () => (await state()).failed_at !== null)
    await session.send('Network.emulateNetworkConditions', { ...limit, uploadThroughput: -1 })
    await page.goto(`${origin}/#/import`)
    await page.getByRole('heading', { name: 'Broken off' }).waitFor()
    const { staged_line: kept } = await state()
    t.match(
      await page.locator('.broken li').innerText(),
      `into Readers: ${new Intl.NumberFormat('en-GB').format(kept - 1)} rows were kept`,
    )
    t.same(await findViolations(page), [])
    await shoot(page, 'import-broken-desktop-light')
    const other = join(folder, 'other.csv')
    await writeFile(other, 'Contact\nx@example.org\n')
    await page.setInputFiles('.broken input', other)
    await page.getByText('began with another file').waitFor()
    await page.setInputFiles('.broken input', file)
    await page.getByRole('heading', { name: '40,000 rows read' }).waitFor({ timeout: 60_000 })
    t.equal(await page.getByRole('heading', { name: 'Broken off' }).count(), 0)
    const { rows: counts } = await pool.query(
      `select count(*)::integer as all, count(distinct email)::integer as addresses from public.contacts where email like 'reader-%' and first_name like 'Reader number %'`,
    )
    t.same(counts[0], { all: ROWS, addresses: ROWS })
    t.same(watched.faults, [])
  })
})
