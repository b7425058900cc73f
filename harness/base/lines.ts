import { closeSync, openSync, readSync } from 'node:fs'

/** A line of a text file, without its end, and the bytes where it lies. */
export type Line = Readonly<{ text: string; at: number; length: number; isWhole: boolean }>

/** Where a line lies in its file. */
export type LinePlace = Readonly<{ at: number; length: number }>

/** Bytes that are read at a time. */
const CHUNK = 1024 * 1024

const NEW_LINE = 0x0a

/** Reads a file in chunks; each is gone when the next is asked for. */
export function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) yield chunk.subarray(0, read)
  } finally {
    closeSync(file)
  }
}

/**
 * Reads a file line by line and holds one line at a time. The last line is not whole when nothing ends it. `onBytes` sees
 * every byte in its order.
 */
export function* linesOf(path: string, onBytes: (bytes: Uint8Array) => void = () => undefined): Generator<Line> {
  let parts: Buffer[] = []
  let at = 0
  let length = 0
  const line = (isWhole: boolean): Line => {
    const text = parts.length === 1 ? parts[0]?.toString('utf8') : Buffer.concat(parts).toString('utf8')
    return { text: text ?? '', at, length, isWhole }
  }
  for (const bytes of chunksOf(path)) {
    onBytes(bytes)
    let from = 0
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, from)) {
      parts.push(bytes.subarray(from, end))
      length += end - from
      yield line(true)
      at += length + 1
      parts = []
      length = 0
      from = end + 1
    }
    // The chunk is read into again, so what is left of it is copied.
    if (from < bytes.length) parts.push(Buffer.from(bytes.subarray(from)))
    length += bytes.length - from
  }
  if (length > 0) yield line(false)
}

/** Bytes to read ahead where lines are asked for one after the other. */
export const AHEAD = 64 * 1024

/** Reads single lines of a file again, of one that is open or has a name. The file stays open while lines can be asked for. */
export class LineReader {
  readonly #file: number
  /** Bytes that were read ahead, how many, and where they lie. */
  readonly #ahead: Buffer
  #held = 0
  #from = 0
  /** Where the line that was read last ends. */
  #end = -1

  constructor(file: string | number, ahead = 0) {
    this.#ahead = Buffer.allocUnsafe(ahead)
    this.#file = typeof file === 'number' ? file : openSync(file, 'r')
    if (typeof file === 'string') files.register(this, this.#file)
  }

  read({ at, length }: LinePlace): string {
    const isNext = at === this.#end + 1
    this.#end = at + length
    if (isNext && length <= this.#ahead.length && !this.#holds(at, length)) {
      this.#held = fill(this.#file, this.#ahead, at)
      this.#from = at
    }
    if (this.#holds(at, length)) {
      return this.#ahead.toString('utf8', at - this.#from, at - this.#from + length)
    }
    const bytes = Buffer.allocUnsafe(length)
    return bytes.toString('utf8', 0, fill(this.#file, bytes, at))
  }

  #holds(at: number, length: number): boolean {
    return at >= this.#from && at + length <= this.#from + this.#held
  }
}

/** Closes the file of a reader that nobody asks any more. */
const files = new FinalizationRegistry((file: number) => closeSync(file))

/** Reads from a place of a file until a buffer is full or the file ends. */
function fill(file: number, bytes: Buffer, at: number): number {
  let filled = 0
  while (filled < bytes.length) {
    const read = readSync(file, bytes, filled, bytes.length - filled, at + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}
