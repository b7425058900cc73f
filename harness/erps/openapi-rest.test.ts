import { describe, expect, test } from 'vitest'
import { parseJson, toJson, writeJson } from '../base/json.ts'
import { valueAt } from '../base/pointer.ts'
import { parseYaml } from '../base/yaml.ts'
import type { RecordedRequest, RecordedResponse } from '../model/recording.ts'
import { RestApi } from '../model/rest-api.ts'
import type { Snapshot, ValueLists } from '../model/snapshot.ts'
import type { ErpAdapter, Names, Operation } from '../ports/erp.ts'
import { LearnedNames } from '../replay/names.ts'
import openapi from '../schema-sources/openapi.ts'
import { virtualTransport } from '../targets/virtual-erp.ts'
import { arrange, inflated } from './openapi-rest/arrange.ts'
import { restErp } from './openapi-rest/routes.ts'
import { Rules } from './openapi-rest/rules.ts'
import plugIn from './openapi-rest.ts'

/** An invented ERP that is unlike the sample one in every way the configuration knows of. */
const CONFIGURATION = `
title: Sjøfart Regnskap
auth: { header: X-Sjofart-Key }
tenant: company
operations:
  identify: GET /whoami
  create: POST /companies/{company}/vouchers
  post: PUT /companies/{company}/vouchers/{voucher}/book
  read: GET /companies/{company}/vouchers/{voucher}
  find: GET /companies/{company}/vouchers
  remove: DELETE /companies/{company}/vouchers/{voucher}
  session: [POST /token]
identity: { release: { header: X-Release }, sandbox: { at: /test, is: true } }
envelope: { send: /voucher, read: /voucher, list: /rows, next: /next, cursor: from }
errors: { at: /error, code: /code, message: /text }
fault: { at: /ok, is: false }
find: { supplier: creditor, reference: theirNumber }
document:
  name: voucher
  id: /voucherNo
  state: /phase
  states: { draft: open, posted: booked }
  supplier: /creditor
  reference: /theirNumber
  date: /on
  currency: /currency
  lines: { at: /rows, account: /account/no, quantity: /pieces, price: /each, amount: /sum, tax-code: /vat }
  totals: { net: /net, tax: /vatSum, gross: /gross }
fields:
  coding: { /creditor: creditors/id, /rows/*/account/no: accounts/code, /rows/*/vat: vat/code }
  assigned: [/stamp]
lists:
  creditors: { operation: "GET /companies/{company}/creditors", id: /no, code: /orgNo }
  accounts: { operation: "GET /companies/{company}/accounts", id: /no, code: /no, active: { at: /open, is: true } }
  vat: { operation: "GET /companies/{company}/vat", id: /code, code: /code, rate: /percent }
`

const API = parseYaml(CONFIGURATION, RestApi, 'integration.yaml')

const decimal = { type: 'string', pattern: '^-?[0-9]+\\.[0-9]{2}$' }
const body = (schema: unknown) => ({ content: { 'application/json': { schema } } })
const list = (row: unknown) => ({
  parameters: [{ name: 'from', in: 'query', schema: { type: 'string' } }],
  responses: {
    200: body({
      type: 'object',
      properties: { ok: { type: 'boolean' }, rows: { type: 'array', items: row }, next: { type: 'string' } },
    }),
  },
})
const HEAD = {
  creditor: { type: 'integer' },
  theirNumber: { type: 'string', maxLength: 12 },
  on: { type: 'string', format: 'date' },
  currency: { type: 'string', enum: ['NOK', 'DKK'] },
}
const ROW = {
  type: 'object',
  required: ['account', 'pieces', 'each'],
  additionalProperties: false,
  properties: {
    account: { type: 'object', required: ['no'], properties: { no: { type: 'string' } } },
    pieces: { type: 'string' },
    each: decimal,
    vat: { type: 'string', nullable: true },
    hull: { type: 'string', default: 'none' },
  },
}
const wrapper = (schema: unknown) => ({ type: 'object', required: ['voucher'], properties: { voucher: schema } })
const STORED = wrapper({
  type: 'object',
  required: ['voucherNo', 'phase', 'rows', 'stamp'],
  properties: {
    ...HEAD,
    voucherNo: { type: 'integer' },
    phase: { type: 'string', enum: ['open', 'booked'] },
    stamp: { type: 'string', format: 'date-time' },
    net: decimal,
    vatSum: decimal,
    gross: decimal,
    rows: {
      type: 'array',
      items: { ...ROW, additionalProperties: true, properties: { ...ROW.properties, sum: decimal } },
    },
  },
})
const SENT = wrapper({
  type: 'object',
  required: ['creditor', 'theirNumber', 'on', 'currency', 'rows'],
  properties: { ...HEAD, rows: { type: 'array', minItems: 1, items: ROW } },
})

function specification(paths: Readonly<Record<string, unknown>> = {}) {
  const vouchers = '/companies/{company}/vouchers'
  return openapi.read({
    name: 'sjofart.json',
    text: JSON.stringify({
      openapi: '3.0.3',
      info: { title: 'Sjøfart Regnskap', version: '4.2' },
      paths: {
        '/whoami': { get: { responses: { 200: body({ type: 'object', properties: { test: { type: 'boolean' } } }) } } },
        [vouchers]: {
          get: {
            ...list({ type: 'object', properties: { voucherNo: { type: 'integer' } } }),
            parameters: ['creditor', 'theirNumber'].map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
          },
          post: { requestBody: body(SENT), responses: { 201: body(STORED) } },
        },
        [`${vouchers}/{voucher}`]: { get: { responses: { 200: body(STORED) } }, delete: { responses: { 204: {} } } },
        [`${vouchers}/{voucher}/book`]: { put: { responses: { 204: { description: 'booked' } } } },
        '/companies/{company}/creditors': {
          get: list({ type: 'object', properties: { no: { type: 'integer' }, orgNo: { type: 'string' } } }),
        },
        '/companies/{company}/accounts': {
          get: list({ type: 'object', properties: { no: { type: 'string' }, open: { type: 'boolean' } } }),
        },
        '/companies/{company}/vat': {
          get: list({ type: 'object', properties: { code: { type: 'string' }, percent: { type: 'number' } } }),
        },
        ...paths,
      },
    }),
  })
}

const VALUES: ValueLists = {
  creditors: [{ id: '31', code: '914 772 088', active: true, fields: {} }],
  accounts: [
    { id: '4300', code: '4300', active: true, fields: { open: true } },
    { id: '4390', code: '4390', active: false, fields: { open: false } },
  ],
  vat: [{ id: 'H', code: 'H', active: true, fields: { percent: toJson(25) } }],
}

function adapter(api = API): ErpAdapter {
  const configured = plugIn.configure?.({
    id: 'sjofart-ap',
    title: 'Sjøfart',
    erp: { product: 'sjofart', adapter: 'openapi-rest', api, environments: {} },
    connector: { name: 'havn', release: '1.0.0' },
    auth: { method: 'key', 'password-from': 'SJOFART_KEY', owner: 'it' },
    schedule: 'hourly',
    dimensions: [],
    owners: { accountable: 'Liv Aune', lanes: {} },
    sanitize: { fields: [] },
  } as never)
  if (configured === undefined) throw new Error('openapi-rest is configurable.')
  return configured
}

const ERP = adapter()
const SCHEMA = arrange(specification(), API).schema

function snapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    meta: {
      format: 'erp-change-gate/snapshot',
      version: 1,
      product: 'sjofart',
      release: '4.2',
      build: '4.2',
      capturedAt: '2026-11-01T00:00:00Z',
      principal: 'nobody',
      proof: 'made up',
      recording: '',
      evidence: 'schema',
      adapter: {},
      files: {},
    },
    schema: SCHEMA,
    values: VALUES,
    documents: [],
    digest: '',
    ...over,
  }
}

const VOUCHER = `{"creditor":31,"theirNumber":"SK-88","on":"2026-10-04","currency":"NOK","rows":[{"account":{"no":"4300"},"pieces":"2.5","each":"410.10","vat":"H"}]}`

function request(method: string, path: string, text?: string, query = ''): RecordedRequest {
  return {
    method,
    path,
    query,
    headers: { 'x-sjofart-key': 'dry-dock' },
    ...(text === undefined ? {} : { body: { json: parseJson(text) } }),
  }
}

const create = (voucher = VOUCHER) => request('POST', '/companies/7/vouchers', `{"voucher":${voucher}}`)

function answer(status: number, text: string, headers: Record<string, string> = {}): RecordedResponse {
  return { status, headers, body: { json: parseJson(text) } }
}

function named(): Names {
  const names = new LearnedNames()
  names.learn('creditors', '31', '914 772 088')
  return names
}

const fields = (uses: Operation['sends']) =>
  uses.map(({ resource, field, pointer }) => `${resource} ${field} ${pointer}`)

describe('a release is sorted by what the integration does with it', () => {
  test('each record of the document and each list is a resource, and what is around them too', () => {
    expect(Object.keys(SCHEMA.resources)).toEqual([
      'DELETE /companies/{company}/vouchers/{voucher}',
      'GET /companies/{company}/accounts',
      'GET /companies/{company}/accounts (parameters)',
      'GET /companies/{company}/creditors',
      'GET /companies/{company}/creditors (parameters)',
      'GET /companies/{company}/vat',
      'GET /companies/{company}/vat (parameters)',
      'GET /companies/{company}/vouchers',
      'GET /companies/{company}/vouchers (parameters)',
      'GET /companies/{company}/vouchers/{voucher}',
      'GET /whoami',
      'POST /companies/{company}/vouchers',
      'PUT /companies/{company}/vouchers/{voucher}/book',
      'accounts',
      'creditors',
      'vat',
      'voucher',
      'voucher (found)',
      'voucher.rows',
      'voucher.rows.account',
    ])
  })

  test('put back together, it is what was published', () => {
    const sent = inflated(SCHEMA, 'POST /companies/{company}/vouchers', 'send')
    const each = valueAt(toJson(sent), '/properties/voucher/properties/rows/items/properties/each')
    expect(each).toEqual(toJson(decimal))
  })

  test('a create that answers less than is stored has a resource of its own', () => {
    const short = wrapper({ type: 'object', properties: { voucherNo: { type: 'integer' } } })
    const post = { requestBody: body(SENT), responses: { 201: body(short) } }
    const path = '/companies/{company}/vouchers'
    const { get } = { get: list({ type: 'object', properties: { voucherNo: { type: 'integer' } } }) }
    expect(Object.keys(arrange(specification({ [path]: { get, post } }), API).schema.resources)).toContain(
      'voucher (create)',
    )
  })

  test.each([
    { name: 'nothing', edit: ['', ''], faults: [] },
    {
      name: 'an operation that is written otherwise',
      edit: ['GET /whoami', 'GET /who-am-i'],
      faults: [['operations.identify', /"GET \/who-am-i" is no operation of the specification; it has GET \/whoami/]],
    },
    {
      name: 'a place that leads nowhere',
      edit: ['gross: /gross', 'gross: /total'],
      faults: [['document.totals.gross', /"\/total" leads nowhere in the specification; it has/]],
    },
    {
      name: 'a member that lines do not have',
      edit: ['price: /each', 'price: /apiece'],
      faults: [['document.lines.price', /"\/rows\/\*" has pieces, each/]],
    },
    {
      name: 'a parameter that the search does not have',
      edit: ['supplier: creditor,', 'supplier: supplier,'],
      faults: [
        ['find.supplier', /"supplier" is no parameter of GET \/companies\/\{company\}\/vouchers; it has creditor/],
      ],
    },
    {
      name: 'a wrapper that is not there',
      edit: ['list: /rows', 'list: /items'],
      faults: [['envelope.list', /has/]],
    },
    {
      name: 'a member of a list',
      edit: ['rate: /percent', 'rate: /rate'],
      faults: [['lists.vat.rate', /has code, percent/]],
    },
  ])('$name is told with its place in the configuration', ({ edit: [from = '', to = ''], faults }) => {
    const api = parseYaml(CONFIGURATION.replace(from, to), RestApi, 'integration.yaml')
    const found = arrange(specification(), api).faults
    expect(found.length >= faults.length && (faults.length > 0 || found.length === 0)).toBe(true)
    for (const [path, message] of faults) {
      const fault = found.find((each) => each.path.slice(2).join('.') === path)
      expect(fault?.message).toMatch(message ?? '')
    }
  })

  test('a coding that names no list is refused by its line', () => {
    expect(() => parseYaml(CONFIGURATION.replace('vat/code', 'taxes/code'), RestApi, 'integration.yaml')).toThrow(
      /integration\.yaml:30:\d+: "fields\.coding\.\/rows\/\*\/vat": there is no list "taxes"/,
    )
  })
})

describe('a request is read', () => {
  test('a create names the invoice, its listed values by id and by code, and every field it sends', () => {
    const operation = ERP.decode(create(), SCHEMA, named())
    expect(operation).toMatchObject({
      kind: 'create',
      name: 'voucher.create',
      references: [{ pointer: '/voucher/creditor', resource: 'creditors', id: '31' }],
      codes: [
        { resource: 'accounts', code: '4300' },
        { resource: 'vat', code: 'H' },
      ],
      document: { key: '914 772 088 SK-88', supplier: '914 772 088', reference: 'SK-88' },
    })
    expect(fields(operation.sends)).toEqual([
      'voucher creditor /voucher/creditor',
      'voucher theirNumber /voucher/theirNumber',
      'voucher on /voucher/on',
      'voucher currency /voucher/currency',
      'voucher rows /voucher/rows',
      'voucher.rows account /voucher/rows/0/account',
      'voucher.rows.account no /voucher/rows/0/account/no',
      'voucher.rows pieces /voucher/rows/0/pieces',
      'voucher.rows each /voucher/rows/0/each',
      'voucher.rows vat /voucher/rows/0/vat',
    ])
  })

  test('a search by supplier and reference opens the invoice, and its parameters can be rewritten', () => {
    const query = '?creditor=31&theirNumber=SK-88'
    expect(ERP.decode(request('GET', '/companies/7/vouchers', undefined, query), SCHEMA, named())).toMatchObject({
      kind: 'find',
      references: [{ pointer: 'query:creditor', resource: 'creditors', id: '31' }],
      document: { key: '914 772 088 SK-88' },
      filters: [
        { pointer: 'query:creditor', field: 'creditor', value: '31' },
        { resource: 'voucher', field: 'creditor' },
        { pointer: 'query:theirNumber', field: 'theirNumber' },
        { resource: 'voucher', field: 'theirNumber', value: 'SK-88' },
      ],
    })
  })

  test.each([
    ['PUT', '/companies/7/vouchers/12/book', 'transition', 'voucher.post'],
    ['GET', '/companies/7/vouchers/12', 'read', 'voucher.read'],
    ['DELETE', '/companies/7/vouchers/12', 'remove', 'voucher.remove'],
  ])('%s %s is a %s', (method, path, kind, name) => {
    expect(ERP.decode(request(method, path), SCHEMA, named())).toMatchObject({
      kind,
      name,
      references: [{ pointer: 'path:3', resource: 'voucher', id: '12' }],
    })
  })

  test('what nobody configured is refused and named', () => {
    expect(() => ERP.decode(request('GET', '/companies/7/ships'), SCHEMA, named())).toThrow(
      'GET /companies/7/ships is no operation that erp.api in integration.yaml names.',
    )
  })

  test('a log-in has its secrets found, and the key of every request is one', () => {
    const login = request('POST', '/token', '{"grant":"x","client_secret":"keel","scope":"ap"}')
    const found = ERP.secretsOf(login, answer(200, '{"access_token":"mast","type":"bearer"}'))
    expect(found).toEqual({ request: ['/client_secret'], response: ['/access_token'], headers: ['x-sjofart-key'] })
    expect(ERP.secretsOf(create(), answer(201, '{}'))).toEqual({
      request: [],
      response: [],
      headers: ['x-sjofart-key'],
    })
  })
})

describe('an answer is read', () => {
  const operation = ERP.decode(create(), SCHEMA, named())
  const read = (response: RecordedResponse, names = named()) =>
    ERP.interpret(operation, response, SCHEMA, names, 'invoice 1')

  test('an accepted document is named after its invoice, listed values by code', () => {
    const names = named()
    const outcome = read(answer(201, '{"ok":true,"voucher":{"voucherNo":12,"creditor":31,"phase":"open"}}'), names)
    expect(outcome).toEqual({ state: 'accepted', result: { creditor: '914 772 088', phase: 'open' }, warnings: [] })
    expect(names.idOf('voucher', 'invoice 1')).toBe('12')
  })

  test('an answer that is only a place tells the id', () => {
    const names = named()
    read({ status: 201, headers: { location: '/companies/7/vouchers/12' } }, names)
    expect(names.idOf('voucher', 'invoice 1')).toBe('12')
  })

  test.each([
    ['a refusal', answer(422, '{"error":{"code":"E7","text":"period"}}'), 'rejected', 'E7'],
    ['200 with a fault body', answer(200, '{"ok":false,"error":[{"code":"E9","text":"no"}]}'), 'rejected', 'E9'],
    ['a refusal without a known body', answer(404, '{"sorry":true}'), 'rejected', 'http-404'],
    ['a lapsed key', answer(401, '{}'), 'fault', 'unauthorized'],
    ['a maintenance page', { status: 503, headers: {}, body: { text: '<html>' } }, 'fault', 'http-503'],
    ['a gateway that waited too long for the request', { status: 408, headers: {} }, 'fault', 'http-408'],
    ['a front that takes nothing yet', { status: 425, headers: {}, body: { json: {} } }, 'fault', 'http-425'],
    ['a proxy that wants a log-in of its own', { status: 407, headers: {} }, 'fault', 'http-407'],
    ['a page of a proxy', { status: 404, headers: {}, body: { text: '<html>' } }, 'fault', 'http-404'],
    ['a page with a good status', { status: 200, headers: {}, body: { text: '<html>' } }, 'fault', 'not-json'],
    ['yes without an id', answer(200, '{"ok":true}'), 'fault', 'no-id'],
  ])('%s is %s', (_, response, state, code) => {
    const outcome = read(response)
    const found =
      outcome.state === 'rejected' ? outcome.errors[0]?.code : outcome.state === 'fault' ? outcome.error.code : ''
    expect([outcome.state, found]).toEqual([state, code])
  })

  test.each([
    ['a list', 'GET', '/companies/7/accounts'],
    ['a search', 'GET', '/companies/7/vouchers'],
    ['a document', 'GET', '/companies/7/vouchers/12'],
  ])('JSON that is not what was asked for, %s, is a fault of the connection and no empty answer', (_, method, path) => {
    const asked = ERP.decode(request(method, path), SCHEMA, named())
    for (const response of [answer(200, '{"status":"ok"}'), { status: 200, headers: {} }]) {
      const outcome = ERP.interpret(asked, response, SCHEMA, named(), 'invoice 1')
      expect(outcome).toMatchObject({ state: 'fault', error: { scope: 'connection', code: 'not-an-answer' } })
    }
  })

  test('a page where the release has no such operation is a refusal', () => {
    const { [`POST ${'/companies/{company}/vouchers'}`]: _, ...resources } = SCHEMA.resources
    const gone = { status: 404, headers: {}, body: { text: '<html>Cannot POST' } }
    const outcome = ERP.interpret(operation, gone, { ...SCHEMA, resources }, named(), 'invoice 1')
    expect(outcome).toMatchObject({ state: 'rejected', errors: [{ code: 'http-404' }] })
  })

  test('a transition that is published to answer nothing may answer nothing', () => {
    const asked = ERP.decode(request('PUT', '/companies/7/vouchers/12/book'), SCHEMA, named())
    const outcome = ERP.interpret(asked, { status: 204, headers: {} }, SCHEMA, named(), 'invoice 1')
    expect(outcome).toEqual({ state: 'accepted', result: null, warnings: [] })
  })

  test('accepted and not done yet is pending', () => {
    expect(read({ status: 202, headers: {} })).toEqual({ state: 'pending', job: 'without a name' })
  })
})

describe('the virtual ERP', () => {
  const virtual = (over: Partial<Snapshot> = {}) => ERP.virtual(snapshot(over), { user: '', password: 'dry-dock' }, '7')
  const path = '/companies/7/vouchers'

  test('stores what was sent with defaults, amounts, an id and a phase, in the published shape', () => {
    const erp = virtual()
    const created = erp.handle(create())
    expect([created.status, created.headers.location]).toEqual([201, `${path}/1`])
    const { body: stored } = erp.handle(request('GET', `${path}/1`))
    expect(stored).toEqual(created.body)
    const text = stored !== undefined && 'json' in stored ? writeJson(stored.json) : ''
    expect(JSON.parse(text)).toEqual({
      voucher: {
        creditor: 31,
        theirNumber: 'SK-88',
        on: '2026-10-04',
        currency: 'NOK',
        voucherNo: 1,
        phase: 'open',
        stamp: '2026-01-01T00:00:00Z',
        net: '1025.25',
        vatSum: '256.31',
        gross: '1281.56',
        rows: [{ account: { no: '4300' }, pieces: '2.5', each: '410.10', vat: 'H', hull: 'none', sum: '1025.25' }],
      },
    })
    const rules = new Rules(restErp(API), snapshot())
    expect(rules.answerFaults(`GET ${'/companies/{company}/vouchers/{voucher}'}`, parseJson(text))).toEqual([])
    expect(erp.unrecorded()).toEqual(['914 772 088 SK-88'])
  })

  test.each([
    ['a value out of its list', '"NOK"', '"EUR"', 'enum /currency'],
    ['a text that is too long', '"SK-88"', '"SK-88-2026-10-04"', 'maxLength /theirNumber'],
    ['a missing member', ',"each":"410.10"', '', 'required /rows/*/each'],
    ['a member that is refused', '"vat":"H"', '"vat":"H","cargo":"cod"', 'additionalProperties /rows/*/cargo'],
    ['an amount in another form', '"410.10"', '410.10', 'type /rows/*/each'],
    ['an account that is not listed', '"4300"', '"4399"', 'unknown-value /rows/*/account/no'],
    ['an account that is closed', '"4300"', '"4390"', 'blocked-value /rows/*/account/no'],
    ['a creditor that is not there', '"creditor":31', '"creditor":32', 'unknown-value /creditor'],
  ])('refuses %s in the form of this ERP', (_, from, to, code) => {
    const refused = virtual().handle(create(VOUCHER.replace(from, to)))
    expect(refused.status).toBe(200)
    const outcome = ERP.interpret(ERP.decode(create(), SCHEMA, named()), refused, SCHEMA, named(), 'invoice 1')
    expect(outcome).toMatchObject({ state: 'rejected', errors: [{ code }] })
  })

  test('books, finds and deletes by phase', () => {
    const erp = virtual()
    erp.handle(create())
    erp.handle(create(VOUCHER.replace('SK-88', 'SK-89')))
    const found = erp.handle(request('GET', path, undefined, '?creditor=31&theirNumber=SK-89'))
    expect(found.body).toEqual({ json: parseJson('{"rows":[{"voucherNo":2}]}') })
    expect(erp.handle(request('PUT', `${path}/1/book`))).toEqual({
      status: 204,
      headers: { 'x-change-gate-by-rules': 'yes' },
    })
    expect(erp.handle(request('DELETE', `${path}/1`)).body).toMatchObject({ json: { ok: false } })
    expect(erp.handle(request('DELETE', `${path}/2`)).status).toBe(204)
    expect(erp.handle(request('GET', `${path}/2`)).body).toMatchObject({ json: { error: [{ code: 'not-found' }] } })
  })

  test('knows neither another key nor an operation that the release does not have', () => {
    expect(virtual().handle({ ...create(), headers: {} }).status).toBe(401)
    const { [`POST ${'/companies/{company}/vouchers'}`]: _, ...resources } = SCHEMA.resources
    const gone = virtual({ schema: { ...SCHEMA, resources } }).handle(create())
    expect(gone.body).toMatchObject({ json: { ok: false, error: [{ code: 'operation-unknown' }] } })
  })

  test('drops what the release does not declare, as servers do', () => {
    const open = JSON.parse(JSON.stringify(SCHEMA).replaceAll('"additionalProperties":false', '"description":""'))
    const erp = virtual({ schema: open })
    const created = erp.handle(create(VOUCHER.replace('"theirNumber"', '"remark":"hull 3","theirNumber"')))
    expect(created.body).toMatchObject({ json: { voucher: { theirNumber: 'SK-88' } } })
    expect(created.body).not.toMatchObject({ json: { voucher: { remark: 'hull 3' } } })
  })

  test('refuses what the recorded release refused for a reason that no schema tells', () => {
    const sent = ERP.sent(ERP.decode(create(), SCHEMA, named()), create(), SCHEMA, named())
    const error = parseJson('{"status":409,"body":{"ok":false,"error":[{"code":"PERIOD","text":"closed"}]}}')
    const erp = virtual({ documents: [{ key: 'K', sent, stages: [{ after: 'create', outcome: 'rejected', error }] }] })
    const refused = erp.handle(create())
    expect([refused.status, refused.body]).toEqual([409, { json: valueAt(error, '/body') }])
    expect(erp.handle(create()).status).toBe(201)
  })

  test('answers how the release stored a document, where a capture holds it', () => {
    const sent = ERP.sent(ERP.decode(create(), SCHEMA, named()), create(), SCHEMA, named())
    const document = { theirNumber: 'SK-88 ', creditor: '914 772 088', phase: 'open', rows: [] }
    const { evidence: _, ...meta } = snapshot().meta
    const documents = [{ key: 'K', sent, stages: [{ after: 'create', outcome: 'accepted' as const, document }] }]
    const erp = virtual({ meta, documents })
    expect(erp.handle(create()).body).toMatchObject({
      json: { voucher: { theirNumber: 'SK-88 ', creditor: expect.objectContaining({ value: '31' }) } },
    })
    expect(erp.unrecorded()).toEqual([])
  })
})

describe('a run tag', () => {
  const { evidence: _, ...meta } = snapshot().meta
  const sent = ERP.sent(ERP.decode(create(), SCHEMA, named()), create(), SCHEMA, named())
  const document = { theirNumber: 'SK-88', creditor: '914 772 088', phase: 'open', rows: [] }
  const documents = [{ key: 'K', sent, stages: [{ after: 'create', outcome: 'accepted' as const, document }] }]
  const adapters = {
    'that fits': ERP,
    'that costs the reference its end': adapter(
      parseYaml(
        CONFIGURATION.replace('  date: /on', '  reference-longest: 10\n  date: /on'),
        RestApi,
        'integration.yaml',
      ),
    ),
  }

  test.each([
    ['that fits', 'SK-88~00c0de', '~00c0de'],
    ['that costs the reference its end', 'SK-~00c0de', '~00c0de'],
  ] as const)('%s leads to what the release stored, once for every tag', (which, reference, tag) => {
    const erp = adapters[which].virtual(snapshot({ meta, documents }), { user: '', password: 'dry-dock' }, '7')
    const once = erp.handle(create(VOUCHER.replace('SK-88', reference)))
    expect(once.body).toMatchObject({ json: { voucher: { theirNumber: reference, rows: [] } } })
    expect([once.headers['x-change-gate-by-rules'], erp.unrecorded()]).toEqual([undefined, []])
    const withPlan = erp.handle(create(VOUCHER.replace('SK-88', reference.replace(tag, '~00c0dd'))))
    expect(withPlan.headers['x-change-gate-by-rules']).toBeUndefined()
    const again = erp.handle(create(VOUCHER.replace('SK-88', reference)))
    expect(again.headers['x-change-gate-by-rules']).toBe('yes')
  })
})

describe('the answer of a write that was lost', () => {
  const sessionOf = async (erp: ErpAdapter, schema = SCHEMA) =>
    erp.connect(
      virtualTransport(erp.virtual(snapshot({ schema }), { user: '', password: 'dry-dock' }, '7')),
      { user: '', password: 'dry-dock' },
      '7',
    )

  test.each([
    ['create', create()],
    ['transition', request('PUT', '/companies/7/vouchers/1/book')],
    ['remove', request('DELETE', '/companies/7/vouchers/1')],
  ])('is the one that a %s would have had', async (kind, asked) => {
    const session = await sessionOf(ERP)
    if (kind !== 'create') await session.send(create(), false)
    const operation = ERP.decode(asked, SCHEMA, named())
    const seen = await session.send(asked, false)
    const told = kind === 'remove' ? undefined : await session.answerOf?.(operation, asked, '1', SCHEMA)
    const read = (response: RecordedResponse | undefined) =>
      response && ERP.interpret(operation, response, SCHEMA, named(), 'invoice 1')
    expect(read(told ?? { status: 204, headers: {} })).toEqual(read(seen))
  })

  test('cannot be known where it holds what no document shows, and that is a fault of the connection', async () => {
    const receipt = wrapper({
      type: 'object',
      properties: { voucherNo: { type: 'integer' }, receipt: { type: 'string' } },
    })
    const post = { requestBody: body(SENT), responses: { 201: body(receipt) } }
    const path = '/companies/{company}/vouchers'
    const get = list({ type: 'object', properties: { voucherNo: { type: 'integer' } } })
    const { schema } = arrange(specification({ [path]: { get, post } }), API)
    const session = await sessionOf(ERP, schema)
    await session.send(create(), false)
    const lost = session.answerOf?.(ERP.decode(create(), schema, named()), create(), '1', schema)
    await expect(lost).rejects.toMatchObject({ code: 'target-fault', message: /no document shows its receipt/ })
  })

  test('a search that the ERP does not narrow names no other document', async () => {
    const transport = {
      url: 'http://erp.example',
      close: async () => undefined,
      send: async ({ path }: RecordedRequest) =>
        path === '/whoami'
          ? answer(200, '{"test":true}')
          : answer(
              200,
              '{"rows":[{"voucherNo":1,"theirNumber":"SK-8"},{"voucherNo":2,"theirNumber":"SK-88"},{"voucherNo":3,"theirNumber":"TK-1"}]}',
            ),
    }
    const session = await ERP.connect(transport, { user: '', password: 'dry-dock' }, '7')
    expect(await session.find('31', 'SK-88')).toEqual(['2'])
  })
})

describe('a session', () => {
  const open = async (over: Partial<Snapshot> = {}, key = 'dry-dock') =>
    ERP.connect(
      virtualTransport(ERP.virtual(snapshot(over), { user: '', password: 'dry-dock' }, '7')),
      { user: '', password: key },
      '7',
    )

  test('proves a sandbox by what only a sandbox answers', async () => {
    expect(await (await open()).identify()).toEqual({
      product: 'sjofart',
      release: '4.2',
      build: '4.2',
      environment: 'sandbox',
      proof: 'GET /whoami answers true at /test',
      simulated: true,
      principal: 'the owner of the credential',
    })
  })

  test('does not take silence for a sandbox', async () => {
    const transport = {
      url: 'http://erp.example',
      close: async () => undefined,
      send: async () => answer(200, '{"test":false}'),
    }
    const session = await ERP.connect(transport, { user: '', password: 'dry-dock' }, '7')
    expect(await session.identify()).toMatchObject({
      environment: 'unknown',
      proof: 'GET /whoami answers false at /test, and a sandbox answers true',
    })
  })

  test('a key that is refused is told as such', async () => {
    await expect(open({}, 'last-year')).rejects.toMatchObject({ code: 'target-refused-login' })
  })

  test('asks for every page of a list', async () => {
    const asked: string[] = []
    const transport = {
      url: 'http://erp.example',
      close: async () => undefined,
      send: async ({ path, query }: RecordedRequest) => {
        asked.push(path + query)
        if (path === '/whoami') return answer(200, '{"test":true}')
        return query === ''
          ? answer(200, '{"rows":[{"no":31,"orgNo":"914 772 088"}],"next":"p2"}')
          : answer(200, '{"rows":[{"no":32,"orgNo":"987 650 132"}]}')
      },
    }
    const session = await ERP.connect(transport, { user: '', password: 'dry-dock' }, '7')
    const { creditors } = await session.listValues({ creditors: [] })
    expect(creditors?.map(({ id, code }) => [id, code])).toEqual([
      ['31', '914 772 088'],
      ['32', '987 650 132'],
    ])
    expect(asked.slice(1)).toEqual(['/companies/7/creditors', '/companies/7/creditors?from=p2'])
  })

  test('sends the key, and the company of the environment in place of the recorded one', async () => {
    const session = await open()
    const sent = session.authorize({ ...request('GET', '/companies/1/vouchers/12'), headers: {} })
    expect([sent.path, sent.headers]).toEqual(['/companies/7/vouchers/12', { 'x-sjofart-key': 'dry-dock' }])
  })

  test('reads a document back with listed values by code and takes a draft away again', async () => {
    const session = await open()
    await session.send(create(), false)
    const stored = await session.readBack('1', SCHEMA, VALUES)
    expect(stored?.document).toMatchObject({ creditor: '914 772 088', theirNumber: 'SK-88' })
    expect(ERP.facts(stored?.document ?? null)).toEqual({
      entity: '',
      supplier: '914 772 088',
      reference: 'SK-88',
      type: 'invoice',
      date: '2026-10-04',
      currency: 'NOK',
      net: '1025.25',
      tax: '256.31',
      gross: '1281.56',
      state: 'open',
      number: '',
      period: '2026-10',
      lines: 1,
      accounts: ['4300'],
    })
    expect(await session.find('31', 'SK-88')).toEqual(['1'])
    expect(await session.remove('1')).toBe('deleted')
    expect(await session.readBack('1', SCHEMA, VALUES)).toBeUndefined()
  })
})

test.each([
  ['voucher', 'creditor', 'coding', false],
  ['voucher', 'theirNumber', 'identity', false],
  ['voucher', 'phase', 'state', false],
  ['voucher', 'gross', 'amount', false],
  ['voucher', 'stamp', 'identity', true],
  ['voucher.rows', 'pieces', 'amount', false],
  ['voucher.rows.account', 'no', 'coding', false],
  ['voucher.rows', 'hull', 'text', false],
  ['vat', 'percent', 'amount', false],
])('%s %s is %s', (resource, field, meaning, assigned) => {
  expect(ERP.meaning(resource, field, SCHEMA)).toEqual({ class: meaning, assigned })
})
