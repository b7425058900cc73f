import type { LinePlace } from './lines.ts'

/** The bytes of a JSON file, apart from the items of its one long list. */
export type ListPlaces = Readonly<{
  /** The text with the list empty; where the list is not well-formed, the text ends in it. */
  rest: string
  /** Where each item lies; what it holds was not looked at. */
  items: readonly LinePlace[]
  /** How deep the whole is nested. */
  deepest: number
}>

/** Files whose long list is another one are not kept for the sake of the rest. */
const LARGEST_REST = 64 * 1024 * 1024

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a] as const
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const

/**
 * Finds the list that keys lead to in the bytes of a JSON text, and where its items lie. Nothing is parsed: whoever parses
 * the rest and every item has proven the whole. `undefined` where there is no such list.
 */
export function listPlaces(chunks: Iterable<Uint8Array>, keys: readonly string[]): ListPlaces | undefined {
  const scan = new ListScan(keys)
  for (const chunk of chunks) if (!scan.takes(chunk)) break
  return scan.result()
}

class ListScan {
  readonly #keys: readonly string[]
  readonly #items: LinePlace[] = []
  readonly #rest: Buffer[] = []
  #restLength = 0
  /** Where the chunk lies that is being read. */
  #from = 0
  #depth = 0
  #deepest = 0
  #isString = false
  #isEscaped = false
  /** The string that was read last outside the list, and the key that is open at each depth; `undefined` in a list. */
  #text = ''
  readonly #open: (string | undefined)[] = []
  #list: 'sought' | 'open' | 'closed' | 'broken' = 'sought'
  /** Where the item begins that is being read, -1 between two. */
  #item = -1

  constructor(keys: readonly string[]) {
    this.#keys = keys
  }

  /** Reads on; `false` when nothing that follows matters. */
  takes(chunk: Uint8Array): boolean {
    let kept = this.#list === 'open' ? -1 : 0
    for (let at = 0; at < chunk.length; at += 1) {
      const before = this.#list
      this.#byte(chunk[at] ?? 0, this.#from + at)
      if (before === this.#list) continue
      if (this.#list === 'closed') kept = at
      else {
        this.#keep(chunk, kept, at + 1)
        kept = -1
      }
      if (this.#list === 'broken') return false
    }
    if (kept >= 0) this.#keep(chunk, kept, chunk.length)
    this.#from += chunk.length
    return this.#restLength <= LARGEST_REST
  }

  result(): ListPlaces | undefined {
    if (this.#list === 'sought' || this.#restLength > LARGEST_REST) return undefined
    return { rest: new TextDecoder().decode(Buffer.concat(this.#rest)), items: this.#items, deepest: this.#deepest }
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    if (from < 0) return
    // A chunk may be read into again, so what is kept of it is copied.
    this.#rest.push(Buffer.from(chunk.subarray(from, to)))
    this.#restLength += to - from
  }

  #byte(byte: number, at: number): void {
    if (this.#isString) this.#inString(byte)
    else if (this.#list === 'open' && this.#depth === this.#keys.length + 1) this.#inList(byte, at)
    else this.#outside(byte)
  }

  #inString(byte: number): void {
    if (byte === QUOTE && !this.#isEscaped) this.#isString = false
    // As it is written: a key with an escape in it is none of those that are sought.
    else if (this.#depth <= this.#keys.length) this.#text += String.fromCharCode(byte)
    this.#isEscaped = byte === BACKSLASH && !this.#isEscaped
  }

  #inList(byte: number, at: number): void {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return
    if (byte === COMMA || byte === CLOSE_LIST) {
      const isEmpty = byte === CLOSE_LIST && this.#items.length === 0
      if (this.#item >= 0) this.#items.push({ at: this.#item, length: at - this.#item })
      else if (!isEmpty) this.#list = 'broken'
      this.#item = -1
      if (byte === COMMA || this.#list === 'broken') return
      this.#list = 'closed'
      this.#depth -= 1
    } else if (byte === CLOSE_OBJECT) this.#list = 'broken'
    else {
      if (this.#item < 0) this.#item = at
      this.#outside(byte)
    }
  }

  #outside(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#isString = true
        this.#text = ''
        break
      case COLON:
        if (this.#depth <= this.#keys.length) this.#open[this.#depth] = this.#text
        break
      case OPEN_LIST:
        if (this.#leadsHere()) this.#list = this.#list === 'sought' ? 'open' : 'broken'
        this.#deeper(undefined)
        break
      case OPEN_OBJECT:
        this.#deeper('')
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        this.#depth -= 1
    }
  }

  #deeper(key: string | undefined): void {
    this.#depth += 1
    this.#deepest = Math.max(this.#deepest, this.#depth)
    if (this.#depth <= this.#keys.length) this.#open[this.#depth] = key
  }

  #leadsHere(): boolean {
    return this.#depth === this.#keys.length && this.#keys.every((key, index) => this.#open[index + 1] === key)
  }
}
