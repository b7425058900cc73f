import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import { mapped } from '../base/on-demand.ts'
import type { PlanOperation } from '../model/plan.ts'
import type { StoredDocument } from '../model/snapshot.ts'
import type { ListedBy } from '../ports/erp.ts'
import type { Observation, OperationObservation } from '../ports/observation.ts'
import { asSent, givenValue, type Made, mappedText, toWire, withSegment } from './plan-values.ts'
import { isWrite, methodOf } from './write-stage.ts'

/** The list that a field names a value of, in either release. */
export type ListOf = (resource: string, field: string) => ListedBy | undefined

/** The resource that a field leads to, `undefined` when it holds a plain value or a code. */
export type Relation = (resource: string, field: string) => string | undefined

/**
 * What a release should store and answer once the plan is installed: the baseline's documents, and what was recorded, as
 * the plan changes them. What the plan drops from what is sent stays expected: that the ERP loses it is to be seen.
 */
export function expectedDocuments(
  documents: readonly StoredDocument[],
  plan: readonly PlanOperation[],
  resource: string,
  relation: Relation,
): readonly StoredDocument[] {
  const sendings = plan.filter(isSending)
  if (sendings.length === 0) return documents
  return mapped(documents, (document) => ({
    ...document,
    sent: changed(document.sent, resource, sendings, relation),
    stages: document.stages.map((stage) =>
      stage.document === undefined
        ? stage
        : { ...stage, document: changed(stage.document, resource, sendings, relation) },
    ),
  }))
}

/** An observation of a replay with the plan, with what was recorded as the plan changes it. */
export function expectedObservation(
  observation: Observation,
  plan: readonly PlanOperation[],
  resource: string,
  relation: Relation,
  listOf: ListOf,
): Observation {
  if (plan.length === 0) return observation
  const sendings = plan.filter(isSending)
  return {
    ...observation,
    shared: mapped(observation.shared, (operation) => expectedAnswer(operation, '', plan, relation, listOf)),
    invoices: mapped(observation.invoices, (invoice) => {
      let after = ''
      return {
        ...invoice,
        ...(invoice.sent === undefined ? {} : { sent: changed(invoice.sent, resource, sendings, relation) }),
        operations: invoice.operations.map((operation) => {
          const expected = expectedAnswer(operation, after, plan, relation, listOf)
          if (isWrite(operation.operation)) after = methodOf(operation.operation)
          return expected
        }),
      }
    }),
  }
}

/** Operations that change what is sent, and with it what is stored and answered. */
function isSending(step: PlanOperation): boolean {
  return !('drop-field' in step) && !('change-endpoint' in step)
}

function expectedAnswer(
  observed: OperationObservation,
  after: string,
  plan: readonly PlanOperation[],
  relation: Relation,
  listOf: ListOf,
): OperationObservation {
  const { operation, recorded } = observed
  if (recorded.state !== 'accepted') return observed
  const asked = changed(recorded.result, operation.resource, plan.filter(isSending), relation)
  const dropped = plan.flatMap((step) => ('drop-field' in step ? [step['drop-field']] : []))
  const unread = dropped
    .filter(({ direction, after: only }) => direction === 'read' && (only === undefined || only === after))
    .filter(({ resource, field }) => operation.reads.some((use) => use.resource === resource && use.field === field))
  const rows = operation.kind === 'lookup' ? expectedRows(asked, operation.resource, plan, listOf) : asked
  const result = unread.reduce<Json>(
    (known, { resource, field }) => without(known, operation.resource, resource, field, relation),
    rows,
  )
  return { ...observed, recorded: { ...recorded, result } }
}

/** What a look-up of a list should find: the values that the plan sends in the place of those that it found. */
function expectedRows(rows: Json, list: string, plan: readonly PlanOperation[], listOf: ListOf): Json {
  return plan.reduce((now, step) => {
    const of = 'map-value' in step ? step['map-value'] : 'add-segment' in step ? step['add-segment'] : undefined
    if (of === undefined || listOf(of.resource, of.field)?.list !== list || !isJsonArray(now)) return now
    const recoded = now.map((row) => {
      if (!isJsonObject(row) || typeof row.id !== 'string') return row
      const { id } = row
      const made = 'segment' in of ? withSegment(of, id) : mappedText(of, id)
      if (!('text' in made)) return row
      // The code stands under its own name as well as in the place of the id.
      return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === id ? made.text : value]))
    })
    return onceEach(recoded)
  }, rows)
}

/** Listed values that the plan merges are one value. */
function onceEach(rows: Json): Json {
  if (!isJsonArray(rows)) return rows
  const known = new Set<string>()
  return rows.filter((row) => {
    const id = isJsonObject(row) && typeof row.id === 'string' ? row.id : undefined
    if (id === undefined) return true
    const isFirst = !known.has(id)
    known.add(id)
    return isFirst
  })
}

function without(value: Json, owner: string, resource: string, field: string, relation: Relation): Json {
  return eachRecord(value, owner, relation, (record, own) =>
    own === resource ? Object.fromEntries(Object.entries(record).filter(([name]) => name !== field)) : record,
  )
}

function changed(value: Json, resource: string, plan: readonly PlanOperation[], relation: Relation): Json {
  return plan.reduce((now, step) => byStep(now, resource, step, relation), value)
}

function byStep(value: Json, resource: string, step: PlanOperation, relation: Relation): Json {
  if ('move-field' in step) return moved(value, resource, step['move-field'], relation)
  return eachRecord(value, resource, relation, (record, own) => {
    if ('rename-field' in step) {
      const { resource: of, field, to } = step['rename-field']
      return own === of ? renamed(record, field, to) : record
    }
    if ('map-value' in step) {
      const table = step['map-value']
      return own === table.resource ? remade(record, table.field, (text) => mappedText(table, text)) : record
    }
    if ('add-segment' in step) {
      const segment = step['add-segment']
      return own === segment.resource ? remade(record, segment.field, (text) => withSegment(segment, text)) : record
    }
    if ('add-field' in step) {
      const add = step['add-field']
      const known = record[add.field]
      if (own !== add.resource || (known !== undefined && known !== null)) return record
      const given = givenValue(add, textOf(record[add.by?.field ?? '']))
      return 'missing' in given ? record : { ...record, [add.field]: toWire(given.value) }
    }
    return record
  })
}

function renamed(record: JsonObject, field: string, to: string): JsonObject {
  if (!Object.hasOwn(record, field)) return record
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name === field ? to : name, value]))
}

function remade(record: JsonObject, field: string, make: (text: string) => Made): JsonObject {
  const value = record[field]
  if (value === undefined) return record
  const one = (each: Json): Json => {
    const text = textOf(each)
    const made = text === undefined || text === '' ? undefined : make(text)
    return made === undefined || !('text' in made) || made.text === text ? each : asSent(made.text, each)
  }
  const next = isJsonArray(value) ? value.map(one) : one(value)
  // A row of a list is known by its code, so a row whose code is another one is another row.
  const isCode = record.id !== undefined && !isJsonArray(value) && record.id === value
  return { ...record, [field]: next, ...(isCode ? { id: next } : {}) }
}

type Move = Extract<PlanOperation, { 'move-field': unknown }>['move-field']

function moved(value: Json, owner: string, { resource, field, to }: Move, relation: Relation): Json {
  const found: Json[] = []
  const taken = eachRecord(value, owner, relation, (record, own) => {
    if (own !== resource || record[field] === undefined) return record
    found.push(record[field])
    return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field))
  })
  const texts = new Set(found.map(textOf))
  const [only] = found
  if (only === undefined || texts.size > 1) return taken
  return eachRecord(taken, owner, relation, (record, own) =>
    own === to.resource ? { ...record, [to.field]: only } : record,
  )
}

/** A copy with every record at any depth replaced, the inner ones first; each knows its resource. */
function eachRecord(
  value: Json,
  resource: string,
  relation: Relation,
  change: (record: JsonObject, resource: string) => JsonObject,
): Json {
  if (isJsonArray(value)) return value.map((item) => eachRecord(item, resource, relation, change))
  if (!isJsonObject(value)) return value
  const inner = Object.fromEntries(
    Object.entries(value).map(([field, member]): [string, Json] => {
      const related = relation(resource, field)
      return [field, related === undefined ? member : eachRecord(member, related, relation, change)]
    }),
  )
  return change(inner, resource)
}

function textOf(value: Json | undefined): string | undefined {
  if (isJsonNumber(value)) return value.value
  return typeof value === 'string' ? value : undefined
}
