import { GateError, messageOf } from '../../base/errors.ts'
import { pointerOf } from '../../base/pointer.ts'
import type { SchemaDocument } from '../../ports/schema-source.ts'

/** The largest document that is read, in characters: five times the largest specification an ERP publishes today. */
export const MAX_CHARACTERS = 64 * 1024 * 1024

/** The deepest nesting that is read; the deepest published specification has 40 levels. */
export const MAX_DEPTH = 400

/** A JSON object whose members are not yet known. */
export type PlainObject = { readonly [key: string]: unknown }

/** Whether a value is an object with members: not null, not an array. */
export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The member of an object, if the object has it itself: a field named `constructor` is not taken from the prototype. */
export function member(value: unknown, key: string): unknown {
  return isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** The member as text, or nothing when it is not text. */
export function textMember(value: unknown, key: string): string | undefined {
  const found = member(value, key)
  return typeof found === 'string' ? found : undefined
}

/** The members of an object in the order of their names, so that the same document always gives the same bytes. */
export function sortedEntries(value: PlainObject): readonly (readonly [string, unknown])[] {
  return Object.entries(value).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
}

/** An object made of entries; a member named `__proto__` is a member like any other. */
export function objectOf<T>(entries: Iterable<readonly [string, T]>): { readonly [key: string]: T } {
  return Object.fromEntries(entries)
}

/** Refuses a document with its name, the place of the fault and what to do. */
export function refuse(document: SchemaDocument, tokens: readonly (string | number)[], fault: string): never {
  const place = tokens.length > 0 ? ` at ${pointerOf(tokens)}` : ''
  throw new GateError('schema-invalid', `${document.name}${place}: ${fault}`, {
    hint: 'Export the schema again from the ERP; if the publisher ships it like this, report it with the place named above.',
  })
}

/** Refuses text that is too long or nested too deeply to be walked, before any parser sees it. */
export function checkSize(document: SchemaDocument): void {
  if (document.text.length > MAX_CHARACTERS) {
    throw new GateError(
      'file-too-large',
      `${document.name} has ${document.text.length} characters; at most ${MAX_CHARACTERS} are read.`,
      { hint: 'Export only the resources that the connector uses.' },
    )
  }
}

/**
 * Parses JSON text, refusing what is no JSON, too long or nested too deeply. Who walks the content with a limit of its own
 * says so, because counting brackets takes as long as parsing.
 */
export function readJson(document: SchemaDocument, depth: 'checked' | 'checked-by-reader' = 'checked'): unknown {
  checkSize(document)
  const known = parsed.get(document)
  const deep = depth === 'checked' ? nestedBeyond(document.text, MAX_DEPTH) : undefined
  if (deep !== undefined)
    refuse(document, [], `nested more than ${MAX_DEPTH} levels deep at ${placeOf(document.text, deep)}.`)
  if (known !== undefined) return known
  try {
    const content: unknown = JSON.parse(document.text.startsWith('\uFEFF') ? document.text.slice(1) : document.text)
    if (isPlainObject(content)) parsed.set(document, content)
    return content
  } catch (error) {
    throw new GateError('schema-invalid', `${document.name} is not JSON: ${messageOf(error)}`, {
      hint: 'Check that the download is complete and is the schema, not an error page.',
      cause: error,
    })
  }
}

/** Keeps what a shorter way than parsing gives, where it gives anything: who reads the document again has it as well. */
export function readInstead(
  document: SchemaDocument,
  read: (document: SchemaDocument) => PlainObject | undefined,
): PlainObject | undefined {
  checkSize(document)
  const content = parsed.get(document) ?? read(document)
  if (content !== undefined) parsed.set(document, content)
  return content
}

/** What was parsed already: whoever recognizes a document and whoever reads it need it once. */
const parsed = new WeakMap<SchemaDocument, PlainObject>()

/** Whether text looks like a JSON object, judged by its first characters. */
export function looksLikeJson(text: string): boolean {
  return /^\uFEFF?\s*[{[]/.test(text)
}

/** The line and column of an offset, counted from 1. */
export function placeOf(text: string, offset: number): string {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
    start = at + 1
  }
  return `line ${line}, column ${offset - start + 1}`
}

/** The offset at which brackets are open deeper than allowed, outside of strings; undefined when they never are. */
export function nestedBeyond(text: string, limit: number): number | undefined {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 92) at += 1
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 123 || code === 91) {
      depth += 1
      if (depth > limit) return at
    } else if (code === 125 || code === 93) depth -= 1
  }
  return undefined
}
