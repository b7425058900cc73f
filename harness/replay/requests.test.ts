import { describe, expect, test } from 'vitest'
import { jsonNumber, writeJson } from '../base/json.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { Reference } from '../ports/erp.ts'
import { withIds } from './requests.ts'

const PLAIN: RecordedRequest = { method: 'POST', path: '/', query: '', headers: {} }

const reference = (pointer: string, id: string, resource = 'invoice'): Reference => ({ resource, id, pointer })

function written(request: RecordedRequest | string): string {
  if (typeof request === 'string') return request
  const { path, query, headers, body } = request
  const text =
    body === undefined ? '' : 'json' in body ? writeJson(body.json) : 'text' in body ? body.text : body.base64
  return [path + query, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), text].join(' ').trim()
}

describe('the id of the target stands where the recorded one stood', () => {
  test.each([
    {
      name: 'in a segment of a path',
      request: { ...PLAIN, path: '/api/invoices/17/lines/17' },
      references: [[reference('path:2', '17'), '904']],
      becomes: '/api/invoices/904/lines/17',
    },
    {
      name: 'in an OData key',
      request: { ...PLAIN, path: '/odata/Invoices(17)/Lines' },
      references: [[reference('path:1', '17'), '904']],
      becomes: '/odata/Invoices(904)/Lines',
    },
    {
      name: 'in a composite OData key, both parts of it',
      request: { ...PLAIN, path: "/odata/Vouchers(Company='DK01',Number='A-17')" },
      references: [
        [reference('path:1', 'DK01', 'company'), 'DK07'],
        [reference('path:1', 'A-17'), 'B-9'],
      ],
      becomes: "/odata/Vouchers(Company='DK07',Number='B-9')",
    },
    {
      name: 'in a filter of a query, and not in a longer number',
      request: { ...PLAIN, path: '/Invoices', query: '?$filter=VendorId%20eq%2017%20and%20Total%20gt%20117&$top=17' },
      references: [[reference('query:$filter', '17', 'supplier'), '2044']],
      becomes: '/Invoices?$filter=VendorId%20eq%202044%20and%20Total%20gt%20117&$top=17',
    },
    {
      name: 'in one of several values of one name',
      request: { ...PLAIN, path: '/i', query: '?id=17&id=18' },
      references: [
        [reference('query:id', '17'), '18'],
        [reference('query:id', '18'), '19'],
      ],
      becomes: '/i?id=18&id=19',
    },
    {
      name: 'in a header',
      request: { ...PLAIN, headers: { 'x-company': 'DK01', 'if-match': 'W/"17-3"' } },
      references: [[reference('header:x-company', 'DK01', 'company'), 'DK07']],
      becomes: '/ x-company: DK07 if-match: W/"17-3"',
    },
    {
      name: 'in a form',
      request: { ...PLAIN, body: { text: 'vendor=17&total=17' } },
      references: [[reference('form:vendor', '17', 'supplier'), '2044']],
      becomes: '/ vendor=2044&total=17',
    },
    {
      name: 'in a JSON body, as number and inside a text',
      request: {
        ...PLAIN,
        body: { json: { party: jsonNumber(17), origin: 'invoice,17', total: jsonNumber('17.00') } },
      },
      references: [
        [reference('/party', '17', 'supplier'), '2044'],
        [reference('/origin', '17'), '904'],
      ],
      becomes: '/ {"party":2044,"origin":"invoice,904","total":17.00}',
    },
    {
      name: 'in the parameters of a JSON-RPC call, at every index',
      request: { ...PLAIN, body: { json: { method: 'read', params: [[jsonNumber(1), jsonNumber(2)], ['state']] } } },
      references: [
        [reference('/params/0/0', '1'), '2'],
        [reference('/params/0/1', '2'), '5'],
      ],
      becomes: '/ {"method":"read","params":[[2,5],["state"]]}',
    },
    {
      name: 'for an id that is more than 2^53',
      request: { ...PLAIN, body: { json: { id: jsonNumber('9007199254740993') } } },
      references: [[reference('/id', '9007199254740993'), '9007199254740995']],
      becomes: '/ {"id":9007199254740995}',
    },
  ] as const)('$name', ({ request, references, becomes }) => {
    const rewritings = references.map(([each, id]) => ({ reference: each, id }))
    expect(written(withIds(request, rewritings))).toBe(becomes)
  })
})

describe('what cannot be rewritten is refused and never sent as recorded', () => {
  test.each([
    {
      name: 'one id in one place that stands for two records',
      request: { ...PLAIN, query: '?$filter=VendorId eq 17 or InvoiceId eq 17' },
      references: [
        [reference('query:$filter', '17', 'supplier'), '2044'],
        [reference('query:$filter', '17'), '904'],
      ],
      because: /17 is ambiguous: it is supplier \(2044 in the target\) or invoice \(904 in the target\)/,
    },
    {
      name: 'a path that does not hold it',
      request: { ...PLAIN, path: '/invoices/18' },
      references: [[reference('path:1', '17'), '904']],
      because: /invoice 17 is not at path:1 of the request/,
    },
    {
      name: 'a number that only contains it',
      request: { ...PLAIN, query: '?id=117' },
      references: [[reference('query:id', '17'), '904']],
      because: /invoice 17 is not at query:id of the request/,
    },
    {
      name: 'a body of another form',
      request: { ...PLAIN, body: { text: '<invoice id="17"/>' } },
      references: [[reference('/id', '17'), '904']],
      because: /whose body is no JSON/,
    },
  ] as const)('$name', ({ request, references, because }) => {
    const rewritings = references.map(([each, id]) => ({ reference: each, id }))
    expect(written(withIds(request, rewritings))).toMatch(because)
  })
})
