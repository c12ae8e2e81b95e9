const DOMAIN = String.raw`(?:@|%40)[^\s<>"\\/,;:()[\]{}=?&]+`

/**
 * An address, also with a quoted string as its local part, and with its @ as %40 in a URL (what ends with the password of
 * a URL looks the same). Escapes of JSON are taken whole before that, so that none is cut in two. A slash ends it: so
 * node_modules/@scope stays a path.
 */
const ADDRESS = new RegExp(
  String.raw`(\\"[^"\\]{1,64}\\"${DOMAIN})|\\u[0-9a-f]{4}|\\.|[^\s<>"\\/,;:()[\]{}=?&@]+${DOMAIN}`,
  'gi',
)

/** A line of JSON, or a plain text, without mail addresses: what servers and callers say may repeat them. JSON stays JSON. */
export function maskAddresses(text: string): string {
  if (!/@|%40/.test(text)) return text
  return text.replace(ADDRESS, (found, quoted?: string) =>
    found.startsWith('\\') && quoted === undefined ? found : '(address)',
  )
}
