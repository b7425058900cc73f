import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { isDecimal, roundTo, sum, times } from '../../base/decimal.ts'
import { GateError, messageOf } from '../../base/errors.ts'
import {
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  type JsonObject,
  jsonNumber,
  toJson,
  toPlain,
} from '../../base/json.ts'
import { generalPointer, pointerOf, tokensOf } from '../../base/pointer.ts'
import type { RestApi } from '../../model/rest-api.ts'
import type { JsonSchema } from '../../model/schema.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { inflated } from './arrange.ts'
import { membersOf, textOf, valuesAt, withMember } from './places.ts'
import type { RestErp } from './routes.ts'
import { branchesOf, hasType, isSchemaObject, propertiesOf, schemaAt } from './schema.ts'

/** Why a release refuses what is sent. */
export type Refusal = Readonly<{ code: string; field: string; message: string }>

/** When a virtual ERP says that everything happened. */
const THEN = '2026-01-01T00:00:00Z'

/** What a release accepts and how it would store it, judged by its published schema and value lists alone. */
export class Rules {
  readonly #erp: RestErp
  readonly #snapshot: Snapshot
  readonly #validators = new Map<string, ValidateFunction | undefined>()

  constructor(erp: RestErp, snapshot: Snapshot) {
    this.#erp = erp
    this.#snapshot = snapshot
  }

  /** Why the document is refused: by the request schema, or because it names a value that no list has. */
  refusalOf(sent: Json): Refusal | undefined {
    return this.refusalBySchema(this.#erp.api.document.name, sent) ?? this.#refusalByLists(sent)
  }

  /** Why a body is refused by the schema of what may be sent. */
  refusalBySchema(resource: string, body: Json): Refusal | undefined {
    const validate = this.#validator(resource, 'send')
    if (validate === undefined || validate(toPlain(body))) return undefined
    const [first] = (validate.errors ?? []).filter((error) => !COMBINATORS.has(error.keyword))
    return first === undefined ? refusalFrom(validate.errors?.[0]) : refusalFrom(first)
  }

  /** Faults of a document against the schema of what is read; for tests of this harness. */
  answerFaults(resource: string, body: Json): readonly string[] {
    const validate = this.#validator(resource, 'read')
    if (validate === undefined || validate(toPlain(body))) return []
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? error.keyword}`)
  }

  /** The document as it would be stored: what was sent, defaults of the release, and what the ERP works out itself. */
  stored(sent: Json): Json {
    const { lines, totals } = this.#erp.api.document
    let stored = this.#withDefaults(sent)
    const bases = new Map<string, string[]>()
    const amounts = valuesAt(stored, `${lines.at}/*`).map((line, index) => {
      const amount = amountOf(line, this.#erp.api)
      const code = lines['tax-code'] === undefined ? '' : textOf(valuesAt(line, lines['tax-code'])[0])
      if (lines.amount !== undefined) stored = this.#fill(stored, `${lines.at}/${index}${lines.amount}`, amount)
      if (code) bases.set(code, [...(bases.get(code) ?? []), amount])
      return amount
    })
    const net = sum(['0.00', ...amounts])
    const tax = sum(['0.00', ...[...bases].map(([code, parts]) => this.#taxOf(code, sum(parts)))])
    stored = this.#fill(stored, totals.net, net)
    stored = this.#fill(stored, totals.tax, tax)
    return this.#fill(stored, totals.gross, sum([net, tax]))
  }

  /** A value in the shape of a published answer: what is not declared is dropped, what is required is there. */
  shaped(value: Json | undefined, resource: string): Json {
    return shapedBy(value, inflated(this.#snapshot.schema, resource, 'read') ?? true)
  }

  /** A value of the type that is published for a place of a stored document. */
  typed(place: string, text: string): Json {
    const schema = schemaAt(inflated(this.#snapshot.schema, this.#erp.api.document.name, 'read'), place)
    return coerced(text, schema ?? true)
  }

  #refusalByLists(sent: Json): Refusal | undefined {
    const schema = inflated(this.#snapshot.schema, this.#erp.api.document.name, 'send')
    for (const { at, place, value } of membersOf(sent)) {
      // A member that the release does not declare is not looked at, so its value cannot be wrong.
      if (schemaAt(schema, place) === undefined) continue
      const coding = this.#erp.coding.get(place)
      const list = coding === undefined ? undefined : this.#snapshot.values[coding.list]
      const text = textOf(value)
      if (coding === undefined || list === undefined || text === '') continue
      const row = list.find((candidate) => candidate[coding.by] === text)
      if (row?.active === true) continue
      const what = row === undefined ? 'unknown' : 'blocked'
      const name = row?.code ?? text
      return { code: `${what}-value ${place}`, field: at, message: `${name} is ${what} in ${coding.list}` }
    }
    return undefined
  }

  #taxOf(code: string, base: string): string {
    const { at, 'tax-code': member } = this.#erp.api.document.lines
    const coding = this.#erp.coding.get(`${at}/*${member ?? ''}`)
    if (coding === undefined) return '0.00'
    const row = this.#snapshot.values[coding.list]?.find((each) => each[coding.by] === code)
    const rate = textOf(valuesAt(row?.fields, this.#erp.api.lists[coding.list]?.rate ?? '')[0])
    return roundTo(times(times(base, decimalOf(rate)), '0.01'), 2, 'half-up')
  }

  /** Puts a worked out amount where none was sent. */
  #fill(document: Json, at: string, amount: string): Json {
    if (valuesAt(document, at).length > 0) return document
    return putAt(document, tokensOf(at), this.typed(generalPointer(at), amount))
  }

  #withDefaults(sent: Json): Json {
    return defaultsOf(sent, inflated(this.#snapshot.schema, this.#erp.api.document.name, 'send') ?? true)
  }

  #validator(resource: string, direction: 'send' | 'read'): ValidateFunction | undefined {
    const key = `${direction} ${resource}`
    if (!this.#validators.has(key)) this.#validators.set(key, this.#compiled(resource, direction))
    return this.#validators.get(key)
  }

  #compiled(resource: string, direction: 'send' | 'read'): ValidateFunction | undefined {
    const schema = inflated(this.#snapshot.schema, resource, direction)
    if (schema === undefined) return undefined
    // Decimals such as 0.07 are no multiple of 0.01 in binary; nothing that is published has more than nine digits.
    const ajv = new Ajv2020({
      strict: false,
      allErrors: true,
      validateSchema: false,
      logger: false,
      multipleOfPrecision: 9,
    })
    formats.default(ajv)
    try {
      return ajv.compile({ allOf: [schema], definitions: this.#snapshot.schema.definitions })
    } catch (cause) {
      throw new GateError('schema-invalid', `The schema of ${resource} cannot be used: ${messageOf(cause)}.`, {
        hint: 'Correct the specification or have its publisher correct it, and make the snapshot again.',
        cause,
      })
    }
  }
}

const COMBINATORS = new Set(['allOf', 'anyOf', 'oneOf', 'if'])

function refusalFrom(error: ErrorObject | undefined): Refusal {
  const { keyword = 'schema', instancePath = '', message = 'is not accepted', params = {} } = error ?? {}
  const member: unknown = Reflect.get(params, 'missingProperty') ?? Reflect.get(params, 'additionalProperty')
  const field = instancePath + (typeof member === 'string' ? pointerOf([member]) : '')
  const allowed: unknown = Reflect.get(params, 'allowedValues')
  const values = Array.isArray(allowed) ? `: ${allowed.map(String).join(', ')}` : ''
  return { code: `${keyword} ${generalPointer(field)}`, field, message: `${field} ${message}${values}` }
}

/** Puts a member into a document, inside the line that an index names. */
function putAt(value: Json, tokens: readonly string[], member: Json): Json {
  const [first, ...rest] = tokens
  if (first === undefined) return member
  if (isJsonArray(value))
    return value.map((item, index) => (String(index) === first ? putAt(item, rest, member) : item))
  const record = isJsonObject(value) ? value : {}
  return { ...record, [first]: putAt(record[first] ?? {}, rest, member) }
}

function defaultsOf(value: Json, schema: JsonSchema): Json {
  if (!isSchemaObject(schema)) return value
  if (isJsonArray(value)) return value.map((item) => defaultsOf(item, itemsOf(schema)))
  if (!isJsonObject(value)) return value
  const filled: Record<string, Json> = { ...value }
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const own = filled[name]
    if (own !== undefined) filled[name] = defaultsOf(own, property)
    else if (isSchemaObject(property) && property.default !== undefined) filled[name] = toJson(property.default)
  }
  return filled
}

function shapedBy(value: Json | undefined, schema: JsonSchema): Json {
  if (!isSchemaObject(schema)) return value ?? null
  if (value === undefined) return sampleOf(schema)
  if (isJsonArray(value)) return value.map((item) => shapedBy(item, itemsOf(schema)))
  if (isJsonObject(value)) return shapedRecord(value, schema)
  return coerced(value, schema)
}

function shapedRecord(value: JsonObject, schema: JsonSchema): JsonObject {
  const properties = Object.entries(propertiesOf(schema))
  const isOpen =
    isSchemaObject(schema) && (schema.additionalProperties === true || isSchemaObject(schema.additionalProperties))
  if (properties.length === 0 || (isSchemaObject(schema) && branchesOf(schema).length > 0)) return value
  const required = isSchemaObject(schema) && Array.isArray(schema.required) ? schema.required : []
  const declared = properties.flatMap(([name, property]): [string, Json][] => {
    const own = value[name]
    return own === undefined && !required.includes(name) ? [] : [[name, shapedBy(own, property)]]
  })
  return { ...(isOpen ? value : {}), ...Object.fromEntries(declared) }
}

/** A number where the schema has numbers, a text where it has texts; the digits stay. */
function coerced(value: Json, schema: JsonSchema): Json {
  const isNumeric = hasType(schema, 'number') || hasType(schema, 'integer')
  if (typeof value === 'string' && isNumeric && !hasType(schema, 'string') && /^-?\d+(\.\d+)?$/.test(value)) {
    return jsonNumber(value)
  }
  return isJsonNumber(value) && hasType(schema, 'string') && !isNumeric ? value.value : value
}

/** A value that a schema allows, for what is required in an answer and that nothing is known of. */
function sampleOf(schema: JsonSchema): Json {
  if (!isSchemaObject(schema)) return null
  if (schema.default !== undefined) return toJson(schema.default)
  if (schema.const !== undefined) return toJson(schema.const)
  if (hasType(schema, 'null')) return null
  if (Array.isArray(schema.enum)) return toJson(schema.enum[0])
  if (hasType(schema, 'object')) return shapedRecord({}, schema)
  if (hasType(schema, 'array')) return []
  if (hasType(schema, 'boolean')) return false
  if (hasType(schema, 'integer') || hasType(schema, 'number')) return jsonNumber(numberOf(schema.minimum))
  const [branch] = branchesOf(schema)
  if (branch !== undefined) return sampleOf(branch)
  if (schema.format === 'date-time') return THEN
  if (schema.format === 'date') return THEN.slice(0, 10)
  if (schema.format === 'uuid') return '00000000-0000-4000-8000-000000000000'
  return 'x'.repeat(numberOf(schema.minLength))
}

function itemsOf(schema: JsonSchema): JsonSchema {
  const items: unknown = isSchemaObject(schema) ? schema.items : undefined
  return isSchemaObject(items) ? items : true
}

/** The amount of a line: as it says, else what quantity and price make. */
export function amountOf(line: Json, api: RestApi): string {
  const { amount, quantity, price } = api.document.lines
  const [told, pieces, each] = [amount, quantity, price].map((place) =>
    place === undefined ? '' : textOf(valuesAt(line, place)[0]),
  )
  return decimalOf(told || roundTo(times(decimalOf(pieces), decimalOf(each)), 2, 'half-up'))
}

/** What cannot be reckoned with counts as nothing. */
function decimalOf(text: string | undefined): string {
  return text !== undefined && isDecimal(text) ? text : '0'
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** The answer that holds a record or a list where the configuration says. */
export function wrapped(wrapper: string, value: Json): Json {
  return wrapper === '' ? value : withMember({}, tokensOf(wrapper), value)
}
