import { expect, test } from 'vitest'
import { isOnDemand } from '../base/on-demand.ts'
import { type Exchange, interactionsOf } from './recorder.ts'

/** An exchange that asks for an attachment of some megabytes. */
function exchange(nth: number, megabytes: number): Exchange {
  const received = [Buffer.from('{"name":"'), Buffer.alloc(megabytes * 1024 * 1024, 'x'), Buffer.from('"}')]
  const passed = {
    ...{ method: 'GET', path: `/attachments/${nth}`, query: '', requestHeaders: {}, sent: [] },
    ...{ status: 200, responseHeaders: { 'content-type': 'application/json' }, received, durationMs: 5 },
  }
  return { passed, nth }
}

test.each([
  { name: 'little is held', megabytes: 1, isLate: false },
  { name: 'of much each is read when it is asked for', megabytes: 3, isLate: true },
])('$name', ({ megabytes, isLate }) => {
  const interactions = interactionsOf([1, 2, 4].map((nth) => exchange(nth, megabytes)))
  expect(isOnDemand(interactions)).toBe(isLate)
  expect([...interactions].map(({ seq, request }) => [seq, request.path])).toEqual([
    [1, '/attachments/1'],
    [2, '/attachments/2'],
    [4, '/attachments/4'],
  ])
  const { body } = interactions[2]?.response ?? {}
  expect(body !== undefined && 'json' in body && JSON.stringify(body.json).length).toBe(megabytes * 1024 * 1024 + 11)
})
