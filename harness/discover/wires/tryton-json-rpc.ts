import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Interaction } from '../../model/recording.ts'
import { defineWire, type WireCall } from '../../ports/wire.ts'
import { bodyJson, idsIn, objectsIn, textsIn } from './reading/json.ts'

/** Tryton's JSON-RPC: `model.account.invoice.create` with relations as commands and typed values as `__class__`. */
export default defineWire({
  title: 'Tryton JSON-RPC',
  keyField: 'id',
  recognizes: ({ request }) => /^(model|common|wizard|report)\./.test(callIn(bodyJson(request))?.method ?? ''),
  product: (interactions) => {
    const calls = interactions.map((interaction) => ({ interaction, call: callIn(bodyJson(interaction.request)) }))
    const version = calls.find(({ call }) => call?.method === 'common.server.version')
    const build = version === undefined ? undefined : resultIn(version.interaction)
    const login = calls.find(({ call }) => call?.method === 'common.db.login')?.call
    const [user] = login?.params ?? []
    return {
      product: 'tryton',
      release: typeof build === 'string' ? build.split('.').slice(0, 2).join('.') : undefined,
      adapter: 'tryton',
      schemaSource: 'tryton-fields-get',
      because: `calls such as ${calls.find(({ call }) => call?.method.startsWith('model.'))?.call?.method ?? 'common.*'}`,
      auth: typeof user === 'string' ? `JSON-RPC session of the user ${user}` : undefined,
    }
  },
  read: (interactions) => interactions.flatMap((interaction) => callOf(interaction) ?? []),
})

function callOf(interaction: Interaction): WireCall | undefined {
  const call = callIn(bodyJson(interaction.request))
  if (call === undefined) return undefined
  const [, model, method] = /^model\.(.+)\.(\w+)$/.exec(call.method) ?? []
  const result = resultIn(interaction)
  const error = errorIn(interaction)
  const base = {
    seq: interaction.seq,
    operation: model === undefined ? call.method : `${model}.${method}`,
    resource: model ?? 'session',
    ids: [],
    sent: [],
    filters: [],
    reads: undefined,
    answered: objectsIn(plain(result ?? null)),
    created: [],
    ...(error === undefined ? {} : { error }),
  }
  const [first = null, second = null] = call.params
  switch (method) {
    case undefined:
    case 'get_preferences':
    case 'fields_get':
      return { ...base, kind: 'session', answered: [] }
    case 'search':
    case 'search_count':
    case 'search_read': {
      const fields = method === 'search_read' ? textsIn(call.params[4] ?? null) : undefined
      return { ...base, kind: 'search', filters: filtersIn(first), reads: fields }
    }
    case 'read':
      return { ...base, kind: 'read', ids: idsIn(first), reads: textsIn(second) }
    case 'create':
      return { ...base, kind: 'create', sent: objectsIn(plain(first)), created: idsIn(result ?? null), answered: [] }
    case 'write':
      return { ...base, kind: 'update', ids: idsIn(first), sent: objectsIn(plain([second])) }
    default:
      return { ...base, kind: method === 'delete' ? 'remove' : 'transition', ids: idsIn(first) }
  }
}

function callIn(body: Json | undefined): Readonly<{ method: string; params: readonly Json[] }> | undefined {
  if (!isJsonObject(body)) return undefined
  const { method, params } = body
  return typeof method === 'string' && isJsonArray(params) ? { method, params } : undefined
}

function resultIn({ response }: Interaction): Json | undefined {
  const answer = response.body !== undefined && 'json' in response.body ? response.body.json : undefined
  return isJsonObject(answer) ? answer.result : undefined
}

/** An error is a list whose first member is its class: `["UserError", ["message", …]]`. */
function errorIn({ response }: Interaction): WireCall['error'] {
  const answer = response.body !== undefined && 'json' in response.body ? response.body.json : undefined
  const error = isJsonObject(answer) ? (answer.error ?? null) : null
  if (error === null) {
    return response.status < 400 ? undefined : { code: `HTTP ${response.status}`, message: '' }
  }
  const [code, details] = isJsonArray(error) ? error : []
  return { code: typeof code === 'string' ? code : 'error', message: textsIn(details ?? null)[0] ?? '' }
}

/** A domain is a tree of `[field, operator, value]`; only what must be equal narrows by a value. */
function filtersIn(domain: Json): readonly Readonly<{ field: string; value: Json }>[] {
  if (!isJsonArray(domain)) return []
  const [field, operator, value] = domain
  if (typeof field === 'string' && typeof operator === 'string') {
    return operator === '=' ? [{ field, value: plain(value ?? null) }] : []
  }
  return domain.flatMap(filtersIn)
}

/** Typed values as text, and the commands of relations as the records or keys that they carry. */
function plain(value: Json): Json {
  if (isJsonArray(value)) {
    const commands = value.map(commandIn)
    const isRelation = value.length > 0 && commands.every((operands) => operands !== undefined)
    return isRelation ? commands.flatMap((operands = []) => operands.map(plain)) : value.map(plain)
  }
  if (!isJsonObject(value)) return value
  switch (value.__class__) {
    case 'Decimal':
      return value.decimal ?? null
    case 'date':
      return dateIn(value)
    case 'datetime':
      return `${dateIn(value)}T${['hour', 'minute', 'second'].map((part) => padded(value[part], 2)).join(':')}`
    default:
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
  }
}

function commandIn(value: Json): readonly Json[] | undefined {
  if (!isJsonArray(value)) return undefined
  const [verb, operands] = value
  return (verb === 'create' || verb === 'add') && isJsonArray(operands) ? operands : undefined
}

function dateIn(value: JsonObject): string {
  return `${padded(value.year, 4)}-${padded(value.month, 2)}-${padded(value.day, 2)}`
}

function padded(value: Json | undefined, width: number): string {
  return (isJsonNumber(value) ? value.value : '0').padStart(width, '0')
}
