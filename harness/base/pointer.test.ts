import { expect, test } from 'vitest'
import { type Json, parseJson, writeJson } from './json.ts'
import { withValues } from './pointer.ts'

const INVOICE =
  '{"reference":"RE-1","party":17,"lines":[{"account":4,"cost/center":"D10"},{"account":5}],"tags":["a","b"]}'

test.each<[string, Readonly<Record<string, Json | undefined>>, string]>([
  ['nothing', {}, INVOICE],
  ['a member', { '/party': parseJson('901') }, INVOICE.replace('17', '901')],
  [
    'members of two lines',
    { '/lines/0/account': 'X', '/lines/1/account': 'Y' },
    INVOICE.replace('4', '"X"').replace('5', '"Y"'),
  ],
  ['a member whose name has a slash', { '/lines/0/cost~1center': 'CC10' }, INVOICE.replace('D10', 'CC10')],
  ['a member that is removed', { '/lines/0/cost~1center': undefined }, INVOICE.replace(',"cost/center":"D10"', '')],
  [
    'an item that is removed, and one after it by its own place',
    { '/tags/0': undefined, '/tags/1': 'c' },
    INVOICE.replace('"a","b"', '"c"'),
  ],
  [
    'a whole list, and a place that is gone with it',
    { '/lines': [], '/lines/0/account': 'X' },
    INVOICE.replace(/\[\{.*\}\]/, '[]'),
  ],
  [
    'a place before the list that it is gone with',
    { '/lines/0/account': 'X', '/lines': [] },
    INVOICE.replace(/\[\{.*\}\]/, '[]'),
  ],
  [
    'places that are not there',
    { '/lines/7/account': 'X', '/date': 'X', '/party/id': 'X', 'path:0': 'X', 'query:page': 'X' },
    INVOICE,
  ],
  ['everything', { '': 'gone' }, '"gone"'],
])('puts %s in place', (_, places, expected) => {
  const before = parseJson(INVOICE)
  expect(writeJson(withValues(before, new Map(Object.entries(places))))).toBe(expected)
  expect(writeJson(before)).toBe(INVOICE)
})

test('keeps a member that is called like a property of every object', () => {
  const text = '{"__proto__":{"a":1},"constructor":2,"party":17}'
  expect(writeJson(withValues(parseJson(text), new Map([['/party', 'S-104']])))).toBe(text.replace('17', '"S-104"'))
})
