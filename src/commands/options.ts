import { InvalidArgumentError } from 'commander'

/** Reads an option that may be given again. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value]
}

export function readInteger(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give a whole number.')
}
