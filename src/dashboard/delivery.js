// How a campaign's mails leave: where replies go, by which server, and what a missing answer means.

import { html } from '/dashboard/lit-html/lit-html.js'
import { choice, input } from '/dashboard/rules.js'

const DOUBT = [
  ['never', 'is not sent again'],
  ['resend', 'is sent once more'],
  ['ask', 'waits until somebody decides'],
]

/** `servers`: as `/api/smtp-servers` lists them. */
export function deliveryView(draft, servers) {
  const { reply_to, smtp_server, in_doubt_policy } = draft.fields
  const isOther = reply_to || smtp_server || in_doubt_policy !== 'never'
  return html`<details ?open=${Boolean(isOther)}><summary>Replies, server, doubt</summary>
    ${input(draft, 'reply_to', 'Replies go to', { hint: html`<small>Empty: to the sender.</small>` })}
    ${choice(draft, 'smtp_server', 'SMTP server', choicesOf(servers, smtp_server))}
    ${choice(draft, 'in_doubt_policy', 'A mail whose answer never came', DOUBT)}</details>`
}

function choicesOf(servers, chosen) {
  const named = servers.filter(({ name }) => name !== 'default')
  return [
    ['', 'the one of this service'],
    ...named.map(server => [server.name, `${server.name} (${server.host}${troubleOf(server)})`]),
    ...(chosen && !named.some(({ name }) => name === chosen)
      ? [[chosen, `${chosen} (not there any more)`]]
      : []),
  ]
}

const troubleOf = ({ is_enabled, refusal }) =>
  !is_enabled ? ', switched off' : refusal ? ', refuses now' : ''
