// How the page is used: signing in, by keyboard, through many campaigns, and when something goes wrong.
import type { Page } from 'playwright-core'
import t from 'tap'
import { setClock } from '../helper/clock.ts'
import { makeCampaign, makeContacts, makeList } from '../helper/make.ts'
import { openApi } from '../routes/api.ts'
import { findViolations } from './axe.ts'
import { noBrowser, openPage, shoot, startBrowser } from './browser.ts'

const KEY = 'a key of nobody else'
const CAMPAIGNS = 120

t.setTimeout(400_000)
t.test('use', { skip: noBrowser }, async t => {
  const { app, feed, pool } = await openApi(t, { config: { apiKey: KEY } })
  // in winter time, whenever this runs
  await setClock(pool, '2026-02-17T08:00:00Z')
  const lists = [await makeList(pool, await makeContacts(pool, 3))]
  const first = await makeCampaign(pool, { name: 'The first', lists, created_at: '2026-01-01T00:00:00Z' })
  await pool.query(
    `insert into public.campaigns (name, text_body, contact_list_ids, created_at)
     select 'Draft ' || n, 'Hello', $1, '2026-02-01T00:00:00Z'::timestamptz + n * interval '1 hour' from generate_series(1, $2::integer) as n`,
    [lists, CAMPAIGNS - 1],
  )
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const browser = await startBrowser(t)
  const watched = await openPage(browser, origin)
  const { page } = watched
  const sent: { url: string; key: string | undefined }[] = []
  page.on('request', request => sent.push({ url: request.url(), key: request.headers().authorization }))

  t.test('it asks for the key, and keeps it out of every address', async t => {
    await page.goto(`${origin}/#/campaigns/${first.id}`)
    await page.getByLabel('API key').fill('a wrong one')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This key is not the right one').waitFor()
    t.same(await findViolations(page), [])
    await shoot(page, 'sign-in-desktop-light')
    await page.getByLabel('API key').fill(KEY)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'The first' }).waitFor()
    t.notOk(sent.some(({ url }) => decodeURIComponent(url).includes(KEY)))
    const asked = sent.filter(({ url }) => url.includes('/api/campaigns/'))
    t.equal(asked.at(-1)?.key, `Bearer ${KEY}`)
    t.equal(await page.evaluate('sessionStorage.length'), 1)
    t.equal(await page.evaluate('localStorage.length + document.cookie.length'), 0)
  })

  t.test('by keyboard: search, rows, new', async t => {
    await page.keyboard.press('/')
    await page.locator('table.rows tbody tr').nth(49).waitFor()
    t.equal(await page.locator('table.rows tbody tr').count(), 50, 'a page of many')
    await page.keyboard.press('/')
    t.equal(await focused(page), 'search')
    await page.keyboard.type('the FIRST')
    await page.waitForURL(/search=the\+FIRST$/)
    await page.locator('table.rows tbody tr').nth(1).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'The first' }).waitFor()
    t.equal(await focused(page), 'search', 'the words are found as they are typed')
    await page.keyboard.press('ArrowDown')
    t.match(await page.evaluate('document.activeElement.textContent'), 'The first')
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
    t.equal(outline, 'solid', 'one sees where one is')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'The first' }).waitFor()
    await page.getByRole('link', { name: 'History' }).click()
    const moment = page.locator('.tab time').first()
    await moment.waitFor()
    const at = (await moment.getAttribute('datetime'))!
    t.match(await moment.getAttribute('title'), /CET|GMT\+1/, 'a time hovers with the zone of the reader')
    t.match(await moment.getAttribute('title'), `(${at.slice(0, 19).replace('T', ' ')} UTC)`, 'and in UTC')
    await page.keyboard.press('n')
    await page.getByRole('heading', { name: 'A new campaign' }).waitFor()
  })

  t.test('through all campaigns and back', async t => {
    await page.goto(`${origin}/#/?show=draft`)
    await page.getByRole('link', { name: 'Draft 119', exact: true }).waitFor()
    await page.getByRole('link', { name: 'Older' }).click()
    await page.getByText('51 to 100').waitFor()
    await page.getByRole('link', { name: 'Older' }).click()
    await page.getByRole('link', { name: 'Draft 1', exact: true }).waitFor()
    await page.getByRole('link', { name: 'Newer' }).click()
    await page.getByText('51 to 100').waitFor()
    t.equal(await page.locator('table.rows tbody tr').count(), 50)
    await page.goto(`${origin}/#/?search=nothing`)
    await page.getByText('No campaign has “nothing” in its name').waitFor()
  })

  t.test('what the service refuses is told in its words, and nothing is lost', async t => {
    await page.goto(`${origin}/#/campaigns/00000000-0000-4000-8000-000000000000`)
    await page.getByText('does not exist').waitFor()
    await page.goto(`${origin}/#/campaigns/${first.id}`)
    await page.getByRole('button', { name: 'Change the limit' }).click()
    // somebody else was faster
    await pool.query('update public.campaigns set daily_send_limit = 7 where id = $1', [first.id])
    // the page has read so behind the question
    const read = page.waitForResponse(
      async answer => answer.url().endsWith(`/${first.id}`) && (await answer.json()).daily_send_limit === 7,
    )
    feed.wake()
    await read
    await page.getByLabel('Mails a batch').fill('9')
    await page.getByRole('button', { name: 'Change it' }).click()
    await page.locator('dialog [role=alert]').waitFor()
    t.equal(await page.getByLabel('Mails a batch').inputValue(), '9')
    await page.getByRole('button', { name: 'Change it' }).click()
    await page.locator('.sums').getByText(/^9 /).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    t.equal(await page.evaluate('sessionStorage.length'), 0)
    t.same(watched.faults, [])
  })
})

const focused = (page: Page) => page.evaluate('document.activeElement.id')
