import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { pointerOf } from '../../base/pointer.ts'
import type { RecordedRequest } from '../../model/recording.ts'
import type { ErpSchema } from '../../model/schema.ts'
import type { DocumentKey, FieldUse, Names, Operation, Reference } from '../../ports/erp.ts'
import { type Call, callOf } from '../protocols/json-rpc.ts'
import { canonicalValue, fieldOf, idOf, relationKind } from './fields.ts'

/** The model that is the invoice. */
export const INVOICE = 'account.invoice'

/** Models that a document is made of; all others that a connector reads are value lists. */
export const DOCUMENT_MODELS = [
  INVOICE,
  'account.invoice.line',
  'account.invoice.tax',
  'analytic.account.entry',
  'account.move',
  'account.move.line',
  'analytic_account.line',
]

/** What one recorded request does, and every field and record it names. Throws when it is no JSON-RPC call. */
export function decodeRequest(request: RecordedRequest, schema: ErpSchema, names: Names): Operation | undefined {
  const call = callOf(request)
  if (call === undefined) return undefined
  const [, model, method] = /^model\.(.+)\.(\w+)$/.exec(call.method) ?? []
  if (model === undefined || method === undefined) {
    if (call.method.startsWith('common.')) return simple('session', call.method, 'session')
    // A wizard or a report may book, pay or cancel: it is sent and compared like every other step.
    return simple('transition', call.method, call.method.replace(/\.\w+$/, ''))
  }
  const collector = new Collector(schema)
  collector.context(call.params)
  const [first = null, second = null] = call.params
  switch (method) {
    case 'get_preferences':
      return simple('lookup', `${model}.${method}`, model)
    case 'fields_get':
      return simple('session', `${model}.${method}`, model)
    case 'search':
    case 'search_count':
    case 'search_read': {
      collector.domain(model, first, '/params/0')
      if (method === 'search_read') collector.fieldList(model, call.params[4] ?? null, '/params/4')
      const found = model === INVOICE ? documentOfDomain(collector, names) : undefined
      return collector.operation(model === INVOICE ? 'find' : 'lookup', `${model}.${method}`, model, found)
    }
    case 'read':
      collector.ids(model, first, '/params/0')
      collector.fieldList(model, second, '/params/1')
      return collector.operation(DOCUMENT_MODELS.includes(model) ? 'read' : 'lookup', `${model}.${method}`, model)
    case 'create':
      if (isJsonArray(first)) {
        for (const [index, record] of first.entries()) collector.record(model, record, `/params/0/${index}`)
      }
      return collector.operation(
        model === INVOICE ? 'create' : model === 'res.user.warning' ? 'acknowledge' : 'transition',
        `${model}.${method}`,
        model,
        model === INVOICE ? documentOfRecord(collector, names) : undefined,
      )
    case 'write':
      for (let at = 0; at + 1 < call.params.length; at += 2) {
        collector.ids(model, call.params[at] ?? null, `/params/${at}`)
        collector.record(model, call.params[at + 1] ?? null, `/params/${at + 1}`)
      }
      return collector.operation('transition', `${model}.${method}`, model)
    default:
      collector.ids(model, first, '/params/0')
      return collector.operation(method === 'delete' ? 'remove' : 'transition', `${model}.${method}`, model)
  }
}

/** The create payloads of a request, references by name: what the connector wanted to be stored. */
export function sentRecords(
  request: RecordedRequest,
  model: string,
  schema: ErpSchema,
  names: Names,
): readonly JsonObject[] {
  const [records] = callOf(request)?.params ?? []
  return isJsonArray(records) ? records.map((record) => sentRecord(model, record, schema, names)) : []
}

function sentRecord(model: string, record: Json, schema: ErpSchema, names: Names): JsonObject {
  if (!isJsonObject(record)) return {}
  return Object.fromEntries(
    Object.entries(record).map(([name, value]): [string, Json] => {
      const field = fieldOf(schema, model, name)
      const relation = field?.relation
      const kind = field === undefined ? 'none' : relationKind(field.type)
      if (relation === undefined || kind === 'none') return [name, canonicalValue(value, field?.type ?? 'unknown')]
      const nameOf = (id: string) => names.nameOf(relation, id) ?? `#${id}`
      if (kind === 'one') {
        const id = idOf(value)
        return [name, id === undefined ? value : nameOf(id)]
      }
      return [
        name,
        commandsOf(value).flatMap(({ verb, operands }): Json[] =>
          verb === 'create'
            ? operands.map((operand) => sentRecord(relation, operand, schema, names))
            : verb === 'add'
              ? operands.map((operand) => nameOf(idOf(operand) ?? ''))
              : [],
        ),
      ]
    }),
  )
}

/** Takes a `[["create", [...]], ["add", [...]]]` value apart. */
export function commandsOf(value: Json): readonly Readonly<{ verb: string; operands: readonly Json[]; at: number }>[] {
  if (!isJsonArray(value)) return []
  return value.flatMap((command, at) => {
    if (!isJsonArray(command)) return []
    const [verb, operands] = command
    return typeof verb === 'string' && isJsonArray(operands) ? [{ verb, operands, at }] : []
  })
}

function simple(kind: Operation['kind'], name: string, resource: string): Operation {
  return { kind, name, resource, references: [], sends: [], reads: [], filters: [] }
}

function documentOfDomain(collector: Collector, names: Names): DocumentKey | undefined {
  const supplier = collector.references.find((reference) => reference.resource === 'party.party')
  const reference = collector.filters.find((filter) => filter.field === 'reference')?.value
  return keyOf(supplier, reference, names)
}

function documentOfRecord(collector: Collector, names: Names): DocumentKey | undefined {
  const supplier = collector.references.find((reference) => reference.pointer === '/params/0/0/party')
  const reference = collector.sends.find((use) => use.pointer === '/params/0/0/reference')?.value
  return keyOf(supplier, reference, names)
}

function keyOf(supplier: Reference | undefined, reference: Json | undefined, names: Names): DocumentKey | undefined {
  if (supplier === undefined || typeof reference !== 'string') return undefined
  const code = names.nameOf(supplier.resource, supplier.id) ?? `#${supplier.id}`
  return {
    key: `${code} ${reference}`,
    supplier: code,
    supplierId: supplier.id,
    supplierResource: supplier.resource,
    reference,
  }
}

/** Walks a request with the published schema and notes every record and field that it names. */
class Collector {
  readonly references: Reference[] = []
  readonly sends: FieldUse[] = []
  readonly reads: FieldUse[] = []
  readonly filters: FieldUse[] = []
  readonly #schema: ErpSchema

  constructor(schema: ErpSchema) {
    this.#schema = schema
  }

  operation(kind: Operation['kind'], name: string, resource: string, document?: DocumentKey): Operation {
    const { references, sends, reads, filters } = this
    return { kind, name, resource, references, sends, reads, filters, ...(document === undefined ? {} : { document }) }
  }

  /** The last parameter of every call is the user's context, which names the company that the call is made for. */
  context(params: readonly Json[]): void {
    const context = params.at(-1)
    if (isJsonObject(context))
      this.#reference('company.company', context.company, `/params/${params.length - 1}/company`)
  }

  ids(model: string, value: Json, at: string): void {
    if (!isJsonArray(value)) return
    for (const [index, item] of value.entries()) this.#reference(model, item, `${at}/${index}`)
  }

  fieldList(model: string, value: Json, at: string): void {
    if (!isJsonArray(value)) return
    for (const [index, name] of value.entries()) {
      const pointer = `${at}/${index}`
      if (typeof name === 'string') this.reads.push({ pointer, named: pointer, resource: model, field: name })
    }
  }

  domain(model: string, clause: Json, at: string): void {
    if (!isJsonArray(clause)) return
    const [name, operator, value] = clause
    if (typeof name !== 'string' || typeof operator !== 'string') {
      for (const [index, part] of clause.entries()) this.domain(model, part, `${at}/${index}`)
      return
    }
    const values = isJsonArray(value)
      ? value.map((item, index) => [item, `${at}/2/${index}`] as const)
      : [[value ?? null, `${at}/2`] as const]
    const relation = name === 'id' ? model : fieldOf(this.#schema, model, name)?.relation
    for (const [item, pointer] of values) {
      this.filters.push({ pointer, named: `${at}/0`, resource: model, field: name, value: item })
      if (relation !== undefined) this.#reference(relation, item, pointer)
    }
  }

  record(model: string, record: Json, at: string): void {
    if (!isJsonObject(record)) return
    for (const [name, value] of Object.entries(record)) {
      const pointer = at + pointerOf([name])
      const field = fieldOf(this.#schema, model, name)
      this.sends.push({ pointer, resource: model, field: name, value: canonicalValue(value, field?.type ?? 'unknown') })
      const relation = field?.relation
      if (field === undefined || relation === undefined) continue
      if (relationKind(field.type) === 'one') this.#reference(relation, value, pointer)
      for (const { verb, operands, at: index } of relationKind(field.type) === 'many' ? commandsOf(value) : []) {
        for (const [position, operand] of operands.entries()) {
          const place = `${pointer}/${index}/1/${position}`
          if (verb === 'create') this.record(relation, operand, place)
          else this.#reference(relation, operand, place)
        }
      }
    }
  }

  #reference(resource: string, value: Json | undefined, pointer: string): void {
    const id = idOf(value)
    if (id !== undefined) this.references.push({ pointer, resource, id })
  }
}

/** The call of a request; used where a request is known to be one. */
export function callIn(request: RecordedRequest): Call {
  return callOf(request) ?? { method: '', params: [] }
}
