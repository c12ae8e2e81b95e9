// Making a campaign with sending rules, files and a server of its own; what the service refuses stands at its field, and
// the rest is kept.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { setClock } from '../helper/clock.ts'
import { makeContacts, makeList } from '../helper/make.ts'
import { openApi } from '../routes/api.ts'
import { makeFolder } from '../server/service.ts'
import { findViolations } from './axe.ts'
import { noBrowser, openPage, shoot, startBrowser } from './browser.ts'

const LOGO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

t.setTimeout(400_000)
t.test('make', { skip: noBrowser }, async t => {
  const { app, pool } = await openApi(t)
  // an hour before the batches of the day: none is due between a question for the end and the start
  await setClock(pool, '2026-11-17T08:00:00Z')
  const customers = await makeContacts(pool, 60)
  const odd = await makeContacts(pool, ['no address'])
  const lists = [
    await makeList(pool, customers, 'Customers'),
    await makeList(pool, [...customers.slice(0, 10), ...odd], 'Newcomers'),
  ]
  await pool.query(
    `select daybatch.set_smtp_server('second', '{"host": "smtp.second.example", "port": 587}')`,
  )
  const folder = await makeFolder(t)
  const logo = join(folder, 'logo.png')
  await writeFile(logo, LOGO)
  const terms = join(folder, 'terms.txt')
  await writeFile(terms, 'No terms.')
  const huge = join(folder, 'film.bin')
  await writeFile(huge, Buffer.alloc(11 * 1024 * 1024))

  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const watched = await openPage(await startBrowser(t), origin)
  const { page } = watched
  const stored = async () => (await pool.query('select * from public.campaigns')).rows[0]
  const isSaved = () => page.getByText('The draft is saved.').waitFor()

  // where the page is told what the database's clock says
  await page.goto(`${origin}/`)
  await page.getByRole('heading', { name: 'Nothing to send yet' }).waitFor()
  await page.goto(`${origin}/#/new`)
  await page.getByRole('checkbox', { name: /Customers/ }).check()
  await page.getByLabel('Subject').fill('With rules')
  await page.getByLabel('Text', { exact: true }).fill('Hello')
  await page.getByText('3 batches').waitFor()
  await isSaved()

  t.test('the size of the lists stands there at once: nobody waits until they are judged', async t => {
    const counted = Promise.withResolvers<void>()
    await page.route('**/api/audience?*', async route => {
      await counted.promise
      await route.continue()
    })
    await page.getByRole('checkbox', { name: /Newcomers/ }).check()
    await page.getByText('At most 71 contacts; counting who of them can be mailed').waitFor()
    await page.getByText('At most 4 batches').waitFor()
    await page.getByText('at the latest.').waitFor()
    t.ok(await page.getByRole('button', { name: 'Start: 20 mails now, up to 71 in all' }).isEnabled())
    t.same(await findViolations(page), [])
    counted.resolve()
    await page.getByText('61 contacts, of whom 60 can be mailed now; 1 invalid address.').waitFor()
    await page.getByText('3 batches').waitFor()
    t.notOk(await page.getByText('At most').isVisible())
    const { rows } = await pool.query('select * from daybatch.preview_audience($1)', [lists])
    t.same(rows, [{ contacts: 61, eligible: 60, reasons: { invalid_address: 1 } }])
    await page.unroute('**/api/audience?*')
  })

  t.test('an audience that cannot be counted is said to be so, and can be started', async t => {
    await page.route('**/api/audience?*', route =>
      route.fulfill({ status: 503, json: { title: 'the database is busy' } }),
    )
    await page.getByRole('checkbox', { name: /Newcomers/ }).uncheck()
    await page.getByText('60 contacts; who of them can be mailed was not counted.').waitFor()
    await page.getByRole('alert').getByText('The database is busy').waitFor()
    t.ok(await page.getByRole('button', { name: 'Start: 20 mails now, up to 60 in all' }).isEnabled())
    await page.unroute('**/api/audience?*')
    await page.getByRole('checkbox', { name: /Newcomers/ }).check()
    await page.getByText('61 contacts, of whom 60').waitFor()
    await page.getByRole('checkbox', { name: /Newcomers/ }).uncheck()
    await page.getByText('60 contacts, of whom 60').waitFor()
    await isSaved()
  })

  t.test('lists stand there by their names before they are counted', async t => {
    const sized = Promise.withResolvers<void>()
    const other = await page.context().newPage()
    await other.route('**/api/lists?limit=200', async route => {
      await sized.promise
      await route.continue()
    })
    await other.goto(page.url())
    await other.getByRole('checkbox', { name: 'Customers', exact: true }).waitFor()
    await other.getByText('60 contacts, of whom 60').waitFor()
    sized.resolve()
    await other.getByRole('checkbox', { name: 'Customers 60', exact: true }).waitFor()
    t.same(await other.locator('.choices small').allInnerTexts(), ['11', '60'])
    await other.close()
  })

  t.test('words typed while the end is asked for do not lose it', async t => {
    const words = Promise.withResolvers<void>()
    await page.route('**/api/forecast?*', async route => {
      await words.promise
      await route.continue()
    })
    const asked = page.waitForRequest('**/api/forecast?*')
    await page.getByLabel('Mails a day').fill('30')
    await asked
    await page.getByLabel('Subject').fill('With rules?')
    words.resolve()
    await page.getByText('2 batches').waitFor()
    await page.unroute('**/api/forecast?*')
    await page.getByLabel('Mails a day').fill('20')
    await page.getByLabel('Subject').fill('With rules')
    await page.getByText('3 batches').waitFor()
    await isSaved()
    t.match(await stored(), { daily_send_limit: 20, subject: 'With rules' })
  })

  t.test('rules are folded away, and change the end as one types', async t => {
    t.notOk(await page.getByLabel('Only from').isVisible())
    await page.getByText('More rules').click()
    await page.getByLabel('Grow by').fill('20')
    await page.getByLabel('up to', { exact: true }).fill('100')
    await page.getByText('2 batches').waitFor()
    await isSaved()
    await page.getByLabel('Time between batches').fill('6.5')
    await page.getByText('one every 6 h 30 min').waitFor()
    await page.getByLabel('Spread a batch over').fill('1.5')
    await page.getByLabel('The limit holds for').selectOption('rolling')
    await page.getByLabel('Time between batches').fill('24')
    await isSaved()
    t.match(await stored(), { ramp_up_by: 20, ramp_up_to: 100, limit_policy: 'rolling', name: 'With rules' })
    const { rows } = await pool.query(
      `select spread_over = interval '90 minutes' as spread, batch_interval = interval '24 hours' as day from public.campaigns`,
    )
    t.same(rows[0], { spread: true, day: true })
  })

  t.test('times of day take the zone of the reader', async t => {
    await page.getByLabel('Only from').fill('09:00')
    await page.getByLabel('until').fill('17:30')
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'])
      await page.getByRole('checkbox', { name: day }).check()
    await isSaved()
    t.match(await stored(), {
      send_window_from: '09:00:00',
      send_window_to: '17:30:00',
      send_window_days: [1, 2, 3, 4, 5],
      send_time_zone: 'Europe/Berlin',
    })
  })

  t.test('what is refused stands at its field; what was typed beside it is stored', async t => {
    await page.getByLabel('Each batch at').fill('20:00')
    await page.getByLabel('Subject').fill('Another subject')
    const error = page.locator('#daily_send_time-error')
    await error.waitFor()
    t.match(await error.innerText(), 'daily_send_time 20:00:00 lies outside of the send window')
    const field = page.getByLabel('Each batch at')
    t.equal(await field.getAttribute('aria-invalid'), 'true')
    t.equal(await field.getAttribute('aria-describedby'), 'daily_send_time-error')
    await page.getByText('Not saved.').waitFor()
    await page.getByText('No end: daily_send_time').waitFor()
    t.match(await stored(), { subject: 'Another subject', daily_send_time: null })
    t.same(await findViolations(page), [])
    await shoot(page, 'make-rules-refused-desktop-light')
    await field.fill('25:00')
    await page.getByText('daily_send_time cannot be read').first().waitFor()
    await field.fill('10:00')
    await isSaved()
    t.equal(await error.count(), 0)
    t.match(await stored(), { daily_send_time: '10:00:00' })
    await page.getByLabel('Time zone of these times').fill('Europe/Nowhere')
    await page.locator('#send_time_zone-error').waitFor()
    await page.getByLabel('Time zone of these times').fill('Europe/Berlin')
    await isSaved()
  })

  t.test('files are added, shown in the mail and removed', async t => {
    await page.getByText('Files', { exact: true }).click()
    await page.getByLabel('Content id').fill('logo')
    await page.getByLabel('Add files').setInputFiles(logo)
    await page.getByText('cid:logo', { exact: true }).last().waitFor()
    await page.getByLabel('Add files').setInputFiles([huge, terms])
    await page.getByRole('alert').getByText('film.bin: The file is too large').waitFor()
    await page.getByText('terms.txt').first().waitFor()
    await page.locator('.envelope').getByText('terms.txt').waitFor()
    const files = async () =>
      (await pool.query('select file_name, media_type, content_id from daybatch.attachments order by 1')).rows
    t.same(await files(), [
      { file_name: 'logo.png', media_type: 'image/png', content_id: 'logo' },
      { file_name: 'terms.txt', media_type: 'text/plain', content_id: null },
    ])
    await page.getByRole('button', { name: 'Remove terms.txt' }).click()
    await page.getByRole('button', { name: 'Remove terms.txt' }).waitFor({ state: 'detached' })
    t.equal((await files()).length, 1)
  })

  t.test('by another server', async t => {
    await page.getByText('Replies, server, doubt').click()
    await page.getByLabel('SMTP server').selectOption('second')
    await page.getByLabel('Replies go to').fill('answers@example.com')
    await page.getByLabel('A mail whose answer never came').selectOption('ask')
    await isSaved()
    t.match(await stored(), {
      smtp_server: 'second',
      reply_to: 'answers@example.com',
      in_doubt_policy: 'ask',
    })
  })

  t.test('it is all there after a reload, open where something is set', async t => {
    await page.reload()
    await page.getByLabel('Only from').waitFor()
    await page.getByText('logo.png').first().waitFor()
    const values = await page
      .locator('.rules input:not([type=checkbox])')
      .evaluateAll(inputs =>
        inputs.map(input => [(input as { name?: string }).name, (input as { value?: string }).value]),
      )
    t.match(Object.fromEntries(values), {
      send_window_from: '09:00',
      send_window_to: '17:30',
      daily_send_time: '10:00',
      send_time_zone: 'Europe/Berlin',
      ramp_up_by: '20',
      ramp_up_to: '100',
      batch_interval: '24',
      spread_over: '1.5',
    })
    t.equal(await page.getByLabel('SMTP server').inputValue(), 'second')
    t.equal(await page.getByLabel('The limit holds for').inputValue(), 'rolling')
    t.ok(await page.getByRole('checkbox', { name: 'Fri' }).isChecked())
    t.notOk(await page.getByRole('checkbox', { name: 'Sat' }).isChecked())
    await page.locator('.figure b').nth(2).waitFor()
    await page.getByLabel('Each batch at').fill('20:00')
    await page.getByText('Not saved.').waitFor()
    await page.getByLabel('Each batch at').fill('10:00')
    await isSaved()
    await page.locator('.figure b').nth(2).waitFor()
    t.same(await findViolations(page), [])
    await shoot(page, 'make-rules-desktop-light')
    await page.setViewportSize({ width: 360, height: 740 })
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    t.ok(Number(wide) <= 0, `no scrolling sideways (${wide} px)`)
    await shoot(page, 'make-rules-phone-light')
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  t.test('the end on the page is the one of the campaign that is started', async t => {
    const told = await page.locator('.figure time').last().getAttribute('datetime')
    await page.getByRole('button', { name: /^Start: 20 mails .*, 60 in all/ }).click()
    await page.getByRole('heading', { name: 'Another subject' }).waitFor()
    const { rows } = await pool.query(
      `select max(f.due_at) as at from public.campaigns as c, daybatch.forecast_campaign(c.id) as f`,
    )
    t.equal(rows[0].at.toISOString(), told)
    t.same(watched.faults, [])
  })
})
