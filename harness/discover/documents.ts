import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { WireCall } from '../ports/wire.ts'
import { nameLikeness } from './likeness.ts'

/** One document that the connector created, and what was exchanged between it and the ones before and after. */
export type Exported = Readonly<{
  record: JsonObject
  key: string | undefined
  /** Calls since the document before. */
  before: readonly WireCall[]
  /** Calls until the document after. */
  after: readonly WireCall[]
  call: WireCall
}>

/** The documents of a recording and everything else in it. */
export type Flow = Readonly<{
  resource: string
  documents: readonly Exported[]
  /** Field of an answered record that holds its key. */
  keyField: string
  calls: readonly WireCall[]
}>

/** One value that was sent at a place. */
export type Occurrence = Readonly<{
  /** Index of the document. */
  document: number
  /** Index of the record of this place within the document: of the line, or of the record below it. */
  record: string
  value: string
  siblings: JsonObject
}>

/** A field of the document or of a record below it, over all documents. */
export type Place = Readonly<{
  /** Path from the document; `*` stands for every record of a list. */
  path: string
  resource: string
  field: string
  occurrences: readonly Occurrence[]
  /** How many records could have had the field. */
  records: number
  /** Records that had it with a value. */
  filled: number
  /** Whether it holds a list of values, which may be empty. */
  isMany: boolean
}>

const DOCUMENT = /invoice|bill|voucher|payable|credit.?memo|purchase|\bmove\b/i

/**
 * Finds what is exported: of everything that is created, the resource that most looks like an invoice: it has lines, it is
 * created often, its name says so. `undefined` when nothing was created.
 */
export function flowOf(calls: readonly WireCall[], keyField: string): Flow | undefined {
  const creates = calls.filter(({ kind, sent }) => kind === 'create' && sent.length > 0)
  const weights = new Map<string, number>()
  for (const { resource, sent } of creates) {
    const hasLines = sent.some((record) => Object.values(record).some((value) => recordsIn(value).length > 0))
    const weight = sent.length + (hasLines ? 1000 : 0) + (DOCUMENT.test(resource) ? 500 : 0)
    weights.set(resource, Math.max(weights.get(resource) ?? 0, weight) + 1)
  }
  const [best] = [...weights].sort(([, left], [, right]) => right - left)
  if (best === undefined) return undefined
  const [resource] = best
  const at = calls.flatMap((call, index) => (call.kind === 'create' && call.resource === resource ? [index] : []))
  const documents = at.flatMap((index, nth): readonly Exported[] => {
    const call = calls[index]
    if (call === undefined) return []
    const before = calls.slice((at[nth - 1] ?? -1) + 1, index)
    const after = calls.slice(index + 1, at[nth + 1] ?? calls.length)
    return call.sent.map((record, position) => ({
      record: merged(record, call.created[position], resource, after),
      key: call.created[position],
      before,
      after,
      call,
    }))
  })
  return { resource, documents, keyField, calls }
}

/** A document with what was written to it afterwards, until the next one. */
function merged(record: JsonObject, key: string | undefined, resource: string, after: readonly WireCall[]): JsonObject {
  const updates = after.filter(
    (call) => call.kind === 'update' && call.resource === resource && key !== undefined && call.ids.includes(key),
  )
  return Object.assign({}, record, ...updates.map(({ sent }) => sent[0]))
}

/** Every place at which something was sent, with the resource that it belongs to. */
export function placesOf(flow: Flow): readonly Place[] {
  type Open = {
    path: string
    resource: string
    field: string
    occurrences: Occurrence[]
    filled: number
    isMany: boolean
  }
  const open = new Map<string, Open>()
  const records = new Map<string, number>()
  const resources = new Map<string, string>([['', flow.resource]])
  const visit = (record: JsonObject, document: number, at: string, nth: string) => {
    records.set(at, (records.get(at) ?? 0) + 1)
    const resource = resources.get(at) ?? flow.resource
    for (const [field, value] of Object.entries(record)) {
      const path = `${at}/${field}`
      const nested = isJsonObject(value) ? [value] : recordsIn(value)
      if (nested.length > 0) {
        const below = isJsonObject(value) ? path : `${path}/*`
        if (!resources.has(below)) resources.set(below, relatedTo(flow, resource, field) ?? `${resource}.${field}`)
        nested.forEach((inner, index) => {
          visit(inner, document, below, `${nth}/${index}`)
        })
        continue
      }
      const place = open.get(path) ?? { path, resource, field, occurrences: [], filled: 0, isMany: isJsonArray(value) }
      open.set(path, place)
      const texts = (isJsonArray(value) ? value : [value]).flatMap((item) => textOf(item) ?? [])
      const filled = texts.filter((text) => text !== '')
      if (filled.length > 0) place.filled += 1
      for (const text of filled) {
        place.occurrences.push({ document, record: nth, value: text, siblings: record })
      }
    }
  }
  for (const [index, { record }] of flow.documents.entries()) visit(record, index, '', '')
  return [...open.values()].map((place) => ({
    ...place,
    records: records.get(place.path.slice(0, place.path.lastIndexOf('/'))) ?? 0,
  }))
}

/**
 * The resource of the records below a field, where the ERP gives them keys: the one whose records are read by the keys that
 * the field was answered with. `undefined` when the answers show no such resource.
 */
function relatedTo(flow: Flow, resource: string, field: string): string | undefined {
  const scores = new Map<string, number>()
  let answers = 0
  for (const { after } of flow.documents) {
    const lists = after
      .filter((call) => call.resource === resource)
      .flatMap(({ answered }) => answered)
      .flatMap((record) => {
        const value = record[field]
        return isJsonArray(value) && value.length > 0 ? [value.flatMap((item) => textOf(item) ?? [])] : []
      })
    for (const list of lists) {
      answers += 1
      const read = new Map<string, Set<string>>()
      for (const { kind, resource: other, ids } of after) {
        if (kind !== 'read' || other === resource) continue
        read.set(other, new Set([...(read.get(other) ?? []), ...ids]))
      }
      for (const [other, ids] of read) {
        if (list.every((key) => ids.has(key))) scores.set(other, (scores.get(other) ?? 0) + 1)
      }
    }
  }
  const [best] = [...scores]
    .filter(([, score]) => score >= answers * 0.9)
    .sort(([left, more], [right, less]) => less - more || nameLikeness(field, right) - nameLikeness(field, left))
  return best?.[0]
}

/** The records of a list; none when it is no list of records. */
export function recordsIn(value: Json | undefined): readonly JsonObject[] {
  if (!isJsonArray(value) || value.length === 0) return []
  const records = value.filter(isJsonObject)
  return records.length === value.length ? records : []
}

/** A value as text that can be compared; `undefined` for null, lists and records. */
export function textOf(value: Json | undefined): string | undefined {
  if (isJsonNumber(value)) return value.value
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'string' ? value : undefined
}
