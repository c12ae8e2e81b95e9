// The embedded mailbox: what was sent, as it would look, and nothing left this machine.

import { get, url } from '/dashboard/api.js'
import { keyed } from '/dashboard/lit-html/directives/keyed.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { follow } from '/dashboard/live.js'
import { mailView } from '/dashboard/message.js'
import { loading, problemOf, trouble } from '/dashboard/parts.js'
import { time } from '/dashboard/words.js'

const PAGE = 50

export function openMailbox({ args: [opened], redraw }) {
  let items
  let before = null
  let isLong = false
  let problem
  let file = opened
  let mail
  let part = 'html'

  async function read() {
    if (isLong) return
    try {
      ;({ items, before } = await get(url(['api', 'mailbox', 'mails'], { limit: PAGE })))
      problem = undefined
    } catch (error) {
      if (!items) problem = problemOf(error)
    }
    redraw()
  }

  async function more() {
    isLong = true
    const page = await get(url(['api', 'mailbox', 'mails'], { limit: PAGE, before }))
    items = [...items, ...page.items]
    before = page.before
    redraw()
  }

  async function readMail() {
    mail = undefined
    if (!file) return redraw()
    try {
      mail = await get(url(['api', 'mailbox', 'mails', file]))
    } catch (error) {
      problem = problemOf(error)
    }
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
                  : html`<p class="quiet">${file ? 'Reading the mail …' : 'Choose a mail.'}</p>`
              }</section></div>`
      }`,
  }
}
