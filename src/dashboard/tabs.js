// The questions that one campaign answers, one at a time.

import { openAnswers } from '/dashboard/answers.js'
import { openBatches } from '/dashboard/batches.js'
import { openContacts } from '/dashboard/contacts.js'
import { openDoubt } from '/dashboard/doubt.js'
import { openFailed } from '/dashboard/failed.js'
import { openHistory } from '/dashboard/history.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { openMessage } from '/dashboard/message.js'
import { link } from '/dashboard/parts.js'
import { openProof } from '/dashboard/proof.js'
import { count } from '/dashboard/words.js'

const views = {
  batches: ['Batches', openBatches],
  failed: ['Failed', openFailed],
  doubt: ['In doubt', openDoubt],
  contacts: ['Contacts', openContacts],
  message: ['Message', openMessage],
  answers: ['Answers', openAnswers],
  history: ['History', openHistory],
  proof: ['Proof', openProof],
}

export const openTab = (name, query, given) => (views[name] ?? views.batches)[1]({ ...given, query })

export function tabs(campaign, here, failures) {
  const sum = test => failures.filter(test).reduce((all, { contacts }) => all + contacts, 0)
  const numbers = {
    failed: sum(({ status }) => status !== 'in_doubt'),
    doubt: sum(({ status }) => status === 'in_doubt'),
  }
  return html`<nav class="tabs" aria-label="About this campaign">${Object.entries(views).map(
    ([
      name,
      [label],
    ]) => html`<a href=${link(campaign.id, name)} aria-current=${name === here ? 'page' : 'false'}
      class=${numbers[name] > 0 ? 'warn' : ''}>${label}${numbers[name] > 0 ? html` <b>${count(numbers[name])}</b>` : nothing}</a>`,
  )}</nav>`
}
