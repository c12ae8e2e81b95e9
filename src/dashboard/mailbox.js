// The embedded mailbox: what was sent, as it would look, and nothing left this machine.

import { get, url } from '/dashboard/api.js'
import { keyed } from '/dashboard/lit-html/directives/keyed.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { follow } from '/dashboard/live.js'
import { mailView } from '/dashboard/message.js'
import { loading, problemOf, told, trouble } from '/dashboard/parts.js'
import { time } from '/dashboard/words.js'

const PAGE = 50
/** The largest page of the service. */
const LARGEST = 200

export function openMailbox({ args: [opened], redraw }) {
  let items
  let before = null
  let wanted = PAGE
  let problem
  let file = opened
  let mail
  let mailProblem
  /** Counts the questions: only the answer to the last one is shown. */
  let question = 0
  let part = 'html'

  async function read() {
    const asked = ++question
    // the service did not answer when the mail was asked for
    if (mailProblem && !mailProblem.status) void readMail()
    try {
      const found = await readMails(wanted)
      if (asked !== question) return
      ;({ items, before } = found)
      problem = undefined
    } catch (error) {
      if (asked !== question) return
      if (error.problem || !items) problem = problemOf(error)
    }
    redraw()
  }

  async function readMails(number) {
    let found = { items: [], before: undefined }
    do {
      const limit = Math.min(LARGEST, number - found.items.length)
      const page = await get(url(['api', 'mailbox', 'mails'], { limit, before: found.before }))
      found = { items: [...found.items, ...page.items], before: page.before }
    } while (found.before !== null && found.items.length < number)
    return found
  }

  const more = () => {
    wanted = items.length + PAGE
    return read()
  }

  async function readMail() {
    const asked = file
    mail = mailProblem = undefined
    redraw()
    if (!asked) return
    const answer = await told(get(url(['api', 'mailbox', 'mails', asked])))
    // another mail was chosen meanwhile
    if (asked !== file) return
    mail = answer.found
    mailProblem = answer.trouble
    redraw()
  }

  const show = name => {
    part = name
    redraw()
  }

  const list = () =>
    html`<ol class="mails">${items.map(
      ({
        file: name,
        at,
        to,
        subject,
      }) => html`<li><a data-row href="#/mailbox/${name}" aria-current=${name === file ? 'page' : 'false'}>
      <strong>${subject || 'no subject'}</strong><span class="quiet">${to.join(', ')}</span><small>${time(at)}</small></a></li>`,
    )}</ol>${before === null ? nothing : html`<p><button @click=${more}>Older mails</button></p>`}`

  void read()
  void readMail()
  return {
    title: 'Mailbox',
    close: follow('/api/events', read),
    move(path) {
      const match = /^\/mailbox(?:\/([\w.:-]+))?$/.exec(path)
      if (!match) return false
      file = match[1]
      void readMail()
      return true
    },
    view: () => html`<h1 class="lead">The mailbox of this machine. Nothing here went out: these mails are files.</h1>
      ${problem ? trouble(problem) : nothing}
      ${
        items === undefined
          ? problem
            ? nothing
            : loading('the mailbox', 5)
          : items.length === 0
            ? html`<p class="quiet">No mail yet. <a href="#/new">Make a campaign</a> and start it.</p>`
            : html`<div class="mailbox">${list()}<section aria-label="The mail">${
                mail
                  ? keyed(mail.file, mailView(mail, part, show))
                  : mailProblem
                    ? trouble(mailProblem)
                    : html`<p class="quiet">${file ? 'Reading the mail …' : 'Choose a mail.'}</p>`
              }</section></div>`
      }`,
  }
}
