/** What a password is replaced with. */
const HIDDEN = '(password)'

/** A shorter password stands in too many other words; encoded it is hidden all the same. */
const SHORTEST = 4

/**
 * Takes a login's password out of what a server said: some repeat the line that they did not understand, and AUTH (RFC
 * 4954, RFC 4616) sends the password in it as base64. What they said is kept, shown to operators and sent in notices.
 * Without a login nothing is taken out.
 */
export function hideCredentials(
  auth: { user?: string; pass?: string } | undefined,
): (text: string) => string {
  const { user = '', pass = '' } = auth ?? {}
  if (pass === '') return text => text
  const encode = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')
  const forms = [encode(`\0${user}\0${pass}`), encode(`${user}\0${user}\0${pass}`), encode(pass)]
  if (pass.length >= SHORTEST) forms.push(pass, encodeURIComponent(pass))
  return text => forms.reduce((rest, form) => rest.replaceAll(form, HIDDEN), text)
}
