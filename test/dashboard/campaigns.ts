import type pg from 'pg'
import { setClock } from '../helper/clock.ts'
import {
  accepted,
  begin,
  type Campaign,
  call,
  claim,
  insertRow,
  loginRefused,
  makeCampaign,
  makeContacts,
  makeList,
  noReply,
  noSuchUser,
  openBatch,
  type Reply,
  report,
  runBatch,
  send,
} from '../helper/make.ts'

export const BEGIN = Date.parse('2026-11-17T08:00:00Z')
const HOUR = 3_600_000
const at = (hours: number) => new Date(BEGIN + hours * HOUR)

/** What somebody may have typed to break the page; it must stay text wherever it is shown. */
export const NASTY = `<img src=x onerror="window.broken=1">'"&lt;{{}}\${1}`

const addressGone: Reply = {
  stage: 'rcpt',
  reply_code: 553,
  enhanced_code: '5.1.3',
  reply_text: 'no such address, <script>window.broken=2</script>',
}

export interface Shown {
  /** Under way in its fifth batch; has failures, a doubt, a skip. */
  spring: Campaign
  paused: Campaign
  nasty: Campaign
  draft: string
}

/**
 * Campaigns of every status in a database whose clock stands at the fifth day: what the views have to show. Nothing is
 * delivered: the servers' answers are reported by hand.
 */
export async function makeCampaigns(db: pg.Pool): Promise<Shown> {
  await setClock(db, at(-24))
  const people = await makeContacts(
    db,
    Array.from({ length: 48 }, (_, n) => ({
      email: `reader-${n + 1}@example.org`,
      first_name: NAMES[n % NAMES.length],
      last_name: n === 3 ? NASTY : null,
      attributes: { city: n % 3 ? 'Lisbon' : 'Oslo' },
      ...(n === 7 && { unsubscribed_at: at(-30).toISOString() }),
    })),
  )
  const customers = await makeList(db, people, 'Customers')
  await makeList(db, people.slice(0, 12), 'Friends of the house')

  await setClock(db, at(0))
  const spring = await makeCampaign(db, {
    name: 'Spring offer',
    subject: 'An offer for {{first_name | you}}',
    text_body: 'Hello {{first_name | friend}},\nour spring offer is for you and for all of {{city}}.',
    html_body: MAIL,
    sender: 'Example Shop <news@example.com>',
    limit: 5,
    lists: [customers],
  })
  const done = await makeCampaign(db, { name: 'Winter newsletter', contacts: 9, limit: 5 })
  const paused = await makeCampaign(db, { name: 'Invitation to the summer party', contacts: 30, limit: 8 })
  const refused = await makeCampaign(db, { name: 'Price list 2027', contacts: 14, limit: 5 })
  const nasty = await makeCampaign(db, {
    name: NASTY,
    subject: NASTY,
    contacts: [{ email: 'nasty@example.org', first_name: NASTY, attributes: { [NASTY]: NASTY } }, {}, {}],
    limit: 2,
  })
  const answers: Reply[][] = [
    [accepted, accepted, noSuchUser, accepted, accepted],
    [accepted, addressGone, accepted, accepted, accepted],
    [accepted, accepted, noReply, accepted, accepted],
    [accepted, accepted, accepted, accepted, accepted],
  ]
  for (const [index, replies] of answers.entries()) {
    await setClock(db, at(index * 24))
    await runBatch(db, spring.id, replies)
    if (index < 2) await runBatch(db, done.id)
    if (index < 2) await runBatch(db, paused.id)
    if (index === 0) await runBatch(db, nasty.id, [addressGone, accepted])
  }
  await call(db, 'pause_campaign', paused.id, 'wrong date on the invitation')
  await openBatch(db, refused.id)
  await send(db, refused.id, loginRefused)

  await setClock(db, at(96))
  await insertRow(db, 'public.campaigns', {
    name: 'Autumn catalogue',
    status: 'scheduled',
    scheduled_at: at(124).toISOString(),
    text_body: 'Hello',
    daily_send_limit: 20,
    contact_list_ids: [customers],
  })
  const cancelled = await makeCampaign(db, { name: 'Old survey', lists: [customers], limit: 10 })
  await call(db, 'cancel_campaign', cancelled.id, 'not needed any more')
  const { id: draft } = await insertRow(db, 'public.campaigns', {
    name: 'Thank-you note',
    contact_list_ids: [customers],
    text_body: 'Thank you, {{first_name | friend}}.',
  })
  await call(db, 'report_worker', 'one', 10)
  await openBatch(db, spring.id)
  const rows = await claim(db, spring.id, 4)
  await begin(db, spring.id, rows.slice(0, 4))
  await report(db, spring.id, rows.slice(0, 2))
  await setClock(db, new Date(BEGIN + 96 * HOUR + 40_000))
  await call(db, 'report_worker', 'one', 10)
  return { spring: { ...spring, contacts: people }, paused, nasty, draft }
}

const NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Katherine', 'Donald', 'Margaret']

const MAIL = `<!doctype html><html><head><style>h1 { color: #0b5f6b } body { font-family: Georgia, serif }</style>
<link rel="stylesheet" href="https://outside.example/x.css"></head>
<body><h1>An offer for {{first_name | you}}</h1><p>Good morning, our <b>spring offer</b> is for you and for all of {{city}}.</p>
<img src="https://outside.example/pixel.gif" alt="a picture of spring"><script>parent.broken = 3</script>
<p onclick="parent.broken = 4"><a href="https://outside.example/">To the shop</a> · <a href="{{unsubscribe_url}}">Unsubscribe</a></p></body></html>`
