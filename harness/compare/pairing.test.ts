import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isJsonObject, type Json, sameJson } from '../base/json.ts'
import { pairRows } from './pairing.ts'

type Row = { account: string; amount: string; department: string | null }

/** Few values, so that equal rows and nearly equal rows are common. */
const row: fc.Arbitrary<Row> = fc.record({
  account: fc.constantFrom('5100', '5200', '6300'),
  amount: fc.constantFrom('100.00', '100.01', '-100.00'),
  department: fc.constantFrom('D10', 'D20', null),
})
const rows = fc.array(row, { minLength: 1, maxLength: 8 })

const likeness = (left: Json, right: Json) =>
  isJsonObject(left) && isJsonObject(right)
    ? Object.keys(left).filter((field) => left[field] !== null && sameJson(left[field] ?? null, right[field] ?? null))
        .length
    : 0
const paired = (before: readonly Json[], now: readonly Json[]) => pairRows(before, now, (each) => each, likeness)
const changed = ({ pairs }: ReturnType<typeof pairRows>) =>
  pairs.filter(({ baseline, candidate }) => !sameJson(baseline, candidate)).length

test('rows in another order are neither lost nor gained nor changed', () => {
  fc.assert(
    fc.property(
      rows.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        const found = paired(list, shuffled)
        expect([found.lost, found.gained, changed(found)]).toEqual([[], [], 0])
        expect(found.reordered).toBe(JSON.stringify(list) !== JSON.stringify(shuffled))
      },
    ),
  )
})

test('a row that is taken out is always seen as one lost row, though an equal one is left', () => {
  fc.assert(
    fc.property(rows, fc.nat(), (list, pick) => {
      const twice = [...list, ...list]
      const at = pick % twice.length
      const found = paired(twice, [...twice.slice(0, at), ...twice.slice(at + 1)])
      expect([found.lost.length, found.gained, changed(found)]).toEqual([1, [], 0])
      expect(found.lost[0]?.row).toEqual(twice[at])
    }),
  )
})

test('a row that is put in is always seen as one gained row', () => {
  fc.assert(
    fc.property(rows, row, fc.nat(), (list, extra, pick) => {
      const at = pick % (list.length + 1)
      const found = paired(list, [...list.slice(0, at), extra, ...list.slice(at)])
      expect([found.lost, found.gained.length, changed(found)]).toEqual([[], 1, 0])
      expect(found.gained[0]?.row).toEqual(extra)
    }),
  )
})

test('two equal lines that are merged into one of twice the amount are seen', () => {
  fc.assert(
    fc.property(rows, row, (list, line) => {
      const found = paired([...list, line, line], [...list, { ...line, amount: '200.00' }])
      expect(found.lost.length).toBe(found.gained.length + 1)
      expect(changed(found) + found.lost.length).toBeGreaterThanOrEqual(2)
    }),
  )
})

test('every row is paired once, lost or gained, whatever the lists hold', () => {
  fc.assert(
    fc.property(rows, rows, (before, now) => {
      const { pairs, lost, gained } = paired(before, now)
      const from = [...pairs.map((pair) => pair.from), ...lost.map(({ index }) => index)]
      const to = [...pairs.map((pair) => pair.to), ...gained.map(({ index }) => index)]
      expect(from.sort((left, right) => left - right)).toEqual([...before.keys()])
      expect(to.sort((left, right) => left - right)).toEqual([...now.keys()])
    }),
  )
})

test.each<[string, Json[], Json[], [number, number][], number[], number[], boolean]>([
  [
    'codes in the same order',
    ['5100', '5200'],
    ['5100', '5200'],
    [
      [0, 0],
      [1, 1],
    ],
    [],
    [],
    false,
  ],
  [
    'codes in another order',
    ['5100', '5200'],
    ['5200', '5100'],
    [
      [0, 1],
      [1, 0],
    ],
    [],
    [],
    true,
  ],
  ['a code in the place of another', ['5100'], ['5200'], [], [0], [0], false],
  ['one of two equal codes is lost', ['5100', '5100'], ['5100'], [[0, 0]], [1], [], false],
  ['an empty list', [], ['5100'], [], [], [0], false],
  [
    'the most alike line is the same line, though it stands elsewhere',
    [
      { account: '5100', amount: '1', department: 'D10' },
      { account: '6300', amount: '9', department: 'D20' },
    ],
    [
      { account: '6300', amount: '8', department: 'D20' },
      { account: '5100', amount: '2', department: 'D10' },
    ],
    [
      [0, 1],
      [1, 0],
    ],
    [],
    [],
    false,
  ],
  [
    'lines that have nothing in common are lost and gained',
    [{ account: '5100' }],
    [{ account: '6300' }],
    [],
    [0],
    [0],
    false,
  ],
])('%s', (_, before, now, pairs, lost, gained, reordered) => {
  const found = paired(before, now)
  expect(found.pairs.map(({ from, to }) => [from, to])).toEqual(pairs)
  expect(found.lost.map(({ index }) => index)).toEqual(lost)
  expect(found.gained.map(({ index }) => index)).toEqual(gained)
  expect(found.reordered).toBe(reordered)
})
