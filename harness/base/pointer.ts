import { isJsonArray, isJsonObject, type Json } from './json.ts'
import { bareObject } from './json-text.ts'

/** Builds a JSON Pointer (RFC 6901) from reference tokens. */
export function pointerOf(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Splits a JSON Pointer into its reference tokens. Throws `SyntaxError` when it does not start with `/`. */
export function tokensOf(pointer: string): readonly string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new SyntaxError(`"${pointer}" is not a JSON Pointer: it must start with "/".`)
  const tokens = pointer.slice(1).split('/')
  return pointer.includes('~') ? tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')) : tokens
}

/** The value at a pointer, or `undefined` when there is none. */
export function valueAt(value: Json, pointer: string): Json | undefined {
  let current: Json | undefined = value
  for (const token of tokensOf(pointer)) {
    if (isJsonArray(current)) current = current[Number(token)]
    else if (isJsonObject(current) && Object.hasOwn(current, token)) current = current[token]
    else return undefined
  }
  return current
}

/**
 * The value with the given places replaced; `undefined` removes a place. Places that do not exist are left out, and what no
 * place is in is not copied.
 */
export function withValues(value: Json, places: ReadonlyMap<string, Json | undefined>): Json {
  const root: Places = new Map()
  for (const [pointer, replacement] of places) {
    if (pointer === '') return replacement ?? null
    if (!pointer.startsWith('/')) continue
    const tokens = tokensOf(pointer)
    let at = root
    for (const token of tokens.slice(0, -1)) {
      const inner = at.get(token)
      const next: Places = inner !== undefined && 'inner' in inner ? inner.inner : new Map()
      // A place inside of one that is replaced is gone with it.
      if (inner === undefined) at.set(token, { inner: next })
      at = next
    }
    at.set(tokens.at(-1) ?? '', { replacement })
  }
  return root.size === 0 ? value : rewritten(value, root)
}

/** What is done to a place: something to the places inside of it, or a replacement of all that is there. */
type Place = Readonly<{ inner: Places } | { replacement: Json | undefined }>
type Places = Map<string, Place>

function rewritten(value: Json, places: Places): Json {
  if (isJsonArray(value)) {
    const items: Json[] = []
    for (const [index, item] of value.entries()) {
      const next = inPlace(item, places.get(String(index)))
      if (next !== undefined) items.push(next)
    }
    return items
  }
  if (!isJsonObject(value)) return value
  const copy = bareObject()
  for (const [key, member] of Object.entries(value)) {
    const next = inPlace(member, places.get(key))
    if (next !== undefined) copy[key] = next
  }
  return copy
}

function inPlace(value: Json, place: Place | undefined): Json | undefined {
  if (place === undefined) return value
  return 'inner' in place ? rewritten(value, place.inner) : place.replacement
}

/** A copy of a value with members put into the objects that are there; each is named by the pointer that it gets. */
export function withMembers(value: Json, members: ReadonlyMap<string, Json>): Json {
  const byParent = new Map<string, [string, Json][]>()
  for (const [pointer, member] of members) {
    const parent = pointer.slice(0, pointer.lastIndexOf('/'))
    byParent.set(parent, [...(byParent.get(parent) ?? []), [tokensOf(pointer).at(-1) ?? '', member]])
  }
  return filled(value, '', byParent)
}

function filled(value: Json, at: string, byParent: ReadonlyMap<string, readonly [string, Json][]>): Json {
  if (isJsonArray(value)) return value.map((item, index) => filled(item, `${at}/${index}`, byParent))
  if (!isJsonObject(value)) return value
  const inner = Object.entries(value).map(([key, member]): [string, Json] => [
    key,
    filled(member, at + pointerOf([key]), byParent),
  ])
  return Object.fromEntries([...inner, ...(byParent.get(at) ?? [])])
}

/** A pointer with every array index replaced by `*`, so that equal faults on different lines are one finding. */
export function generalPointer(pointer: string): string {
  return pointer.replace(/\/\d+(?=\/|$)/g, '/*')
}
