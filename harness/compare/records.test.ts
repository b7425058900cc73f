import { describe, expect, test } from 'vitest'
import { type Json, type JsonObject, toJson } from '../base/json.ts'
import type { Difference } from '../model/difference.ts'
import type { FieldMeaning } from '../ports/erp.ts'
import { compareRecords, relationsOf } from './records.ts'

const MEANINGS: Readonly<Record<string, FieldMeaning['class']>> = {
  account: 'coding',
  department: 'coding',
  taxes: 'coding',
  amount: 'amount',
  total_amount: 'amount',
  reference: 'identity',
  number: 'identity',
  state: 'state',
}
const RELATIONS: Readonly<Record<string, string>> = {
  lines: 'account.invoice.line',
  move: 'account.move',
  found: 'party.party',
}

/** A cleaning invoice of two lines, as it is stored after posting. */
const STORED = {
  reference: 'RE-2026-0815',
  number: '2026/117',
  state: 'posted',
  total_amount: '250.00',
  description: 'Büroreinigung Oktober',
  move: { period: '2026-10', state: 'posted' },
  lines: [
    { account: '5100', department: 'D10', amount: '150.00', taxes: ['MVA 25'], invoice: '@invoice' },
    { account: '5200', department: null, amount: '100.00', taxes: [], invoice: '@invoice' },
  ],
}
const [FIRST, SECOND] = STORED.lines
const SENT = { reference: 'RE-2026-0815', lines: [{ account: '5100', department: 'D10' }, { account: '5200' }] }

function compared(
  before: unknown,
  now: unknown,
  sent: unknown = SENT,
  area: Difference['area'] = 'documents',
  tellsMissingFields = false,
): { differences: readonly Difference[]; leftOut: readonly string[] } {
  const leftOut: string[] = []
  const object = (value: unknown): JsonObject => {
    const json: Json = toJson(value)
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : {}
  }
  const differences = compareRecords('account.invoice', object(before), object(now), toJson(sent), '', {
    meaning: (_, field) => ({
      class: MEANINGS[field] ?? 'text',
      assigned: field === 'number',
      ...(field === 'reconciled' ? { unordered: true as const } : {}),
    }),
    relation: (_, field) => RELATIONS[field],
    area,
    // A look-up serves every invoice and stands before all of their stages.
    stage: area === 'interactions' ? '' : 'post',
    invoices: ['S-104 RE-2026-0815'],
    seenBy: 'gate',
    leaveOut: (reason) => leftOut.push(reason),
    tellsMissingFields,
  })
  return { differences, leftOut }
}

const told = (differences: readonly Difference[]) =>
  differences.map(({ at, kind, class: of, baseline, candidate, sent }) => [at, kind, of, baseline, candidate, sent])

const withLines = (...lines: unknown[]) => ({ ...STORED, lines })

describe('one difference of each kind', () => {
  test.each<[string, unknown, unknown[][]]>([
    ['nothing differs', STORED, []],
    [
      'the department is dropped',
      withLines({ ...FIRST, department: null }, SECOND),
      [['/lines/0/department', 'absent', 'coding', 'D10', null, 'D10']],
    ],
    [
      'the account that was sent is defaulted',
      withLines({ ...FIRST, account: '5900' }, SECOND),
      [['/lines/0/account', 'defaulted', 'coding', '5100', '5900', '5100']],
    ],
    [
      'a department appears that nobody sent',
      withLines(FIRST, { ...SECOND, department: 'D99' }),
      [['/lines/1/department', 'extra', 'coding', null, 'D99', null]],
    ],
    [
      'the description is coerced',
      { ...STORED, description: 'BÜROREINIGUNG OKTOBER' },
      [['/description', 'coerced', 'text', 'Büroreinigung Oktober', 'BÜROREINIGUNG OKTOBER', null]],
    ],
    [
      'the reference is truncated',
      { ...STORED, reference: 'RE-2026-08' },
      [['/reference', 'truncated', 'identity', 'RE-2026-0815', 'RE-2026-08', 'RE-2026-0815']],
    ],
    [
      'the total is rounded',
      { ...STORED, total_amount: '250.01' },
      [['/total_amount', 'rounded', 'rounding', '250.00', '250.01', null]],
    ],
    [
      'the total is another amount',
      { ...STORED, total_amount: '260.00' },
      [['/total_amount', 'coerced', 'amount', '250.00', '260.00', null]],
    ],
    ['the total has another number of digits', { ...STORED, total_amount: '250.000' }, []],
    [
      'the invoice is left in draft',
      { ...STORED, state: 'draft' },
      [['/state', 'changed-state', 'state', 'posted', 'draft', null]],
    ],
    [
      'the journal entry is in another period',
      { ...STORED, move: { period: '2026-11', state: 'posted' } },
      [['/move/period', 'coerced', 'text', '2026-10', '2026-11', null]],
    ],
    [
      'the journal entry is missing',
      { ...STORED, move: null },
      [['/move', 'absent', 'amount', 'period 2026-10, state posted', null, null]],
    ],
    [
      'the lines stand in another order',
      withLines(SECOND, FIRST),
      [['/lines', 'reordered', 'text', '["…","…"]', '["…","…"]', null]],
    ],
    [
      'a tax is another',
      withLines({ ...FIRST, taxes: ['MVA 15'] }, SECOND),
      [['/lines/0/taxes/0', 'coerced', 'coding', 'MVA 25', 'MVA 15', null]],
    ],
    [
      'a tax is lost',
      withLines({ ...FIRST, taxes: [] }, SECOND),
      [['/lines/0/taxes/0', 'absent', 'coding', 'MVA 25', null, null]],
    ],
    [
      'a line is lost',
      withLines(FIRST),
      [['/lines/1', 'absent', 'amount', 'account 5200, amount 100.00, invoice @invoice', null, 'account 5200']],
    ],
    [
      'all lines are lost',
      { ...STORED, lines: null },
      [
        [
          '/lines/0',
          'absent',
          'amount',
          'account 5100, amount 150.00, department D10, invoice @invoice',
          null,
          'account 5100, department D10',
        ],
        ['/lines/1', 'absent', 'amount', 'account 5200, amount 100.00, invoice @invoice', null, 'account 5200'],
      ],
    ],
    [
      'a line is there twice',
      withLines(FIRST, FIRST, SECOND),
      [['/lines/1', 'extra', 'amount', null, 'account 5100, amount 150.00, department D10, invoice @invoice', null]],
    ],
  ])('%s', (_, now, expected) => {
    const { differences } = compared(STORED, now)
    expect(told(differences)).toEqual(expected)
  })

  test('a difference carries where it was seen', () => {
    const [difference] = compared(STORED, { ...STORED, total_amount: '260.00' }).differences
    expect(difference).toEqual({
      area: 'documents',
      kind: 'coerced',
      class: 'amount',
      loudness: 'silent',
      resource: 'account.invoice',
      pointer: '/total_amount',
      at: '/total_amount',
      stage: 'post',
      baseline: '250.00',
      candidate: '260.00',
      sent: null,
      invoices: ['S-104 RE-2026-0815'],
      seenBy: 'gate',
    })
  })

  test('a row of a look-up is a code, and so is its order', () => {
    const before = { found: [{ id: 'S-104' }, { id: 'S-105' }] }
    expect(
      told(compared(before, { found: [{ id: 'S-105' }, { id: 'S-104' }] }, undefined, 'interactions').differences),
    ).toEqual([['/found', 'reordered', 'coding', '["S-104","S-105"]', '["S-105","S-104"]', null]])
    expect(told(compared(before, { found: [{ id: 'S-104' }] }, undefined, 'interactions').differences)).toEqual([
      ['/found/1', 'absent', 'coding', 'id S-105', null, null],
    ])
  })
})

describe('what the ERP assigns itself', () => {
  test.each<[string, unknown, number, number]>([
    ['another number is no difference', '2026/118', 0, 1],
    ['the same number is no difference', '2026/117', 0, 0],
    ['no number is one', null, 1, 0],
    ['an empty number is one', '', 1, 0],
  ])('%s', (_, number, differences, leftOut) => {
    const found = compared(STORED, { ...STORED, number })
    expect([found.differences.length, found.leftOut.length]).toEqual([differences, leftOut])
  })

  test('rows that differ in an assigned value only are the same rows in another order', () => {
    const before = {
      lines: [
        { account: '5100', number: '1' },
        { account: '5200', number: '2' },
      ],
    }
    const now = {
      lines: [
        { account: '5200', number: '7' },
        { account: '5100', number: '8' },
      ],
    }
    expect(told(compared(before, now).differences).map(([at, kind]) => [at, kind])).toEqual([['/lines', 'reordered']])
  })
})

describe('rows', () => {
  const line = (description: string) => ({ account: '5100', amount: '10.00', description })

  test('that the ERP keeps in no order are the same in another one, and every row still counts', () => {
    const [one, other, third] = [line('Wartung'), line('Fracht'), line('Zoll')]
    const found = (now: unknown[]) => told(compared({ reconciled: [one, other] }, { reconciled: now }).differences)
    expect(found([other, one])).toEqual([])
    expect(found([other, third]).map(([at]) => at)).toEqual(['/reconciled/1/description'])
    expect(found([other]).map(([at, kind]) => [at, kind])).toEqual([['/reconciled/1', 'absent']])
    const gained = (...rows: string[]) => told(compared({ reconciled: [] }, { reconciled: rows }).differences)
    expect(gained('@move/lines/4', '@move/lines/3')).toEqual(gained('@move/lines/3', '@move/lines/4'))
  })

  test('an address with an @ in a description is no place in the document', () => {
    const [one, other] = [line('Wartung anna@nordlicht.example'), line('Wartung bjørn@nordlicht.example')]
    expect(
      told(compared({ lines: [one, other] }, { lines: [other, one] }).differences).map(([at, kind]) => [at, kind]),
    ).toEqual([['/lines', 'reordered']])
  })

  test('a place in the document does not make two rows different', () => {
    const entry = (origin: string) => ({ account: '2400', amount: '250.00', origin })
    const before = { lines: [entry('account.invoice.line @lines/0'), entry('@invoice')] }
    const now = { lines: [entry('@invoice'), entry('account.invoice.line @lines/0')] }
    expect(compared(before, now).differences.every(({ kind }) => kind !== 'absent' && kind !== 'extra')).toBe(true)
  })

  test('one of two equal lines that is lost is told once', () => {
    const same = line('Müllabfuhr')
    expect(
      told(compared({ lines: [same, same] }, { lines: [same] }).differences).map(([at, kind, of]) => [at, kind, of]),
    ).toEqual([['/lines/1', 'absent', 'amount']])
  })

  test('two equal lines merged into one are told as one lost and one changed', () => {
    const same = line('Müllabfuhr')
    const found = compared({ lines: [same, same] }, { lines: [{ ...same, amount: '20.00' }] }).differences
    expect(told(found).map(([at, kind, of]) => [at, kind, of])).toEqual([
      ['/lines/0/amount', 'coerced', 'amount'],
      ['/lines/1', 'absent', 'amount'],
    ])
  })
})

describe('a field that one side does not have', () => {
  const { description: _, ...without } = STORED
  test('is left out and counted, because the published schema tells it', () => {
    expect(compared(STORED, without)).toEqual({
      differences: [],
      leftOut: ['the field exists in one of the two releases only'],
    })
  })

  test('is told when the connector sent it a value', () => {
    const found = compared(STORED, without, { ...SENT, description: 'Büroreinigung Oktober' })
    expect(told(found.differences).map(([at, kind]) => [at, kind])).toEqual([['/description', 'absent']])
    expect(found.leftOut).toEqual([])
  })

  test('is told where both sides are the same release', () => {
    const found = compared(STORED, without, undefined, 'documents', true)
    expect(told(found.differences).map(([at, kind]) => [at, kind])).toEqual([['/description', 'absent']])
  })
})

test('a published relation says which records a field holds', () => {
  const relation = relationsOf({
    format: 'erp-change-gate/schema',
    version: 1,
    source: { kind: 'tryton-fields-get', inferred: false },
    definitions: {},
    resources: {
      'account.invoice': {
        read: { properties: { lines: { 'x-relation': 'account.invoice.line' }, state: { enum: [] } } },
      },
      'res.user': { send: { type: 'object' } },
    },
  })
  expect(relation('account.invoice', 'lines')).toBe('account.invoice.line')
  for (const [resource, field] of [
    ['account.invoice', 'state'],
    ['account.invoice', 'none'],
    ['res.user', 'x'],
    ['none', 'x'],
  ] as const) {
    expect(relation(resource, field)).toBeUndefined()
  }
})
