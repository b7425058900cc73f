import { expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import type { ListedValue } from '../model/snapshot.ts'
import { compareValues } from './values.ts'

const value = (code: string, fields: Readonly<Record<string, Json>> = {}, active = true, id = '1'): ListedValue => ({
  id,
  code,
  active,
  fields,
})
const MVA = value('MVA 25', { rate: '0.25', children: ['a'] })

test.each<[string, readonly ListedValue[], readonly ListedValue[], string[]]>([
  [
    'the same values in another order with other ids',
    [MVA, value('MVA 15')],
    [value('MVA 15', {}, true, '7'), MVA],
    [],
  ],
  ['a value is gone', [MVA, value('MVA 15')], [MVA], ['absent  /MVA 15 MVA 15 null']],
  ['a value is new', [MVA], [MVA, value('MVA 12')], ['extra  /MVA 12 null MVA 12']],
  ['a value is recoded', [value('5100')], [value('5101')], ['absent  /5100 5100 null', 'extra  /5101 null 5101']],
  [
    'a code lost its leading zero',
    [value('0400')],
    [value('400')],
    ['absent  /0400 0400 null', 'extra  /400 null 400'],
  ],
  ['a value is blocked', [MVA], [{ ...MVA, active: false }], ['changed-state /active /MVA 25 true false']],
  ['a value is opened', [{ ...MVA, active: false }], [MVA], ['changed-state /active /MVA 25 false true']],
  [
    'a rate is another',
    [MVA],
    [value('MVA 25', { rate: '0.24', children: ['a'] })],
    ['coerced /rate /MVA 25 0.25 0.24'],
  ],
  ['a rate has another number of digits', [MVA], [value('MVA 25', { rate: '0.2500', children: ['a'] })], []],
  [
    'a child more',
    [MVA],
    [value('MVA 25', { rate: '0.25', children: ['a', 'b'] })],
    ['coerced /children /MVA 25 ["a"] ["a","b"]'],
  ],
  [
    'a child that is another value of the list',
    [value('MVA', { children: ['2'] }), value('MVA 15', {}, true, '2'), value('MVA 25', {}, true, '3')],
    [value('MVA', { children: ['7'] }), value('MVA 15', {}, true, '8'), value('MVA 25', {}, true, '7')],
    ['coerced /children /MVA ["2"] ["7"]'],
  ],
  [
    'the same children by other ids and in another order',
    [value('MVA', { children: ['2', '3'] }), value('MVA 15', {}, true, '2'), value('MVA 25', {}, true, '3')],
    [value('MVA', { children: ['7', '8'] }), value('MVA 15', {}, true, '8'), value('MVA 25', {}, true, '7')],
    [],
  ],
  ['a child of another id that neither list has', [MVA], [value('MVA 25', { rate: '0.25', children: ['z'] })], []],
  ['a field that one release does not have', [MVA], [value('MVA 25', { rate: '0.25' })], []],
  [
    'an active field that says what the value itself says',
    [value('A', { active: true })],
    [value('A', { active: false })],
    [],
  ],
])('%s', (_, before, now, expected) => {
  const { differences, missing } = compareValues({ 'account.tax': before }, { 'account.tax': now }, () => [])
  expect(missing).toEqual([])
  expect(
    differences.map(({ kind, pointer, at, baseline, candidate }) =>
      [kind, pointer, at, baseline, candidate].map(String).join(' '),
    ),
  ).toEqual(expected)
})

test('a list that the candidate lacks is named, never taken for empty; one that it has in addition is not compared', () => {
  const lists = { 'account.tax': [MVA], 'account.account': [value('5100')] }
  expect(compareValues(lists, { 'account.tax': [MVA], 'party.party': [value('S-104')] }, () => [])).toEqual({
    differences: [],
    missing: ['account.account'],
    countedOnly: 1,
  })
})

test('ids of another list are counted as what could not be compared, ids of the same list are compared', () => {
  const countedOnly = (...values: readonly ListedValue[]) =>
    compareValues({ 'account.tax': values }, { 'account.tax': values }, () => []).countedOnly
  expect(countedOnly(value('MVA', { children: ['2'] }), value('MVA 25', {}, true, '2'))).toBe(0)
  expect(countedOnly(value('MVA', { children: ['2', '9'], accounts: ['7'] }), value('MVA 25', {}, true, '2'))).toBe(2)
})

test('a difference names the invoices that use the value and the field', () => {
  const asked: string[] = []
  const { differences } = compareValues({ 'account.tax': [MVA] }, { 'account.tax': [] }, (list, code, field) => {
    asked.push(`${list} ${code} "${field}"`)
    return ['S-104 RE-2026-0815']
  })
  expect(asked).toEqual(['account.tax MVA 25 ""'])
  expect(differences[0]?.invoices).toEqual(['S-104 RE-2026-0815'])
})
