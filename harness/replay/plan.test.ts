import { describe, expect, test } from 'vitest'
import { isJsonNumber, type Json, jsonNumber, parseJson, writeJson } from '../base/json.ts'
import { valueAt } from '../base/pointer.ts'
import { PlanOperation } from '../model/plan.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { FieldUse, ListedBy, Operation, Reference } from '../ports/erp.ts'
import { type PlanContext, type PlanEffect, planned, redirected, withPlan } from './plan.ts'

const LINE = 'bill.lines'
const BODY = parseJson(
  '{"bill":{"reference":"KB-2201","kind":1,"supplier":17,"department":"D10","lines":[' +
    '{"department":"D10","account":"100-6200-D10","amount":100.10},{"department":"D20","account":"100-6540-D20","amount":7}]}}',
)
const NAMES: Readonly<Record<string, string>> = { 'suppliers 17': 'S-1001' }

function use(pointer: string, resource: string, over: Partial<FieldUse> = {}): FieldUse {
  const value = valueAt(BODY, pointer)
  const field = pointer.slice(pointer.lastIndexOf('/') + 1)
  return { pointer, resource, field, ...(value === undefined ? {} : { value }), ...over }
}

const references: readonly Reference[] = [{ pointer: '/bill/supplier', resource: 'suppliers', id: '17' }]
const OPERATION: Operation = {
  kind: 'create',
  name: 'bill.create',
  resource: 'bill',
  references,
  sends: [
    ...['reference', 'kind', 'supplier', 'department'].map((field) => use(`/bill/${field}`, 'bill')),
    ...[0, 1].flatMap((line) =>
      ['department', 'account', 'amount'].map((field) => use(`/bill/lines/${line}/${field}`, LINE)),
    ),
  ],
  codes: [0, 1].map((line) => ({
    pointer: `/bill/lines/${line}/department`,
    resource: 'departments',
    code: `D${line + 1}0`,
  })),
  reads: [use('/fields/0', LINE, { field: 'department', named: '/fields/0' })],
  filters: [{ pointer: 'query:department', resource: 'departments', field: 'department', value: 'D10' }],
}

const LISTS: Readonly<Record<string, ListedBy>> = {
  [`${LINE} fund`]: { list: 'funds', by: 'id' },
  [`${LINE} costCenter`]: { list: 'costCenters', by: 'code' },
}

const CONTEXT: PlanContext = {
  nameOf: (resource, id) => NAMES[`${resource} ${id}`],
  listOf: (resource, field) => LISTS[`${resource} ${field}`],
  after: '',
  path: '/v1/bills',
}

const REQUEST: RecordedRequest = {
  method: 'POST',
  path: '/v1/bills',
  query: '?department=D10',
  headers: {},
  body: { json: BODY },
}

function sentBy(plan: readonly PlanOperation[]): { bill: string; query: string; effects: readonly PlanEffect[] } {
  const change = planned(OPERATION, plan, CONTEXT)
  const request = withPlan(REQUEST, change, ({ resource, code }) =>
    resource === 'funds' ? jsonNumber(code.slice(1)) : null,
  )
  if (typeof request === 'string') throw new Error(request)
  const { body } = request
  const bill = body !== undefined && 'json' in body ? valueAt(body.json, '/bill') : undefined
  return { bill: writeJson(bill ?? null), query: request.query, effects: change.effects }
}

/** What a plan leaves of the lines, as the ERP is sent them. */
function lines(...plan: readonly unknown[]): string {
  const { bill } = sentBy(plan.map((step) => PlanOperation.parse(step)))
  return writeJson(valueAt(parseJson(bill), '/lines') ?? null)
}

const A = '"account":"100-6200-D10","amount":100.10'
const B = '"account":"100-6540-D20","amount":7'
const segment = (over: Record<string, unknown>) => ({
  'add-segment': {
    ...{ resource: LINE, field: 'account', of: ['company', 'account', 'department'], separator: '-', segment: 'fund' },
    ...over,
  },
})

test.each<[string, readonly unknown[], string]>([
  ['no plan changes nothing', [], `[{"department":"D10",${A}},{"department":"D20",${B}}]`],
  [
    'a field that is dropped is not sent',
    [{ 'drop-field': { resource: LINE, field: 'department', direction: 'send' } }],
    `[{${A}},{${B}}]`,
  ],
  [
    'a field has another name, in its record and no other',
    [{ 'rename-field': { resource: LINE, field: 'department', to: 'costCenter' } }],
    `[{${A},"costCenter":"D10"},{${B},"costCenter":"D20"}]`,
  ],
  [
    'a value table maps, and two values may become one',
    [{ 'map-value': { resource: LINE, field: 'department', values: { D10: 'CC1', D20: 'CC1' } } }],
    `[{"department":"CC1",${A}},{"department":"CC1",${B}}]`,
  ],
  [
    'operations follow one another: the second sees the name that the first gave',
    [
      { 'rename-field': { resource: LINE, field: 'department', to: 'costCenter' } },
      { 'map-value': { resource: LINE, field: 'costCenter', values: { D10: 'CC1', D20: 'CC2' } } },
    ],
    `[{${A},"costCenter":"CC1"},{${B},"costCenter":"CC2"}]`,
  ],
  [
    'one value for every line',
    [{ 'add-field': { resource: LINE, field: 'project', value: 'P0' } }],
    `[{"department":"D10",${A},"project":"P0"},{"department":"D20",${B},"project":"P0"}]`,
  ],
  [
    'a listed value is sent by its id in the target, by the rule of another field',
    [
      {
        'add-field': {
          resource: LINE,
          field: 'fund',
          by: { field: 'department', values: { D10: 'F7' }, others: 'F9' },
        },
      },
    ],
    `[{"department":"D10",${A},"fund":7},{"department":"D20",${B},"fund":9}]`,
  ],
  [
    'a rule may go by a value that an earlier operation has mapped',
    [
      { 'map-value': { resource: LINE, field: 'department', values: { D10: 'N', D20: 'S' } } },
      {
        'add-field': {
          resource: LINE,
          field: 'region',
          by: { field: 'department', values: { N: 'north', S: 'south' } },
        },
      },
    ],
    `[{"department":"N",${A},"region":"north"},{"department":"S",${B},"region":"south"}]`,
  ],
  [
    'a segment at the end, the same for all',
    [segment({ after: 'department', value: 'F1' })],
    '[{"department":"D10","account":"100-6200-D10-F1","amount":100.10},{"department":"D20","account":"100-6540-D20-F1","amount":7}]',
  ],
  [
    'a segment at the front, by another segment',
    [segment({ by: { segment: 'account', values: { 6200: 'X' }, others: 'Y' } })],
    '[{"department":"D10","account":"X-100-6200-D10","amount":100.10},{"department":"D20","account":"Y-100-6540-D20","amount":7}]',
  ],
  [
    'a field of the head goes to every line',
    [
      { 'drop-field': { resource: LINE, field: 'department', direction: 'send' } },
      { 'move-field': { resource: 'bill', field: 'department', to: { resource: LINE, field: 'costCenter' } } },
    ],
    `[{${A},"costCenter":"D10"},{${B},"costCenter":"D10"}]`,
  ],
])('%s', (_, plan, expected) => {
  expect(lines(...plan)).toBe(expected)
})

test('a field of the lines goes to the head where they agree', () => {
  const plan = [
    { 'map-value': { resource: LINE, field: 'department', values: { D10: 'D1', D20: 'D1' } } },
    { 'drop-field': { resource: 'bill', field: 'department', direction: 'send' } },
    { 'move-field': { resource: LINE, field: 'department', to: { resource: 'bill', field: 'department' } } },
  ].map((step) => PlanOperation.parse(step))
  expect(valueAt(parseJson(sentBy(plan).bill), '/department')).toBe('D1')
})

test('a listed value that is named by its id is mapped by its code', () => {
  const change = planned(
    OPERATION,
    [{ 'map-value': { resource: 'bill', field: 'supplier', values: { 'S-1001': 'S-2001' } } }],
    CONTEXT,
  )
  expect([...change.names]).toEqual([['/bill/supplier', 'S-2001']])
  expect(change.listed).toContainEqual({ pointer: '/bill/supplier', resource: 'suppliers', code: 'S-2001' })
})

test('what a renamed field names stays a listed value, under its new place', () => {
  const change = planned(
    OPERATION,
    [
      { 'rename-field': { resource: LINE, field: 'department', to: 'costCenter' } },
      { 'map-value': { resource: LINE, field: 'costCenter', values: { D10: 'CC1' }, others: 'keep' } },
    ],
    CONTEXT,
  )
  expect(change.listed.filter(({ resource }) => resource === 'departments')).toEqual([
    { pointer: '/bill/lines/0/costCenter', resource: 'departments', code: 'CC1' },
    { pointer: '/bill/lines/1/costCenter', resource: 'departments', code: 'D20' },
  ])
})

test('searches, names in lists and paths change with the plan', () => {
  const plan: readonly PlanOperation[] = [
    { 'rename-field': { resource: 'departments', field: 'department', to: 'costCenter' } },
    { 'map-value': { resource: 'departments', field: 'costCenter', values: { D10: 'CC1' } } },
    { 'rename-field': { resource: LINE, field: 'department', to: 'costCenter' } },
    { 'change-endpoint': { from: '/v1/', to: '/v2/' } },
  ]
  expect(sentBy(plan).query).toBe('?costCenter=CC1')
  expect(planned(OPERATION, plan, CONTEXT).edits.places.get('/fields/0')).toBe('costCenter')
  expect(redirected('/v1/bills/17', plan)).toBe('/v2/bills/17')
  expect(redirected('/v10/bills', plan)).toBe('/v10/bills')
})

test('a field is no longer read once a document has got so far', () => {
  const plan: readonly PlanOperation[] = [
    { 'drop-field': { resource: LINE, field: 'department', direction: 'read', after: 'create' } },
  ]
  const [before, then] = ['', 'create'].map((after) => planned(OPERATION, plan, { ...CONTEXT, after }))
  expect([before?.operation.reads.length, then?.operation.reads.length]).toEqual([1, 0])
  expect(then?.edits.places.has('/fields/0')).toBe(true)
})

test('a listed value that the target does not have is told and not sent', () => {
  const change = planned(OPERATION, [{ 'add-field': { resource: LINE, field: 'fund', value: 'F7' } }], CONTEXT)
  expect(withPlan(REQUEST, change, () => undefined)).toBe('funds "F7" was not found in the target')
})

test('numbers stay numbers, and may become texts', () => {
  const kind = (to: string) => {
    const { bill } = sentBy([{ 'map-value': { resource: 'bill', field: 'kind', values: { 1: to } } }])
    return valueAt(parseJson(bill), '/kind')
  }
  expect(isJsonNumber(kind('2'))).toBe(true)
  expect(kind('in')).toBe('in')
})

describe('what a plan does not do is told', () => {
  const SEEN = { seen: true, changed: true, missing: [] }
  test.each<[string, unknown, PlanEffect]>([
    [
      'a field that nobody sends',
      { 'drop-field': { resource: LINE, field: 'dep', direction: 'send' } },
      { seen: false, changed: false, missing: [] },
    ],
    [
      'a field of another record',
      { 'rename-field': { resource: 'bill', field: 'account', to: 'x' } },
      { seen: false, changed: false, missing: [] },
    ],
    [
      'a table that maps everything to itself',
      { 'map-value': { resource: LINE, field: 'department', values: { D10: 'D10', D20: 'D20' } } },
      { seen: true, changed: false, missing: [] },
    ],
    [
      'a table without a value that is sent',
      { 'map-value': { resource: LINE, field: 'department', values: { D10: 'CC1' } } },
      { ...SEEN, missing: ['D20'] },
    ],
    [
      'a value called like a member of every object',
      { 'map-value': { resource: LINE, field: 'department', values: { toString: 'x' } } },
      { seen: true, changed: false, missing: ['D10', 'D20'] },
    ],
    [
      'a table that says that others stay',
      { 'map-value': { resource: LINE, field: 'department', values: { D10: 'CC1' }, others: 'keep' } },
      SEEN,
    ],
    [
      'a field that is sent already',
      { 'add-field': { resource: LINE, field: 'department', value: 'D1' } },
      { seen: true, changed: false, missing: [] },
    ],
    [
      'a rule without a value',
      { 'add-field': { resource: LINE, field: 'fund', by: { field: 'department', values: { D20: 'F1' } } } },
      { ...SEEN, missing: ['D10 in department'] },
    ],
    [
      'a rule by a field that is not sent',
      { 'add-field': { resource: LINE, field: 'fund', by: { field: 'region', values: { N: 'F1' } } } },
      { seen: true, changed: false, missing: ['nothing in region', 'nothing in region'] },
    ],
    [
      'a combination of other segments',
      segment({ of: ['company', 'account'], after: 'account', value: 'F1' }),
      {
        seen: true,
        changed: false,
        missing: [
          '100-6200-D10, which is not made of company-account',
          '100-6540-D20, which is not made of company-account',
        ],
      },
    ],
    [
      'a rule without a segment',
      segment({ by: { segment: 'account', values: { 6200: 'X' } } }),
      { ...SEEN, missing: ['6540 in account'] },
    ],
    [
      'lines that do not agree',
      { 'move-field': { resource: LINE, field: 'department', to: { resource: 'bill', field: 'x' } } },
      { seen: true, changed: false, missing: ['D10 and D20, of which one record can hold only one'] },
    ],
    [
      'a path that nothing is sent to',
      { 'change-endpoint': { from: '/v3/', to: '/v4/' } },
      { seen: false, changed: false, missing: [] },
    ],
  ])('%s', (_, step, effect) => {
    expect(sentBy([PlanOperation.parse(step)]).effects).toEqual([effect])
  })
})

test.each<[string, unknown]>([
  ['neither a value nor a rule', { 'add-field': { resource: LINE, field: 'fund' } }],
  [
    'a value and a rule',
    { 'add-field': { resource: LINE, field: 'fund', value: 'F1', by: { field: 'a', values: {} } } },
  ],
  ['a table without a value', { 'map-value': { resource: LINE, field: 'fund', values: {} } }],
  ['a segment behind one that is not there', segment({ after: 'region', value: 'F1' })],
  ['a segment that is there already', segment({ segment: 'account', value: 'F1' })],
  [
    'a move that stays where it is',
    { 'move-field': { resource: LINE, field: 'a', to: { resource: LINE, field: 'b' } } },
  ],
  ['a path without its slash', { 'change-endpoint': { from: 'v1', to: '/v2' } }],
])('refused: %s', (_, step) => {
  expect(PlanOperation.safeParse(step).success).toBe(false)
})

test('what was recorded is not changed', () => {
  const before = writeJson(BODY)
  lines({ 'rename-field': { resource: LINE, field: 'department', to: 'costCenter' } })
  const left: Json = BODY
  expect(writeJson(left)).toBe(before)
})
