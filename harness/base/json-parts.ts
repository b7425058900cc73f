const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const

/**
 * The texts of the members of an object up to the one that is its last, which is all the rest; nothing of it is parsed.
 * `undefined` for a text that is built otherwise: who needs more of it asks the parser.
 */
export function memberTexts(text: string, last: string): ReadonlyMap<string, string> | undefined {
  if (text.charCodeAt(0) !== OPEN_OBJECT || text.charCodeAt(text.length - 1) !== CLOSE_OBJECT) return undefined
  const members = new Map<string, string>()
  for (let at = 1; ; ) {
    const keyEnd = endOfString(text, at)
    if (keyEnd < 0 || text.charCodeAt(keyEnd) !== COLON) return undefined
    const key = text.slice(at + 1, keyEnd - 1)
    if (key === last) return members.set(key, text.slice(keyEnd + 1, -1))
    const end = endOfValue(text, keyEnd + 1)
    if (end < 0 || text.charCodeAt(end) !== COMMA || members.has(key)) return undefined
    members.set(key, text.slice(keyEnd + 1, end))
    at = end + 1
  }
}

/** Where the string that begins at a place ends, -1 when none begins there or it is cut off. */
export function endOfString(text: string, at: number): number {
  if (text.charCodeAt(at) !== QUOTE) return -1
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return end + 1
  }
  return -1
}

/** Where the value that begins at a place ends, -1 when nothing ends it. */
export function endOfValue(text: string, at: number): number {
  let depth = 0
  for (let place = at; place < text.length; place++) {
    switch (text.charCodeAt(place)) {
      case QUOTE:
        place = endOfString(text, place) - 1
        if (place < 0) return -1
        if (depth === 0) return place + 1
        break
      case OPEN_OBJECT:
      case OPEN_LIST:
        depth += 1
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        // What closes the list or the object around a plain value ends the value.
        if (depth === 0) return place > at ? place : -1
        depth -= 1
        if (depth === 0) return place + 1
        break
      case COMMA:
        if (depth === 0) return place > at ? place : -1
    }
  }
  return -1
}

/** Names the text of something. It cannot be enumerated, so that a copy, which may be changed, does not have it. */
const TEXT = Symbol('text')

/** Keeps the text that something was or will be parsed from, so that it can be compared without being parsed. */
export function keepText(owner: object, text: string): void {
  Object.defineProperty(owner, TEXT, { value: text })
}

/** The text that was kept for something; `undefined` where there is none, and for every copy of it. */
export function keptText(owner: object): string | undefined {
  const text: unknown = Reflect.get(owner, TEXT)
  return typeof text === 'string' ? text : undefined
}
