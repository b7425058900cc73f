import { isJsonNumber, type Json, jsonNumber } from '../base/json.ts'
import { valueAt, withValues } from '../base/pointer.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { Reference } from '../ports/erp.ts'

/** A place of a recorded request that names a record, and the id of the same record in the target. */
export type Rewriting = Readonly<{ reference: Reference; id: string }>

/**
 * The request with the target's ids where its references say: in a body, a path (`/invoices/17`, `Invoices(17)`), a query
 * (`?filter=id eq 17`), a form or a header. All ids of one place change at once, so that 1 → 2 and 2 → 5 do not meet.
 * Returns why it cannot be done when a place does not hold its id, or when one id there stands for two records.
 */
export function withIds(request: RecordedRequest, rewritings: readonly Rewriting[]): RecordedRequest | string {
  if (rewritings.length === 0) return request
  const places = new Map<string, Rewriting[]>()
  for (const rewriting of rewritings) {
    const { pointer } = rewriting.reference
    const group = places.get(pointer)
    if (group === undefined) places.set(pointer, [rewriting])
    else group.push(rewriting)
  }
  const values = new Map<string, Json>()
  const { body } = request
  const json = body !== undefined && 'json' in body ? body.json : undefined
  let form = body !== undefined && 'text' in body ? body.text : undefined
  let { path, query } = request
  const headers = { ...request.headers }
  for (const [pointer, group] of places) {
    const [, part = 'body', name = ''] = /^(path|query|header|form):(.*)$/.exec(pointer) ?? []
    const ids = idsOf(group)
    if (typeof ids === 'string') return `at ${pointer} of the request, ${ids}`
    let done: string | undefined
    if (part === 'path') {
      done = inSegment(path, Number(name), ids)
      path = done ?? path
    } else if (part === 'query') {
      done = inPairs(query.replace(/^\?/, ''), name, ids)
      query = done === undefined ? query : `?${done}`
    } else if (part === 'header') {
      done = inText(headers[name] ?? '', ids)
      if (done !== undefined) headers[name] = done
    } else if (part === 'form') {
      done = form === undefined ? undefined : inPairs(form, name, ids)
      form = done ?? form
    } else if (json !== undefined) {
      const now = valueAt(json, pointer)
      done = isJsonNumber(now) ? ids.get(now.value) : typeof now === 'string' ? inText(now, ids) : undefined
      if (done !== undefined) values.set(pointer, isJsonNumber(now) && /^-?\d+$/.test(done) ? jsonNumber(done) : done)
    }
    if (done === undefined) {
      const wanted = group.map(({ reference }) => `${reference.resource} ${reference.id}`).join(' and ')
      const where =
        part === 'body' && json === undefined
          ? 'named in a request whose body is no JSON'
          : `not at ${pointer} of the request`
      return `${wanted} is ${where}, so its id cannot be rewritten`
    }
  }
  const changed = json !== undefined ? { json: withValues(json, values) } : form !== undefined ? { text: form } : body
  return { ...request, path, query, headers, ...(changed === undefined ? {} : { body: changed }) }
}

/** What each id of one place becomes, or why that cannot be said. */
function idsOf(group: readonly Rewriting[]): ReadonlyMap<string, string> | string {
  const ids = new Map<string, string>()
  for (const { reference, id } of group) {
    const other = ids.get(reference.id)
    if (other !== undefined && other !== id) {
      const records = group.filter((one) => one.reference.id === reference.id)
      const told = records.map((one) => `${one.reference.resource} (${one.id} in the target)`).join(' or ')
      return `${reference.id} is ambiguous: it is ${told}`
    }
    ids.set(reference.id, id)
  }
  return ids
}

/** Replaces ids that stand by themselves: `17` in `Invoices(17)`, and not in `117` or `17-b`. All must be there. */
function inText(text: string, ids: ReadonlyMap<string, string>): string | undefined {
  const known = [...ids.keys()].filter((id) => id !== '').sort((left, right) => right.length - left.length)
  if (known.length === 0) return undefined
  const escaped = known.map((id) => id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const found = new Set<string>()
  const done = text.replace(new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${escaped})(?![\\p{L}\\p{N}_-])`, 'gu'), (id) => {
    found.add(id)
    return ids.get(id) ?? id
  })
  return found.size === known.length ? done : undefined
}

function inSegment(path: string, at: number, ids: ReadonlyMap<string, string>): string | undefined {
  const segments = path.split('/')
  // The path starts with a slash, so its first segment is the second part.
  const segment = segments[at + 1]
  const done = segment === undefined ? undefined : inText(decoded(segment), ids)
  if (done === undefined) return undefined
  segments[at + 1] = encodedSegment(done)
  return segments.join('/')
}

/** Replaces in the values of one name of a query or a form; everything else keeps its spelling. */
function inPairs(text: string, name: string, ids: ReadonlyMap<string, string>): string | undefined {
  const pairs = text.split('&')
  const mine = pairs.flatMap((pair, index) => (decoded(pair.split('=')[0] ?? '') === name ? [index] : []))
  // Several values of one name are one text to search, so that each of their ids is found in one of them.
  const values = mine.map((index) => decoded((pairs[index] ?? '').split('=').slice(1).join('=')))
  const done = inText(values.join('\u0000'), ids)?.split('\u0000')
  if (done === undefined) return undefined
  for (const [position, index] of mine.entries()) {
    if (done[position] === values[position]) continue
    pairs[index] = `${(pairs[index] ?? '').split('=')[0]}=${encodeURIComponent(done[position] ?? '')}`
  }
  return pairs.join('&')
}

/** What OData keys are made of stays readable: `Invoices(17)`, `(Company='A',Number='17')`. */
function encodedSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/%(24|2C|3D|40|3A|3B|2B|26)/g, (code) => decodeURIComponent(code))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
