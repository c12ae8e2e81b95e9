// Asks for the API key; shown when the service wants one.

import { get, setKey } from '/dashboard/api.js'
import { html, nothing } from '/dashboard/lit-html/lit-html.js'
import { problemOf, trouble } from '/dashboard/parts.js'

export function openSignIn({ redraw, signedIn }) {
  let problem
  let busy = false

  async function submit(event) {
    event.preventDefault()
    const key = new FormData(event.target).get('key').trim()
    if (key === '') return
    setKey(key)
    busy = true
    problem = undefined
    redraw()
    try {
      await get('/api/overview/parts')
      signedIn()
    } catch (error) {
      setKey(undefined)
      problem = problemOf(error)
    }
    busy = false
    redraw()
  }

  return {
    title: 'Sign in',
    view: () => html`<form class="sign-in" @submit=${submit}>
      <h1>Sign in</h1>
      <p>This service asks for an API key. It stays in this tab until you close it or sign out.</p>
      <label for="key">API key</label>
      <input id="key" name="key" type="password" autocomplete="current-password" required autofocus spellcheck="false">
      ${problem ? trouble(problem) : nothing}
      <button class="main" ?disabled=${busy}>${busy ? 'Looking …' : 'Sign in'}</button>
    </form>`,
  }
}
