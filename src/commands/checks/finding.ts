/** What a check found: `fail` keeps mails from going out, `note` does not. */
export interface Finding {
  state: 'ok' | 'note' | 'fail'
  /** What was looked at, in one word. */
  name: string
  /** What was found, and what to do about it. */
  text: string
}

export const ok = (name: string, text: string): Finding => ({ state: 'ok', name, text })
export const note = (name: string, text: string): Finding => ({ state: 'note', name, text })
export const fail = (name: string, text: string): Finding => ({ state: 'fail', name, text })
