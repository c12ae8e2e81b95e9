// The server's clock: countdowns and "today" follow it, whatever this machine's clock says.

let offset = 0

/** Takes over the moment that the server told (RFC 3339). */
export function setClock(now) {
  offset = Date.parse(now) - Date.now()
}

/** Milliseconds since 1970, by the server's clock. */
export const now = () => Date.now() + offset
