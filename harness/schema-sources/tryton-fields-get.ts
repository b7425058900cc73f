import { canonicalJson, toJson } from '../base/json.ts'
import type { ErpResource, JsonSchemaObject } from '../model/schema.ts'
import { defineSchemaSource, type SchemaDocument } from '../ports/schema-source.ts'
import {
  isPlainObject,
  MAX_DEPTH,
  member,
  nestedBeyond,
  objectOf,
  type PlainObject,
  readJson,
  refuse,
  sortedEntries,
  textMember,
} from './reading/text.ts'
import { topLevel } from './reading/top-level.ts'

/**
 * Tryton's `fields_get` of several models in one document: `{ product, release, models: { MODEL: { FIELD: … } } }`.
 * Tryton refuses a field it does not know, so every record is closed.
 */
export default defineSchemaSource({
  title: 'Tryton fields_get',
  recognizes: (document) => topLevel(document).get('product') === 'tryton' && topLevel(document).has('models'),
  read: (document) => {
    const content = readJson(document)
    const models = member(content, 'models')
    if (!isPlainObject(models)) refuse(document, ['models'], 'expected an object of models.')
    const release = textMember(content, 'release')
    return {
      format: 'erp-change-gate/schema',
      version: 1,
      source: {
        kind: 'tryton-fields-get',
        product: 'tryton',
        ...(release === undefined ? {} : { release }),
        inferred: false,
      },
      resources: objectOf(
        sortedEntries(models).map(([model, fields]) => {
          if (!isPlainObject(fields)) refuse(document, ['models', model], 'expected an object of fields.')
          return [model, resourceOf(document, model, fields)]
        }),
      ),
      definitions: {},
    }
  },
})

function resourceOf(document: SchemaDocument, model: string, fields: PlainObject): ErpResource {
  const read: [string, JsonSchemaObject][] = []
  const send: [string, JsonSchemaObject][] = []
  const required: string[] = []
  const readOnly: string[] = []
  for (const [name, field] of sortedEntries(fields)) {
    if (!isPlainObject(field)) refuse(document, ['models', model, name], 'expected an object of attributes.')
    const type = textMember(field, 'type')
    if (type === undefined) refuse(document, ['models', model, name], 'the field has no type.')
    const schema = fieldSchema(document, ['models', model, name], fields, field, type)
    read.push([name, schema])
    if (member(field, 'readonly') === true) {
      readOnly.push(name)
      continue
    }
    send.push([name, { ...schema, ...sendOnly(document, ['models', model, name], field) }])
    if (member(field, 'required') === true) required.push(name)
  }
  return {
    send: {
      type: 'object',
      properties: objectOf(send),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
      ...(readOnly.length > 0 ? { 'x-read-only-names': readOnly } : {}),
    },
    // A reader names the fields it wants, so a record read back has exactly the asked ones: none is required as such.
    read: { type: 'object', properties: objectOf(read), additionalProperties: false },
    position: `/models/${model.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  }
}

function fieldSchema(
  document: SchemaDocument,
  place: readonly string[],
  fields: PlainObject,
  field: PlainObject,
  type: string,
): JsonSchemaObject {
  const title = textMember(field, 'string')
  return {
    ...nullableUnlessRequired(typeSchema(document, place, fields, field, type), field, type),
    'x-erp-type': type,
    ...(title === undefined || title === '' ? {} : { 'x-title': title }),
    ...(member(field, 'readonly') === true ? { 'x-read-only': true } : {}),
  }
}

/** What matters only to a sender: rules that the server evaluates on the record, and what it does to the text. */
function sendOnly(document: SchemaDocument, place: readonly string[], field: PlainObject): JsonSchemaObject {
  const states = pysonOf(document, [...place, 'states'], member(field, 'states'))
  const conditions: [string, unknown][] = []
  for (const state of ['readonly', 'required']) {
    const condition = member(states, state)
    if (condition !== undefined) conditions.push([state, condition])
  }
  const domain = pysonOf(document, [...place, 'domain'], member(field, 'domain'))
  return {
    ...(conditions.length > 0 ? { 'x-conditions': canonicalText(objectOf(conditions)) } : {}),
    ...(isEmpty(domain) ? {} : { 'x-domain': canonicalText(domain) }),
    ...(member(field, 'strip') === true ? { 'x-strip': true } : {}),
  }
}

function typeSchema(
  document: SchemaDocument,
  place: readonly string[],
  fields: PlainObject,
  field: PlainObject,
  type: string,
): JsonSchemaObject {
  const relation = textMember(field, 'relation')
  const related = relation === undefined ? {} : { 'x-relation': relation }
  switch (type) {
    case 'char':
    case 'text':
    case 'fullText': {
      const size = member(field, 'size')
      return { type: 'string', ...(typeof size === 'number' ? { maxLength: size } : {}) }
    }
    case 'integer':
    case 'bigInteger':
      return { type: 'integer' }
    case 'float':
      return { type: 'number', ...scaleOf(document, place, fields, field) }
    case 'numeric':
      return { type: 'string', format: 'decimal', ...scaleOf(document, place, fields, field) }
    case 'boolean':
      return { type: 'boolean' }
    case 'date':
      return { type: 'string', format: 'date' }
    case 'datetime':
    case 'timestamp':
      return { type: 'string', format: 'date-time' }
    case 'time':
      return { type: 'string', format: 'time' }
    case 'timedelta':
      return { type: 'number' }
    case 'selection':
      return { type: 'string', ...selectionOf(field) }
    case 'multiselection':
      return { type: 'array', items: { type: 'string', ...selectionOf(field) } }
    case 'many2one':
    case 'one2one':
      return { type: 'integer', ...related }
    case 'one2many':
    case 'many2many':
      return { type: 'array', items: { type: 'integer' }, ...related }
    case 'reference':
      return { type: 'string', format: 'reference', ...referenceOf(field) }
    case 'binary':
      return { type: 'string', contentEncoding: 'base64' }
    case 'dict':
      return { type: 'object' }
    default:
      return {}
  }
}

function nullableUnlessRequired(schema: JsonSchemaObject, field: PlainObject, type: string): JsonSchemaObject {
  const never = type === 'boolean' || type === 'one2many' || type === 'many2many' || type === 'multiselection'
  if (never || member(field, 'required') === true || typeof schema.type !== 'string') return schema
  const values = schema.enum
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
  }
}

/** A fixed selection becomes an enum; one that a method computes is named, since its values are not published. */
function selectionOf(field: PlainObject): JsonSchemaObject {
  const selection = member(field, 'selection')
  if (typeof selection === 'string') return { 'x-selection': selection }
  if (!Array.isArray(selection)) return {}
  const titles = selection.flatMap((entry): [string, string][] =>
    Array.isArray(entry) && typeof entry[0] === 'string' ? [[entry[0], String(entry[1])]] : [],
  )
  const codes = [...new Set(titles.map(([code]) => code))].sort()
  const empty = selection.some((entry) => Array.isArray(entry) && entry[0] === null)
  return {
    ...(empty ? { type: ['string', 'null'] } : {}),
    enum: empty ? [...codes, null] : codes,
    'x-enum-titles': objectOf(titles),
  }
}

function referenceOf(field: PlainObject): JsonSchemaObject {
  const selection = member(field, 'selection')
  if (typeof selection === 'string') return { 'x-selection': selection }
  if (!Array.isArray(selection)) return {}
  const models = selection.flatMap((entry) => (Array.isArray(entry) && typeof entry[0] === 'string' ? [entry[0]] : []))
  return { 'x-relation': [...new Set(models.filter((model) => model !== ''))].sort() }
}

/**
 * How many digits after the decimal point the server lets through. Only the second of the two published digits is checked by Tryton.
 * A limit that follows another record is spelled `[16, Eval('currency_digits', 2)]` up to 6.x and `"currency"` since:
 * both become `{ follows: 'currency' }`. They differ in one thing. The older spelling falls back to its default where the
 * followed record is missing, the newer one sets no limit; `otherwise` tells that where the record can be missing at all.
 */
function scaleOf(
  document: SchemaDocument,
  place: readonly string[],
  fields: PlainObject,
  field: PlainObject,
): JsonSchemaObject {
  const digits = pysonOf(document, [...place, 'digits'], member(field, 'digits'))
  if (digits === null || digits === undefined) return { 'x-scale': null }
  if (typeof digits === 'string') return { 'x-scale': follow(fields, digits, null) }
  const scale = Array.isArray(digits) ? digits[1] : undefined
  if (typeof scale === 'number' || scale === null) return { 'x-scale': scale }
  const kind = textMember(scale, '__class__')
  const followed = kind === 'Eval' ? member(scale, 'v') : kind === 'Get' ? member(scale, 'k') : undefined
  if (typeof followed !== 'string') return { 'x-scale': { computed: canonicalText(digits) } }
  const fallback = member(scale, 'd')
  const name = followed.replace(/_digits$/, '')
  return { 'x-scale': follow(fields, name, typeof fallback === 'number' ? fallback : null) }
}

function follow(fields: PlainObject, name: string, otherwise: number | null): PlainObject {
  const followed = member(fields, name)
  const canBeMissing =
    followed !== undefined && member(followed, 'required') !== true && member(followed, 'readonly') !== true
  return canBeMissing ? { follows: name, otherwise } : { follows: name }
}

/** PYSON travels as JSON text inside a string; an attribute that is JSON already is taken as it is. */
function pysonOf(document: SchemaDocument, place: readonly string[], value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (nestedBeyond(value, MAX_DEPTH) !== undefined) refuse(document, place, 'the expression is nested too deeply.')
  try {
    return JSON.parse(value)
  } catch {
    return refuse(document, place, `expected an encoded PYSON expression, not ${JSON.stringify(value.slice(0, 60))}.`)
  }
}

function isEmpty(domain: unknown): boolean {
  return (
    domain === undefined ||
    domain === null ||
    (Array.isArray(domain) && domain.length === 0) ||
    (isPlainObject(domain) && Object.keys(domain).length === 0)
  )
}

/** One spelling for a PYSON expression: keys sorted, and so are the operands of what has no order (And, Or, In). */
function canonicalText(pyson: unknown): string {
  return canonicalJson(toJson(withoutOrder(pyson)))
}

function withoutOrder(pyson: unknown): unknown {
  if (Array.isArray(pyson)) return pyson.map(withoutOrder)
  if (!isPlainObject(pyson)) return pyson
  const kind = textMember(pyson, '__class__')
  const sorted = kind === 'And' || kind === 'Or' ? 's' : kind === 'In' ? 'v' : undefined
  return objectOf(
    Object.entries(pyson).map(([key, value]): [string, unknown] => {
      const operand = withoutOrder(value)
      return [key, key === sorted && Array.isArray(operand) ? sortByText(operand) : operand]
    }),
  )
}

function sortByText(values: readonly unknown[]): readonly unknown[] {
  return values
    .map((value) => ({ value, text: canonicalJson(toJson(value)) }))
    .sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ value }) => value)
}
