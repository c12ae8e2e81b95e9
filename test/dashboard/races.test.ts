// What happens on the page between a question and its answer: another question, another view, a lost connection, a key
// that was taken back. The answer to an older question is never shown, and nothing that was typed is lost.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, Request } from 'playwright-core'
import t from 'tap'
import { call, makeCampaign, makeContacts, makeList, noReply, runBatch } from '../helper/make.ts'
import { until } from '../helper/until.ts'
import { openApi } from '../routes/api.ts'
import { makeFolder } from '../server/service.ts'
import { noBrowser, openPage, startBrowser } from './browser.ts'

const MAILS = ['20261117T080000.000Z-1.eml', '20261117T080000.000Z-2.eml']

t.setTimeout(400_000)
t.test('races', { skip: noBrowser }, async t => {
  const folder = await makeFolder(t)
  const { app, feed, pool } = await openApi(t, { config: { stateFolder: folder } })
  const people = await makeContacts(pool, 100)
  const lists = [await makeList(pool, people, 'Customers')]
  const big = await makeCampaign(pool, { name: 'Spring offer', lists, limit: 100 })
  await runBatch(
    pool,
    big.id,
    people.map(() => noReply),
  )
  const draft = await makeCampaign(pool, { name: 'Waits', lists, limit: 20, status: 'draft' })
  await makeMails(join(folder, 'mailbox'))

  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const watched = await openPage(await startBrowser(t), origin)
  const { page } = watched
  const heading = (name: string | RegExp) => page.getByRole('heading', { name })
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const stored = async (name: string) =>
    (await pool.query('select * from public.campaigns where name = $1', [name])).rows

  t.test('a question that was left says nothing in the next one', async t => {
    await page.goto(`${origin}/#/campaigns/${big.id}`)
    const release = await hold(page, '**/finish?*')
    await page.goto(`${origin}/#/campaigns/${draft.id}`)
    await button('Change the limit').click()
    await button('Leave it as it is').click()
    await button('Change the limit').click()
    await button('Leave it as it is').click()
    await button('Cancel').click()
    await heading('Cancel “Waits” for good?').waitFor()
    await release()
    await settle(page)
    t.ok(await heading('Cancel “Waits” for good?').isVisible())
    await page.keyboard.press('Escape')
    await heading('Cancel “Waits” for good?').waitFor({ state: 'detached' })
  })

  t.test('a question asked again while the first answer is under way gets it', async t => {
    await page.reload()
    const release = await hold(page, '**/finish?*')
    await button('Change the limit').click()
    await button('Leave it as it is').click()
    await button('Change the limit').click()
    await page.getByText('Asking when it ends').waitFor()
    await release()
    await page.getByText(/^It ends .*, in 5 batches/).waitFor()
    await page.route('**/finish?*', route =>
      route.fulfill({
        status: 503,
        json: { status: 503, title: 'The database is busy', detail: 'Try again.' },
      }),
    )
    await page.getByLabel('Mails a batch').fill('30')
    await page.locator('dialog').getByText('The database is busy').waitFor()
    t.equal(await page.getByText('Asking when it ends').count(), 0)
    await page.unroute('**/finish?*')
    await page.getByLabel('Mails a batch').fill('')
    await page.getByText('At least 1.').waitFor()
    await button('Leave it as it is').click()
  })

  t.test('a long list holds each row once, and follows what is done to it', async t => {
    await page.goto(`${origin}/#/campaigns/${big.id}/doubt`)
    const rows = page.locator('.tab tbody tr')
    await rows.nth(49).waitFor()
    // an answer between the two clicks would take the button away from below the second
    const release = await hold(page, '**/deliveries?*')
    await button('Show more').dblclick()
    await release()
    await rows.nth(99).waitFor()
    const names = await rows.locator('th').allInnerTexts()
    t.equal(new Set(names).size, 100)
    await rows.nth(90).getByRole('button', { name: 'Sent', exact: true }).click()
    await button('Take 1 as sent').click()
    await until(async () => (await rows.count()) === 99)
    t.notOk((await rows.locator('th').allInnerTexts()).includes(names[90]!))
  })

  t.test('the mail that was chosen last is the one that is shown', async t => {
    await page.goto(`${origin}/#/mailbox`)
    const release = await hold(page, `**/mailbox/mails/${MAILS[0]}`)
    await page.getByRole('link', { name: 'The mail 1' }).click()
    await page.getByText('Reading the mail').waitFor()
    await page.getByRole('link', { name: 'The mail 2' }).click()
    await page.locator('.envelope').getByText('The mail 2').waitFor()
    await release()
    await settle(page)
    t.match(await page.locator('.envelope').innerText(), 'The mail 2')
    await page.goto(`${origin}/#/mailbox/20261117T080000.000Z-9.eml`)
    await page.locator('.mailbox').getByText('The mailbox has no such mail').waitFor()
  })

  t.test('parts of the page that nobody told at first come with the connection', async () => {
    await page.route('**/api/overview/parts', route => route.abort(), { times: 1 })
    await page.reload()
    await page.getByRole('link', { name: 'Mailbox' }).waitFor()
  })

  t.test('a contact that is found too late leads nobody back', async t => {
    await page.goto(`${origin}/#/campaigns/${big.id}/contacts`)
    const { email } = (await pool.query('select email from public.contacts limit 1')).rows[0]
    const release = await hold(page, '**/api/contacts/search')
    await page.getByRole('searchbox').fill(email)
    const asked = page.waitForRequest('**/api/contacts/search')
    await page.keyboard.press('Enter')
    await asked
    await page.getByRole('link', { name: 'History' }).click()
    await page.locator('.tab .story').waitFor()
    await release()
    await settle(page)
    t.match(page.url(), /history$/)
  })

  t.test('a search keeps its space, and ends with its view', async t => {
    await page.goto(`${origin}/#/`)
    const search = page.getByRole('searchbox')
    await search.pressSequentially('Spring ')
    await page.waitForURL(/search=Spring\+$/)
    await settle(page)
    await search.pressSequentially('offer')
    t.equal(await search.inputValue(), 'Spring offer')
    await page.getByRole('link', { name: 'Waits' }).waitFor({ state: 'detached' })
    await page.waitForURL(/search=Spring\+offer$/)
    const found = page.getByRole('link', { name: 'Spring offer' })
    await found.waitFor()
    // In one step: the search begins by itself, and finds nothing that could be clicked on.
    await typeInOneStep(page, 'search', 'Spring offers', `document.querySelector('[data-row]').click()`)
    await heading(/^Spring offer/).waitFor()
    // longer than a search waits for its next letter
    await page.waitForTimeout(400)
    t.match(page.url(), `/#/campaigns/${big.id}`)
  })

  t.test('letters that are typed while a search begins are kept', async t => {
    // the address has changed, and the page is told of it next
    await page.addInitScript(`addEventListener('hashchange', () => window.early?.())`)
    await page.goto(`${origin}/#/`)
    await page.reload()
    const search = page.getByRole('searchbox')
    await search.waitFor()
    const more = `window.early = () => {
      window.early = undefined
      field.value = 'Wait'
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }`
    await typeInOneStep(page, 'search', 'Wai', more)
    await page.waitForURL(/search=Wait$/)
    t.equal(await search.inputValue(), 'Wait')
    await page.goBack()
    await page.goForward()
    await page.waitForTimeout(400)
    t.match(page.url(), /search=Wait$/)
  })

  t.test('events without a pause do not keep the view from its data', async t => {
    await page.goto(`${origin}/#/`)
    await page.getByRole('link', { name: 'Waits' }).waitFor()
    let readings = 0
    const counting = (request: Request) => {
      if (request.url().endsWith('/api/overview')) readings += 1
    }
    page.on('request', counting)
    const begun = performance.now()
    const pass = () => (performance.now() - begun) / 1000
    for (let limit = 21; pass() < 3 || (readings < 3 && pass() < 60); limit += 1) {
      await call(pool, 'set_daily_limit', draft.id, limit)
      feed.wake()
      await page.waitForTimeout(100)
    }
    page.off('request', counting)
    const seconds = pass()
    t.ok(readings >= 2 && readings <= seconds + 2, `${readings} readings in ${seconds} s`)
  })

  t.test('a tab that nobody looks at holds no connection', async () => {
    const look = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))`)
    const open = page.waitForResponse('**/api/events')
    await page.reload()
    await open
    const ended = page.waitForEvent('requestfailed', request => request.url().endsWith('/api/events'))
    await look(true)
    await ended
    await pool.query(`update public.campaigns set name = 'Waits still' where id = $1`, [draft.id])
    const again = page.waitForResponse('**/api/events')
    await look(false)
    await page.getByRole('link', { name: 'Waits still' }).waitFor()
    await again
  })

  t.test('a service that is gone is told of in a few seconds, though events came until then', async () => {
    const open = page.waitForResponse('**/api/events')
    await page.reload()
    await open
    await page.getByRole('link', { name: 'Waits still' }).waitFor()
    // while events come, the look after this one is a quarter of a minute away
    await page.waitForResponse('**/api/overview', { timeout: 60_000 })
    await page.route('**/api/**', route => route.abort())
    app.server.closeAllConnections()
    const lost = page.getByText('The service does not answer')
    await lost.waitFor({ timeout: 10_000 })
    await page.unroute('**/api/**')
    await lost.waitFor({ state: 'detached' })
  })

  t.test('campaigns that were read long ago are not shown over those of now', async t => {
    const [read, shown] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await page.route(
      '**/api/overview/campaigns?*',
      async route => {
        const response = await route.fetch()
        read.resolve()
        await shown.promise
        await route.fulfill({ response })
      },
      { times: 1 },
    )
    await page.reload()
    await read.promise
    await pool.query(`update public.campaigns set name = 'Waits on' where id = $1`, [draft.id])
    const renamed = page.getByRole('link', { name: 'Waits on' })
    await renamed.waitFor()
    const late = page.waitForResponse('**/api/overview/campaigns?*')
    shown.resolve()
    await late
    await settle(page)
    t.ok(await renamed.isVisible())
  })

  t.test('a draft whose making is left is stored, and nobody is led back to it', async t => {
    await page.goto(`${origin}/#/new`)
    const release = await hold(page, '**/api/campaigns')
    await page.getByLabel('Subject').fill('Left early')
    await page.getByRole('link', { name: 'Campaigns' }).click()
    await page.locator('table.rows').waitFor()
    await release()
    await until(async () => (await stored('Left early')).length === 1)
    await settle(page)
    t.match(page.url(), /#\/$/)
  })

  t.test('what is typed while nobody answers is stored as soon as somebody does, once', async t => {
    await page.goto(`${origin}/#/new`)
    await page.getByRole('checkbox', { name: /Customers/ }).waitFor()
    // the service makes it, and its answer is lost
    await page.route(
      '**/api/campaigns',
      async route => {
        await route.fetch()
        await route.abort()
      },
      { times: 1 },
    )
    await page.getByLabel('Subject').fill('Typed in a tunnel')
    await page.getByText('Not saved yet; it tries again.').waitFor()
    await page.context().setOffline(true)
    await page.getByLabel('Text', { exact: true }).fill('Hello')
    await page.getByRole('checkbox', { name: /Customers/ }).check()
    await page.locator('.choices + .trouble').waitFor()
    await page.context().setOffline(false)
    await page.getByText('The draft is saved.').waitFor()
    t.match(await stored('Typed in a tunnel'), [{ text_body: 'Hello', contact_list_ids: lists }])
    t.equal((await stored('Typed in a tunnel')).length, 1)
    await button(/^Start: 20 mails now, 100 in all/).waitFor()
    await page.locator('.preview .envelope').waitFor()
  })

  t.test('what was refused and taken back stands in nobody’s way', async t => {
    await page.getByText('More rules').click()
    await page.getByLabel('Each batch at').fill('25:00')
    await page.getByText('Not saved.').waitFor()
    await page.getByLabel('Text', { exact: true }).fill('Hello again')
    await page.locator('.preview').getByText('Hello again').waitFor()
    await page.getByLabel('Each batch at').fill('')
    await page.getByText('The draft is saved.').waitFor()
    t.match(await stored('Typed in a tunnel'), [{ text_body: 'Hello again', daily_send_time: null }])
  })

  t.test('the preview is the one of the words that were stored last', async t => {
    const release = await hold(page, '**/preview', 1)
    const asked = page.waitForRequest('**/preview')
    await page.getByLabel('Text', { exact: true }).fill('The first words')
    await asked
    await page.getByLabel('Text', { exact: true }).fill('The last words')
    await page.locator('.preview').getByText('The last words').waitFor()
    await release()
    await settle(page)
    t.match(await page.locator('.preview').innerText(), 'The last words')
  })

  t.test('a campaign’s message is shown as it is after a change', async () => {
    const [{ id }] = await stored('Typed in a tunnel')
    await page.goto(`${origin}/#/campaigns/${id}/message`)
    await page.locator('.envelope').getByText('The last words').waitFor()
    await pool.query(`update public.campaigns set text_body = 'Changed by hand' where id = $1`, [id])
    feed.wake()
    await page.locator('.envelope').getByText('Changed by hand').waitFor()
  })

  t.test('one file at a time, and its end is found out when the answer is lost', async t => {
    await page.goto(`${origin}/#/import`)
    const csv = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.setInputFiles('.drop input', csv('one.csv', 'email\none@example.test\nnobody\n'))
    const lost = Promise.withResolvers<void>()
    await page.route(
      '**/lists/*/imports?*',
      async route => {
        await route.fetch()
        await lost.promise
        await route.abort()
      },
      { times: 1 },
    )
    await button('Import one.csv').click()
    await page.getByRole('progressbar').waitFor()
    t.ok(await page.locator('.drop input').isDisabled())
    lost.resolve()
    await heading('2 rows read').waitFor()
    t.match(await page.locator('section[role=status]').innerText(), /1 new contacts.*1 refused/)
    t.match(await page.locator('table.plain-rows').innerText(), 'nobody')

    await page.route('**/lists/*/imports?*', route => route.abort(), { times: 1 })
    await page.setInputFiles('.drop input', csv('two.csv', 'email\ntwo@example.test\n'))
    await button('Import two.csv').click()
    await page.getByText('The upload broke off').waitFor()
    await button('Import two.csv').click()
    await heading('1 row read').waitFor()
  })

  t.test('an import whose page was left is told when one comes back', async t => {
    const rest = Promise.withResolvers<void>()
    const body = new ReadableStream({
      async start(stream) {
        // more than what is looked at before an import begins
        stream.enqueue(Buffer.from(`email\n${'no address\n'.repeat(50_000)}`))
        await rest.promise
        stream.enqueue(Buffer.from('late@example.test\n'))
        stream.close()
      },
    })
    const answer = fetch(`${origin}/api/lists/${lists[0]}/imports?file_name=long.csv`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body,
      duplex: 'half',
    })
    await until(async () => {
      const { rows } = await pool.query(`select from daybatch.imports where file_name = 'long.csv'`)
      return rows.length > 0
    })
    await page.goto(`${origin}/#/`)
    await page.goto(`${origin}/#/import`)
    await heading('Under way').waitFor()
    t.match(await page.locator('.broken').innerText(), 'long.csv')
    rest.resolve()
    t.equal((await answer).status, 201)
    await heading('Under way').waitFor({ state: 'detached' })
    t.same(watched.faults, [])
  })
})

t.test('a key that is taken back while one writes', { skip: noBrowser }, async t => {
  const { app, pool } = await openApi(t, { config: { apiKey: 'of the house' } })
  await makeList(pool, [], 'Readers')
  const origin = await app.listen({ port: 0, host: '127.0.0.1' })
  const { page } = await openPage(await startBrowser(t), origin)
  const signIn = async () => {
    await page.getByLabel('API key').fill('of the house')
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto(`${origin}/#/new`)
  await signIn()
  await page.getByRole('checkbox', { name: /Readers/ }).waitFor()
  // In one step: the page also asks by itself, and once that is refused nobody can type any more.
  const subject = page.getByLabel('Subject')
  await typeInOneStep(
    page,
    'subject',
    'Half a sentence',
    `sessionStorage.setItem('daybatch.key', 'taken back')`,
  )
  await page.getByLabel('API key').waitFor()
  await signIn()
  await page.getByText('The draft is saved.').waitFor()
  t.equal(await subject.inputValue(), 'Half a sentence')
  t.match((await pool.query('select subject from public.campaigns')).rows, [{ subject: 'Half a sentence' }])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('API key').waitFor()
  await signIn()
  t.equal(await subject.inputValue(), 'Half a sentence', 'as it is stored')

  // refused under the old key, and told when the new one is there
  const late = Promise.withResolvers<void>()
  await page.route(
    '**/api/campaigns/*',
    async route => {
      const answer = await route.fetch()
      t.equal(answer.status(), 401)
      await late.promise
      await route.fulfill({ response: answer })
    },
    { times: 1 },
  )
  const sent = page.waitForRequest('**/api/campaigns/*')
  const told = page.waitForResponse('**/api/campaigns/*')
  await typeInOneStep(
    page,
    'subject',
    'A whole sentence',
    `sessionStorage.setItem('daybatch.key', 'taken back')`,
  )
  await sent
  await page.evaluate(`sessionStorage.setItem('daybatch.key', 'of the house')`)
  late.resolve()
  await told
  await page.getByText('Not saved.').waitFor()
  await settle(page)
  t.equal(await page.getByLabel('API key').count(), 0, 'nobody is asked for a key again')
})

/** Lets requests wait until the returned function is called, `times` of them at most. */
async function hold(page: Page, address: string, times?: number): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const held: Promise<void>[] = []
  await page.route(
    address,
    route => {
      const done = promise.then(() => route.continue())
      held.push(done)
      return done
    },
    times === undefined ? {} : { times },
  )
  return async () => {
    // what has not come yet is not held: nothing would be seen of its race
    await until(async () => held.length > 0)
    const answers = held.map(() => page.waitForResponse(address))
    resolve()
    await Promise.all([...held, ...answers.slice(0, 1)])
    await page.unroute(address)
  }
}

/** Types and does something else in the same moment: the page does nothing by itself between the two. */
const typeInOneStep = (page: Page, id: string, text: string, also: string) =>
  page.evaluate(`{
    const field = document.getElementById('${id}')
    field.value = ${JSON.stringify(text)}
    field.dispatchEvent(new Event('input', { bubbles: true }))
    ${also}
  }`)

/** What has been answered is drawn after two frames. */
const settle = (page: Page) =>
  page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')

async function makeMails(folder: string) {
  await mkdir(folder, { recursive: true })
  const lines = MAILS.map((file, n) =>
    JSON.stringify({
      file,
      at: '2026-11-17T08:00:00.000Z',
      from: 'news@example.com',
      to: ['ada@example.org'],
      bytes: 60,
      number: n,
    }),
  )
  await writeFile(join(folder, 'ledger.jsonl'), `${lines.join('\n')}\n`)
  for (const [n, file] of MAILS.entries())
    await writeFile(
      join(folder, file),
      `From: news@example.com\r\nTo: ada@example.org\r\nSubject: The mail ${n + 1}\r\n\r\nHello\r\n`,
    )
}
