import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, parseJson } from '../../base/json.ts'
import type { Interaction, RecordedResponse } from '../../model/recording.ts'
import { defineWire, type WireCall, type WireProduct } from '../../ports/wire.ts'
import { bodyJson, keyText, objectsIn } from './reading/json.ts'

/** Products that are known by their paths, with the schema source that reads what they publish. */
const PRODUCTS: readonly (readonly [path: RegExp, product: string, schemaSource: string])[] = [
  [/\/sap\/opu\/odata4?\//i, 's4hana', 'odata-edmx'],
  [/\/api\/v\d\.\d\/companies\(|\/ODataV4\/Company\(/i, 'business-central', 'odata-edmx'],
  [/\/data\/(VendorInvoice|Vendor|Ledger|MainAccount|FinancialDimension)\w*/i, 'finance-and-operations', 'odata-edmx'],
  [/\/entity\/[\w-]+\/\d+\.\d+\.\d+\//, 'acumatica', 'acumatica-endpoint'],
  [/\/services\/rest\/record\/v\d\//, 'netsuite', 'openapi'],
  [/\/fscmRestApi\/resources\//, 'oracle-fusion', 'oracle-describe'],
  [/\/api\.xro\/2\.0\//, 'xero', 'openapi'],
  [/\/v3\/company\/\d+\//, 'quickbooks-online', 'json-schema'],
  [/\/api\/(resource|method)\//, 'erpnext', 'frappe-doctype'],
]

/** Resources over HTTP: JSON in bodies, keys in paths, as OpenAPI and OData services have them. */
export default defineWire({
  title: 'REST or OData',
  isFallback: true,
  keyField: 'id',
  recognizes: ({ request, response }) => bodyJson(request) !== undefined || answerIn(response) !== undefined,
  product: productOf,
  read: (interactions) => {
    const keys = new Set(interactions.flatMap(({ response }) => keysIn(answerIn(response) ?? null)))
    return interactions.map((interaction) => callOf(interaction, keys))
  },
})

function productOf(interactions: readonly Interaction[], urls: readonly string[]): WireProduct {
  const paths = [...urls, ...interactions.map(({ request }) => request.path)]
  const known = PRODUCTS.flatMap(([path, product, schemaSource]) => {
    const found = paths.map((each) => path.exec(each)?.[0]).find((each) => each !== undefined)
    return found === undefined ? [] : [{ product, schemaSource, found }]
  })[0]
  return {
    product: known?.product,
    release: undefined,
    // Whether there is an OpenAPI document to configure it by is for a person to say.
    adapter: known === undefined ? 'openapi-rest' : undefined,
    schemaSource: known?.schemaSource,
    because: known === undefined ? 'no path of a product that is known' : `requests to ${known.found}`,
    auth: undefined,
  }
}

function callOf({ seq, request, response }: Interaction, keys: ReadonlySet<string>): WireCall {
  const body = bodyJson(request)
  const { collection, key, verb } = pathOf(request.path, keys, request.method === 'POST' && body !== undefined)
  const answer = response.status < 400 ? recordsIn(answerIn(response) ?? null) : []
  const error = response.status < 400 ? undefined : errorIn(response)
  const method = request.method
  const kind = kindOf(method, key, verb)
  return {
    seq,
    kind,
    operation: `${method} ${request.path
      .split('/')
      .map((part) => (isKey(part, keys) ? '{key}' : part.replace(/\(.*\)$/, '({key})')))
      .join('/')}`,
    resource: collection,
    ids: key === undefined ? [] : [key],
    sent: kind === 'create' || kind === 'update' ? objectsIn(plain(body ?? null)) : [],
    filters: [...new URLSearchParams(request.query)].flatMap(([field, value]) =>
      field === '$filter' ? odataFilters(value) : field.startsWith('$') ? [] : [{ field, value }],
    ),
    reads: selectedIn(request.query),
    answered: answer,
    created: kind === 'create' ? answer.flatMap((record) => keyText(record.id) ?? []) : [],
    ...(error === undefined ? {} : { error }),
  }
}

function kindOf(method: string, key: string | undefined, verb: string | undefined): WireCall['kind'] {
  if (method === 'GET' || method === 'HEAD') return key === undefined ? 'search' : 'read'
  if (method === 'DELETE') return 'remove'
  if (method === 'POST') return verb !== undefined ? 'transition' : key === undefined ? 'create' : 'update'
  return 'update'
}

/** What is done to a record; any other word below a key is a collection, as in `/companies(1)/purchaseInvoices`. */
const VERB =
  /^(approve|authori[sz]e|cancel|close|complete|confirm|post|reject|release|reverse|submit|validate|void)\b|\./i

/** `/v1/bills/17/approve` is the verb `approve` on the record 17 of `bills`. */
function pathOf(
  path: string,
  keys: ReadonlySet<string>,
  isFilledPost: boolean,
): Readonly<{ collection: string; key: string | undefined; verb: string | undefined }> {
  const parts = path.split('/').filter((part) => part !== '')
  const last = parts.at(-1) ?? ''
  const [, entity, odataKey] = /^([^(]+)\((.+)\)$/.exec(last) ?? []
  if (entity !== undefined) return { collection: entity, key: odataKey?.replace(/^'|'$/g, ''), verb: undefined }
  if (isKey(last, keys)) return { collection: parts.at(-2) ?? '', key: last, verb: undefined }
  if (isFilledPost && !VERB.test(last)) return { collection: last, key: undefined, verb: undefined }
  const before = parts.at(-2) ?? ''
  const [, owner, ownerKey] = /^([^(]+)\((.+)\)$/.exec(before) ?? []
  if (owner !== undefined) return { collection: owner, key: ownerKey?.replace(/^'|'$/g, ''), verb: last }
  if (isKey(before, keys)) return { collection: parts.at(-3) ?? '', key: before, verb: last }
  return { collection: last, key: undefined, verb: undefined }
}

function isKey(part: string, keys: ReadonlySet<string>): boolean {
  return /^\d+$|^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(part) || keys.has(part)
}

function keysIn(answer: Json): readonly string[] {
  return recordsIn(answer).flatMap((record) => keyText(record.id) ?? [])
}

/** The records of an answer: a list, the one list or the one object in an envelope, or the answer itself. */
function recordsIn(answer: Json): readonly JsonObject[] {
  if (isJsonArray(answer)) return objectsIn(plain(answer))
  if (!isJsonObject(answer)) return []
  const inner = isJsonObject(answer.d) ? answer.d : answer
  for (const name of ['value', 'data', 'items', 'results', 'records']) {
    const member = inner[name]
    if (isJsonArray(member) || isJsonObject(member)) return objectsIn(plain(member))
  }
  return [plainObject(inner)]
}

/** Values that are wrapped, as Acumatica does (`{"value": 5}`), are taken out; what belongs to the protocol is left out. */
function plain(value: Json): Json {
  if (isJsonArray(value)) return value.map(plain)
  if (!isJsonObject(value)) return value
  const names = Object.keys(value)
  if (names.length === 1 && names[0] === 'value') return plain(value.value ?? null)
  if (isJsonArray(value.results)) return plain(value.results)
  return plainObject(value)
}

function plainObject(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (/^@|^__/.test(name) ? [] : [[name, plain(member)]])),
  )
}

/** `number eq 'S-1' and amount eq 5` narrows by two values. */
function odataFilters(filter: string): readonly Readonly<{ field: string; value: Json }>[] {
  return [...filter.matchAll(/([\w/]+) eq (?:'((?:[^']|'')*)'|([^\s()]+))/g)].map(([, field = '', text, literal]) => ({
    field,
    value: text?.replaceAll("''", "'") ?? literal ?? '',
  }))
}

function selectedIn(query: string): readonly string[] | undefined {
  const selected = new URLSearchParams(query).get('$select')
  return selected === null || selected === '' ? undefined : selected.split(',').map((name) => name.trim())
}

function answerIn({ body }: RecordedResponse): Json | undefined {
  if (body === undefined || 'base64' in body) return undefined
  if ('json' in body) return body.json
  try {
    return parseJson(body.text)
  } catch {
    return undefined
  }
}

/** The first code and the first message anywhere in the answer. */
function errorIn(response: RecordedResponse): Readonly<{ code: string; message: string }> {
  const answer = answerIn(response) ?? null
  return {
    code: firstNamed(answer, /^(code|errorCode|error_type|type)$/) ?? `HTTP ${response.status}`,
    message: firstNamed(answer, /^(message|detail|title|error_description|error)$/) ?? '',
  }
}

function firstNamed(value: Json, name: RegExp): string | undefined {
  if (isJsonArray(value)) return value.map((item) => firstNamed(item, name)).find((text) => text !== undefined)
  if (!isJsonObject(value)) return undefined
  for (const [key, member] of Object.entries(value)) {
    if (name.test(key) && (typeof member === 'string' || isJsonNumber(member))) {
      return typeof member === 'string' ? member : member.value
    }
  }
  return firstNamed(Object.values(value), name)
}
