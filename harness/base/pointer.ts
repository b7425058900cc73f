import { isJsonArray, isJsonObject, type Json } from './json.ts'

/** Builds a JSON Pointer (RFC 6901) from reference tokens. */
export function pointerOf(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Splits a JSON Pointer into its reference tokens. Throws `SyntaxError` when it does not start with `/`. */
export function tokensOf(pointer: string): readonly string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new SyntaxError(`"${pointer}" is not a JSON Pointer: it must start with "/".`)
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
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

/** A copy of a value with the given places replaced; `undefined` removes a place. Places that do not exist are left out. */
export function withValues(value: Json, places: ReadonlyMap<string, Json | undefined>): Json {
  return places.size === 0 ? value : (rewrite(value, '', places) ?? null)
}

function rewrite(value: Json, at: string, places: ReadonlyMap<string, Json | undefined>): Json | undefined {
  if (places.has(at)) return places.get(at)
  if (isJsonArray(value)) {
    return value.flatMap((item, index) => {
      const next = rewrite(item, `${at}/${index}`, places)
      return next === undefined ? [] : [next]
    })
  }
  if (isJsonObject(value)) {
    const copy: { [key: string]: Json } = {}
    for (const [key, member] of Object.entries(value)) {
      const next = rewrite(member, at + pointerOf([key]), places)
      if (next !== undefined) copy[key] = next
    }
    return copy
  }
  return value
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
