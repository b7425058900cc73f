import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AHEAD, type LinePlace, LineReader } from './lines.ts'

/** A file without a name for lines that are written and read again: it is gone with this process, however that ends. */
export class Spool {
  readonly #file: number
  readonly #lines: LineReader
  #end = 0

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'change-gate-'))
    this.#file = openSync(join(folder, 'spool.ndjson'), 'wx+', 0o600)
    rmSync(folder, { recursive: true })
    this.#lines = new LineReader(this.#file, AHEAD)
    files.register(this, this.#file)
  }

  write(line: string): LinePlace {
    const bytes = Buffer.from(`${line}\n`)
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written)
    const place = { at: this.#end, length: bytes.length - 1 }
    this.#end += bytes.length
    return place
  }

  read(place: LinePlace): string {
    return this.#lines.read(place)
  }
}

/** Closes the file of a spool that nobody reads any more. */
const files = new FinalizationRegistry((file: number) => closeSync(file))
