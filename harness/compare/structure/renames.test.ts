import { describe, expect, it } from 'vitest'
import type { ErpResource, ErpSchema, JsonSchema } from '../../model/schema.ts'
import { structureComparison } from './compare.ts'
import type { FieldValues } from './recorded-values.ts'
import { proposeRenames } from './renames.ts'

const published = (
  resources: Readonly<Record<string, ErpResource>>,
  definitions: Readonly<Record<string, JsonSchema>> = {},
): ErpSchema => ({
  format: 'erp-change-gate/schema',
  version: 1,
  source: { kind: 'openapi', inferred: false, undeclared: 'refused' },
  resources,
  definitions,
})

const TEXT = { type: 'string' }
const texts = (...fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, TEXT]))
const record = (...fields: readonly string[]): JsonSchema => ({ type: 'object', properties: texts(...fields) })
const both = (...fields: readonly string[]): ErpResource => ({ send: record(...fields), read: record(...fields) })
const read = (...fields: readonly string[]): ErpResource => ({ read: record(...fields) })

function proposed(old: ErpSchema, next: ErpSchema, values?: FieldValues): readonly string[] {
  return proposeRenames(structureComparison(old, next), values).map(
    ({ kind, resource, direction, from, to }) => `${kind} ${resource} ${direction}: ${from} → ${to}`,
  )
}

const CODED = ['id', 'code', 'displayName', 'lastModified'] as const
const BILL = ['number', 'supplier', 'dueDate', 'currency', 'gross', 'terms', 'memo', 'lines', 'period'] as const

describe('resources that may have another name', () => {
  type Resources = Readonly<Record<string, ErpResource>>
  const rows: readonly (readonly [string, Resources, Resources, readonly string[]])[] = [
    [
      'a plural that became a singular, in both directions',
      { paymentTerms: both(...CODED) },
      { paymentTerm: both(...CODED) },
      [
        'resource paymentTerms read: paymentTerms → paymentTerm',
        'resource paymentTerms send: paymentTerms → paymentTerm',
      ],
    ],
    [
      'several that are made the same are told apart by their names',
      { paymentTerms: read(...CODED), taxGroups: read(...CODED), itemCategories: read(...CODED) },
      { itemCategory: read(...CODED), paymentTerm: read(...CODED), taxGroup: read(...CODED), location: read(...CODED) },
      [
        'resource itemCategories read: itemCategories → itemCategory',
        'resource paymentTerms read: paymentTerms → paymentTerm',
        'resource taxGroups read: taxGroups → taxGroup',
      ],
    ],
    [
      'quite another name for a record that is made the same',
      { bill: read(...BILL) },
      { purchaseInvoice: read(...BILL) },
      ['resource bill read: bill → purchaseInvoice'],
    ],
    [
      'an operation of the next release of the API, with its parameters',
      { 'GET /v1/bills/{id}': read(...BILL), 'GET /v1/bills/{id} (parameters)': { send: record('path: id') } },
      { 'GET /v2/bills/{billId}': read(...BILL), 'GET /v2/bills/{billId} (parameters)': { send: record('path: id') } },
      [
        'resource GET /v1/bills/{id} read: GET /v1/bills/{id} → GET /v2/bills/{billId}',
        'resource GET /v1/bills/{id} (parameters) send: GET /v1/bills/{id} (parameters) → GET /v2/bills/{billId} (parameters)',
      ],
    ],
    [
      'an action that lost the end of its name, below the same path',
      { 'POST /Bill/ReleaseBillMenuAction': { send: record('entity', 'parameters') } },
      { 'POST /Bill/ReleaseBill': { send: record('entity', 'parameters') } },
      ['resource POST /Bill/ReleaseBillMenuAction send: POST /Bill/ReleaseBillMenuAction → POST /Bill/ReleaseBill'],
    ],
    ['nothing in common', { taxGroups: read('rate', 'region') }, { location: read('street', 'city') }, []],
    ['the name and not one field', { bill: read('number', 'gross') }, { bills: read('page', 'rows') }, []],
    ['a few fields that every list has', { taxGroups: read(...CODED) }, { location: read(...CODED) }, []],
    [
      'two that are as good as each other',
      { bill: read(...BILL) },
      { purchaseBill: read(...BILL), supplierBill: read(...BILL) },
      [],
    ],
    [
      'two old ones for one new one',
      { salesTerms: read(...CODED, 'days'), salesTerm: read(...CODED, 'days') },
      { salesTermses: read(...CODED, 'days') },
      [],
    ],
    [
      'another thing below the same path',
      { 'GET /quotes/{id}/pdf': read('url', 'size') },
      { 'GET /quotes/{id}/lines': read('number', 'gross') },
      [],
    ],
    [
      'the list and the entry of it',
      { 'GET /bills': read(...BILL.slice(0, 4)) },
      { 'GET /bills/{id}/history': read(...BILL.slice(4)) },
      [],
    ],
    [
      'one that only can be sent and one that only can be read',
      { terms: { send: record(...BILL) } },
      { term: read(...BILL) },
      [],
    ],
    [
      'an operation that only lost its parameters',
      { 'GET /bills': read(...BILL), 'GET /bills (parameters)': { send: record('page', 'size') } },
      { 'GET /bills': read(...BILL), 'GET /bill (parameters)': { send: record('page', 'size') } },
      [],
    ],
  ]
  it.each(rows)('%s', (_name, old, next, expected) => {
    expect(proposed(published(old), published(next))).toEqual(expected)
  })

  it('takes the values of recorded invoices for the best evidence', () => {
    const old = published({ dim1: read('code', 'title') })
    const next = published({ costCenters: read('code', 'title'), regions: read('code', 'title') })
    const values: Readonly<Record<string, readonly string[]>> = {
      'old dim1/code': ['"D10"', '"D20"'],
      'new costCenters/code': ['"D10"', '"D20"'],
      'new regions/code': ['"N"', '"S"'],
    }
    expect(proposed(old, next)).toEqual([])
    expect(proposed(old, next, (side, resource, pointer) => values[`${side} ${resource}${pointer}`])).toEqual([
      'resource dim1 read: dim1 → costCenters',
    ])
  })
})

describe('fields behind a reference that may have another name', () => {
  const PAGE = { type: 'object', properties: { page: { type: 'integer' }, pageSize: { type: 'integer' }, rows: TEXT } }
  const SPOKEN = { ...PAGE, description: 'Pagination information' }
  const PAGINATION = {
    type: 'object',
    properties: { Page: { type: 'integer' }, page_size: { type: 'integer' }, items: TEXT },
  }
  const ref = (name: string) => ({ $ref: `#/definitions/${name}` })
  const bills = (properties: Readonly<Record<string, JsonSchema>>, definitions: Readonly<Record<string, JsonSchema>>) =>
    published({ bills: { read: { type: 'object', properties } } }, definitions)
  type Side = readonly [Readonly<Record<string, JsonSchema>>, Readonly<Record<string, JsonSchema>>]
  const rows: readonly (readonly [string, Side, Side, readonly string[]])[] = [
    [
      'a record that is spoken of by its new name',
      [{ PageInfo: ref('PageInfo'), Status: TEXT }, { PageInfo: SPOKEN }],
      [{ pagination: ref('Pagination') }, { Pagination: PAGINATION }],
      ['field bills read: /PageInfo → /pagination'],
    ],
    [
      'a record that may be null now',
      [{ paging: ref('Page') }, { Page: PAGE }],
      [{ pagings: { anyOf: [ref('Paging'), { type: 'null' }] } }, { Paging: PAGINATION }],
      ['field bills read: /paging → /pagings'],
    ],
    [
      'a list of records',
      [{ billLines: { type: 'array', items: ref('Line') } }, { Line: record('account', 'gross', 'memo') }],
      [{ bill_lines: { type: 'array', items: ref('BillLine') } }, { BillLine: record('account', 'gross', 'tax') }],
      ['field bills read: /billLines → /bill_lines'],
    ],
    [
      'records that have nothing in common, whatever they are called',
      [{ paging: ref('Page') }, { Page: SPOKEN }],
      [{ pagings: ref('Terms') }, { Terms: record('days', 'discount') }],
      [],
    ],
    [
      'a record and a text of nearly the same name',
      [{ paging: ref('Page') }, { Page: PAGE }],
      [{ pagings: TEXT }, {}],
      [],
    ],
    [
      'values that all are records of a value',
      [{ carryoverAfter: ref('Text') }, { Text: record('value', 'error') }],
      [{ transferDate: ref('Text') }, { Text: record('value', 'error') }],
      [],
    ],
    [
      'two that are as good as each other',
      [{ paging: ref('Page') }, { Page: PAGE }],
      [{ pagingA: ref('Paging'), pagingB: ref('Paging') }, { Paging: PAGINATION }],
      [],
    ],
  ]
  it.each(rows)('%s', (_name, old, next, expected) => {
    expect(proposed(bills(...old), bills(...next))).toEqual(expected)
  })
})

describe('fields that may stand in another record', () => {
  const bill = (document: readonly string[], line: readonly string[], payee: readonly string[] = []): ErpSchema => {
    const lines = { type: 'array', items: record('gross', ...line) }
    const properties = { ...texts('number', ...document), lines, payee: record('iban', ...payee) }
    return published({ bill: { send: { type: 'object', properties } } })
  }
  const apart = (document: readonly string[], line: readonly string[]): ErpSchema =>
    published({
      bill: { send: record('number', ...document) },
      'bill.lines': { send: record('gross', ...line) },
      billing: { send: record('day', ...line) },
    })
  const rows: readonly (readonly [string, ErpSchema, ErpSchema, readonly string[]])[] = [
    [
      'from the document to its lines',
      bill(['costCenter'], []),
      bill([], ['cost_center']),
      ['field bill send: /costCenter → /lines/*/cost_center'],
    ],
    [
      'from the lines to the document',
      bill([], ['costCenter']),
      bill(['costCenter'], []),
      ['field bill send: /lines/*/costCenter → /costCenter'],
    ],
    [
      'to a part of the document that is a resource of its own, and not to another resource',
      apart(['costCenter'], []),
      apart([], ['costCenter']),
      ['move bill send: /costCenter → /costCenter'],
    ],
    [
      'from one part of the document to another one',
      bill([], ['bank'], []),
      bill([], [], ['bank']),
      ['field bill send: /lines/*/bank → /payee/bank'],
    ],
    ['under another name', bill(['costCenter'], []), bill([], ['department']), []],
    ['to two parts alike', bill(['costCenter'], []), bill([], ['costCenter'], ['costCenter']), []],
    [
      'where a field of the same record is the nearer one',
      bill(['costCenter'], []),
      bill(['costCentre'], ['costCenter']),
      ['field bill send: /costCenter → /costCentre'],
    ],
  ]
  it.each(rows)('%s', (_name, old, next, expected) => {
    expect(proposed(old, next)).toEqual(expected)
  })

  it('are no more sure than those that stay in their record', () => {
    const [proposal] = proposeRenames(structureComparison(bill(['costCenter'], []), bill([], ['costCenter'])))
    expect(proposal).toMatchObject({ confidence: 71, toResource: 'bill' })
    expect(proposal?.evidence).toContain('one of the two records is in the other')
  })
})
