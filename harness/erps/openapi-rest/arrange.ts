import { canonicalJson, toJson } from '../../base/json.ts'
import { tokensOf } from '../../base/pointer.ts'
import type { RestApi } from '../../model/rest-api.ts'
import {
  type ErpResource,
  type ErpSchema,
  type JsonSchema,
  type JsonSchemaObject,
  PARAMETERS,
} from '../../model/schema.ts'
import type { ConfigurationFault } from '../../ports/erp.ts'
import { expanded, hasType, isSchemaObject, memberNames, propertiesOf, schemaAt } from './schema.ts'

/** A release sorted by what an integration does with it, and where `integration.yaml` names what the release does not have. */
export type Arrangement = Readonly<{ schema: ErpSchema; faults: readonly ConfigurationFault[] }>

/**
 * Sorts the operations of an OpenAPI document into the records that an integration sends and reads: the document and each
 * record inside it (`bill`, `bill.lines`), each value list, and what is around them in each answer (`GET /bills`). What no
 * configured operation touches is left out; `change-gate diff` shows all of it.
 */
export function arrange(published: ErpSchema, api: RestApi): Arrangement {
  return new Arranger(published, api).arrangement()
}

/** The parameters of an operation, as the schema source names them. */
export function parametersOf(operation: string): string {
  return `${operation}${PARAMETERS}`
}

class Arranger {
  readonly #published: ErpSchema
  readonly #api: RestApi
  readonly #resources = new Map<string, ErpResource>()
  readonly #faults: ConfigurationFault[] = []

  constructor(published: ErpSchema, api: RestApi) {
    this.#published = published
    this.#api = api
  }

  arrangement(): Arrangement {
    const { operations, document, envelope, lists, identity, find } = this.#api
    const read = this.#body(operations.read, 'read', ['operations', 'read'])
    const stored = this.#within(read, envelope.read, ['envelope', 'read'])
    const send = this.#body(operations.create, 'send', ['operations', 'create'])
    const sent = this.#within(send, envelope.send, ['envelope', 'send'])
    this.#record(document.name, 'send', sent)
    this.#record(document.name, 'read', stored)
    this.#around(operations.create, 'send', send, envelope.send, document.name)
    this.#around(operations.read, 'read', read, envelope.read, document.name)
    for (const key of ['create', 'post', 'void'] as const) {
      const operation = operations[key]
      if (operation === undefined) continue
      const answer = this.#body(operation, 'read', ['operations', key])
      const answered = schemaAt(answer, envelope.read)
      if (key !== 'create') this.#record(operation, 'send', this.#body(operation, 'send', ['operations', key]))
      if (answered === undefined) continue
      // An answer that is not the stored document is a record of its own, or its changes would not be seen.
      const isSame = canonicalJson(toJson(answered)) === canonicalJson(toJson(stored ?? null))
      const name = isSame ? document.name : `${document.name} (${key})`
      if (!isSame) this.#record(name, 'read', answered)
      this.#around(operation, 'read', answer, envelope.read, name)
    }
    const found = this.#body(operations.find, 'read', ['operations', 'find'])
    const foundName = `${document.name} (found)`
    this.#record(foundName, 'read', rowOf(this.#within(found, envelope.list, ['envelope', 'list'])))
    this.#around(operations.find, 'read', found, envelope.list, foundName)
    this.#parameters(operations.find, [
      [['find', 'supplier'], find.supplier],
      [['find', 'reference'], find.reference],
    ])
    for (const [name, list] of Object.entries(lists)) {
      const at = ['lists', name]
      const answer = this.#body(list.operation, 'read', [...at, 'operation'])
      const row = rowOf(this.#within(answer, envelope.list, ['envelope', 'list']))
      this.#record(name, 'read', row)
      this.#around(list.operation, 'read', answer, envelope.list, name)
      this.#parameters(list.operation, [])
      this.#place(row, list.id, [...at, 'id'])
      this.#place(row, list.code, [...at, 'code'])
      if (list.active !== undefined) this.#place(row, list.active.at, [...at, 'active', 'at'])
      if (list.rate !== undefined) this.#place(row, list.rate, [...at, 'rate'])
      for (const [index, field] of list.fields.entries()) this.#place(row, field, [...at, 'fields', index])
    }
    const identified = this.#body(operations.identify, 'read', ['operations', 'identify'])
    this.#record(operations.identify, 'read', identified)
    if (typeof identity.release === 'string') this.#place(identified, identity.release, ['identity', 'release'])
    this.#place(identified, identity.sandbox.at, ['identity', 'sandbox', 'at'])
    for (const key of ['build', 'principal'] as const) {
      const place = identity[key]
      if (place !== undefined) this.#place(identified, place, ['identity', key])
    }
    const { jobs } = this.#api
    if (jobs !== undefined) {
      const asked = this.#body(jobs.status, 'read', ['jobs', 'status'])
      this.#record(jobs.status, 'read', asked)
      this.#place(asked, jobs.state, ['jobs', 'state'])
      if (jobs.document !== undefined) this.#place(asked, jobs.document, ['jobs', 'document'])
    }
    if (operations.remove !== undefined) this.#exists(operations.remove, ['operations', 'remove'])
    this.#documentPlaces(sent, stored)
    const resources = Object.fromEntries([...this.#resources].sort(([left], [right]) => (left < right ? -1 : 1)))
    return { schema: { ...this.#published, resources }, faults: this.#faults }
  }

  #documentPlaces(sent: JsonSchema | undefined, stored: JsonSchema | undefined): void {
    const { document, fields, reads } = this.#api
    const check = (place: string, path: readonly (string | number)[]): void => {
      if (schemaAt(sent, place) === undefined) this.#place(stored, place, path)
    }
    for (const key of ['number', 'state', 'supplier', 'reference', 'date', 'currency'] as const) {
      const place = document[key]
      if (place !== undefined) check(place, ['document', key])
    }
    this.#place(stored, document.id, ['document', 'id'])
    if (document.credit !== undefined) check(document.credit.at, ['document', 'credit', 'at'])
    const { at, ...members } = document.lines
    check(at, ['document', 'lines', 'at'])
    for (const [key, place] of Object.entries(members)) {
      if (place !== undefined && schemaAt(stored, at) !== undefined)
        check(`${at}/*${place}`, ['document', 'lines', key])
    }
    for (const [key, place] of Object.entries(document.totals)) check(place, ['document', 'totals', key])
    for (const key of ['money', 'identity', 'state', 'text', 'assigned'] as const) {
      for (const [index, place] of fields[key].entries()) check(place, ['fields', key, index])
    }
    for (const place of Object.keys(fields.coding)) check(place, ['fields', 'coding', place])
    for (const [index, place] of (reads ?? []).entries()) this.#place(stored, place, ['reads', index])
  }

  /** Whether a release has an operation; when not, the fault says which it has. */
  #exists(operation: string, path: readonly (string | number)[]): boolean {
    const found = this.#published.resources[operation]
    if (found !== undefined) {
      const { send: _, read: __, ...known } = found
      if (!this.#resources.has(operation)) this.#resources.set(operation, known)
      return true
    }
    const known = Object.keys(this.#published.resources).filter((name) => !name.endsWith(PARAMETERS))
    this.#fault(path, `"${operation}" is no operation of the specification; it has ${alike(operation, known)}`)
    return false
  }

  #body(operation: string, direction: 'send' | 'read', path: readonly (string | number)[]): JsonSchema | undefined {
    if (!this.#exists(operation, path)) return undefined
    const schema = this.#published.resources[operation]?.[direction]
    return schema === undefined ? undefined : expanded(schema, this.#published.definitions)
  }

  #within(schema: JsonSchema | undefined, wrapper: string, path: readonly string[]): JsonSchema | undefined {
    if (schema !== undefined) this.#place(schema, wrapper, path)
    return schemaAt(schema, wrapper)
  }

  #place(schema: JsonSchema | undefined, place: string, path: readonly (string | number)[]): void {
    // Where the operation itself is missing, that is the fault to tell.
    if (schema === undefined || schemaAt(schema, place) !== undefined) return
    const tokens = tokensOf(place)
    let depth = tokens.length - 1
    const parent = (length: number) =>
      schemaAt(
        schema,
        tokens
          .slice(0, length)
          .map((token) => `/${token}`)
          .join(''),
      )
    while (depth > 0 && parent(depth) === undefined) depth -= 1
    const where = depth === 0 ? 'it' : `"/${tokens.slice(0, depth).join('/')}"`
    const known = memberNames(rowOf(parent(depth)) ?? parent(depth))
    this.#fault(
      path,
      `"${place}" leads nowhere in the specification; ${where} has ${alike(tokens[depth] ?? '', known)}`,
    )
  }

  #parameters(operation: string, needed: readonly (readonly [readonly string[], string])[]): void {
    const resource = this.#published.resources[parametersOf(operation)]
    if (resource !== undefined) {
      const send = resource.send === undefined ? undefined : expanded(resource.send, this.#published.definitions)
      this.#resources.set(parametersOf(operation), { ...resource, ...(send === undefined ? {} : { send }) })
    }
    if (this.#published.resources[operation] === undefined) return
    const known = Object.keys(propertiesOf(this.#resources.get(parametersOf(operation))?.send))
    for (const [path, name] of needed) {
      if (!known.includes(name))
        this.#fault(path, `"${name}" is no parameter of ${operation}; it has ${alike(name, known)}`)
    }
  }

  /** What stands around a record in a body; where the body is the record itself, only that it is. */
  #around(operation: string, direction: 'send' | 'read', body: JsonSchema | undefined, wrapper: string, name: string) {
    if (wrapper !== '') this.#record(operation, direction, body, new Map([[wrapper, name]]))
    else if (isSchemaObject(body)) this.#file(operation, direction, related(body, name))
  }

  /** Files a record; records inside it become resources of their own, unless they have a name already. */
  #record(
    name: string,
    direction: 'send' | 'read',
    schema: JsonSchema | undefined,
    named: ReadonlyMap<string, string> = new Map(),
    at = '',
  ): void {
    if (schema === undefined) return
    if (!isSchemaObject(schema) || Object.keys(propertiesOf(schema)).length === 0) {
      this.#file(name, direction, schema)
      return
    }
    const properties = Object.entries(propertiesOf(schema)).map(([field, property]): [string, JsonSchema] => {
      const place = `${at}/${field}`
      const known = named.get(place)
      const record = recordIn(property)
      if (!isSchemaObject(property) || (known === undefined && record === undefined)) return [field, property]
      const relation = known ?? `${name}.${field}`
      if (known === undefined) this.#record(relation, direction, record, named, place)
      return [field, related(property, relation)]
    })
    this.#file(name, direction, { ...schema, properties: Object.fromEntries(properties) })
  }

  #file(name: string, direction: 'send' | 'read', schema: JsonSchema): void {
    const source = this.#published.resources[name]
    const { title, position, deprecated } = source ?? {}
    this.#resources.set(name, {
      ...(title === undefined ? {} : { title }),
      ...(position === undefined ? {} : { position }),
      ...(deprecated === undefined ? {} : { deprecated }),
      ...this.#resources.get(name),
      [direction]: schema,
    })
  }

  #fault(path: readonly (string | number)[], message: string): void {
    this.#faults.push({ path: ['erp', 'api', ...path], message })
  }
}

/** The record in a field: an object, or a list of objects. */
function recordIn(schema: JsonSchema): JsonSchemaObject | undefined {
  const row = rowOf(schema)
  const record = row === undefined ? schema : row
  return isSchemaObject(record) && Object.keys(propertiesOf(record)).length > 0 ? record : undefined
}

/** The rows of a list. */
function rowOf(schema: JsonSchema | undefined): JsonSchema | undefined {
  if (!isSchemaObject(schema) || !hasType(schema, 'array')) return undefined
  const { items } = schema
  return typeof items === 'boolean' || isSchemaObject(items) ? items : undefined
}

/** A field whose record stands elsewhere. */
function related(schema: JsonSchemaObject, relation: string): JsonSchemaObject {
  const row = rowOf(schema)
  if (row !== undefined) return { ...schema, items: { type: 'object' }, 'x-relation': relation }
  return {
    ...Object.fromEntries(Object.entries(schema).filter(([key]) => !OF_RECORD.has(key))),
    'x-relation': relation,
  }
}

const OF_RECORD = new Set([
  'properties',
  'required',
  'additionalProperties',
  'x-read-only-names',
  'allOf',
  'anyOf',
  'oneOf',
  'minProperties',
  'maxProperties',
  'unevaluatedProperties',
])

/** The schema of a record with the records inside it put back: what documents are validated against. */
export function inflated(schema: ErpSchema, resource: string, direction: 'send' | 'read'): JsonSchema | undefined {
  const record = schema.resources[resource]?.[direction]
  return record === undefined ? undefined : putBack(record, schema, direction)
}

function putBack(place: JsonSchema, schema: ErpSchema, direction: 'send' | 'read'): JsonSchema {
  if (!isSchemaObject(place)) return place
  const relation = place['x-relation']
  if (typeof relation === 'string') {
    const nested = inflated(schema, relation, direction) ?? true
    if (hasType(place, 'array')) return { ...place, items: nested }
    return isSchemaObject(nested) ? { ...nested, ...place } : place
  }
  const properties = Object.entries(propertiesOf(place))
  if (properties.length === 0) return place
  const whole = properties.map(([name, property]) => [name, putBack(property, schema, direction)])
  return { ...place, properties: Object.fromEntries(whole) }
}

/** The known names, the ones that are written most alike first. */
function alike(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'none'
  const distance = (other: string) => Math.abs(other.length - name.length) + 2 * letters(name, other)
  const sorted = known.toSorted((left, right) => distance(left) - distance(right) || (left < right ? -1 : 1))
  return sorted.slice(0, 8).join(', ') + (sorted.length > 8 ? ', …' : '')
}

/** How many letters of one word the other lacks. */
function letters(left: string, right: string): number {
  const rest = [...right.toLowerCase()]
  let missing = 0
  for (const letter of left.toLowerCase()) {
    const index = rest.indexOf(letter)
    if (index < 0) missing += 1
    else rest.splice(index, 1)
  }
  return missing + rest.length
}
