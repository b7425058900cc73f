import { describe, expect, test } from 'vitest'
import { FieldMapping } from '../model/mapping.ts'
import type { ErpSchema, JsonSchemaObject } from '../model/schema.ts'
import type { ListedValue } from '../model/snapshot.ts'
import { type Combination, combinationFacts } from './combinations.ts'
import { type MappingContext, mappingFacts } from './mapping.ts'

const KEY = 'S-1001 KB-2201'

function release(line: JsonSchemaObject, required: readonly string[] = []): ErpSchema {
  const record = { type: 'object', properties: line, required: [...required] }
  return {
    format: 'erp-change-gate/schema',
    version: 1,
    source: { kind: 'openapi', inferred: false },
    resources: { 'bill.lines': { send: record, read: record } },
    definitions: {},
  }
}

const LINE = { department: { type: 'string', maxLength: 4 }, amount: { type: 'number' } }
const listed = (code: string, active = true): ListedValue => ({ id: code, code, active, fields: {} })

function facts(rows: readonly unknown[], over: Partial<MappingContext> = {}): readonly string[] {
  const context: MappingContext = {
    baseline: release(LINE),
    candidate: release(LINE),
    values: { departments: [listed('D10'), listed('D20', false)] },
    usersOf: () => new Set([KEY]),
    lackersOf: () => new Set(),
    textsOf: () => new Map([['D10', [KEY]]]),
    ...over,
  }
  return mappingFacts(FieldMapping.parse({ fields: rows }), context).map(
    ({ about, from, found, difference }) =>
      `${about} ${from} ${found} ${difference.pointer} ${difference.invoices.length}`,
  )
}

const to = (field: string, record?: string) => ({
  resource: 'bill.lines',
  field,
  ...(record === undefined ? {} : { record }),
})
const DEPARTMENT = { from: '/lines/*/department', to: to('department'), direction: 'send', list: 'departments' }
const table = (values: Record<string, string>, others?: 'keep') => [
  { 'map-value': { values, ...(others === undefined ? {} : { others }) } },
]

test.each<[string, readonly unknown[], Partial<MappingContext>, readonly string[]]>([
  ['a mapping that fits', [DEPARTMENT], {}, []],
  [
    'a target field that is gone',
    [DEPARTMENT],
    { candidate: release({ amount: LINE.amount }) },
    ['gone /lines/*/department  /department 1'],
  ],
  [
    'a field that is read and gone',
    [{ ...DEPARTMENT, direction: 'read' }],
    { candidate: release({ amount: LINE.amount }) },
    ['gone /lines/*/department  /department 1'],
  ],
  ['a resource of which nothing is published', [{ ...DEPARTMENT, to: { resource: 'bill.notes', field: 'x' } }], {}, []],
  [
    'a field that holds another type',
    [{ ...DEPARTMENT, list: undefined }],
    { candidate: release({ ...LINE, department: { type: 'integer' } }) },
    ['retyped /lines/*/department string → integer /department 1'],
  ],
  [
    'a field that takes more than it did',
    [{ from: '/lines/*/amount', to: to('amount'), direction: 'send' }],
    { baseline: release({ ...LINE, amount: { type: 'integer' } }) },
    [],
  ],
  [
    'the same, where it is read: numbers come that were whole',
    [{ from: '/lines/*/amount', to: to('amount'), direction: 'read' }],
    { baseline: release({ ...LINE, amount: { type: 'integer' } }) },
    ['retyped /lines/*/amount integer → number /amount 1'],
  ],
  [
    'a date that becomes a text with another format',
    [{ ...DEPARTMENT, list: undefined }],
    {
      baseline: release({ department: { type: 'string', format: 'date' } }),
      candidate: release({ department: { type: 'string', format: 'date-time' } }),
    },
    ['retyped /lines/*/department string (date) → string (date-time) /department 1'],
  ],
  [
    'a table with a value that the list does not have, and one that is closed',
    [{ ...DEPARTMENT, transform: table({ A: 'D10', B: 'D20', C: 'D30' }) }],
    { textsOf: () => new Map([['D30', [KEY]]]) },
    ['value-gone /lines/*/department D20 /department 0', 'value-gone /lines/*/department D30 /department 1'],
  ],
  [
    'two tables, one behind the other: only what comes out counts',
    [{ ...DEPARTMENT, transform: ['in words', ...table({ A: 'D30', B: 'D20' }), ...table({ D30: 'D10' }, 'keep')] }],
    {},
    ['value-gone /lines/*/department D20 /department 0'],
  ],
  [
    'a table for a field with fixed values',
    [{ ...DEPARTMENT, list: undefined, transform: table({ A: 'north', B: 'west' }) }],
    { candidate: release({ department: { type: 'string', enum: ['north', 'south'] } }) },
    ['value-gone /lines/*/department west /department 0'],
  ],
  [
    'one value for all that the list does not have',
    [{ to: to('department'), direction: 'send', list: 'departments', transform: [{ 'add-field': { value: 'D99' } }] }],
    {},
    ['value-gone one value for all D99 /department 0'],
  ],
  [
    'a table that makes codes longer than the field',
    [{ ...DEPARTMENT, list: undefined, transform: table({ A: 'D10-1', B: 'D10' }) }],
    { textsOf: () => new Map([['D10-1', [KEY]]]) },
    ['too-long /lines/*/department at most 4 characters /department 1'],
  ],
  [
    'a required field that no row feeds',
    [DEPARTMENT],
    { candidate: release({ ...LINE, fund: { type: 'string' } }, ['fund']), lackersOf: () => new Set([KEY]) },
    ['unmapped one value for all fund /fund 1'],
  ],
  [
    'a required field that has a default',
    [DEPARTMENT],
    {
      candidate: release({ ...LINE, fund: { type: 'string', default: 'F0' } }, ['fund']),
      lackersOf: () => new Set([KEY]),
    },
    [],
  ],
  [
    'a field that was required before, and is not sent',
    [DEPARTMENT],
    { baseline: release(LINE, ['amount']), candidate: release(LINE, ['amount']), lackersOf: () => new Set([KEY]) },
    [],
  ],
  [
    'a required field that every record has, though no row feeds it',
    [DEPARTMENT],
    { candidate: release(LINE, ['amount']) },
    [],
  ],
  [
    'two sources for one field',
    [DEPARTMENT, { ...DEPARTMENT, from: '/lines/*/project' }],
    {},
    ['twice /lines/*/department /lines/*/project /department 1'],
  ],
  [
    'two sources for two records of one resource',
    [
      { ...DEPARTMENT, to: to('department', 'DEPT') },
      { ...DEPARTMENT, to: to('department', 'PROJ'), from: '/lines/*/project' },
    ],
    {},
    [],
  ],
  [
    'one source that is sent and another that is read',
    [DEPARTMENT, { ...DEPARTMENT, from: '/back', direction: 'read' }],
    {},
    [],
  ],
])('%s', (_, rows, over, expected) => {
  expect(facts(rows, over)).toEqual(expected)
})

describe('combinations', () => {
  const GL = { list: 'accounts', separator: '-', segments: ['company', 'account', 'department'] }
  const BEFORE = ['100-6200-D10', '100-6540-D20', '100-9999-D10']
  const now = (...codes: string[]) => codes.map((code) => listed(code))
  const line = (...codes: string[]): Combination => ({
    parts: codes.map((code, index) => ({
      list: index === 0 ? 'accounts' : 'projects',
      resource: 'bill.lines',
      field: index === 0 ? 'account' : 'project',
      code,
    })),
    invoices: [KEY],
  })
  const found = (candidate: readonly ListedValue[], combination: Combination, recorded = true) =>
    combinationFacts([combination], {
      baseline: { accounts: now(...BEFORE), projects: [listed('P1'), listed('P2', false)] },
      candidate: { accounts: candidate, projects: [listed('P1'), listed('P2', false)] },
      wasRecorded: () => recorded,
      gl: GL,
    }).map(({ about, segment, value, difference }) => `${about} ${segment} ${value} in ${difference.sent}`)

  test.each<[string, readonly string[], Combination, readonly string[]]>([
    ['one that is there', BEFORE, line('100-6200-D10', 'P1'), []],
    [
      'one segment more in the release',
      ['100-6200-D10-F10', '100-6540-D20-F20'],
      line('100-6200-D10', 'P1'),
      ['segments company-account-department 4 in 100-6200-D10 + P1'],
    ],
    [
      'a value that no combination of the release has',
      ['100-6200-D10', '100-6540-D10'],
      line('100-6540-D20'),
      ['value department D20 in 100-6540-D20'],
    ],
    [
      'values that are there, and not together',
      ['100-6200-D10', '100-6540-D20'],
      line('100-6200-D20'),
      ['unlisted  100-6200-D20 in 100-6200-D20'],
    ],
    ['a value of another list that is closed in both releases', BEFORE, line('100-6200-D10', 'P2'), []],
    ['a value of another list that is in none', BEFORE, line('100-6200-D10', 'P7'), []],
  ])('%s', (_, candidate, combination, expected) => {
    const isOld = combination.parts.every(({ code }) => code !== '100-6200-D20')
    expect(found(now(...candidate), combination, isOld)).toEqual(expected)
  })

  test('one that the release has closed', () => {
    expect(found([listed('100-6200-D10', false)], line('100-6200-D10'))).toEqual([
      'blocked account 100-6200-D10 in 100-6200-D10',
    ])
  })

  test('what only the plan sends has to be there, though the release in production lacks it too', () => {
    expect(found(now('100-6200-D10-F10'), line('100-6200-D10-F99'), false)).toEqual([
      'value segment 4 F99 in 100-6200-D10-F99',
    ])
    expect(found(now('100-6200-D10'), line('100-6200-D10', 'P7'), false)).toEqual([
      'value project P7 in 100-6200-D10 + P7',
    ])
  })
})
