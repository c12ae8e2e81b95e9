// The message, as a contact would get it.

import { post, url } from '/dashboard/api.js'
import { ask } from '/dashboard/dialog.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { mailFrame } from '/dashboard/mail-frame.js'
import { loading, told, trouble } from '/dashboard/parts.js'

const wordsOf = campaign =>
  campaign &&
  JSON.stringify([
    campaign.subject,
    campaign.text_body,
    campaign.html_body,
    campaign.sender,
    campaign.reply_to,
  ])

/** The mail of the first contact, up to date. */
export function openMessage({ id, redraw, campaign }) {
  let preview
  let problem
  let part = 'html'

  /** What was shown last; of a campaign that is changed meanwhile it is made again. */
  let shown

  async function read() {
    const words = wordsOf(campaign())
    if (preview && words === shown) return
    const answer = await told(post(url(['api', 'campaigns', id, 'preview']), {}))
    // changed once more meanwhile: that is asked for by itself
    if (words !== wordsOf(campaign())) return
    shown = words
    preview = answer.found
    problem = answer.trouble
    redraw()
  }
  void read()
  const show = name => {
    part = name
    redraw()
  }
  return {
    read,
    view: () => html`${problem ? trouble(problem) : nothing}
      ${preview ? mailView(preview, part, show) : problem ? nothing : loading('the message')}
      ${
        preview
          ? html`<p class="buttons"><button @click=${() => testMail(id, preview.contact_id)}>Send me a test mail</button>
        ${campaign()?.status === 'draft' ? html`<a class="button" href="#/new/${id}">Go on writing it</a>` : nothing}</p>`
          : nothing
      }`,
  }
}

/** Headers and one part of a rendered mail; `show(part)` changes it. */
export function mailView(mail, part, show) {
  const shown = part === 'html' && !mail.html ? 'text' : part
  const choice = (name, label) =>
    html`<button type="button" class="plain" aria-pressed=${name === shown} @click=${() => show(name)}>${label}</button>`
  return html`${mail.problem ? trouble({ title: mail.problem }) : nothing}
    <div class="envelope"><dl><dt>To</dt><dd>${mail.to}</dd><dt>From</dt><dd>${mail.from ?? 'the sender of MAIL_FROM'}</dd>
      ${mail.reply_to ? html`<dt>Reply to</dt><dd>${mail.reply_to}</dd>` : nothing}
      <dt>Subject</dt><dd><strong>${mail.subject}</strong></dd>
      ${mail.attachments?.length > 0 ? html`<dt>Files</dt><dd>${mail.attachments.map(({ file_name }) => file_name).join(', ')}</dd>` : nothing}</dl>
    <p class="choice" role="group" aria-label="Which part">${mail.html ? choice('html', 'As it looks') : nothing}${choice('text', 'Text')}${mail.html ? choice('source', 'Source') : nothing}${mail.raw ? choice('raw', 'Raw') : nothing}</p>
    ${shown === 'html' ? mailFrame(mail.html, `The mail to ${mail.to}, as it looks`) : html`<pre class="body" tabindex="0">${shown === 'text' ? mail.text : shown === 'raw' ? mail.raw : mail.html}</pre>`}</div>`
}

/** The fields that a message asks of its contacts. */
export function fieldsView({ subject, text_body, html_body }) {
  const found = [subject, text_body, html_body].flatMap(text =>
    [...(text ?? '').matchAll(/\{\{\s*([A-Za-z_]\w*)/g)].map(([, name]) => name),
  )
  return found.length > 0 ? html`<p class="quiet">Fields: ${[...new Set(found)].join(', ')}</p>` : nothing
}

export function testMail(id, contactId) {
  ask({
    title: 'Send a test mail',
    body: () => html`<p>One mail to an address of yours, by the real server. The campaign knows nothing of it.</p>
      <label for="to">To</label><input id="to" name="to" type="email" required maxlength="320" autofocus autocomplete="email">`,
    confirm: 'Send one mail',
    act: async form => {
      const { reply } = await post(url(['api', 'campaigns', id, 'test']), {
        to: form.get('to').trim(),
        ...(contactId && { contact_id: contactId }),
      })
      return `The server took it: ${reply ?? 'accepted'}`
    },
  })
}
