import { hash } from 'node:crypto'
import { AHEAD, type LinePlace, LineReader } from './lines.ts'

/** Where a line lies, and by what it is known again. */
export type ProvenPlace = LinePlace & Readonly<{ digest: string }>

/** Reads lines of a file again and proves that each is the one that was there. */
export class ProvenLines {
  readonly #lines: LineReader
  readonly #changed: () => Error

  /** `changed` is thrown where a line has become another one. */
  constructor(file: string, changed: () => Error) {
    this.#lines = new LineReader(file, AHEAD)
    this.#changed = changed
  }

  read(place: ProvenPlace): string {
    const text = this.#lines.read(place)
    if (lineDigest(text) !== place.digest) throw this.#changed()
    return text
  }
}

/** The place of a line that was read. */
export function provenPlace({ text, at, length }: LinePlace & Readonly<{ text: string }>): ProvenPlace {
  return { at, length, digest: lineDigest(text) }
}

/** Enough of a digest to see that a line is another one. */
function lineDigest(line: string): string {
  return hash('sha256', line, 'base64url').slice(0, 16)
}
