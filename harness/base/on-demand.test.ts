import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LineReader, linesOf } from './lines.ts'
import { byKey, isOnDemand, onDemand } from './on-demand.ts'

const INVOICES = [
  { key: 'S-104 RE-1', gross: '119.00' },
  { key: 'S-104 RE-2', gross: '238.00' },
  { key: 'S-200 RE-1', gross: '59.50' },
]
const read: number[] = []
const invoices = onDemand({
  length: INVOICES.length,
  read: (index) => {
    read.push(index)
    return { ...INVOICES[index], key: INVOICES[index]?.key ?? '' }
  },
  keys: INVOICES.map(({ key }) => key),
})

describe('an array that is read on demand', () => {
  test.each<[string, (items: readonly { key: string; gross?: string }[]) => unknown]>([
    ['is walked over', (items) => [...items]],
    ['is mapped', (items) => items.map(({ gross }) => gross)],
    ['is filtered', (items) => items.filter(({ key }) => key.startsWith('S-104'))],
    ['is searched', (items) => [items.find(({ gross }) => gross === '59.50'), items.at(-1), items[1], items[3]]],
    ['is cut', (items) => items.slice(1)],
    ['is joined', (items) => [...items, ...items].concat(items)],
    ['has entries', (items) => [...items.entries()]],
    ['has a length', (items) => [items.length, Array.isArray(items), Object.keys(items)]],
    ['is written', (items) => JSON.stringify(items)],
  ])('%s like any other', (_, work) => expect(work(invoices)).toEqual(work(INVOICES)))

  test('equals what it holds', () => expect(invoices).toEqual(INVOICES))

  test('reads an item when it is asked for and not before', () => {
    read.length = 0
    expect([invoices.length, isOnDemand(invoices), isOnDemand(INVOICES)]).toEqual([3, true, false])
    expect(byKey(invoices).get('S-104 RE-2')).toEqual(INVOICES[1])
    expect(read).toEqual([1])
  })

  test('cannot be written to', () => {
    expect(() => Reflect.apply(Array.prototype.push, invoices, [INVOICES[0]])).toThrow(TypeError)
    expect(() => Object.assign(invoices, { 0: INVOICES[1] })).toThrow(TypeError)
    expect(invoices[0]).toEqual(INVOICES[0])
  })

  test('finds the last of two items with one key, as a map does', () => {
    const twice = [...INVOICES, { key: 'S-104 RE-1', gross: '1.00' }]
    const again = onDemand({ length: 4, read: (index) => twice[index] ?? { key: '', gross: '' } })
    for (const items of [twice, again]) expect(byKey(items).get('S-104 RE-1')?.gross).toBe('1.00')
    expect(byKey(again).get('S-999 RE-1')).toBeUndefined()
  })
})

describe('lines of a file', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lines-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  // The second line is longer than what is read at a time, and a character of it lies across the border.
  const long = `${'ø'.repeat(700_000)}x${'å'.repeat(900_000)}`
  test.each([
    ['whole', `header\n${long}\n\ntrailer\n`, ['header', long, '', 'trailer']],
    ['cut off', `header\n${long}\ntrail`, ['header', long, 'trail']],
    ['empty', '', []],
  ])('%s', async (name, text, expected) => {
    const file = join(folder, `${name}.ndjson`)
    await writeFile(file, text)
    let bytes = 0
    const lines = [...linesOf(file, (chunk) => (bytes += chunk.length))]
    expect(lines.map((line) => line.text)).toEqual(expected)
    expect(lines.map((line) => line.isWhole)).toEqual(
      expected.map((_, at) => text.endsWith('\n') || at < expected.length - 1),
    )
    for (const reader of [new LineReader(file), new LineReader(file, 8)]) {
      for (const order of [lines, lines.toReversed(), lines]) {
        expect(order.map((line) => reader.read(line))).toEqual(order.map((line) => line.text))
      }
    }
    expect(bytes).toBe(Buffer.byteLength(text))
  })
})
