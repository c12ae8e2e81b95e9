// A person's day: import a file, make a campaign, start it, watch it, pause it, resume it, until it is finished; on a real
// service with its own PostgreSQL and SMTP server. Every figure on the page is the one that the SQL views have.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Page } from 'playwright-core'
import t from 'tap'
import { ADDRESS, addressOf, makeFolder, startServer } from '../server/service.ts'
import { noBrowser, openPage, shoot, startBrowser } from './browser.ts'

const CONTACTS = 11
const ROWS = [
  'email,first_name,city',
  ...Array.from({ length: CONTACTS }, (_, n) => `reader-${n}@example.org,Reader ${n},Oslo`),
  'no address,Nobody,Nowhere',
  '=cmd@,Formula,Nowhere',
]

/** The figures of the page by their labels. */
async function readFigures(page: Page): Promise<Record<string, number>> {
  const texts = await page.locator('.sums > div').allInnerTexts()
  return Object.fromEntries(
    texts.map(text => {
      const [label, value] = text
        .split('\n')
        .map(piece => piece.trim())
        .filter(Boolean)
      return [label, Number.parseInt((value ?? '').replaceAll(',', ''), 10)]
    }),
  )
}

t.setTimeout(400_000)
t.test('import, make, start, watch, pause, resume, finish', { skip: noBrowser }, async t => {
  const folder = await makeFolder(t)
  const service = startServer(t, { LOG_LEVEL: 'error' }, folder)
  const origin = addressOf(await service.saw(ADDRESS))
  const [, psql = ''] = await service.saw(/psql "([^"]+)"/)
  const part = (name: string) => new RegExp(`${name}=(\\S+)`).exec(psql)?.[1]
  const pool = new pg.Pool({
    host: part('host'),
    port: Number(part('port')),
    user: part('user'),
    database: part('dbname'),
    // as the service reads them
    options: '-c intervalstyle=iso_8601',
  })
  // the server ends with the service, and says so to whoever is connected
  pool.on('error', () => {})
  t.teardown(() => pool.end())
  const read = async (query: string, values: unknown[] = []) => (await pool.query(query, values)).rows
  const watched = await openPage(await startBrowser(t), origin)
  const { page } = watched

  await page.goto(`${origin}/`)
  await page.getByRole('heading', { name: 'No campaign yet' }).waitFor()
  await shoot(page, 'empty-desktop-light')
  await page.getByText('insert into campaigns').waitFor()

  t.test('a file is imported, and its bad rows are told', async t => {
    await page.getByRole('link', { name: 'Import a file' }).click()
    const file = join(folder, 'customers.csv')
    await writeFile(file, ROWS.join('\r\n'))
    await page.setInputFiles('input[type=file]', file)
    await page.getByRole('columnheader', { name: /first_name/ }).waitFor()
    t.match(await page.locator('tbody').innerText(), 'reader-0@example.org', 'the first rows')
    await shoot(page, 'import-file-desktop-light')
    await page.getByRole('button', { name: 'Import customers.csv' }).click()
    const told = page.locator('section[role=status]')
    await told.waitFor()
    const [list] = await read(
      `select l.id, l.name, count(m.*)::integer as contacts from public.contact_lists as l
       left join daybatch.list_members as m on m.list_id = l.id group by l.id, l.name`,
    )
    t.same([list.name, list.contacts], ['customers', CONTACTS])
    t.match(
      await told.innerText(),
      new RegExp(`${CONTACTS} new contacts.*${CONTACTS} added to the list.*2 refused`),
    )
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: /Download all 2/ }).click()
    const refused = await readFile(await (await download).path(), 'utf8')
    t.match(refused, /13,.*no address/)
    t.match(refused, `'=cmd@`, 'no spreadsheet takes a cell for a formula')
    await shoot(page, 'import-done-desktop-light')
  })

  let id = ''
  t.test('a campaign is made; the draft is kept as one goes', async t => {
    await page.keyboard.press('n')
    await page.getByRole('checkbox', { name: /customers/ }).check()
    await page.getByText(`of whom ${CONTACTS} can be mailed now`).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Morning mail')
    await page.getByLabel('Subject').fill('Good morning, {{first_name | reader}}')
    await page.getByLabel('Text', { exact: true }).fill('Hello {{first_name | reader}} in {{city}}.')
    await page.getByLabel('Mails a day').fill('4')
    await page.getByText('3 batches').waitFor()
    await page.getByText('The draft is saved.').waitFor()
    await page.locator('.envelope').getByText('Good morning, Reader 0').waitFor()
    await shoot(page, 'make-desktop-light')
    const [campaign] = await read('select * from public.campaigns')
    t.match(campaign, {
      name: 'Morning mail',
      status: 'draft',
      daily_send_limit: 4,
      text_body: /in \{\{city\}\}/,
    })
    id = campaign.id
    await page.reload()
    t.equal(await page.getByLabel('Subject').inputValue(), 'Good morning, {{first_name | reader}}')
    // a day would be long to wait for
    await pool.query(`update public.campaigns set batch_interval = interval '20 seconds' where id = $1`, [id])
  })

  const figures = async () => {
    const [row] = await read(
      `select s.*, (select count(*)::integer from daybatch.in_doubt_deliveries as d where d.campaign_id = s.id) as doubt
       from daybatch.campaign_status as s where s.id = $1`,
      [id],
    )
    return {
      Sent: row.processed_count,
      'Failed or skipped': row.failed_count - row.doubt,
      'In doubt': row.doubt,
      Remaining: row.remaining_count,
      Audience: row.total_contacts,
      Limit: row.daily_send_limit,
    }
  }
  const paused = () => page.getByRole('button', { name: 'Resume' })

  t.test('it is started, watched and paused', async t => {
    await page.getByRole('button', { name: /^Start: 4 mails now, 11 in all/ }).click()
    await page.locator('.sums').getByText('4', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: /^Pause/ }).click()
    await page.getByLabel(/^Why/).fill('a look at it')
    await page.getByRole('button', { name: 'Pause it' }).click()
    await paused().waitFor()
    await page.getByText('a look at it').first().waitFor()
    const [row] = await read(`select status, pause_reason from public.campaigns where id = $1`, [id])
    t.same(row, { status: 'paused', pause_reason: 'a look at it' })
    t.same(await readFigures(page), await figures(), 'every figure is as in campaign_status')
    const [forecast] = await read(`select max(due_at) as at from daybatch.forecast_campaign($1, 100)`, [id])
    await page.getByRole('button', { name: 'Change the limit' }).click()
    await page.getByLabel('Mails a batch').fill('100')
    await page.getByText('in 1 batch').waitFor()
    t.ok(forecast.at, 'the what-if is the one of forecast_campaign')
    await shoot(page, 'limit-desktop-light')
    await page.getByLabel('Mails a batch').fill('5')
    // said for a few seconds only
    const said = page.getByText('The limit is 5 now.').waitFor()
    await page.getByRole('button', { name: 'Change it' }).click()
    await said
    await page.locator('.sums').getByText('5', { exact: false }).last().waitFor()
    t.same((await read('select daily_send_limit from public.campaigns where id = $1', [id]))[0], {
      daily_send_limit: 5,
    })
  })

  t.test('it is resumed and finished, without a reload', async t => {
    await paused().click()
    await page.getByRole('button', { name: 'Resume it' }).click()
    await page.getByText(`Completed: ${CONTACTS} of ${CONTACTS} mails sent`).waitFor({ timeout: 120_000 })
    // the batches are read after the campaign
    await page.locator('.figures tbody tr', { hasText: 'closed' }).nth(2).waitFor()
    t.same(await readFigures(page), await figures(), 'every figure is as in campaign_status')
    const batches = await read(
      `select batch_number, slot_count, sent_count, remaining_count from daybatch.batch_history where campaign_id = $1 order by batch_number`,
      [id],
    )
    const rows = await page
      .locator('.figures tbody tr')
      .evaluateAll(rows =>
        rows.map(row => [...row.children].map(cell => (cell as { innerText?: string }).innerText ?? '')),
      )
    t.same(
      rows.map(cells =>
        [cells[0], cells[2], cells[3], cells[7]].map(cell => Number.parseInt(cell ?? '', 10)),
      ),
      batches.map(row => [row.batch_number, row.slot_count, row.sent_count, row.remaining_count]),
      'the batches are those of batch_history',
    )
    t.equal(await page.locator('.calendar g').count(), batches.length, 'a column for each batch')
    await page.getByRole('link', { name: 'Proof' }).click()
    await page.getByText('0 disagreements').waitFor()
    const proofs = await page.locator('.tab tbody tr').allInnerTexts()
    const verified = await read('select promise, figures from daybatch.verify_campaign($1)', [id])
    for (const { promise, figures } of verified)
      t.ok(
        proofs.some(text => text.includes(promise) && text.includes(figures)),
        promise,
      )
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByText('resumed').waitFor()
  })

  t.test('the overview says the same as the views, and the mailbox shows the mails', async t => {
    await page.getByRole('link', { name: 'Campaigns' }).first().click()
    await page.getByText('Nothing is sending.').waitFor()
    const [sums] = await read(
      `select (select sum(sent_count)::integer from daybatch.batch_history where opened_at > now() - interval '24 hours') as sent,
         (select count(distinct campaign_id)::integer from daybatch.campaign_blockers where needs_somebody) as needs`,
    )
    const lead = await page.locator('h1').innerText()
    t.match(lead, `${sums.sent} mails went out in the last 24 hours`)
    t.equal(sums.needs, 0)
    t.match(lead, 'Nothing needs you')
    await page.getByRole('link', { name: 'Mailbox' }).click()
    const mails = page.locator('.mails li')
    await mails.first().waitFor()
    t.equal(await mails.count(), CONTACTS)
    await mails.first().getByRole('link').click()
    t.match(await page.locator('.envelope').innerText(), /Good morning, Reader \d+/)
    t.match(await page.locator('pre.body').innerText(), /Hello Reader \d+ in Oslo/)
  })

  t.test('when the service is gone the page says so, and keeps what it has', async t => {
    await page.getByRole('link', { name: 'Campaigns' }).first().click()
    await page.locator('table.rows').waitFor()
    service.child.kill('SIGTERM')
    await service.ended
    await page.getByText('The service does not answer').waitFor()
    t.equal(await page.locator('table.rows tbody tr').count(), 1)
    await shoot(page, 'lost-desktop-light')
    const faults = watched.faults.filter(fault => !/ERR_CONNECTION/.test(fault))
    t.same(faults, [], 'no request left the origin, no script failed, the policy was kept')
  })
})
