import { type FileHandle, open } from 'node:fs/promises'

/**
 * An append-only file of JSON lines, each on disk before append() resolves. Lines that arrive while the disk is busy
 * are written and synced together.
 */
export class Ledger {
  readonly #file: FileHandle
  #count: number
  #size: number
  #waiting: { line: string; resolve: () => void; reject: (error: unknown) => void }[] = []
  #writing: Promise<void> | undefined

  private constructor(file: FileHandle, count: number, size: number) {
    this.#file = file
    this.#count = count
    this.#size = size
  }

  /** Opens the file, and cuts off a last line that a crash left unfinished: nobody was told of it. */
  static async open(path: string): Promise<Ledger> {
    const file = await open(path, 'a+', 0o600)
    const bytes = await file.readFile()
    const size = bytes.lastIndexOf('\n') + 1
    if (size < bytes.length) await file.truncate(size)
    const count = bytes.reduce((lines, byte) => (byte === 0x0a ? lines + 1 : lines), 0)
    return new Ledger(file, count, size)
  }

  /** Lines on disk. */
  get count(): number {
    return this.#count
  }

  append(entry: object): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line: `${JSON.stringify(entry)}\n`, resolve, reject })
      this.#writing ??= this.#write()
    })
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0)
      try {
        const lines = group.map(({ line }) => line).join('')
        await this.#file.appendFile(lines)
        await this.#file.datasync()
        this.#size += Buffer.byteLength(lines)
        this.#count += group.length
        for (const { resolve } of group) resolve()
      } catch (error) {
        // half a group on a full disk must not run into the next line
        await this.#file.truncate(this.#size).catch(() => {})
        for (const { reject } of group) reject(error)
      }
    }
    this.#writing = undefined
  }
}
