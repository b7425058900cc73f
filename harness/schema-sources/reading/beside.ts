import type { SchemaDocument } from '../../ports/schema-source.ts'
import { outlineOf } from './outline.ts'
import { isPlainObject, looksLikeJson, member, type PlainObject, readInstead } from './text.ts'
import { readTree } from './tree.ts'

/** What stands for an entry in the text that is parsed in its place; nothing can follow it that could not follow the entry. */
const PLACEHOLDER = '{}'

/**
 * Parses the next release of a document. Its paths and definitions that are written letter for letter as in the old one are the
 * very objects of that, so that they are neither parsed nor compared; all other text is parsed as always. What is no JSON,
 * or is written in another way than expected, is read as any document.
 */
export function readBeside(old: SchemaDocument, content: unknown, next: SchemaDocument): unknown {
  if (!looksLikeJson(old.text) || !looksLikeJson(next.text)) return readTree(next)
  return readInstead(next, (document) => sparselyParsed(old, content, document)) ?? readTree(next)
}

type Shared = Readonly<{ tokens: readonly string[]; name: string; start: number; end: number }>

function sparselyParsed(old: SchemaDocument, content: unknown, next: SchemaDocument): PlainObject | undefined {
  const before = new Map(outlineOf(old).sections.map(({ tokens, entries }) => [tokens.join(), entries]))
  const shared: Shared[] = []
  for (const { tokens, entries } of outlineOf(next).sections) {
    const known = before.get(tokens.join())
    if (known === undefined) continue
    for (const [name, { start, end }] of entries) {
      const span = known.get(name)
      if (span === undefined || next.text[start] !== '{') continue
      if (next.text.slice(start, end) === old.text.slice(span.start, span.end))
        shared.push({ tokens, name, start, end })
    }
  }
  shared.sort((one, other) => one.start - other.start)
  const pieces: string[] = []
  let from = 0
  for (const { start, end } of shared) {
    pieces.push(next.text.slice(from, start), PLACEHOLDER)
    from = end
  }
  pieces.push(next.text.slice(from))
  const made = parsed(pieces.join(''))
  for (const { tokens, name } of shared) {
    const holder = at(made, tokens)
    const value = member(at(content, tokens), name)
    // Whatever a text tricks the outline into, what is taken over stands where it was left out, and was there before.
    if (!isPlainObject(holder) || !isPlainObject(value) || !isEmpty(member(holder, name))) return undefined
    Reflect.set(holder, name, value)
  }
  return made
}

function parsed(text: string): PlainObject | undefined {
  try {
    const content: unknown = JSON.parse(text)
    return isPlainObject(content) ? content : undefined
  } catch {
    return undefined
  }
}

function isEmpty(value: unknown): boolean {
  return isPlainObject(value) && Object.keys(value).length === 0
}

function at(content: unknown, tokens: readonly string[]): unknown {
  return tokens.reduce<unknown>((holder, token) => member(holder, token), content)
}
