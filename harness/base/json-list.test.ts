import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listPlaces } from './json-list.ts'

const KEYS = ['log', 'entries']

/** Reads a text in chunks of so many bytes and parses what was found. */
function found(text: string, size: number) {
  const bytes = Buffer.from(text)
  // One buffer for all chunks, as a reader of files has it.
  const buffer = Buffer.alloc(size)
  function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + size))
  }
  const places = listPlaces(chunks(), KEYS)
  if (places === undefined) return undefined
  const rest = JSON.parse(places.rest)
  expect(rest.log.entries).toEqual([])
  rest.log.entries = places.items.map(({ at, length }) => JSON.parse(bytes.toString('utf8', at, at + length)))
  return { json: rest, deepest: places.deepest }
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

test('the rest and the items are the whole, however they are written and wherever a chunk ends', () => {
  const log = fc.record({ before: fc.jsonValue(), entries: fc.array(fc.jsonValue()), pages: fc.jsonValue() })
  const document = fc.record({ entries: fc.array(fc.jsonValue()), log, more: fc.jsonValue() })
  fc.assert(
    fc.property(
      document,
      fc.constantFrom(undefined, 1, '\t'),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (json, indent, size, hasMark) => {
        const text = `${hasMark ? '\ufeff' : ''}${JSON.stringify(json, null, indent)}\n`
        expect(found(text, size)).toEqual({ json: JSON.parse(JSON.stringify(json)), deepest: depthOf(json) })
      },
    ),
    { numRuns: 500 },
  )
})

describe('what is no whole JSON is none afterwards', () => {
  test.each([
    '{"log":{"entries":[{"a":1}',
    '{"log":{"entries":[{"a":1},',
    '{"log":{"entries":[{"a":1},]}}',
    '{"log":{"entries":[,{"a":1}]}}',
    '{"log":{"entries":[{"a":1}}}',
    '{"log":{"entries":[{"a":1]]}}',
    '{"log":{"entries":[{"a":1} {"b":2}]}}',
    '{"log":{"entries":[1]}',
    '{"log":{"entries":[1],"entries":[]}}',
    '{"log":{"entries":[]}} x',
    '{"log":{"entries":["a]}}',
  ])('%s', (text) => {
    for (const size of [1, 7, 100]) expect(() => found(text, size)).toThrow(SyntaxError)
  })
})

test.each([
  '{"entries":[1]}',
  '{"log":[{"entries":[1]}]}',
  '{"log":{"entries":{}}}',
  '[1]',
  '"log"',
  '{"log":{"\\"entries":[1]}}',
])('%s has no such list', (text) => {
  expect(found(text, 5)).toBeUndefined()
})
