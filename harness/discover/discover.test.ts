import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isJsonArray, isJsonObject, type JsonObject, parseJson, toJson } from '../base/json.ts'
import { parseYaml } from '../base/yaml.ts'
import { FieldMapping } from '../model/mapping.ts'
import type { Interaction } from '../model/recording.ts'
import { loadPlugIns } from '../pipeline/registry.ts'
import { readRecording } from '../record/store.ts'
import { type Discovery, discover } from './discover.ts'
import { draftOf, mappingRow } from './draft.ts'
import { authOf, scheduleOf } from './traffic.ts'

const SCENARIOS = join(import.meta.dirname, '../../scenarios')
const wires = await loadPlugIns('wires')

async function discovered(scenario: string, withInvoices: boolean): Promise<Discovery> {
  const { interactions } = await readRecording(join(SCENARIOS, scenario, 'recordings/2026-10.ndjson'))
  const json = parseJson(readFileSync(join(SCENARIOS, scenario, 'invoices/approved-2026-10.json'), 'utf8'))
  const invoices = withInvoices && isJsonArray(json) ? json.filter(isJsonObject) : []
  return discover(interactions, { wires, urls: [], invoices })
}

/** The rows that people wrote. */
function written(scenario: string) {
  const file = join(SCENARIOS, scenario, 'mapping.yaml')
  return parseYaml(readFileSync(file, 'utf8'), FieldMapping, file).fields
}

type Row = Readonly<{
  from?: string | undefined
  to: { resource: string; field: string }
  direction: string
  list?: string | undefined
  required?: boolean
}>

/** What a row says of the ERP's side; with `from`, of both ends. */
const sideOf = ({ from, to, direction, list, required }: Row, withFrom: boolean) =>
  [withFrom ? from : '', to.resource, to.field, direction, list ?? '', required ?? false].join(' ')

/** Rows that stand in both, each once; and what only one of them has. */
function compared(scenario: string, { rows }: Discovery, withFrom: boolean) {
  const open = rows.map((row) => ({ row, side: sideOf(mappingRow(row), withFrom) }))
  const missed: string[] = []
  let correct = 0
  for (const row of written(scenario)) {
    const at = open.findIndex(({ side }) => side === sideOf(row, withFrom))
    if (at < 0) missed.push(sideOf(row, withFrom))
    else {
      correct += 1
      open.splice(at, 1)
    }
  }
  const invented = (confidence: string) =>
    open.filter(({ row }) => row.confidence === confidence).map(({ side }) => side)
  return {
    correct,
    all: written(scenario).length,
    missed,
    high: invented('high'),
    medium: invented('medium'),
    low: invented('low'),
  }
}

function printed(title: string, { correct, all, missed, high, medium, low }: ReturnType<typeof compared>): void {
  const share = ((100 * correct) / all).toFixed(1)
  process.stdout.write(
    `init ${title}: ${correct} of ${all} rows (${share} %) as written by hand; more rows: ${high.length} high, ${medium.length} medium, ${low.length} low; missed: ${missed.join(' | ') || 'none'}\n`,
  )
}

describe('the committed Tryton recording', () => {
  test('alone gives nine of ten rows of the mapping as a person wrote them, and no sure row that is wrong', async () => {
    const result = compared('tryton-ap', await discovered('tryton-ap', false), false)
    printed('on the recording alone, ERP side', result)
    expect(result.correct / result.all).toBeGreaterThanOrEqual(0.9)
    expect(result.high).toEqual([])
    // It never changes in the recording, so nothing tells it from a setting; the draft asks.
    expect(result.missed).toEqual([' account.invoice type send  true'])
  })

  test('knows no source in the approved invoice by itself, and asks for each', async () => {
    const discovery = await discovered('tryton-ap', false)
    expect(discovery.rows.filter(({ source }) => source !== undefined)).toEqual([])
    const { 'questions.md': questions } = draftOf(discovery, { id: 'tryton-ap', from: 'traffic.har' })
    for (const { to, direction } of written('tryton-ap')) {
      if (to.field === 'type')
        expect(questions).toContain('account.invoice type is always in: a setting of the connector')
      else
        expect(questions).toContain(
          `approved invoice ${direction === 'send' ? 'feeds' : 'takes back'} ${to.resource} ${to.field}`.replaceAll(
            '_',
            '_',
          ),
        )
    }
  })

  test('tells product, release, log-in, documents, lines, dimensions and refusals', async () => {
    const { product, documentResource, documents, lines, dimensions, errors, unread } = await discovered(
      'tryton-ap',
      false,
    )
    expect(product).toMatchObject({
      product: 'tryton',
      release: '6.0',
      adapter: 'tryton',
      schemaSource: 'tryton-fields-get',
    })
    expect(product.auth).toBe('JSON-RPC session of the user ap_connector')
    expect([documentResource, documents, lines, unread]).toEqual(['account.invoice', 48, 93, 0])
    expect(dimensions).toEqual([
      { resource: 'analytic_account.account', root: 'DEPT' },
      { resource: 'analytic_account.account', root: 'PROJ' },
    ])
    expect(errors.map(({ operation, code, count }) => [operation, code, count])).toEqual([
      ['account.invoice.create', 'UserError', 1],
    ])
  })

  test('with the approved invoices gives both ends of every row that has two in the traffic', async () => {
    const discovery = await discovered('tryton-ap', true)
    const result = compared('tryton-ap', discovery, true)
    printed('with approved invoices, both ends', result)
    // What is read back and that AP had no value for before, and what only the connector's rules know.
    expect(result.missed.map((row) => row.split(' ').slice(1, 3).join(' ')).sort()).toEqual([
      'account.invoice accounting_date',
      'account.invoice currency_digits',
      'account.invoice number',
      'account.invoice state',
      'account.invoice type',
      'account.invoice.line unit_digits',
    ])
    expect(result.high).toEqual([])
    expect(discovery.pairing).toMatchObject({ left: 2 })
  })

  test('the values that are sent and do not come from the invoice are told apart', async () => {
    const { own } = await discovered('tryton-ap', true)
    expect(own.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      '/type setting',
      '/company setting',
      '/invoice_address member',
      '/journal setting',
      '/account setting',
      '/lines/*/type setting',
      '/lines/*/currency copy',
      '/lines/*/analytic_accounts/*/root member',
    ])
  })
})

test('a REST API that no adapter knows gives every row that its approved invoices feed', async () => {
  const discovery = await discovered('rest-ap', true)
  // A path says `bills` and `gl-accounts` where the person who wrote the mapping chose other names.
  const found = discovery.rows
    .filter(({ direction }) => direction === 'send')
    .map((row) => {
      const { from, to, required } = mappingRow(row)
      return `${from} ${to.field} ${required ?? false}`
    })
  const byHand = written('rest-ap').filter(({ direction }) => direction === 'send')
  const wanted = byHand.map(({ from, to, required }) => `${from} ${to.field} ${required}`)
  const right = wanted.filter((row) => found.includes(row))
  process.stdout.write(
    `init on a REST API with approved invoices: ${right.length} of ${wanted.length} sent rows as written by hand\n`,
  )
  // Texts and lists of values are never said to be required.
  expect(wanted.filter((row) => !found.includes(row))).toEqual([
    '/lines/*/text description true',
    '/lines/*/tax taxCode false',
  ])
  expect(discovery.product).toMatchObject({ product: undefined, adapter: 'openapi-rest' })
  expect(discovery.rows.find(({ field }) => field === 'account')?.list).toBe('gl-accounts')
})

/** Invoices that are posted to an API one after the other, as a function of what was approved. */
function posted(invoices: readonly JsonObject[], made: (invoice: JsonObject) => unknown): readonly Interaction[] {
  return invoices.map((invoice, index) => ({
    seq: index + 1,
    request: { method: 'POST', path: '/v1/bills', query: '', headers: {}, body: { json: toJson(made(invoice)) } },
    response: { status: 201, headers: {}, body: { json: toJson({ id: 9000 + index }) } },
    durationMs: 1,
  }))
}

const APPROVED = [
  ['KF-1', '01.10.2026', 'SE', '5100', 'D40', '37.04', 'Office paper for the laboratory in Halden'],
  ['KF-2', '02.10.2026', 'NO', '5100', 'D20', '250.60', 'Ring binders for the sales department'],
  ['KF-3', '13.10.2026', 'SE', '4000', 'D40', '1485.00', 'Packaging, reverse charge, four pallets'],
  ['KF-4', '14.10.2026', 'NO', '4100', 'D10', '12.5', 'Freight Drammen to Hamburg, two lots'],
  ['KF-5', '15.10.2026', 'DK', '5300', 'D20', '99.95', 'Electricity of the second paper machine'],
  ['KF-6', '30.10.2026', 'DK', '5100', 'D70', '0.30', 'Cleaning of the offices in September'],
].map(([reference = '', date = '', country = '', account = '', department = '', gross = '', text = '']) => ({
  reference,
  date,
  country,
  account,
  department,
  gross,
  text,
}))

const COUNTRIES: Readonly<Record<string, string>> = { SE: 'SWE-1', NO: 'NOR-2', DK: 'DNK-9' }

describe('transforms', () => {
  test.each<[string, (invoice: (typeof APPROVED)[number]) => unknown, string, string | undefined]>([
    ['as it is', ({ reference }) => reference, '/reference', undefined],
    ['a number without its zeros', ({ gross }) => Number(gross), '/gross', undefined],
    [
      'a date in another order',
      ({ date }) => date.split('.').reverse().join('-'),
      '/date',
      'date DD.MM.YYYY as YYYY-MM-DD',
    ],
    ['minor units', ({ gross }) => Math.round(Number(gross) * 100), '/gross', 'in minor units'],
    ['the other sign', ({ gross }) => -Number(gross), '/gross', 'the other sign'],
    ['upper case', ({ text }) => text.toUpperCase(), '/text', 'in upper case'],
    ['a cut text', ({ text }) => text.slice(0, 30), '/text', 'cut to 30 characters'],
    ['a prefix', ({ reference }) => `AP-${reference}`, '/reference', '"AP-" before it'],
    [
      'a code table',
      ({ country }) => COUNTRIES[country],
      '/country',
      'code table: SE is SWE-1, NO is NOR-2, DK is DNK-9',
    ],
    [
      'joined segments',
      ({ account, department }) => `${account}-${department}-000`,
      '/account',
      'joined by "-": /account, /department, "000"',
    ],
  ])('%s', (_, value, from, transform) => {
    const traffic = posted(APPROVED, (invoice) => {
      const approved = APPROVED.find(({ reference }) => reference === invoice.reference)
      return { no: invoice.reference, it: approved === undefined ? '' : value(approved) }
    })
    const { rows } = discover(traffic, { wires, urls: [], invoices: APPROVED })
    const source = rows.find(({ field }) => field === 'it')?.source
    expect([source?.from, source?.transform]).toEqual([from, transform])
  })

  test('values that have nothing to do with each other get no source', () => {
    const traffic = posted(APPROVED, (invoice) => ({
      no: invoice.reference,
      it: `${String(invoice.reference).length * 7919}${String(invoice.reference).charCodeAt(3) * 31}`,
    }))
    const { rows } = discover(traffic, { wires, urls: [], invoices: APPROVED })
    expect(rows.find(({ field }) => field === 'it')).not.toHaveProperty('source')
  })

  test('two places that fit equally well are no sure source', () => {
    const twice = APPROVED.map((invoice) => ({ ...invoice, copy: invoice.gross }))
    const traffic = posted(twice, ({ reference, gross }) => ({ no: reference, it: gross }))
    const { rows } = discover(traffic, { wires, urls: [], invoices: twice })
    expect(rows.find(({ field }) => field === 'it')?.source).toMatchObject({
      confidence: 'medium',
      because: expect.stringContaining('fits as well'),
    })
  })
})

describe('lists', () => {
  const lookup = (seq: number, path: string, records: readonly unknown[]): Interaction => ({
    seq,
    request: { method: 'GET', path, query: '', headers: {} },
    response: { status: 200, headers: {}, body: { json: toJson(records) } },
    durationMs: 1,
  })
  const terms = [
    { id: 1, code: 'NET14' },
    { id: 2, code: 'NET30' },
    { id: 3, code: 'NET60' },
  ]
  const bills = (field: string) =>
    [1, 2, 3, 1].map(
      (id, index): Interaction => ({
        seq: 10 + index,
        request: {
          method: 'POST',
          path: '/v1/bills',
          query: '',
          headers: {},
          body: { json: toJson({ no: `R-${index}`, [field]: id }) },
        },
        response: { status: 201, headers: {}, body: { json: toJson({ id: 90 + index }) } },
        durationMs: 1,
      }),
    )

  test('the list whose name and values fit is the list', () => {
    const traffic = [
      lookup(1, '/v1/payment-terms', terms),
      lookup(
        2,
        '/v1/sites',
        terms.map(({ id }) => ({ id, site: `S${id}` })),
      ),
      ...bills('paymentTermId'),
    ]
    const { rows } = discover(traffic, { wires, urls: [], invoices: [] })
    expect(rows.find(({ field }) => field === 'paymentTermId')).toMatchObject({
      list: 'payment-terms',
      confidence: 'high',
    })
  })

  test('two lists that fit alike are asked about, and the row is not sure', () => {
    const traffic = [
      lookup(1, '/v1/kinds', terms),
      lookup(
        2,
        '/v1/sites',
        terms.map(({ id }) => ({ id, site: `S${id}` })),
      ),
      ...bills('x17'),
    ]
    const { rows } = discover(traffic, { wires, urls: [], invoices: [] })
    expect(rows.find(({ field }) => field === 'x17')).toMatchObject({
      confidence: 'medium',
      question: expect.stringMatching(/kinds.*sites|sites.*kinds/),
    })
  })
})

test('Odoo is known by its calls, and relations by their commands', () => {
  const call = (
    seq: number,
    model: string,
    method: string,
    args: readonly unknown[],
    result: unknown,
  ): Interaction => ({
    seq,
    request: {
      method: 'POST',
      path: '/jsonrpc',
      query: '',
      headers: {},
      body: {
        json: toJson({
          jsonrpc: '2.0',
          method: 'call',
          params: { service: 'object', method: 'execute_kw', args: ['db', 2, 'secret', model, method, args, {}] },
        }),
      },
    },
    response: { status: 200, headers: {}, body: { json: toJson({ jsonrpc: '2.0', id: seq, result }) } },
    durationMs: 1,
  })
  const bill = (seq: number, reference: string, partner: number, account: number) =>
    call(
      seq,
      'account.move',
      'create',
      [
        {
          ref: reference,
          partner_id: partner,
          invoice_line_ids: [[0, 0, { account_id: account, name: 'Kraft liner', tax_ids: [[6, 0, [4]]] }]],
        },
      ],
      700 + seq,
    )
  const traffic = [
    call(1, 'res.partner', 'search_read', [[['ref', '=', 'SUP-1']]], [{ id: 21, ref: 'SUP-1' }]),
    call(2, 'account.account', 'search_read', [[['code', '=', '5100']]], [{ id: 31, code: '5100' }]),
    bill(3, 'KF-1', 21, 31),
    call(4, 'res.partner', 'search_read', [[['ref', '=', 'SUP-2']]], [{ id: 22, ref: 'SUP-2' }]),
    bill(5, 'KF-2', 22, 31),
    call(6, 'res.partner', 'search_read', [[['ref', '=', 'SUP-3']]], [{ id: 23, ref: 'SUP-3' }]),
    call(7, 'account.account', 'search_read', [[['code', '=', '4000']]], [{ id: 32, code: '4000' }]),
    bill(8, 'KF-3', 23, 32),
  ]
  const { product, rows } = discover(traffic, { wires, urls: [], invoices: [] })
  expect(product).toMatchObject({ product: 'odoo', schemaSource: 'odoo-fields-get' })
  expect(rows.map(({ resource, field, list }) => [resource, field, list])).toEqual([
    ['account.move', 'ref', undefined],
    ['account.move', 'partner_id', 'res.partner'],
    ['account.move.invoice_line_ids', 'account_id', 'account.account'],
  ])
})

test.each([
  ['/sap/opu/odata/sap/API_SUPPLIERINVOICE_PROCESS_SRV/A_SupplierInvoice', 's4hana', 'odata-edmx'],
  ['/v2.0/production/api/v2.0/companies(1)/purchaseInvoices', 'business-central', 'odata-edmx'],
  ['/data/VendorInvoiceHeaders', 'finance-and-operations', 'odata-edmx'],
  ['/entity/Default/24.200.001/Bill', 'acumatica', 'acumatica-endpoint'],
  ['/services/rest/record/v1/vendorBill', 'netsuite', 'openapi'],
  ['/fscmRestApi/resources/11.13.18.05/invoices', 'oracle-fusion', 'oracle-describe'],
  ['/api.xro/2.0/Invoices', 'xero', 'openapi'],
  ['/v3/company/4620816365/bill', 'quickbooks-online', 'json-schema'],
  ['/api/resource/Purchase%20Invoice', 'erpnext', 'frappe-doctype'],
  ['/v1/bills', undefined, undefined],
])('%s is %s', (path, product, schemaSource) => {
  const traffic = posted([{ no: 'KF-1' }, { no: 'KF-2' }], (invoice) => invoice).map((each) => ({
    ...each,
    request: { ...each.request, path },
  }))
  const found = discover(traffic, { wires, urls: [], invoices: [] }).product
  expect([found.product, found.schemaSource]).toEqual([product, schemaSource])
})

test.each([
  [
    'runs half an hour apart',
    ['06:00', '06:01', '06:30', '06:31', '07:00', '07:30'],
    'about every 30 minutes between 06:00 and 07:30 UTC',
  ],
  ['one run', ['06:00', '06:01', '06:02'], undefined],
])('schedule: %s', (_, times, schedule) => {
  expect(scheduleOf(times.map((time) => `2026-10-05T${time}:00Z`))).toBe(schedule)
})

test.each([
  [{ authorization: 'Bearer eyJh' }, 'Bearer in the header authorization'],
  [{ 'x-api-key': 'k-1' }, 'key in the header x-api-key'],
  [{ cookie: 'sid=1' }, 'session cookie'],
  [{}, undefined],
])('log-in of %j', (headers, auth) => {
  const traffic = posted([{ no: 'KF-1' }], (invoice) => invoice).map((each) => ({
    ...each,
    request: { ...each.request, headers },
  }))
  expect(authOf(traffic)).toBe(auth)
})

test('traffic that creates nothing, or is in no known protocol, is refused', () => {
  const read: Interaction = {
    seq: 1,
    request: { method: 'GET', path: '/v1/bills', query: '', headers: {} },
    response: { status: 200, headers: {}, body: { json: [] } },
    durationMs: 1,
  }
  expect(() => discover([read], { wires, urls: [], invoices: [] })).toThrow('creates no document')
  const page: Interaction = { ...read, response: { status: 200, headers: {}, body: { text: '<html>' } } }
  expect(() => discover([page], { wires, urls: [], invoices: [] })).toThrow('in no protocol that is known')
})

test('what stands in the traffic cannot write YAML or Markdown into the drafts', () => {
  const evil = '\n  - { from: /evil }\u2028x: | [a](javascript:1) <script>'
  const traffic = posted([{ no: `KF-1${evil}` }, { no: `KF-2${evil}` }, { no: `KF-3${evil}` }], (invoice) => ({
    ...invoice,
    [`f${evil}`]: String(invoice.no),
  }))
  const draft = draftOf(discover(traffic, { wires, urls: [], invoices: [] }), { id: 'x-ap', from: `a${evil}.har` })
  for (const [name, text] of Object.entries(draft)) {
    expect(
      text.split('\n').filter((line) => /^\s*(- \{ from: \/evil|x:)/.test(line)),
      name,
    ).toEqual([])
  }
  expect(draft['questions.md']).not.toMatch(/(?<!\\)<script/)
})
