import fc from 'fast-check'
import { parse, stringify } from 'lossless-json'
import { describe, expect, test } from 'vitest'
import { canonicalJson, parseJson, toJson, writeJson } from './json.ts'
import { readJson } from './json-text.ts'

const outcome = (read: () => unknown): unknown => {
  try {
    return read()
  } catch (error) {
    return `${String(error)}`
  }
}

describe('JSON is read as the parser that explains reads it', () => {
  test.each([
    '{"gross":100.10,"rate":1.0E-2,"credit":-0.00,"id":90071992547409931234}',
    ' [ true , false , null , "" , {} , [] ] ',
    '"a \\"quoted\\" name\\\\"',
    '"Halden \\u0026 S\\u00f8n\\n"',
    '{"__proto__":{"x":1},"constructor":2,"toString":3,"":4}',
    '{"a":1,"a":1}',
    '{"a":1,"a":2}',
    '"cut off',
    '"a tab\there"',
    '"bad \\x escape"',
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    '[1 2]',
    'nul',
    '',
    '1 2',
    '\uFEFF1',
    '-',
    '"\\',
  ])('%s', (text) => {
    expect(outcome(() => parseJson(text))).toEqual(outcome(() => toJson(parse(text))))
  })

  test('whatever is written', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(parseJson(text)).toEqual(toJson(parse(text)))
      }),
    )
  })

  test('whatever a byte does to it', () => {
    const text = '{"supplier":"S-104 \\"Rør\\"","lines":[{"gross":-100.10e2,"paid":false},null]}'
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...' "\\{}[],:x0-.e\n'), (at, sign) => {
        const spoiled = text.slice(0, at) + sign + text.slice(at + 1)
        expect(outcome(() => parseJson(spoiled))).toEqual(outcome(() => toJson(parse(spoiled))))
      }),
    )
  })
})

test('what an object does not hold is not there, whatever its name', () => {
  const object: object = Object(readJson('{"reference":"RE-1"}'))
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) expect(name in object).toBe(false)
})

test('JSON is written as the library writes it, and sorted', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const value = parseJson(text)
      expect(writeJson(value)).toBe(stringify(value))
      expect(canonicalJson(parseJson(canonicalJson(value)))).toBe(canonicalJson(value))
    }),
  )
  expect(canonicalJson(parseJson('{"b":1.0,"a":{"d":[],"c":"\\u2028"}}'))).toBe('{"a":{"c":"\u2028","d":[]},"b":1.0}')
})
