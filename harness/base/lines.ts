import { closeSync, openSync, readSync } from 'node:fs'

/** A line of a text file, without its end, and the bytes where it lies. */
export type Line = Readonly<{ text: string; at: number; length: number; isWhole: boolean }>

/** Where a line lies in its file. */
export type LinePlace = Readonly<{ at: number; length: number }>

/** Bytes that are read at a time. */
const CHUNK = 1024 * 1024

const NEW_LINE = 0x0a

/**
 * Reads a file line by line and holds one line at a time. The last line is not whole when nothing ends it. `onBytes` sees
 * every byte in its order.
 */
export function* linesOf(path: string, onBytes: (bytes: Uint8Array) => void = () => undefined): Generator<Line> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK)
    let parts: Buffer[] = []
    let at = 0
    let length = 0
    const line = (isWhole: boolean): Line => {
      const text = parts.length === 1 ? parts[0]?.toString('utf8') : Buffer.concat(parts).toString('utf8')
      return { text: text ?? '', at, length, isWhole }
    }
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const bytes = chunk.subarray(0, read)
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
      if (from < read) parts.push(Buffer.from(bytes.subarray(from)))
      length += read - from
    }
    if (length > 0) yield line(false)
  } finally {
    closeSync(file)
  }
}

/** Reads one line of a file again, of one that is open or has a name. */
export function lineAt(file: string | number, place: LinePlace): string {
  if (typeof file === 'number') return textAt(file, place)
  const opened = openSync(file, 'r')
  try {
    return textAt(opened, place)
  } finally {
    closeSync(opened)
  }
}

function textAt(file: number, { at, length }: LinePlace): string {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, at + filled)
    if (read === 0) break
    filled += read
  }
  return bytes.toString('utf8', 0, filled)
}
