import type { SchemaDocument } from '../../ports/schema-source.ts'
import { isPlainObject, looksLikeJson, MAX_CHARACTERS, readJson } from './text.ts'

const known = new WeakMap<SchemaDocument, ReadonlyMap<string, string>>()

/**
 * The members of the outermost object of a JSON document: name, and value where it is a text. Every schema source asks and at
 * most one reads. Empty when the document is not a JSON object.
 */
export function topLevel(document: SchemaDocument): ReadonlyMap<string, string> {
  const found = known.get(document) ?? membersOf(document)
  known.set(document, found)
  return found
}

/** The parser is faster and its work is needed again; what it refuses is scanned, so that the reader says what is wrong. */
function membersOf(document: SchemaDocument): ReadonlyMap<string, string> {
  if (!looksLikeJson(document.text) || document.text.length > MAX_CHARACTERS) return scan(document.text)
  try {
    const content = readJson(document, 'checked-by-reader')
    if (!isPlainObject(content)) return new Map()
    return new Map(Object.entries(content).map(([key, value]) => [key, typeof value === 'string' ? value : '']))
  } catch {
    return scan(document.text)
  }
}

function scan(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  let at = text.search(/[^\s\uFEFF]/)
  if (at < 0 || text[at] !== '{') return members
  let depth = 0
  let key: string | undefined
  let last: string | undefined
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 34) {
      const start = at + 1
      at = endOfText(text, start)
      if (depth === 1) last = text.slice(start, at)
    } else if (code === 123 || code === 91) depth += 1
    else if (code === 125 || code === 93) depth -= 1
    if (depth !== 1) continue
    if (code === 58) {
      key = last
      last = undefined
      if (key !== undefined) members.set(key, '')
    } else if ((code === 34 || code === 44) && key !== undefined) {
      if (code === 34 && last !== undefined) members.set(key, last)
      if (code === 44) key = undefined
    }
  }
  return members
}

/** The offset of the quotation mark that ends a text. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes += 1
    if (slashes % 2 === 0) return end
  }
  return text.length
}
