// Start, pause, resume, cancel, change the limit: buttons that say what happens, questions with the consequence in numbers.

import { change, get, post, url } from '/dashboard/api.js'
import { burnDown } from '/dashboard/charts.js'
import { ask } from '/dashboard/dialog.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { figures, problemOf, trouble } from '/dashboard/parts.js'
import { count, day, everyInterval, moment, plural, time } from '/dashboard/words.js'

/** The buttons that the campaign's status allows. */
export function actions(given) {
  const campaign = given.campaign()
  const can = {
    draft: [start, limit, cancel],
    scheduled: [start, limit, pause, cancel],
    sending: [pause, limit, cancel],
    paused: [resume, limit, cancel],
    completed: [],
    cancelled: [],
  }[campaign.status]
  return html`<div class="actions">${(can ?? []).map(make => make(given, campaign))}</div>`
}

const steer = (given, verb, body) =>
  post(url(['api', 'campaigns', given.id, verb]), body, { etag: undefined })

function start(given, campaign) {
  const act = () =>
    ask({
      title: `Start “${campaign.name}”?`,
      body: again => {
        const { finish, problem } = forecast(given.id, campaign.daily_send_limit, again)
        return html`<p>The first ${plural(campaign.daily_send_limit, 'mail')} leave at once, then ${count(campaign.daily_send_limit)} ${everyInterval(campaign.batch_interval)}.</p>
        ${finish ? html`<p>${plural(finish.batches_to_come, 'batch', 'batches')}; the last one ${time(finish.finish_at)}.</p>` : problem ? trouble(problem) : nothing}`
      },
      confirm: 'Start it',
      act: async () => {
        await steer(given, 'start')
        return 'Started.'
      },
      done: given.refresh,
    })
  return html`<button class="main" @click=${act}>${campaign.status === 'scheduled' ? 'Start now' : 'Start'}</button>`
}

function pause(given, campaign) {
  const underWay = Number(campaign.open_batch_sending ?? 0)
  const words = underWay > 0 ? `Pause after the ${plural(underWay, 'mail')} in flight` : 'Pause'
  const act = () =>
    ask({
      title: words,
      body: () => html`<p>Nothing more goes out until somebody resumes it. ${
        campaign.open_batch_number
          ? html`Of batch ${campaign.open_batch_number}, ${count(campaign.open_batch_size - campaign.open_batch_sent - underWay)} mails are held back.`
          : html`${count(figures(campaign).remaining)} contacts wait.`
      }</p>
        <label for="reason">Why, for the history</label><input id="reason" name="reason" maxlength="500" autofocus>`,
      confirm: 'Pause it',
      act: async form => {
        const reason = form.get('reason').trim()
        await steer(given, 'pause', reason ? { reason } : {})
        return 'Paused.'
      },
      done: given.refresh,
    })
  return html`<button @click=${act}>${words}</button>`
}

function resume(given, campaign) {
  const act = () =>
    ask({
      title: `Resume “${campaign.name}”?`,
      body: again => {
        const { finish } = forecast(given.id, campaign.daily_send_limit, again)
        return html`${campaign.pause_reason ? html`<p>It was paused: ${campaign.pause_reason}.</p>` : nothing}
        <p>${
          campaign.open_batch_number
            ? html`The rest of batch ${campaign.open_batch_number} goes out at once.`
            : finish?.next_due_at
              ? html`The next batch leaves ${time(finish.next_due_at)}.`
              : 'It goes on when its next batch is due.'
        }
        ${finish?.finish_at ? html`It then ends ${time(finish.finish_at)}, after ${plural(finish.batches_to_come, 'more batch', 'more batches')}.` : nothing}</p>`
      },
      confirm: 'Resume it',
      act: async () => {
        await steer(given, 'resume')
        return 'Resumed.'
      },
      done: given.refresh,
    })
  return html`<button class="main" @click=${act}>Resume</button>`
}

function cancel(given, campaign) {
  const { remaining, sent } = figures(campaign)
  const act = () =>
    ask({
      title: `Cancel “${campaign.name}” for good?`,
      body: () => html`<p>${
        campaign.tracking_initialised_at
          ? html`${plural(remaining, 'contact')} will get nothing; the ${plural(sent, 'mail')} that went out stay as they are.`
          : 'Nobody was mailed yet, and nobody will be.'
      } A cancelled campaign cannot be resumed.</p>
        <label for="reason">Why, for the history</label><input id="reason" name="reason" maxlength="500">`,
      confirm: campaign.tracking_initialised_at
        ? `Cancel it, ${plural(remaining, 'contact')} get nothing`
        : 'Cancel it',
      danger: true,
      act: async form => {
        const reason = form.get('reason').trim()
        await steer(given, 'cancel', reason ? { reason } : {})
        return 'Cancelled.'
      },
      done: given.refresh,
    })
  return html`<button class="plain" @click=${act}>Cancel</button>`
}

/** With the new end before one confirms, and the line there. */
function limit(given, campaign) {
  const act = () => {
    let wanted = campaign.daily_send_limit
    // of the campaign that the question is about: it is read again behind it
    let etag = given.etag()
    let typing
    ask({
      title: 'Change the limit',
      body: again => {
        const { finish, problem } = forecast(given.id, wanted, again)
        return html`<p><label for="limit">Mails a batch</label><br>
          <input id="limit" name="limit" type="number" min="1" max="2147483647" required .value=${String(wanted)} autofocus
            @input=${({ target }) => {
              clearTimeout(typing)
              typing = setTimeout(() => {
                wanted = target.valueAsNumber
                again()
              }, 200)
            }}></p>
          ${problem ? trouble(problem) : nothing}
          <p>${wanted >= 1 ? (problem ? nothing : ends(campaign, finish)) : 'At least 1.'} ${campaign.open_batch_number ? html`The batch under way keeps its ${count(campaign.open_batch_size)}.` : nothing}
          ${wanted < 5 || wanted > 50 ? html`<span class="quiet">5 to 50 a day is what receivers like best.</span>` : nothing}</p>
          ${campaign.tracking_initialised_at ? burnDown(campaign, [], finish) : nothing}`
      },
      confirm: 'Change it',
      act: async form => {
        const value = Number(form.get('limit'))
        await change(
          'PATCH',
          url(['api', 'campaigns', given.id]),
          { daily_send_limit: value },
          { etag },
        ).catch(async error => {
          // whoever has been told may insist
          await given.refresh()
          etag = given.etag()
          throw error
        })
        return `The limit is ${count(value)} now.`
      },
      done: given.refresh,
    })
  }
  return html`<button @click=${act}>Change the limit</button>`
}

function ends(campaign, finish) {
  if (!finish) return 'Asking when it ends …'
  if (!finish.finish_at) return 'Nothing remains to be sent.'
  const old = campaign.finish_at ? Date.parse(campaign.finish_at) : undefined
  const then = Date.parse(finish.finish_at)
  const days = old === undefined ? 0 : Math.round(Math.abs(then - old) / 86_400_000)
  return html`It ends <b>${time(finish.finish_at, moment(finish.finish_at))}</b>, in ${plural(finish.batches_to_come, 'batch', 'batches')}${
    days > 0
      ? html`: ${plural(days, 'day')} ${then < old ? 'earlier' : 'later'} than ${day(campaign.finish_at)}`
      : nothing
  }.`
}

const FORECAST_MS = 10_000
const forecasts = new Map()

/** `{finish}` with this limit, or `{problem}`; neither until the database has told it, then `again` draws it. */
function forecast(id, wanted, again) {
  if (!(wanted >= 1)) return {}
  const path = url(['api', 'campaigns', id, 'finish'], { limit: wanted })
  let known = forecasts.get(path)
  if (!known || Date.now() - known.at > FORECAST_MS) {
    known = askFinish(path, known?.finish)
    forecasts.set(path, known)
  }
  // whoever asks while the answer is under way is told as well
  if (known.answer) void known.answer.then(again)
  return known
}

/** What was known before is shown until the answer is there. */
function askFinish(path, finish) {
  const known = { at: Date.now(), finish }
  known.answer = get(path)
    .then(
      found => Object.assign(known, { finish: found, problem: undefined }),
      error => Object.assign(known, { finish: undefined, problem: problemOf(error) }),
    )
    .then(() => Object.assign(known, { at: Date.now(), answer: undefined }))
  return known
}
