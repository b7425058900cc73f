import { parseJson } from '../base/json.ts'
import { endOfString, endOfValue } from '../base/json-parts.ts'
import type { RecordContext } from './records.ts'
import { isEmpty, sameValue } from './scalars.ts'

type Known = Pick<RecordContext, 'meaning' | 'relation'>

/**
 * How many values of the stages of two documents differ, where they differ in nothing but in values that the ERP assigns
 * itself and that are there on both sides; `undefined` where something else differs, or where the texts do not show that
 * nothing does. Most documents are the same, and parsing them to see it costs many times as much.
 */
export function assignedAlone(resource: string, baseline: string, candidate: string, known: Known): number | undefined {
  return new SideBySide(baseline, candidate, known).stages(resource)
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const

/** From here on the engine compares two texts faster than a loop over their signs. */
const LONG = 100

/** Two texts and the places where the same value begins in both. */
class SideBySide {
  readonly #left: string
  readonly #right: string
  readonly #known: Known
  #at = 0
  #to = 0
  #assigned = 0

  constructor(left: string, right: string, known: Known) {
    this.#left = left
    this.#right = right
    this.#known = known
  }

  stages(resource: string): number | undefined {
    if (!this.#both(OPEN_LIST)) return undefined
    if (!this.#both(CLOSE_LIST)) {
      do if (!this.#stage(resource)) return undefined
      while (this.#both(COMMA))
      if (!this.#both(CLOSE_LIST)) return undefined
    }
    return this.#at === this.#left.length && this.#to === this.#right.length ? this.#assigned : undefined
  }

  /** A stage that was accepted has its document, and one that was not has none. */
  #stage(resource: string): boolean {
    if (!this.#both(OPEN_OBJECT)) return false
    let hasDocument = false
    let outcome = ''
    do {
      const key = this.#key()
      if (key === 'document') {
        if (hasDocument || !this.#both(OPEN_OBJECT) || !this.#members(resource)) return false
        hasDocument = true
        continue
      }
      const from = this.#at
      if (key === undefined || !this.#value()) return false
      if (key === 'outcome') outcome = this.#left.slice(from, this.#at)
    } while (this.#both(COMMA))
    return this.#both(CLOSE_OBJECT) && outcome === (hasDocument ? '"accepted"' : '"rejected"')
  }

  /** The members of two objects that were entered. */
  #members(resource: string): boolean {
    if (this.#both(CLOSE_OBJECT)) return true
    do {
      const from = this.#at
      if (!this.#string() || !this.#both(COLON) || !this.#member(resource, from)) return false
    } while (this.#both(COMMA))
    return this.#both(CLOSE_OBJECT)
  }

  /** The value of a member whose key begins at a place. */
  #member(resource: string, from: number): boolean {
    const code = this.#left.charCodeAt(this.#at)
    if (code === OPEN_OBJECT || code === OPEN_LIST) {
      const related = this.#known.relation(resource, this.#keyAt(from)) ?? resource
      return code === OPEN_OBJECT
        ? this.#both(code) && this.#members(related)
        : this.#both(code) && this.#items(related)
    }
    const at = this.#at
    const to = this.#to
    if (this.#plain()) return true
    const [end, other] = [endOfValue(this.#left, at), endOfValue(this.#right, to)]
    const sign = this.#right.charCodeAt(to)
    if (end < 0 || other < 0 || sign === OPEN_OBJECT || sign === OPEN_LIST) return false
    const { assigned, class: meaning } = this.#known.meaning(resource, this.#keyAt(from))
    if (!assigned) return false
    const [before, now] = [parseJson(this.#left.slice(at, end)), parseJson(this.#right.slice(to, other))]
    this.#at = end
    this.#to = other
    if (sameValue(before, now, meaning)) return true
    if (isEmpty(before) !== isEmpty(now)) return false
    this.#assigned += 1
    return true
  }

  /** Rows that are the same at the same place are each other; a plain value in a list is a row of its own. */
  #items(resource: string): boolean {
    if (this.#both(CLOSE_LIST)) return true
    do if (this.#both(OPEN_OBJECT) ? !this.#members(resource) : !this.#value()) return false
    while (this.#both(COMMA))
    return this.#both(CLOSE_LIST)
  }

  #key(): string | undefined {
    const from = this.#at
    return this.#string() && this.#both(COLON) ? this.#keyAt(from) : undefined
  }

  /** A key with an escaped sign is not told from others here; nobody publishes a field of such a name. */
  #keyAt(from: number): string {
    return this.#left.slice(from + 1, endOfString(this.#left, from) - 1)
  }

  /** Passes a value of any kind that is the same to the sign. */
  #value(): boolean {
    const end = endOfValue(this.#left, this.#at)
    const length = end - this.#at
    if (end < 0 || this.#left.slice(this.#at, end) !== this.#right.slice(this.#to, this.#to + length)) return false
    this.#at = end
    this.#to += length
    return true
  }

  /** Passes a text, a number or a word that is the same to the sign. */
  #plain(): boolean {
    if (this.#left.charCodeAt(this.#at) === QUOTE) return this.#string()
    let at = this.#at
    let to = this.#to
    for (;;) {
      const code = this.#left.charCodeAt(at)
      if (code !== this.#right.charCodeAt(to)) return false
      if (code === COMMA || code === CLOSE_OBJECT) break
      at += 1
      to += 1
    }
    if (at === this.#at) return false
    this.#at = at
    this.#to = to
    return true
  }

  /** Passes a text that is the same to the sign. */
  #string(): boolean {
    let at = this.#at
    let to = this.#to
    if (this.#left.charCodeAt(at) !== QUOTE || this.#right.charCodeAt(to) !== QUOTE) return false
    for (const longest = at + LONG; at < longest; ) {
      at += 1
      to += 1
      const code = this.#left.charCodeAt(at)
      if (code !== this.#right.charCodeAt(to)) return false
      if (code === QUOTE) {
        this.#at = at + 1
        this.#to = to + 1
        return true
      }
      if (code === BACKSLASH) {
        at += 1
        to += 1
        if (this.#left.charCodeAt(at) !== this.#right.charCodeAt(to)) return false
      }
    }
    return this.#value()
  }

  /** Passes a sign that stands at both places. */
  #both(code: number): boolean {
    if (this.#left.charCodeAt(this.#at) !== code || this.#right.charCodeAt(this.#to) !== code) return false
    this.#at += 1
    this.#to += 1
    return true
  }
}
