import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Interaction } from '../../model/recording.ts'
import { defineWire, type WireCall } from '../../ports/wire.ts'
import { bodyJson, idsIn, objectsIn, textsIn } from './reading/json.ts'

/** Odoo's JSON-RPC: `execute_kw` of the service `object`, and `call_kw` of the web client. */
export default defineWire({
  title: 'Odoo JSON-RPC',
  keyField: 'id',
  recognizes: ({ request }) => /^\/(jsonrpc|web\/(dataset\/call_kw|session))/.test(request.path),
  product: (interactions) => ({
    product: 'odoo',
    release: interactions.map(releaseIn).find((release) => release !== undefined),
    adapter: undefined,
    schemaSource: 'odoo-fields-get',
    because: `requests to ${interactions[0]?.request.path ?? '/jsonrpc'}`,
    auth: 'JSON-RPC: database, user and password or API key in each call',
  }),
  read: (interactions) => interactions.flatMap((interaction) => callOf(interaction) ?? []),
  // The password is an argument of every call; the web client sends it once.
  secretsOf: () => ['/params/args/2', '/params/password'],
})

type Call = Readonly<{ model: string; method: string; args: readonly Json[]; options: JsonObject }>

function callOf(interaction: Interaction): WireCall | undefined {
  const call = callIn(bodyJson(interaction.request))
  const answer = interaction.response.body
  const envelope = answer !== undefined && 'json' in answer && isJsonObject(answer.json) ? answer.json : {}
  const result = envelope.result ?? null
  const error = errorIn(envelope.error, interaction.response.status)
  const base = {
    seq: interaction.seq,
    operation: call === undefined ? interaction.request.path : `${call.model}.${call.method}`,
    resource: call?.model ?? 'session',
    ids: [],
    sent: [],
    filters: [],
    reads: undefined,
    answered: objectsIn(plain(result)),
    created: [],
    ...(error === undefined ? {} : { error }),
  }
  if (call === undefined) return { ...base, kind: 'session', answered: [] }
  const [first = null, second = null] = call.args
  const fields = textsIn(call.options.fields ?? second)
  const reads = fields.length > 0 ? fields : undefined
  switch (call.method) {
    case 'search':
    case 'search_count':
    case 'search_read':
    case 'name_search':
      return { ...base, kind: 'search', filters: filtersIn(call.options.domain ?? first), reads }
    case 'read':
      return { ...base, kind: 'read', ids: idsIn(first), reads }
    case 'create':
      return { ...base, kind: 'create', sent: objectsIn(plain(first)), created: idsIn(result), answered: [] }
    case 'write':
      return { ...base, kind: 'update', ids: idsIn(first), sent: objectsIn(plain(second)) }
    case 'fields_get':
      return { ...base, kind: 'session', answered: [] }
    default:
      return { ...base, kind: call.method === 'unlink' ? 'remove' : 'transition', ids: idsIn(first) }
  }
}

function callIn(body: Json | undefined): Call | undefined {
  const params = isJsonObject(body) && isJsonObject(body.params) ? body.params : {}
  if (typeof params.model === 'string' && typeof params.method === 'string') {
    return callWith(params.model, params.method, params.args, params.kwargs)
  }
  if (params.service !== 'object' || !isJsonArray(params.args)) return undefined
  // Database, user and password come first.
  const [, , , model, method, args, options] = params.args
  return typeof model === 'string' && typeof method === 'string' ? callWith(model, method, args, options) : undefined
}

function callWith(model: string, method: string, args: Json | undefined, options: Json | undefined): Call {
  return { model, method, args: isJsonArray(args) ? args : [], options: isJsonObject(options) ? options : {} }
}

function filtersIn(domain: Json): readonly Readonly<{ field: string; value: Json }>[] {
  if (!isJsonArray(domain)) return []
  return domain.flatMap((clause) => {
    const [field, operator, value] = isJsonArray(clause) ? clause : []
    return typeof field === 'string' && operator === '=' ? [{ field, value: value ?? null }] : []
  })
}

/** Relations travel as commands: `[0, 0, {…}]` creates, `[4, 7, 0]` links, `[6, 0, [7, 8]]` sets; `[7, "Name"]` is read. */
function plain(value: Json): Json {
  if (isJsonArray(value)) {
    if (value.length === 2 && typeof value[1] === 'string' && idsIn(value[0] ?? null).length === 1) {
      return value[0] ?? null
    }
    const commands = value.map(commandIn)
    const isRelation = value.length > 0 && commands.every((operands) => operands !== undefined)
    return isRelation ? commands.flatMap((operands = []) => operands.map(plain)) : value.map(plain)
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]))
}

function commandIn(value: Json): readonly Json[] | undefined {
  if (!isJsonArray(value) || value.length !== 3) return undefined
  const [verb] = idsIn(value[0] ?? null)
  if (verb === '0' && isJsonObject(value[2])) return [value[2]]
  if (verb === '4') return [value[1] ?? null]
  return verb === '6' && isJsonArray(value[2]) ? value[2] : undefined
}

function errorIn(error: Json | undefined, status: number): WireCall['error'] {
  if (isJsonObject(error)) {
    const data = isJsonObject(error.data) ? error.data : {}
    const code = typeof data.name === 'string' ? data.name : 'error'
    return { code, message: typeof data.message === 'string' ? data.message : '' }
  }
  return status < 400 ? undefined : { code: `HTTP ${status}`, message: '' }
}

function releaseIn({ response }: Interaction): string | undefined {
  const answer = response.body !== undefined && 'json' in response.body ? response.body.json : undefined
  const result = isJsonObject(answer) && isJsonObject(answer.result) ? answer.result : {}
  return typeof result.server_version === 'string' ? result.server_version : undefined
}
