// Shows somebody's HTML as it would look, and lets it do nothing: a sandboxed frame without scripts, whose own policy allows
// styles and embedded images only.

import { ref } from '/dashboard/lit-html/directives/ref.js'
import { html } from '/dashboard/lit-html/lit-html.js'

/** What reaches out, or changes what the rest means. */
const UNWANTED = 'script, link, meta, base, iframe, frame, object, embed, template, source, video, audio'
const SOURCES = ['src', 'srcset', 'poster', 'background', 'data']

export function mailFrame(text, label) {
  const fill = frame => {
    if (!frame || frame.shown === text) return
    frame.shown = text
    const write = () => {
      // by the frame's own parser: under its policy, and without scripts
      const parsed = new frame.contentWindow.DOMParser().parseFromString(text, 'text/html')
      for (const element of parsed.querySelectorAll(UNWANTED)) element.remove()
      for (const name of SOURCES) {
        for (const element of parsed.querySelectorAll(`[${name}]`)) {
          if (!/^data:image\//i.test(element.getAttribute(name))) element.removeAttribute(name)
        }
      }
      const inside = frame.contentDocument
      const styles = [...parsed.head.querySelectorAll('style')].map(style => inside.importNode(style, true))
      inside.head.append(...styles)
      inside.body.replaceWith(inside.importNode(parsed.body, true))
    }
    if (frame.contentDocument?.readyState === 'complete' && frame.contentDocument.URL !== 'about:blank')
      write()
    else frame.addEventListener('load', write, { once: true })
  }
  return html`<iframe class="mail" sandbox="allow-same-origin" src="/dashboard/mail.html" title=${label} ${ref(fill)}></iframe>`
}
