import { sum } from '../../../base/decimal.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../../../base/json.ts'
import type { RecordedRequest } from '../../../model/recording.ts'
import type { JsonSchemaObject } from '../../../model/schema.ts'
import type { ListedValue, Snapshot, StoredDocument } from '../../../model/snapshot.ts'
import type { Mutant } from '../../../ports/mutant.ts'
import { answerOf, type Call, callOf, responseOf } from '../../protocols/json-rpc.ts'

/** Which stored invoices a defect acts on. */
export type Fits = (invoice: JsonObject, document: StoredDocument) => boolean

/** What a defect makes of a stored invoice after one of the operations that wrote it. */
export type Change = (invoice: JsonObject, after: string, before: JsonObject | undefined) => JsonObject

/** A release that stores one in thirty of the invoices that fit otherwise, the first of them included. */
export function oneInThirty(fits: Fits, change: Change): (snapshot: Snapshot) => Snapshot {
  return (snapshot) => {
    let seen = 0
    return edited(snapshot, (document) => fits(finalOf(document), document) && seen++ % 30 === 0, change)
  }
}

/** A release that stores every invoice that fits otherwise. */
export function everyOne(fits: Fits, change: Change): (snapshot: Snapshot) => Snapshot {
  return (snapshot) => edited(snapshot, (document) => fits(finalOf(document), document), change)
}

function edited(snapshot: Snapshot, wanted: (document: StoredDocument) => boolean, change: Change): Snapshot {
  return {
    ...snapshot,
    documents: snapshot.documents.map((document) => {
      if (!wanted(document)) return document
      let before: JsonObject | undefined
      const stages = document.stages.map((stage) => {
        if (!isJsonObject(stage.document)) return stage
        const now = change(stage.document, stage.after, before)
        before = now
        return { ...stage, document: now }
      })
      return { ...document, stages }
    }),
  }
}

/** The invoice as it was stored in the end; empty when it never was. */
export function finalOf(document: StoredDocument): JsonObject {
  const last = document.stages.filter((stage) => stage.outcome === 'accepted').at(-1)?.document
  return isJsonObject(last) ? last : {}
}

/** The records in a list. */
export function recordsIn(value: Json | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : []
}

/** Lines of an invoice. */
export function linesOf(invoice: JsonObject): readonly JsonObject[] {
  return recordsIn(invoice.lines)
}

/** Journal lines of an invoice, none before it has a journal entry. */
export function ledgerOf(invoice: JsonObject): readonly JsonObject[] {
  return isJsonObject(invoice.move) ? recordsIn(invoice.move.lines) : []
}

/** An invoice with every line changed; `undefined` loses the line. */
export function withLines(
  invoice: JsonObject,
  change: (line: JsonObject, index: number, lines: readonly JsonObject[]) => JsonObject | undefined,
): JsonObject {
  const { kept, places } = changedRows(linesOf(invoice), change)
  return renumbered({ ...invoice, lines: kept }, 'lines', places)
}

/** Rows that are left, and where each of the rows that were there stands now. */
function changedRows(
  rows: readonly JsonObject[],
  change: (row: JsonObject, index: number, rows: readonly JsonObject[]) => JsonObject | undefined,
): Readonly<{ kept: readonly JsonObject[]; places: readonly (number | undefined)[] }> {
  const changed = rows.map((row, index) => change(row, index, rows))
  let next = 0
  return {
    kept: changed.filter((row) => row !== undefined),
    places: changed.map((row) => (row === undefined ? undefined : next++)),
  }
}

/** An invoice whose references to rows of a list follow the rows; a reference to a row that is lost is empty. */
function renumbered(invoice: JsonObject, list: string, places: readonly (number | undefined)[]): JsonObject {
  if (places.every((place, index) => place === index)) return invoice
  return throughout(invoice, (text) => {
    const [, before = '', index, after = ''] = new RegExp(`^(.*@${list}/)(\\d+)(.*)$`).exec(text) ?? []
    if (index === undefined) return text
    const place = places[Number(index)]
    return place === undefined ? null : before + place + after
  })
}

/** An invoice with its journal entry changed, when it has one. */
export function withMove(invoice: JsonObject, change: (move: JsonObject) => JsonObject): JsonObject {
  return isJsonObject(invoice.move) ? { ...invoice, move: change(invoice.move) } : invoice
}

/** An invoice with every journal line changed; `undefined` loses the line. */
export function withLedger(
  invoice: JsonObject,
  change: (line: JsonObject, index: number, lines: readonly JsonObject[]) => JsonObject | undefined,
): JsonObject {
  const { kept, places } = changedRows(ledgerOf(invoice), change)
  return renumbered(
    withMove(invoice, (move) => ({ ...move, lines: kept })),
    'move/lines',
    places,
  )
}

/** An invoice with its tax lines changed. */
export function withTaxes(invoice: JsonObject, change: (tax: JsonObject, index: number) => JsonObject): JsonObject {
  return { ...invoice, taxes: recordsIn(invoice.taxes).map(change) }
}

/** The text or digits of a value, empty when it has none. */
export function textIn(value: Json | undefined): string {
  return isJsonNumber(value) ? value.value : typeof value === 'string' ? value : ''
}

/** An amount with something added to it. */
export function plus(amount: Json | undefined, addend: string): string {
  return sum([textIn(amount) || '0', addend])
}

/** An amount with its sign turned. */
export function negated(amount: Json | undefined): string {
  const text = textIn(amount)
  if (/^-?[0.]+$/.test(text)) return text
  return text.startsWith('-') ? text.slice(1) : `-${text}`
}

/** The value everywhere in a document replaced. */
export function everywhere(value: Json, change: (text: string) => Json): Json {
  if (typeof value === 'string') return change(value)
  if (isJsonArray(value)) return value.map((item) => everywhere(item, change)).filter((item) => item !== null)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, everywhere(member, change)]))
}

/** A document everywhere changed. */
export function throughout(invoice: JsonObject, change: (text: string) => Json): JsonObject {
  const changed = everywhere(invoice, change)
  return isJsonObject(changed) ? changed : invoice
}

/** A release whose value list differs. */
export function withList(
  list: string,
  change: (values: readonly ListedValue[]) => readonly ListedValue[],
): (snapshot: Snapshot) => Snapshot {
  return (snapshot) => ({
    ...snapshot,
    values: { ...snapshot.values, [list]: change(snapshot.values[list] ?? []) },
  })
}

/** A release in which the properties of a resource differ in one direction. */
export function withProperties(
  resource: string,
  direction: 'send' | 'read',
  change: (properties: Readonly<Record<string, unknown>>, schema: JsonSchemaObject) => JsonSchemaObject,
): (snapshot: Snapshot) => Snapshot {
  return (snapshot) => {
    const known = snapshot.schema.resources[resource]
    const schema = known?.[direction]
    if (known === undefined || typeof schema !== 'object') return snapshot
    const properties = isRecord(schema.properties) ? schema.properties : {}
    return {
      ...snapshot,
      schema: {
        ...snapshot.schema,
        resources: { ...snapshot.schema.resources, [resource]: { ...known, [direction]: change(properties, schema) } },
      },
    }
  }
}

/** A release without a field, in both directions, in schema and documents. */
export function withoutField(resource: string, field: string): (snapshot: Snapshot) => Snapshot {
  const drop = (properties: Readonly<Record<string, unknown>>, schema: JsonSchemaObject) => {
    const { [field]: _, ...rest } = properties
    return { ...schema, properties: rest }
  }
  return chained(withProperties(resource, 'read', drop), withProperties(resource, 'send', drop))
}

/** A release in which one property has other keywords. */
export function withKeywords(
  resource: string,
  field: string,
  directions: readonly ('send' | 'read')[],
  keywords: Readonly<Record<string, unknown>>,
): (snapshot: Snapshot) => Snapshot {
  return chained(
    ...directions.map((direction) =>
      withProperties(resource, direction, (properties, schema) => {
        const property = properties[field]
        return isRecord(property)
          ? { ...schema, properties: { ...properties, [field]: { ...property, ...keywords } } }
          : schema
      }),
    ),
  )
}

/** One change of a release after the other. */
export function chained(...changes: readonly ((snapshot: Snapshot) => Snapshot)[]): (snapshot: Snapshot) => Snapshot {
  return (snapshot) => changes.reduce((changed, change) => change(changed), snapshot)
}

/** Answers of a release with every result changed; the same result back is an answer without the defect. */
export function results(change: (call: Call, result: Json) => Json): NonNullable<Mutant['wire']> {
  return (virtual, acted) => ({
    ...virtual,
    unrecorded: () => virtual.unrecorded(),
    handle: (request) => {
      const response = virtual.handle(request)
      const call = callOf(request)
      const answer = answerOf(response)
      if (call === undefined || answer.state !== 'result') return response
      const result = change(call, answer.result)
      if (result === answer.result) return response
      acted()
      return responseOf(request, { result })
    },
  })
}

/** A release that refuses what it is asked, in Tryton's own form; `undefined` lets a call pass. */
export function refusals(
  refuse: (call: Call, request: RecordedRequest) => Json | undefined,
): NonNullable<Mutant['wire']> {
  return (virtual, acted) => ({
    unrecorded: () => virtual.unrecorded(),
    handle: (request) => {
      const call = callOf(request)
      const error = call === undefined ? undefined : refuse(call, request)
      if (error === undefined) return virtual.handle(request)
      acted()
      return responseOf(request, { error })
    },
  })
}

/** An error as Tryton tells people. */
export function userError(text: string): Json {
  return ['UserError', [text, '', null]]
}

/** A warning that waits for an answer. */
export function userWarning(name: string, text: string): Json {
  return ['UserWarning', [name, text, '']]
}

/** The record that a create sends first. */
export function created(call: Call, model: string): JsonObject | undefined {
  if (call.method !== `model.${model}.create`) return undefined
  const [records] = call.params
  return recordsIn(records)[0]
}

/** Whether a value is an object that can be read by key. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
