import { expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import type { StoredDocument } from '../model/snapshot.ts'
import { bookedAs } from './booked.ts'

const ended = (key: string, ...states: readonly string[]): StoredDocument => ({
  key,
  sent: {},
  stages: states.map((state) => ({ after: state, outcome: 'accepted' as const, document: { state } })),
})
const RECORDED = [
  ended('S-101 1', 'draft', 'posted'),
  ended('S-102 2', 'draft', 'posted'),
  ended('S-103 3', 'draft', 'posted', 'cancelled'),
  { ...ended('S-104 4', 'draft'), stages: [{ after: 'post', outcome: 'rejected' as const, error: ['UserError'] }] },
]
const isBooked = bookedAs(RECORDED, (document: Json) => String((document as { state: string }).state))

test.each<[string, string, string | undefined, boolean]>([
  ['posted, as it was recorded', 'S-101 1', 'posted', true],
  ['cancelled, while another one was recorded so', 'S-101 1', 'cancelled', false],
  ['a draft', 'S-102 2', 'draft', false],
  ['not there', 'S-102 2', undefined, false],
  ['cancelled, as it was recorded', 'S-103 3', 'cancelled', true],
  ['posted, and recorded as cancelled', 'S-103 3', 'posted', false],
  ['posted, and recorded as refused', 'S-104 4', 'posted', true],
  ['cancelled, and recorded as refused', 'S-104 4', 'cancelled', false],
  ['posted, and not recorded', 'S-109 9', 'posted', true],
])('%s', (_, key, state, expected) => {
  expect(isBooked(key, state === undefined ? undefined : { state })).toBe(expected)
})
