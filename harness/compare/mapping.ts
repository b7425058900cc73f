import type { Difference } from '../model/difference.ts'
import { type FieldMapping, type MappingRow, operationsOf, sourceOf } from '../model/mapping.ts'
import type { Transform } from '../model/plan.ts'
import type { ErpSchema, JsonSchema } from '../model/schema.ts'
import type { ValueLists } from '../model/snapshot.ts'
import type { MappingFact } from '../ports/mapping-fact.ts'

/** What a mapping is held against. */
export type MappingContext = Readonly<{
  baseline: ErpSchema
  candidate: ErpSchema
  /** Value lists of the candidate. */
  values: ValueLists
  /** Invoices that use a field; `undefined` when none does. */
  usersOf: (direction: 'send' | 'read', resource: string, field: string) => ReadonlySet<string> | undefined
  /** Invoices that send a record of a resource without a field. */
  lackersOf: (resource: string, field: string) => ReadonlySet<string>
  /** The texts that a field is sent with, and by which invoices. */
  textsOf: (resource: string, field: string) => ReadonlyMap<string, readonly string[]>
}>

/** Holds the field mapping against what a release publishes, in both directions. */
export function mappingFacts({ fields }: FieldMapping, context: MappingContext): readonly MappingFact[] {
  const facts = fields.flatMap((row) => [
    ...targetFacts(row, context),
    ...tableFacts(row, context),
    ...lengthFacts(row, context),
  ])
  return [...facts, ...unmappedFacts(fields, context), ...twiceFacts(fields, context)]
}

/** A target field that is gone, or that holds another type. */
function targetFacts(row: MappingRow, context: MappingContext): readonly MappingFact[] {
  const { to, direction } = row
  const [before, now] = [context.baseline, context.candidate].map((schema) =>
    propertiesOf(schema, to.resource, direction),
  )
  // Nothing is said of a resource that a release does not publish: that it is gone is told by itself.
  if (now === undefined) return []
  const users = context.usersOf(direction, to.resource, to.field)
  const [was, is] = [before?.[to.field], now[to.field]]
  if (is === undefined) {
    return [fact('gone', row, 'absent', { baseline: textOf(was), candidate: null, users, found: '' })]
  }
  const [old, next] = [typesOf(was), typesOf(is)]
  const [given, taken] = direction === 'send' ? [old, next] : [next, old]
  if (was === undefined || given.every((type) => taken.some((other) => isWithin(type, other)))) return []
  const told = { baseline: old.join(' or '), candidate: next.join(' or '), users }
  return [fact('retyped', row, 'coerced', { ...told, found: `${told.baseline} → ${told.candidate}` })]
}

/** A value table with values that the ERP does not have. */
function tableFacts(row: MappingRow, context: MappingContext): readonly MappingFact[] {
  if (row.direction !== 'send') return []
  const { to, list } = row
  const known = list === undefined ? undefined : context.values[list]
  const allowed = enumOf(propertiesOf(context.candidate, to.resource, 'send')?.[to.field])
  const isThere = (value: string) =>
    known !== undefined
      ? known.some((each) => each.code === value && each.active)
      : allowed === undefined || allowed.includes(value)
  const texts = context.textsOf(to.resource, to.field)
  return outputsOf(operationsOf(row.transform))
    .filter((value) => !isThere(value))
    .map((value) =>
      fact('value-gone', row, 'absent', {
        ...{ baseline: value, candidate: null, found: value },
        users: new Set(texts.get(value) ?? []),
      }),
    )
}

/** Values that come out of a transform and are longer than the ERP takes. */
function lengthFacts(row: MappingRow, context: MappingContext): readonly MappingFact[] {
  const { to, direction, transform } = row
  const operations = operationsOf(transform)
  if (direction !== 'send' || operations.length === 0) return []
  const property = propertiesOf(context.candidate, to.resource, 'send')?.[to.field]
  const longest: unknown = isObject(property) ? property.maxLength : undefined
  if (typeof longest !== 'number') return []
  const texts = context.textsOf(to.resource, to.field)
  return [...new Set([...texts.keys(), ...outputsOf(operations)])]
    .filter((text) => [...text].length > longest)
    .sort()
    .map((text) =>
      fact('too-long', row, 'truncated', {
        ...{ baseline: text, candidate: [...text].slice(0, longest).join(''), found: `at most ${longest} characters` },
        users: new Set(texts.get(text) ?? []),
      }),
    )
}

/** Fields that the release requires, that no row feeds and that not every record has anyway. */
function unmappedFacts(fields: FieldMapping['fields'], context: MappingContext): readonly MappingFact[] {
  const sent = fields.filter(({ direction }) => direction === 'send')
  return [...new Set(sent.map(({ to }) => to.resource))].sort().flatMap((resource) => {
    const mapped = new Set(sent.filter(({ to }) => to.resource === resource).map(({ to }) => to.field))
    const properties = propertiesOf(context.candidate, resource, 'send') ?? {}
    return requiredOf(context.candidate, resource)
      .filter((field) => !mapped.has(field) && !hasDefault(properties[field]))
      .flatMap((field) => {
        const lackers = context.lackersOf(resource, field)
        const isNew = !requiredOf(context.baseline, resource).includes(field)
        const isSent = context.usersOf('send', resource, field) !== undefined
        // What was required before and is not sent has a default that nobody publishes.
        if (!isNew || (lackers.size === 0 && isSent)) return []
        const row: MappingRow = { to: { resource, field }, direction: 'send', required: true }
        return [
          fact('unmapped', row, 'absent', { baseline: null, candidate: 'required', users: lackers, found: field }),
        ]
      })
  })
}

/** Two sources that go to one field of one record. */
function twiceFacts(fields: FieldMapping['fields'], context: MappingContext): readonly MappingFact[] {
  const targets = new Map<string, MappingRow[]>()
  for (const row of fields) {
    if (row.direction !== 'send') continue
    const key = JSON.stringify([row.to.resource, row.to.field, row.to.record ?? ''])
    targets.set(key, [...(targets.get(key) ?? []), row])
  }
  return [...targets.values()].flatMap((rows) => {
    const [first, second] = rows
    if (first === undefined || second === undefined) return []
    const { resource, field } = first.to
    return [
      fact('twice', first, 'extra', {
        ...{ baseline: sourceOf(first), candidate: rows.slice(1).map(sourceOf).join(', '), found: sourceOf(second) },
        users: context.usersOf('send', resource, field),
      }),
    ]
  })
}

function fact(
  about: MappingFact['about'],
  row: MappingRow,
  kind: Difference['kind'],
  told: Readonly<{
    baseline: string | null
    candidate: string | null
    users: ReadonlySet<string> | undefined
    found: string
  }>,
): MappingFact {
  const { to, direction } = row
  return {
    about,
    from: sourceOf(row),
    found: told.found,
    difference: {
      area: 'structure',
      kind,
      class: 'structure',
      loudness: direction === 'send' ? 'loud' : 'silent',
      resource: to.resource,
      pointer: `/${to.field}`,
      at: '',
      stage: '',
      baseline: told.baseline,
      candidate: told.candidate,
      sent: null,
      invoices: [...(told.users ?? [])],
      seenBy: 'connector',
    },
  }
}

/** What can come out of the value tables and constants of a row. */
function outputsOf(operations: readonly Transform[]): readonly string[] {
  let known: readonly string[] = []
  for (const step of operations) {
    if ('map-value' in step) {
      const { values } = step['map-value']
      const mapped = known.map((value) => (Object.hasOwn(values, value) ? (values[value] ?? value) : value))
      known = known.length === 0 ? Object.values(values) : mapped
    } else if ('add-field' in step) {
      const { value, by } = step['add-field']
      const given = [value, ...Object.values(by?.values ?? {}), by?.others]
      known = given.filter((each) => each !== undefined).map(String)
    } else known = []
  }
  return [...new Set(known)].sort()
}

type Properties = Readonly<Record<string, JsonSchema>>

function propertiesOf(schema: ErpSchema, resource: string, direction: 'send' | 'read'): Properties | undefined {
  const published = schema.resources[resource]?.[direction]
  const properties: unknown = isObject(published) ? published.properties : undefined
  return isProperties(properties) ? properties : undefined
}

function isProperties(value: unknown): value is Properties {
  return isObject(value)
}

function requiredOf(schema: ErpSchema, resource: string): readonly string[] {
  const send = schema.resources[resource]?.send
  const required: unknown = isObject(send) ? send.required : undefined
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

function hasDefault(property: unknown): boolean {
  return isObject(property) && property.default !== undefined
}

/** The types that a place may hold, an absent value apart; a format is a type of its own. */
function typesOf(property: unknown): readonly string[] {
  if (!isObject(property)) return []
  const told: unknown = property['x-erp-type'] ?? property.type
  const types = (Array.isArray(told) ? told : [told]).filter((type) => typeof type === 'string' && type !== 'null')
  const format = typeof property.format === 'string' ? ` (${property.format})` : ''
  return types.map((type) => `${type}${format}`).sort()
}

function isWithin(type: string, other: string): boolean {
  // A text without a format takes every text.
  return (
    type === other || (type === 'integer' && other === 'number') || (other === 'string' && type.startsWith('string '))
  )
}

function enumOf(property: unknown): readonly unknown[] | undefined {
  const values: unknown = isObject(property) ? property.enum : undefined
  return Array.isArray(values) ? values : undefined
}

function textOf(property: unknown): string | null {
  const types = typesOf(property)
  return types.length === 0 ? null : types.join(' or ')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
