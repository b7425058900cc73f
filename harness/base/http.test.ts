import { expect, test } from 'vitest'
import { retryAfter } from './http.ts'

const NOW = Date.parse('2026-11-30T18:00:00Z')

test.each([
  ['so many seconds', '7', 7000],
  ['no time at all', '0', 0],
  ['a date to come', 'Mon, 30 Nov 2026 18:02:00 GMT', 120_000],
  ['a date that has passed', 'Mon, 30 Nov 2026 17:59:00 GMT', 0],
  ['what is neither', 'soon', undefined],
  ['a negative number of seconds', '-120', undefined],
  ['parts of a second', '1.5', undefined],
  ['two of them', '120, 120', undefined],
])('%s', (_, text, ms) => {
  expect(retryAfter({ 'retry-after': text }, NOW)).toBe(ms)
})

test('an answer without one asks for no time', () => {
  expect(retryAfter({}, NOW)).toBeUndefined()
})
