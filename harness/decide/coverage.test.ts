import { expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import type { Coverage } from '../model/assessment.ts'
import type { ListedValue } from '../model/snapshot.ts'
import type { InvoiceFacts, Operation } from '../ports/erp.ts'
import type { InvoiceObservation, OperationObservation } from '../ports/observation.ts'
import { type Covered, coverageOf, Exercised } from './coverage.ts'

const FACTS: InvoiceFacts = {
  supplier: 'S-104',
  reference: 'RE-2026-0815',
  type: 'invoice',
  date: '2026-10-14',
  currency: 'EUR',
  entity: 'Halden',
  net: '200.00',
  tax: '50.00',
  gross: '250.00',
  state: 'posted',
  number: '1',
  period: '2026-10',
  lines: 1,
  accounts: ['5100'],
}

const value = (code: string, fields: Record<string, Json> = {}, active = true): ListedValue => ({
  id: code,
  code,
  active,
  fields,
})

const CREATE: Operation = {
  kind: 'create',
  name: 'invoice.create',
  resource: 'invoice',
  references: [],
  sends: [
    { pointer: '/reference', resource: 'invoice', field: 'reference', value: 'RE-2026-0815' },
    { pointer: '/comment', resource: 'invoice', field: 'comment', value: '' },
  ],
  reads: [],
  filters: [],
}

const ACCEPTED: OperationObservation = {
  seq: 1,
  operation: CREATE,
  recorded: { state: 'accepted', result: null },
  replayed: { state: 'accepted', result: null },
}

function exercisedBy(invoices: readonly InvoiceObservation[]): Exercised {
  const exercised = new Exercised()
  for (const invoice of invoices) exercised.addInvoice(invoice)
  return exercised
}

function coverage(over: Partial<Covered> = {}): Coverage {
  return coverageOf({
    mapping: {
      fields: [
        { from: '/reference', to: { resource: 'invoice', field: 'reference' }, direction: 'send', required: true },
        { from: '/comment', to: { resource: 'invoice', field: 'comment' }, direction: 'send', required: false },
        { from: '/gross', to: { resource: 'invoice', field: 'total' }, direction: 'read', required: false },
        {
          from: '/lines/*/account',
          to: { resource: 'line', field: 'account' },
          direction: 'send',
          list: 'account',
          required: true,
        },
        {
          from: '/lines/*/department',
          to: { resource: 'line', field: 'cost' },
          direction: 'send',
          list: 'dimension',
          required: true,
        },
      ],
    },
    dimensions: [{ id: 'department', title: 'Department', resource: 'dimension', root: 'DEPT' }],
    values: {
      account: [value('5100', { name: 'Office supplies' }), value('5200', { name: 'IT' }), value('5300', {}, false)],
      dimension: [value('D10', { root: 'DEPT' }), value('P100', { root: 'PROJ' })],
    },
    exercised: exercisedBy([
      {
        key: 'S-104 RE-2026-0815',
        supplier: 'S-104',
        reference: 'RE-2026-0815',
        sent: {},
        operations: [ACCEPTED],
        stages: [],
      },
    ]),
    facts: [FACTS],
    usersOf: (resource, code) => new Set(resource === 'account' && code === '5100' ? ['S-104 RE-2026-0815'] : []),
    ...over,
  })
}

const told = (all: Coverage, area: string) => all.find((entry) => entry.area === area)

test('a field that was sent empty, or never read, is not exercised, and the invoice to add is named', () => {
  expect(told(coverage(), 'mapped fields')).toEqual({
    area: 'mapped fields',
    exercised: 1,
    of: 5,
    missing: [
      { what: '/comment → invoice comment', add: 'an invoice with comment' },
      { what: '/gross ← invoice total', add: 'an export that reads back gross' },
      { what: '/lines/*/account → line account', add: 'an invoice with account' },
      { what: '/lines/*/department → line cost', add: 'an invoice with department' },
    ],
  })
})

test('active values that no invoice names are not exercised; a blocked one need not be', () => {
  expect(told(coverage(), 'values of account')).toEqual({
    area: 'values of account',
    exercised: 1,
    of: 2,
    missing: [{ what: '5200 IT', add: 'an invoice with account 5200 IT' }],
  })
})

test('a list of several dimensions is counted by dimension', () => {
  expect(told(coverage(), 'values of department')).toEqual({
    area: 'values of department',
    exercised: 0,
    of: 1,
    missing: [{ what: 'D10', add: 'an invoice with department D10' }],
  })
})

test('kinds of document and of operation', () => {
  const all = coverage()
  expect(told(all, 'document types')?.missing.map(({ what }) => what)).toEqual([
    'credit note',
    'several lines',
    'no tax',
  ])
  expect(told(all, 'operations')?.missing.map(({ what }) => what)).toEqual([
    'look-up of master data',
    'search for the invoice',
    'transition',
    'reading back',
    'removal',
    'answer to a warning',
    'refusal',
    'warning',
    'document found',
  ])
})

test('a recording without invoices exercises nothing', () => {
  const all = coverage({ exercised: exercisedBy([]), facts: [], usersOf: () => new Set() })
  expect(all.every(({ exercised }) => exercised === 0)).toBe(true)
})
