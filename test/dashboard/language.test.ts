// The page speaks English; dates and numbers are written as the reader's browser writes them, in the reader's zone.
import t from 'tap'
import { openApi } from '../routes/api.ts'
import { findViolations } from './axe.ts'
import { noBrowser, openPage, startBrowser } from './browser.ts'
import { makeCampaigns } from './campaigns.ts'

t.setTimeout(400_000)
t.test('language', { skip: noBrowser }, async t => {
  const { app, pool } = await openApi(t)
  const shown = await makeCampaigns(pool)
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const browser = await startBrowser(t)

  const readers = [
    {
      locale: 'de-DE',
      timezoneId: 'America/New_York',
      moment: 'Mi., 18. Nov. 03:00',
      hover: /^Mittwoch, 18\. November 2026 um 03:00:00 .*\(2026-11-18 08:00:00 UTC\)$/,
      days: ['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So'],
      number: '1.234.567',
      size: '3,5 MB',
      column: '17. Nov.',
    },
    {
      locale: 'en-US',
      timezoneId: 'Asia/Tokyo',
      moment: 'Wed, Nov 18 05:00 PM',
      hover: /^Wednesday, November 18, 2026 at 5:00:00.PM .*\(2026-11-18 08:00:00 UTC\)$/,
      days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
      number: '1,234,567',
      size: '3.5 MB',
      column: 'Nov 17',
    },
  ]
  for (const { locale, timezoneId, ...expected } of readers)
    t.test(`${locale}, ${timezoneId}`, async t => {
      const { page, faults } = await openPage(browser, origin, { locale, timezoneId })
      await page.goto(`${origin}/#/campaigns/${shown.spring.id}`)
      const moment = page.locator('.tab tbody tr').nth(1).locator('time')
      await moment.waitFor()
      t.equal(plain(await moment.innerText()), expected.moment)
      t.match(plain((await moment.getAttribute('title')) ?? ''), expected.hover)
      t.equal(await moment.getAttribute('lang'), locale, 'a reader aloud is told')
      t.equal(await page.locator('html').getAttribute('lang'), 'en', 'the words are English')
      const tomorrow = page.locator('.lead time', { hasText: 'tomorrow' })
      t.equal(await tomorrow.getAttribute('lang'), null, 'as in “tomorrow”')
      t.equal(
        plain(await page.locator('.calendar text').first().innerHTML()).replace(/<!--.*?-->/g, ''),
        expected.column,
      )
      t.same(await findViolations(page), [])

      await page.goto(`${origin}/#/new/${shown.draft}`)
      await page.getByText('More rules').click()
      t.same(await page.locator('.days span').allInnerTexts(), expected.days)
      t.same(await findViolations(page), [])
      const words = (call: string) =>
        page.evaluate(`import('/dashboard/words.js').then(words => words.${call})`)
      t.equal(await words('count(1234567)'), expected.number)
      t.equal(await words('bytes(3.5 * 1024 * 1024)'), expected.size)
      t.same(faults, [])
    })

  t.test('a language that the browser cannot read again is passed over', async t => {
    const { page, faults } = await openPage(browser, origin)
    await page.addInitScript(
      `Object.defineProperty(navigator, 'languages', { value: ['en-US@posix', 'fr-FR', 'de'] })`,
    )
    await page.goto(origin)
    t.equal(await page.evaluate(`import('/dashboard/words.js').then(words => words.LANGUAGE)`), 'fr-FR')
    await page.getByText('Spring offer').first().waitFor()
    t.same(faults, [])
  })
})

/** Browsers part the time from AM with a narrow space. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
