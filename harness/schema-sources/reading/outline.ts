import type { SchemaDocument } from '../../ports/schema-source.ts'

/** From where to where a value stands in a text. */
export type Span = Readonly<{ start: number; end: number }>

/** What can be told of a JSON document without parsing it. What is no JSON has an outline as well, and is refused when it is read. */
export type Outline = Readonly<{
  /** The members of the outermost object: name, and value where it is a text. */
  members: ReadonlyMap<string, string>
  /** Where each entry of the large objects stands that specifications keep paths and definitions in. */
  sections: readonly Section[]
}>

/** One of those objects, by the way to it. */
export type Section = Readonly<{ tokens: readonly string[]; entries: ReadonlyMap<string, Span> }>

type Outlined = Readonly<{ text: string; outline: Outline }>

const known = new WeakMap<SchemaDocument, Outlined>()

/** Mostly the other release of what is outlined next: what both write alike is not walked twice. */
let last: WeakRef<Outlined> | undefined

/** The outline of a JSON document; every schema source asks and at most one reads. */
export function outlineOf(document: SchemaDocument): Outline {
  const found = known.get(document)
  if (found !== undefined) return found.outline
  const { text } = document
  const made = { text, outline: scan(text, last?.deref()) }
  known.set(document, made)
  last = new WeakRef(made)
  return made.outline
}

function scan(text: string, like: Outlined | undefined): Outline {
  const members = new Map<string, string>()
  const sections: Section[] = []
  const section = (at: number, tokens: readonly string[]): number => {
    const entries = new Map<string, Span>()
    const before = like?.outline.sections.find((entry) => entry.tokens.join() === tokens.join())?.entries
    const end = eachMember(text, at, (name, start) => {
      const span = before?.get(name)
      const isLike = like !== undefined && span !== undefined && isObjectAlike(text, start, like.text, span)
      const end = isLike ? start + span.end - span.start : endOfValue(text, start)
      entries.set(name, { start, end })
      return end
    })
    sections.push({ tokens, entries })
    return end
  }
  eachMember(text, text.search(/[^\s\uFEFF]/), (name, start) => {
    const isObject = text.charCodeAt(start) === BRACE
    if (isObject && (name === 'paths' || name === 'definitions')) {
      members.set(name, '')
      return section(start, [name])
    }
    if (isObject && name === 'components') {
      members.set(name, '')
      return eachMember(text, start, (inner, at) =>
        inner === 'schemas' && text.charCodeAt(at) === BRACE ? section(at, [name, inner]) : endOfValue(text, at),
      )
    }
    const end = endOfValue(text, start)
    members.set(name, text.charCodeAt(start) === QUOTE ? plain(text.slice(start + 1, end - 1)) : '')
    return end
  })
  return { members, sections }
}

/**
 * Whether the object at an offset is written as the one that spans another text: then it ends where that does. One that is cut
 * off with its text ends nowhere.
 */
function isObjectAlike(text: string, start: number, other: string, { start: from, end }: Span): boolean {
  return (
    end < other.length &&
    text.charCodeAt(start) === BRACE &&
    text.slice(start, start + end - from) === other.slice(from, end)
  )
}

const SHORT = 16
const QUOTE = 34
const COMMA = 44
const COLON = 58
const BRACKET = 91
const BACKSLASH = 92
const BRACE = 123

/** Calls for each member of the object at an offset, with where its value starts; `found` answers where that ends, and so does this. */
function eachMember(text: string, offset: number, found: (name: string, start: number) => number): number {
  let at = offset
  if (at < 0 || text.charCodeAt(at) !== BRACE) return text.length
  for (at = skipSpace(text, at + 1); text.charCodeAt(at) === QUOTE; ) {
    const end = endOfText(text, at + 1)
    const name = plain(text.slice(at + 1, end))
    at = skipSpace(text, end + 1)
    if (text.charCodeAt(at) !== COLON) return text.length
    at = skipSpace(text, found(name, skipSpace(text, at + 1)))
    if (text.charCodeAt(at) !== COMMA) break
    at = skipSpace(text, at + 1)
  }
  return at + 1
}

function skipSpace(text: string, offset: number): number {
  let at = offset
  for (let code = text.charCodeAt(at); code === 32 || (code >= 9 && code <= 13); code = text.charCodeAt(at)) at += 1
  return at
}

/** The offset after a value. */
function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return endOfText(text, start + 1) + 1
  let at = start
  if (first !== BRACE && first !== BRACKET) {
    while (at < text.length && !/[\s,}\]]/.test(text.charAt(at))) at += 1
    return at
  }
  let depth = 0
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfText(text, at + 1)
    // Brackets are the braces without one bit, and what closes comes two after what opens.
    else if ((code | 32) === BRACE) depth += 1
    else if ((code | 32) === BRACE + 2) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return text.length
}

/** The offset of the quotation mark that ends a text. */
function endOfText(text: string, start: number): number {
  let from = start
  // Most texts are names, shorter than what it takes to call for a search.
  for (const longest = start + SHORT; from < longest; from += 1) {
    const code = text.charCodeAt(from)
    if (code === QUOTE) return from
    if (code === BACKSLASH) break
  }
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    if (text.charCodeAt(end - 1) !== BACKSLASH) return end
    let slashes = 1
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1
    if (slashes % 2 === 0) return end
  }
  return text.length
}

/** A text as it is meant, unless its escapes are none. */
function plain(written: string): string {
  if (!written.includes('\\')) return written
  try {
    return String(JSON.parse(`"${written}"`))
  } catch {
    return written
  }
}
