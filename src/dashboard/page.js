// The page: which view stands where, who signed in, what the keys do.

import { connection, events, get, readKey, setKey } from '/dashboard/api.js'
import { openCampaign } from '/dashboard/campaign.js'
import { openImport } from '/dashboard/import.js'
import { html, nothing, render } from '/dashboard/lit-html/lit-html.js'
import { openMailbox } from '/dashboard/mailbox.js'
import { openMake } from '/dashboard/make.js'
import { openOverview } from '/dashboard/overview.js'
import { openSignIn } from '/dashboard/sign-in.js'
import { duration } from '/dashboard/words.js'

const bar = document.getElementById('bar')
const main = document.getElementById('main')

/** What this service has beside campaigns; told by it. */
let parts = { mailbox: false }
let current
/** The address that the view was opened for: the bar of the browser may be one ahead. */
let opened = '#/'
let signingIn = false
/** The view with something half made that stands aside while the key is asked for, and where it stood. */
let aside

const routes = [
  [/^\/campaigns\/([\w-]+)(?:\/(\w+))?$/, openCampaign],
  [/^\/new(?:\/([\w-]+))?$/, openMake],
  [/^\/import$/, openImport],
  [/^\/mailbox(?:\/([\w.:-]+))?$/, openMailbox],
  [/^\/$/, openOverview],
]

function readHash() {
  const [path, query = ''] = location.hash.replace(/^#/, '').split('?')
  return { path: path || '/', query: new URLSearchParams(query) }
}

const go = hash => {
  location.hash = hash
}

function open({ keepFocus = false } = {}) {
  opened = location.hash || '#/'
  const { path, query } = readHash()
  const [match, make] =
    routes.map(([pattern, make]) => [pattern.exec(path), make]).find(([match]) => match) ?? []
  // a tab of the same campaign, another search: the view stays
  if (!signingIn && current?.move?.(path, query)) return draw()
  if (current !== aside?.view) current?.close?.()
  const given = { path, query, args: match?.slice(1) ?? [], redraw: draw, go }
  current = signingIn ? openSignIn({ redraw: draw, signedIn }) : make ? make(given) : lostWay()
  draw()
  if (!keepFocus) {
    window.scrollTo(0, 0)
    main.focus({ preventScroll: true })
  }
}

const lostWay = () => ({
  title: 'Not here',
  view: () => html`<h1 class="lead">There is nothing here.</h1><p><a href="#/">All campaigns</a></p>`,
})

let drawing = false
function draw() {
  if (drawing) return
  drawing = true
  queueMicrotask(() => {
    drawing = false
    document.title = current.title === undefined ? 'daybatch' : `${current.title} – daybatch`
    render(header(), bar)
    render(current.view(), main)
    main.dataset.view = opened
  })
}

const header = () => {
  const { path } = readHash()
  const item = (href, label, isHere) =>
    html`<a href=${href} aria-current=${isHere ? 'page' : 'false'}>${label}</a>`
  return html`<div class="bar-inner">
    <a class="brand" href="#/">daybatch</a>
    <nav aria-label="Parts of this page">
      ${item('#/', 'Campaigns', path === '/' || path.startsWith('/campaigns'))}
      ${item('#/import', 'Import', path === '/import')}
      ${parts.mailbox ? item('#/mailbox', 'Mailbox', path.startsWith('/mailbox')) : nothing}
      <a href="/docs">API</a>
    </nav>
    <a class="button main" href="#/new" aria-keyshortcuts="n">New campaign</a>
    ${readKey() ? html`<button class="plain" @click=${signOut}>Sign out</button>` : nothing}
  </div>
  ${
    connection.lost
      ? html`<p class="lost" role="alert">The service does not answer: ${duration(Date.now() - connection.since)} by now.
    What you see is from before; this page tries again every few seconds. Batches do not depend on it.</p>`
      : nothing
  }`
}

function signOut() {
  setKey(undefined)
  askForKey({ keeps: false })
}

function askForKey({ keeps = current?.keeps } = {}) {
  if (signingIn) return
  signingIn = true
  if (keeps) aside = { view: current, hash: location.hash }
  open()
}

function signedIn() {
  signingIn = false
  if (aside?.hash === location.hash) {
    current = aside.view
    draw()
    current.again?.()
  } else {
    aside?.view.close()
    open()
  }
  aside = undefined
  void readParts()
}

async function readParts() {
  parts = await get('/api/overview/parts').catch(() => parts)
  draw()
}

function isTyping(target) {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]')
  )
}

/** `/` searches, `n` makes a campaign, arrows walk through lists. */
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
  const { key, target } = event
  if (key === 'Escape' && target.matches?.('input[type=search]')) target.blur()
  if (isTyping(target) && !(key === 'ArrowDown' && target.matches('input[type=search]'))) return
  if (key === '/') {
    const search = document.getElementById('search')
    if (search) search.focus()
    else go('#/')
  } else if (key === 'n') go('#/new')
  else if (key === 'ArrowDown' || key === 'ArrowUp') {
    if (!walk(key === 'ArrowDown' ? 1 : -1)) return
  } else return
  event.preventDefault()
}

function walk(step) {
  const rows = [...main.querySelectorAll('[data-row]')]
  if (rows.length === 0) return false
  const at = rows.indexOf(document.activeElement)
  if (at < 0 && step < 0) return false
  const row = rows[at < 0 ? 0 : at + step]
  row?.focus()
  return row !== undefined
}

window.addEventListener('hashchange', () => open({ keepFocus: document.activeElement?.id === 'search' }))
window.addEventListener('keydown', pressed)
events.addEventListener('connection', () => {
  draw()
  // they may have been asked for in vain
  if (!connection.lost) void readParts()
})
events.addEventListener('sign-in', () => askForKey())
setInterval(draw, 1000)
main.replaceChildren()
open()
void readParts()
