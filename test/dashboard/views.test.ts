// Every view in a real browser, on a database with campaigns of every status: axe-core, the policy, the origin, text that
// would like to be markup, and screenshots as build output.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { startMailbox } from '../../src/embedded/mailbox.ts'
import { openApi } from '../routes/api.ts'
import { findViolations } from './axe.ts'
import { noBrowser, openPage, shoot, sizes, startBrowser, type Watched } from './browser.ts'
import { makeCampaigns, NASTY, type Shown } from './campaigns.ts'
import { fillMailbox } from './mails.ts'

/** Hash of the address, and what is there when the view has come. */
const views = (shown: Shown, mail: string): Record<string, [hash: string, ready: string]> => ({
  overview: ['#/', 'table.rows tbody tr'],
  'needs you': ['#/?show=needs', 'table.rows tbody tr'],
  campaign: [`#/campaigns/${shown.spring.id}`, '.tab tbody tr'],
  failed: [`#/campaigns/${shown.spring.id}/failed`, '.tab tbody tr'],
  'in doubt': [`#/campaigns/${shown.spring.id}/doubt`, '.tab tbody tr'],
  contacts: [`#/campaigns/${shown.spring.id}/contacts`, '.tab tbody tr'],
  'contacts of a batch': [`#/campaigns/${shown.spring.id}/contacts?batch=1&status=failed`, '.tab tbody tr'],
  story: [`#/campaigns/${shown.spring.id}/contacts?contact=${shown.spring.contacts[0]}`, '.story li'],
  message: [`#/campaigns/${shown.spring.id}/message`, 'iframe.mail'],
  answers: [`#/campaigns/${shown.spring.id}/answers`, '.tab tbody tr'],
  history: [`#/campaigns/${shown.spring.id}/history`, '.story li'],
  proof: [`#/campaigns/${shown.spring.id}/proof`, '.tab tbody tr'],
  paused: [`#/campaigns/${shown.paused.id}`, '.tab tbody tr'],
  nasty: [`#/campaigns/${shown.nasty.id}/failed`, '.tab tbody tr'],
  make: [`#/new/${shown.draft}`, '.preview .envelope'],
  import: ['#/import', '.drop'],
  mailbox: [`#/mailbox/${mail}`, 'iframe.mail'],
})

/** Controls below 44 px and links that stand alone below 32 px, as long as they are in sight. */
const SMALL = `[
    ['button, .button, select, summary, textarea, label:has(input[type=checkbox], input[type=radio])', 44],
    ['input:not([type=checkbox], [type=radio], [type=file])', 44],
    ['nav a, th a, td a, dd a', 32],
  ].flatMap(([selector, least]) => [...document.querySelectorAll(selector)]
    .filter(element => element.checkVisibility() && !element.closest('.hidden'))
    .map(element => [element.outerHTML.slice(0, 120), element.getBoundingClientRect().height, least]))
  .filter(([, height, least]) => height < least - 0.5)`

/** Tables that are wider than their place; the calendar of batches is as long as the campaign, and may be. */
const OUT_OF_SIGHT = `[...document.querySelectorAll('.tab .scroll, .tabs, .filters')]
  .filter(element => element.scrollWidth > element.clientWidth + 1).map(element => element.innerText.slice(0, 120))`

const looks: { size: keyof typeof sizes; scheme: 'light' | 'dark' }[] = [
  { size: 'desktop', scheme: 'light' },
  { size: 'phone', scheme: 'dark' },
  // the other two are for whoever looks at the pictures
  ...(process.env.DAYBATCH_TEST_SHOTS
    ? ([
        { size: 'desktop', scheme: 'dark' },
        { size: 'phone', scheme: 'light' },
      ] as const)
    : []),
]

t.setTimeout(400_000)
t.test('views', { skip: noBrowser }, async t => {
  const stateFolder = await mkdtemp(join(tmpdir(), 'daybatch-page-'))
  t.teardown(() => rm(stateFolder, { recursive: true, force: true }))
  const api = await openApi(t, { config: { stateFolder } })
  const shown = await makeCampaigns(api.pool)
  const mailbox = await startMailbox({ folder: join(stateFolder, 'mailbox') })
  const mail = await fillMailbox(mailbox)
  await mailbox.stop()
  const origin = await api.app.listen({ port: 0, host: '127.0.0.1' })
  const browser = await startBrowser(t)
  const all = Object.entries(views(shown, mail))

  /** By the hash alone, as a reader goes on. */
  const visit = async ({ page }: Watched, hash: string, ready: string) => {
    if (page.url() === 'about:blank') await page.goto(`${origin}/${hash}`)
    else await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    const there = `main[data-view=${JSON.stringify(hash)}]`
    await page.waitForSelector(`${there}:not(:has(.loading)) ${ready}`)
  }

  for (const { size, scheme } of looks) {
    t.test(`${size}, ${scheme}: nothing for axe-core, nothing from elsewhere, nothing cut off`, async t => {
      const watched = await openPage(browser, origin, { viewport: sizes[size], colorScheme: scheme })
      for (const [name, [hash, ready]] of all) {
        await visit(watched, hash, ready)
        t.same(await findViolations(watched.page), [], `${name}: axe-core`)
        const wide = await watched.page.evaluate('document.documentElement.scrollWidth - innerWidth')
        t.ok(Number(wide) <= 0, `${name}: no scrolling sideways (${wide} px)`)
        if (size === 'phone') {
          t.same(await watched.page.evaluate(SMALL), [], `${name}: nothing too small for a finger`)
          t.same(await watched.page.evaluate(OUT_OF_SIGHT), [], `${name}: no column out of sight`)
        }
        t.equal(await watched.page.evaluate('window.broken'), undefined, `${name}: text stays text`)
        await shoot(watched.page, `${name.replaceAll(' ', '-')}-${size}-${scheme}`)
      }
      const { page } = watched
      const look = async (name: string) => {
        t.same(await findViolations(page), [], `${name}: axe-core`)
        if (size === 'phone')
          t.same(await page.evaluate(SMALL), [], `${name}: nothing too small for a finger`)
        await shoot(page, `${name}-${size}-${scheme}`)
      }
      await visit(watched, `#/campaigns/${shown.spring.id}`, '.tab tbody tr')
      await page.getByRole('button', { name: 'Change the limit' }).click()
      await page.getByLabel('Mails a batch').fill('9')
      await page.getByText('It ends').last().waitFor()
      await look('dialog')
      await page.keyboard.press('Escape')
      await visit(watched, `#/new/${shown.draft}`, '.preview .envelope')
      for (const part of await page.locator('summary').all()) await part.click()
      await page.getByLabel('Time between batches').waitFor()
      await look('make-unfolded')
      t.same(watched.faults, [], 'no request left the origin, no script failed, the policy was kept')
      await watched.page.context().close()
    })
  }

  t.test('each figure of the overview leads to the contacts that it counts', async t => {
    const watched = await openPage(browser, origin)
    const { page } = watched
    await visit(watched, '#/', 'table.rows tbody tr')
    const found: { text: string; to: string }[] = []
    for (const figure of await page.locator('table.rows td a[href*="/contacts?"]').all())
      found.push({ text: await figure.innerText(), to: (await figure.getAttribute('href'))! })
    t.ok(
      found.some(({ to }) => to.includes('batch=')),
      'of a batch under way too',
    )
    for (const { text, to } of found) {
      if (text === '0') continue
      await visit(watched, to, '.tab tbody tr')
      t.equal(String(await page.locator('.tab tbody tr').count()), text, to)
    }
    t.same(watched.faults, [])
    await page.context().close()
  })

  t.test('each figure of a batch leads to the contacts that it counts, by keyboard', async t => {
    const watched = await openPage(browser, origin)
    const { page } = watched
    const campaign = `#/campaigns/${shown.spring.id}`
    const { rows: batches } = await api.pool.query(
      `select batch_number, sent_count as sent, refused_count as failed, skipped_count as skipped, in_doubt_count as in_doubt
       from daybatch.list_batches($1) where state <> 'forecast'`,
      [shown.spring.id],
    )
    let figures = 0
    for (const { batch_number, ...counts } of batches)
      for (const [status, counted] of Object.entries(counts)) {
        await visit(watched, campaign, '.tab tbody tr')
        const name = `${counted} ${status.replace('_', ' ')} of batch ${batch_number}`
        const figure = page.getByRole('link', { name, exact: true })
        t.equal(await figure.count(), counted ? 1 : 0, name)
        if (!counted) continue
        figures++
        await figure.focus()
        await page.keyboard.press('Enter')
        await page.getByText(`Of batch ${batch_number} alone`).waitFor()
        await page.locator('.tab tbody tr').first().waitFor()
        const cells = await page.locator('.tab tbody tr').allInnerTexts()
        t.equal(cells.length, counted, `${name}: as many rows`)
        t.ok(cells.every(text => text.includes(status.replace('_', ' '))))
      }
    t.ok(figures > 8, `${figures} figures`)
    await visit(watched, `${campaign}/contacts?batch=1&status=failed`, '.tab tbody tr')
    await page.getByRole('link', { name: 'all', exact: true }).click()
    await page.locator('.tab tbody tr').nth(1).waitFor()
    await page.getByText('Of batch 1 alone').waitFor()
    await page.getByRole('link', { name: 'Of all batches' }).click()
    await page.getByText('alone.').waitFor({ state: 'detached' })
    await visit(
      watched,
      `${campaign}/contacts?batch=2&status=in_doubt`,
      'p:has-text("Nobody of batch 2 is in doubt now.")',
    )
    await visit(watched, campaign, '.tab tbody tr')
    await page.keyboard.press('ArrowDown')
    t.equal(
      await page.evaluate('document.activeElement.ariaLabel'),
      'Contacts of batch 1',
      'arrows walk through them',
    )
    t.same(watched.faults, [])
  })

  t.test('what would like to be markup is shown as it was written', async t => {
    const watched = await openPage(browser, origin)
    const { page } = watched
    await visit(watched, '#/', 'table.rows tbody tr')
    t.equal(await page.getByRole('link', { name: NASTY, exact: true }).count(), 1, 'a name')
    await visit(watched, `#/campaigns/${shown.nasty.id}/failed`, '.tab tbody tr')
    t.match(await page.locator('.tab').innerText(), '<script>window.broken=2</script>', "a server's answer")
    await visit(watched, `#/campaigns/${shown.nasty.id}/message`, '.envelope')
    t.match(await page.locator('.envelope').innerText(), '<img src=x onerror=', 'a subject')
    await visit(watched, `#/campaigns/${shown.spring.id}/message`, 'iframe.mail')
    const inside = page.frameLocator('iframe.mail')
    t.equal(await inside.locator('h1').innerText(), 'An offer for Ada', 'a mail is shown as it would look')
    t.equal(await inside.locator('script, link, iframe').count(), 0, 'but without what reaches out')
    t.same(watched.faults, [], 'no request left the origin, the policy was kept')
    await inside.locator('p[onclick]').click()
    await inside.getByText('To the shop').click({ noWaitAfter: true })
    t.equal(await page.evaluate('window.broken'), undefined, 'nothing of it ran')
    t.match(page.url(), origin, 'and it leads nowhere')
    t.ok(
      watched.faults.every(fault => /^policy: .*(frame-src|Framing)/.test(fault)),
      'a link that was clicked on is stopped by the policy',
    )
  })

  t.test('the policy stands in the header, and files are told apart by their content', async t => {
    const first = await fetch(`${origin}/`)
    t.match(first.headers.get('content-security-policy'), /^default-src 'self';/)
    t.notMatch(first.headers.get('content-security-policy'), /unsafe|\*|http/)
    t.match(first.headers.get('content-security-policy'), /frame-ancestors 'none'/)
    t.equal(first.headers.get('x-content-type-options'), 'nosniff')
    const frame = await fetch(`${origin}/dashboard/mail.html`)
    t.match(
      frame.headers.get('content-security-policy'),
      /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
    )
    const script = await fetch(`${origin}/dashboard/page.js`)
    t.equal(script.headers.get('cache-control'), 'no-cache')
    const again = await fetch(`${origin}/dashboard/page.js`, {
      headers: { 'if-none-match': script.headers.get('etag') as string },
    })
    t.equal(again.status, 304)
    for (const path of ['nothing.js', '../app.ts', '%2e%2e/app.ts', 'lit-html/package.json'])
      t.equal((await fetch(`${origin}/dashboard/${path}`)).status, 404, path)
  })
})
