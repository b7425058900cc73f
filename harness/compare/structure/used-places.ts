import { isJsonArray, isJsonObject, type Json } from '../../base/json.ts'
import { pointerOf, tokensOf } from '../../base/pointer.ts'
import type { Interaction } from '../../model/recording.ts'
import { type ErpSchema, PARAMETERS } from '../../model/schema.ts'
import type { Direction, UsedPlace } from '../../model/structure.ts'

/**
 * Places that recorded HTTP exchanges use, for an ERP whose resources are operations (`POST /Invoices`): every leaf of what
 * was sent and of what was answered. Each exchange that sent a body counts as one document.
 */
export function usedPlacesOf(interactions: readonly Interaction[], schema: ErpSchema): readonly UsedPlace[] {
  const templates = Object.keys(schema.resources)
    .filter((name) => /^[A-Z]+ \//.test(name) && !name.endsWith(PARAMETERS))
    .map((name) => ({ name, pattern: patternOf(name), placeholders: name.split('{').length }))
    // An operation without a placeholder is meant before one with.
    .sort((left, right) => left.placeholders - right.placeholders || right.name.length - left.name.length)
  const places = new Map<string, Set<string>>()
  for (const { request, response, seq } of interactions) {
    const called = `${request.method.toUpperCase()} ${request.path}`
    const operation = templates.find(({ pattern }) => pattern.test(called))
    if (operation === undefined) continue
    const document = `exchange ${seq}`
    const note = (direction: Direction, pointer: string) => {
      const key = JSON.stringify([operation.name, direction, pointer])
      places.set(key, (places.get(key) ?? new Set()).add(document))
    }
    const use = (direction: Direction, value: Json) => {
      for (const pointer of leaves(value)) note(direction, pointer)
    }
    if (request.body !== undefined && 'json' in request.body) use('send', request.body.json)
    // Who sends no body at all meets a body that is asked for.
    else if (request.body === undefined) note('send', '')
    if (response.status < 300 && response.body !== undefined && 'json' in response.body) use('read', response.body.json)
  }
  return [...places].map(([key, invoices]) => {
    const [resource, direction, pointer]: [string, Direction, string] = JSON.parse(key)
    return { resource, direction, pointer, invoices: [...invoices] }
  })
}

/** A base path may stand before the path of the specification. */
function patternOf(name: string): RegExp {
  const space = name.indexOf(' ')
  const path = name
    .slice(space + 1)
    .split(/\{[^}]*\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]+')
  return new RegExp(`^${name.slice(0, space)} (/[^ ]*)?${path}/?$`)
}

function leaves(value: Json): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (inner: Json, tokens: readonly string[]): void => {
    if (isJsonArray(inner)) for (const item of inner) visit(item, [...tokens, '*'])
    else if (isJsonObject(inner)) for (const [name, item] of Object.entries(inner)) visit(item, [...tokens, name])
    else found.add(pointerOf(tokens))
    if ((isJsonArray(inner) || isJsonObject(inner)) && Object.keys(inner).length === 0) found.add(pointerOf(tokens))
  }
  visit(value, [])
  return found
}

/** The values that recorded documents carry in a field, one text per document, in recorded order; for rename evidence. */
export function valuesAt(documents: readonly Json[], pointer: string): readonly string[] {
  const tokens = tokensOf(pointer)
  const collect = (value: Json | undefined, at: number): readonly string[] => {
    if (value === undefined) return []
    if (at === tokens.length) return [JSON.stringify(value)]
    const token = tokens[at] ?? ''
    if (isJsonArray(value))
      return token === '*' ? value.flatMap((item) => collect(item, at + 1)) : collect(value[Number(token)], at + 1)
    return isJsonObject(value) ? collect(value[token], at + 1) : []
  }
  return documents.flatMap((document) => collect(document, 0))
}
