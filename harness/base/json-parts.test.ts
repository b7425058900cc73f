import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, isJsonObject, parseJson, toJson } from './json.ts'
import { keepText, keptText, memberTexts } from './json-parts.ts'

test('the members of an object have the texts that they are parsed from', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-y]{1,3}$/), fc.jsonValue()), fc.jsonValue(), (members, last) => {
      const text = canonicalJson(toJson({ ...members, zz: last }))
      const whole = parseJson(text)
      const parts = Object.fromEntries(
        [...(memberTexts(text, 'zz') ?? [])].map(([key, part]) => [key, parseJson(part)]),
      )
      expect(isJsonObject(whole) && parts).toEqual({ ...(isJsonObject(whole) ? whole : {}) })
    }),
  )
})

test.each([
  ['no object', '["key"]'],
  ['the last member is missing', '{"key":1,"sent":2}'],
  ['a key stands there twice', '{"key":1,"key":2,"stages":[]}'],
  ['it is cut off', '{"key":1,"stages":['],
  ['a text is cut off', '{"key":"1}'],
  ['it is spaced', '{ "key": 1, "stages": [] }'],
  ['there is nothing', ''],
  ['a value is missing', '{"key":,"stages":[]}'],
])('a text is left to the parser where %s', (_, text) => {
  expect(memberTexts(text, 'stages')).toBeUndefined()
})

test('a copy, which may be changed, has no text', () => {
  const invoice = { key: 'S-1 RE-1' }
  keepText(invoice, '[]')
  expect([keptText(invoice), keptText({ ...invoice }), keptText(Object.assign({}, invoice))]).toEqual([
    '[]',
    undefined,
    undefined,
  ])
})
