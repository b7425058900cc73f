import { isJsonArray, isJsonObject, type Json } from '../../base/json.ts'
import type { RecordedResponse } from '../../model/recording.ts'
import type { ErpSchema } from '../../model/schema.ts'
import type { ErpError, Names, Operation, Outcome } from '../../ports/erp.ts'
import { answerOf } from '../protocols/json-rpc.ts'
import { canonicalValue, fieldOf, idOf, relationKind } from './fields.ts'
import { DOCUMENT_MODELS, INVOICE } from './operations.ts'

/** The field by which people name a record of a value list. */
export const CODE_FIELDS: Readonly<Record<string, string>> = {
  'party.party': 'code',
  'account.account': 'code',
  'account.tax': 'name',
  'account.journal': 'code',
  'account.period': 'name',
  'account.fiscalyear': 'name',
  'account.invoice.payment_term': 'name',
  'currency.currency': 'code',
  'analytic_account.account': 'code',
  'company.company': 'rec_name',
}

/** Reads an answer and learns the names of the records in it; `at` is the name of what the operation creates or finds. */
export function interpretResponse(
  operation: Operation,
  response: RecordedResponse,
  schema: ErpSchema,
  names: Names,
  at: string,
): Outcome {
  if (response.status !== 200) return { state: 'fault', error: httpFault(response.status) }
  const answer = answerOf(response)
  if (answer.state === 'unreadable') {
    return {
      state: 'fault',
      error: {
        scope: 'connection',
        code: 'not-json-rpc',
        message: `The answer is no JSON-RPC envelope: ${answer.text.slice(0, 120)}`,
      },
    }
  }
  if (answer.state === 'error') return refusalOf(answer.error)
  return { state: 'accepted', result: new Reader(operation, schema, names, at).result(answer.result), warnings: [] }
}

function httpFault(status: number): ErpError {
  const code =
    status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : status === 429 ? 'rate-limited' : `http-${status}`
  return { scope: 'connection', code, message: `The ERP answered HTTP ${status}.` }
}

/** Tryton tells an error as `[class, [text, description, domain]]`, or as a bare Python error `[text, traceback]`. */
function refusalOf(error: Json): Outcome {
  const [kind = null, details = null] = isJsonArray(error) ? error : [error]
  const texts = isJsonArray(details) ? details.filter((item) => typeof item === 'string') : []
  if (kind === 'UserWarning') {
    // The name starts with a digest of the record ids, which differ from system to system.
    const name = (texts[0] ?? '').replace(/^[0-9a-f]*\./, '')
    return { state: 'needs-ack', warning: { scope: 'record', code: `UserWarning ${name}`, message: texts[1] ?? '' } }
  }
  if (typeof kind === 'string' && /^[A-Z]\w+$/.test(kind)) {
    return { state: 'rejected', errors: [{ scope: 'record', code: kind, message: texts[0] ?? '' }], raw: error }
  }
  // A removed or unknown field is a bare KeyError: its text is the quoted name of the field.
  const text = typeof kind === 'string' ? kind : ''
  const field = /^'(\w+)'$/.exec(text)?.[1]
  const code = field === undefined ? 'PythonError' : 'KeyError'
  return { state: 'rejected', errors: [{ scope: 'record', code, message: field ?? text }], raw: error }
}

/** Turns a result into what it says, with names in place of ids. */
class Reader {
  readonly #operation: Operation
  readonly #schema: ErpSchema
  readonly #names: Names
  readonly #at: string

  constructor(operation: Operation, schema: ErpSchema, names: Names, at: string) {
    this.#operation = operation
    this.#schema = schema
    this.#names = names
    this.#at = at
  }

  result(result: Json): Json {
    const { name, resource } = this.#operation
    if (name.endsWith('.get_preferences')) return this.#preferences(result)
    if (isJsonArray(result) && /\.(search|create)$/.test(name)) {
      return result.map((id, index) => this.#id(resource, id, index, result.length))
    }
    if (isJsonArray(result) && /\.(search_read|read)$/.test(name)) {
      return result.map((record, index) => this.#record(resource, record, index, result.length))
    }
    return result
  }

  #preferences(result: Json): Json {
    if (!isJsonObject(result)) return result
    const company = idOf(result.company)
    const name = result['company.rec_name']
    if (company !== undefined && typeof name === 'string') this.#names.learn('company.company', company, name)
    // Ids of groups and employees say nothing about the connector's exports and differ from system to system.
    const { company: _, groups: __, employee: ___, employees: ____, companies: _____, ...rest } = result
    return rest
  }

  #id(resource: string, value: Json, index: number, count: number): Json {
    const id = idOf(value)
    if (id === undefined) return value
    return this.#named(resource, id, this.#codeFromFilter(resource, count) ?? this.#position(index))
  }

  #record(resource: string, record: Json, index: number, count: number): Json {
    if (!isJsonObject(record)) return record
    const id = idOf(record.id)
    const code = record[CODE_FIELDS[resource] ?? '']
    const fallback =
      typeof code === 'string' && code !== '' ? code : (this.#codeFromFilter(resource, count) ?? this.#position(index))
    const name = id === undefined ? this.#position(index) : this.#named(resource, id, fallback)
    return Object.fromEntries(
      Object.entries(record).map(([field, value]) => [
        field,
        field === 'id' ? name : this.#value(resource, field, value, name),
      ]),
    )
  }

  #value(resource: string, name: string, value: Json, owner: string): Json {
    const field = fieldOf(this.#schema, resource, name)
    const relation = field?.relation
    const kind = field === undefined ? 'none' : relationKind(field.type)
    if (relation === undefined || kind === 'none') return canonicalValue(value, field?.type ?? 'unknown')
    if (kind === 'one') {
      const id = idOf(value)
      if (id === undefined) return value
      // Master data has a name only where a look-up gave it one; a position would make two records one.
      if (!DOCUMENT_MODELS.includes(relation) && DOCUMENT_MODELS.includes(resource)) {
        return this.#names.nameOf(relation, id) ?? `${relation} that was never looked up`
      }
      return this.#named(relation, id, this.#codeFromFilterOf(name, relation) ?? `${owner}/${name}`)
    }
    if (!isJsonArray(value)) return value
    return value.map((item, index) => {
      const id = idOf(item)
      return id === undefined ? item : this.#named(relation, id, `${owner}/${name}/${index}`)
    })
  }

  #named(resource: string, id: string, name: string): string {
    this.#names.learn(resource, id, name)
    return this.#names.nameOf(resource, id) ?? name
  }

  #position(index: number): string {
    return index === 0 ? this.#at : `${this.#at}/${index}`
  }

  /** A search by `root.code` says what the root of every record it finds is called. */
  #codeFromFilterOf(field: string, relation: string): string | undefined {
    const value = this.#operation.filters.find(
      (filter) => filter.field === `${field}.${CODE_FIELDS[relation] ?? ''}`,
    )?.value
    return typeof value === 'string' ? value : undefined
  }

  /** A search by one code that found one record has found the record with this code. */
  #codeFromFilter(resource: string, count: number): string | undefined {
    if (count !== 1 || resource === INVOICE) return undefined
    const filters = this.#operation.filters.filter((filter) => filter.field === CODE_FIELDS[resource])
    const value = filters.length === 1 ? filters[0]?.value : undefined
    return typeof value === 'string' ? value : undefined
  }
}
