import { LosslessNumber } from 'lossless-json'
import type { Json } from './json.ts'

type Members = { [key: string]: Json }

/**
 * Makes objects without a prototype of their own members, such as `toString` or `constructor`, that a key could be mistaken
 * for, and which the engine still keeps as compactly as those of a class.
 */
class Bare {
  [key: string]: Json
}
Reflect.deleteProperty(Bare.prototype, 'constructor')
Object.setPrototypeOf(Bare.prototype, null)

/** An empty object whose only members are those that it is given. */
export function bareObject(): Members {
  return new Bare()
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const CONTROL = /[^ -\uffff]/

/** Longer strings are a part of their document that nobody keeps without it. */
const LONGEST_COPIED = 1000

/**
 * The engine keeps the whole text alive for the sake of a part of it. A key or a reference that is kept for long must not
 * keep its document.
 */
function ownCopy(part: string): string {
  return part.length < 13 ? part : ` ${part}`.slice(1)
}

/** Says that a text is not plain JSON, without saying why. */
class Unreadable extends Error {}

/**
 * Reads JSON text; numbers keep their lexeme. `undefined` for whatever is not plain JSON or has a key twice in one object:
 * who needs to know why asks a parser that explains.
 */
export function readJson(text: string): Json | undefined {
  const reader = new Reader(text)
  try {
    return reader.whole()
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** Which key came after which, so that the keys of alike objects are compared and not made anew. */
type Followers = Map<string, string>

class Reader {
  readonly #text: string
  readonly #hasControls: boolean
  readonly #followers: Followers = new Map()
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#hasControls = CONTROL.test(text)
  }

  whole(): Json {
    this.#skip()
    const value = this.#value()
    this.#skip()
    if (this.#at < this.#text.length) throw new Unreadable()
    return value
  }

  #skip(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at += 1
    }
  }

  #value(): Json {
    switch (this.#text.charCodeAt(this.#at)) {
      case 0x7b:
        return this.#object()
      case 0x5b:
        return this.#array()
      case 0x22:
        return this.#string()
      case 0x74:
        return this.#word('true', true)
      case 0x66:
        return this.#word('false', false)
      case 0x6e:
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #word<Value extends Json>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw new Unreadable()
    this.#at += word.length
    return value
  }

  #number(): Json {
    NUMBER.lastIndex = this.#at
    if (!NUMBER.test(this.#text)) throw new Unreadable()
    const lexeme = this.#text.slice(this.#at, NUMBER.lastIndex)
    this.#at = NUMBER.lastIndex
    return new LosslessNumber(lexeme)
  }

  #string(): string {
    const from = this.#at + 1
    let end = this.#text.indexOf('"', from)
    if (end < 0) throw new Unreadable()
    const plain = this.#text.slice(from, end)
    if (!plain.includes('\\')) {
      if (this.#hasControls && CONTROL.test(plain)) throw new Unreadable()
      this.#at = end + 1
      return plain.length > LONGEST_COPIED ? plain : ownCopy(plain)
    }
    // An end that an odd number of backslashes stands before is none.
    while (end >= 0 && this.#backslashesBefore(end) % 2 === 1) end = this.#text.indexOf('"', end + 1)
    if (end < 0) throw new Unreadable()
    this.#at = end + 1
    try {
      const value: unknown = JSON.parse(this.#text.slice(from - 1, end + 1))
      if (typeof value === 'string') return value
    } catch {
      // Told as unreadable, like everything else.
    }
    throw new Unreadable()
  }

  #backslashesBefore(end: number): number {
    let count = 0
    while (this.#text.charCodeAt(end - 1 - count) === 0x5c) count += 1
    return count
  }

  #key(before: string): string {
    const likely = this.#followers.get(before)
    if (likely !== undefined) {
      const end = this.#at + 1 + likely.length
      if (this.#text.charCodeAt(end) === 0x22 && this.#text.startsWith(likely, this.#at + 1)) {
        this.#at = end + 1
        return likely
      }
    }
    const from = this.#at
    const key = this.#string()
    // A key with an escape in it is shorter than its text.
    if (this.#at - from - 2 === key.length) this.#followers.set(before, key)
    return key
  }

  #array(): Json {
    const items: Json[] = []
    this.#at += 1
    this.#skip()
    if (this.#ends(0x5d)) return items
    for (;;) {
      this.#skip()
      items.push(this.#value())
      this.#skip()
      if (this.#ends(0x5d)) return items
      this.#comma()
    }
  }

  #object(): Json {
    const members = bareObject()
    this.#at += 1
    this.#skip()
    if (this.#ends(0x7d)) return members
    for (let key = ''; ; ) {
      this.#skip()
      if (this.#text.charCodeAt(this.#at) !== 0x22) throw new Unreadable()
      key = this.#key(key)
      if (key in members) throw new Unreadable()
      this.#skip()
      if (!this.#ends(0x3a)) throw new Unreadable()
      this.#skip()
      members[key] = this.#value()
      this.#skip()
      if (this.#ends(0x7d)) return members
      this.#comma()
    }
  }

  #ends(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false
    this.#at += 1
    return true
  }

  #comma(): void {
    if (!this.#ends(0x2c)) throw new Unreadable()
  }
}

/** Writes JSON as `JSON.stringify` does, numbers with their lexeme; members in their order or sorted by key. */
export function jsonText(value: Json, isSorted: boolean): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (value instanceof LosslessNumber) return value.value
  if (Array.isArray(value)) {
    let text = '['
    for (const [index, item] of value.entries()) text += (index === 0 ? '' : ',') + jsonText(item, isSorted)
    return `${text}]`
  }
  const keys = Object.keys(value)
  if (isSorted) keys.sort()
  let text = ''
  for (const key of keys) {
    const member: Json | undefined = Reflect.get(value, key)
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${jsonText(member, isSorted)}`
  }
  return `{${text}}`
}
