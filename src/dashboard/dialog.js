// The one dialog: says what will happen in numbers, and asks once.
import { html, nothing, render } from '/dashboard/lit-html/lit-html.js'
import { problemOf, trouble } from '/dashboard/parts.js'

const dialog = document.getElementById('ask')
const said = document.getElementById('said')
let silence
/** Draws the question that is asked now: what an older one hears later does not concern it. */
let asked

// by Escape, too
dialog.addEventListener('close', () => {
  if (dialog.open) return
  asked = undefined
  render(nothing, dialog)
})

/** Tells in a few words what was done; read out by screen readers. */
export function say(words) {
  said.textContent = words
  clearTimeout(silence)
  silence = setTimeout(() => {
    said.textContent = ''
  }, 5000)
}

/**
 * Asks with `title` and `body()`; `confirm` is what the button says and `act(form)` what it does. The dialog stays with the
 * problem when that fails. `body` and `confirm` are made again by the `again` that `body` is given.
 */
export function ask({ title, body = () => nothing, confirm, danger = false, act, done }) {
  let problem
  let busy = false

  const draw = () => {
    if (asked !== draw) return
    render(
      html`<form method="dialog" @submit=${submit}>
      <h2 id="ask-title">${title}</h2>
      ${body(draw)}
      ${problem ? trouble(problem) : nothing}
      <p class="buttons"><button type="button" @click=${close}>Leave it as it is</button>
        <button class=${danger ? 'danger' : 'main'} ?disabled=${busy}>${busy ? 'Asking the database …' : typeof confirm === 'function' ? confirm() : confirm}</button></p>
    </form>`,
      dialog,
    )
  }

  async function submit(event) {
    event.preventDefault()
    if (busy) return
    busy = true
    problem = undefined
    draw()
    try {
      const words = await act(new FormData(event.target))
      close()
      if (words) say(words)
      await done?.()
    } catch (error) {
      problem = problemOf(error)
      if (asked !== draw) say(`${title} ${problem.title}.`)
    }
    busy = false
    draw()
  }

  const close = () => {
    if (asked !== draw) return
    asked = undefined
    dialog.close()
    render(nothing, dialog)
  }
  render(nothing, dialog)
  asked = draw
  draw()
  dialog.showModal()
}
