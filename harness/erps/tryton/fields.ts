import { isJsonArray, isJsonNumber, isJsonObject, type Json, jsonNumber } from '../../base/json.ts'
import { remembered } from '../../base/remembered.ts'
import type { ErpSchema } from '../../model/schema.ts'

/** What Tryton publishes of one field. */
export type TrytonField = Readonly<{
  /** `char`, `many2one`, `numeric` and so on. */
  type: string
  /** Model that a relation leads to. */
  relation: string | undefined
  /** Values of a selection, when they are fixed. */
  selection: readonly Json[] | undefined
  /** Digits after the decimal point when nothing else is set; `undefined` when there is no fixed limit. */
  scale: number | undefined
}>

/** The field of a model, `undefined` when this release does not have it. */
export function fieldOf(schema: ErpSchema, model: string, name: string): TrytonField | undefined {
  return fieldsOf(schema, model).get(name)
}

/** Names of all fields of a model, sorted. */
export function fieldNames(schema: ErpSchema, model: string): readonly string[] {
  return [...fieldsOf(schema, model).keys()]
}

/** The fields of a model by name, sorted by it. */
export function fieldsOf(schema: ErpSchema, model: string): ReadonlyMap<string, TrytonField> {
  return modelsOf(schema).get(model) ?? NO_FIELDS
}

const NO_FIELDS: ReadonlyMap<string, TrytonField> = new Map()

/** Every value of every answer is read with its field. */
const modelsOf = remembered(
  (schema: ErpSchema): ReadonlyMap<string, ReadonlyMap<string, TrytonField>> =>
    new Map(Object.keys(schema.resources).map((model) => [model, readFields(schema, model)])),
)

function readFields(schema: ErpSchema, model: string): ReadonlyMap<string, TrytonField> {
  const read = schema.resources[model]?.read
  const properties = typeof read === 'object' ? read.properties : undefined
  const fields = new Map<string, TrytonField>()
  for (const [name, field] of Object.entries(isRecord(properties) ? properties : {})) {
    if (!isRecord(field)) continue
    const { 'x-erp-type': type, 'x-relation': relation, enum: selection } = field
    fields.set(name, {
      type: typeof type === 'string' ? type : 'unknown',
      relation: typeof relation === 'string' ? relation : undefined,
      selection: isJsonArray(selection) ? selection : undefined,
      scale: scaleOf(field['x-scale']),
    })
  }
  return new Map([...fields].sort(([left], [right]) => (left < right ? -1 : 1)))
}

/** Names of the fields that a create must carry. */
export function requiredFields(schema: ErpSchema, model: string): readonly string[] {
  const send = schema.resources[model]?.send
  const required = typeof send === 'object' ? send.required : undefined
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

function isRecord(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function scaleOf(value: unknown): number | undefined {
  if (isJsonNumber(value)) return Number(value.value)
  if (typeof value === 'number') return value
  return isRecord(value) ? scaleOf(value.otherwise) : undefined
}

/** Whether a type holds one id, many ids, or none. */
export function relationKind(type: string): 'one' | 'many' | 'none' {
  if (type === 'many2one' || type === 'one2one') return 'one'
  return type === 'one2many' || type === 'many2many' ? 'many' : 'none'
}

/** A value as people write it: decimals and dates as text, booleans as booleans, the rest as it is. */
export function canonicalValue(value: Json, type: string): Json {
  if (isJsonObject(value)) {
    const kind = value.__class__
    if (kind === 'Decimal') return value.decimal ?? null
    if (kind === 'date') return dateText(value)
    if (kind === 'datetime')
      return `${dateText(value)}T${['hour', 'minute', 'second'].map((part) => padded(value[part], 2)).join(':')}`
    if (kind === 'timedelta') return value.seconds ?? null
    if (kind === 'bytes') return value.base64 ?? null
  }
  // SQLite answers 0 and 1 for a stored boolean, PostgreSQL false and true.
  if (type === 'boolean' && isJsonNumber(value)) return value.value !== '0'
  // A numeric field that was never set comes back as the number 0 and not as a Decimal.
  if (type === 'numeric' && isJsonNumber(value)) return value.value
  return value
}

/** The wire form of a canonical value. */
export function wireValue(value: Json, type: string): Json {
  if (typeof value !== 'string') return value
  if (type === 'numeric') return { __class__: 'Decimal', decimal: value }
  const [, year, month, day, time] = /^(\d{4})-(\d{2})-(\d{2})(?:T(.*))?$/.exec(value) ?? []
  if (type === 'date' && year !== undefined && month !== undefined && day !== undefined) {
    return { __class__: 'date', year: whole(year), month: whole(month), day: whole(day) }
  }
  if ((type === 'timestamp' || type === 'datetime') && time !== undefined && year && month && day) {
    const [hour = '0', minute = '0', second = '0'] = time.split(':')
    return {
      __class__: 'datetime',
      year: whole(year),
      month: whole(month),
      day: whole(day),
      hour: whole(hour),
      minute: whole(minute),
      second: whole(second),
      microsecond: jsonNumber(0),
    }
  }
  return value
}

/** The id in a JSON value, `undefined` when it is none. */
export function idOf(value: Json | undefined): string | undefined {
  return isJsonNumber(value) && /^-?\d+$/.test(value.value) ? value.value : undefined
}

/** The ids in a JSON array. */
export function idsIn(value: Json | undefined): readonly string[] {
  return isJsonArray(value) ? value.flatMap((item) => idOf(item) ?? []) : []
}

function dateText(value: Readonly<Record<string, Json>>): string {
  return `${padded(value.year, 4)}-${padded(value.month, 2)}-${padded(value.day, 2)}`
}

function padded(value: Json | undefined, width: number): string {
  return (isJsonNumber(value) ? value.value : '0').padStart(width, '0')
}

function whole(text: string): Json {
  return jsonNumber(Number(text))
}
