import { describe, expect, test } from 'vitest'
import type { Difference, DifferenceClass } from '../model/difference.ts'
import type { InvoiceObservation } from '../ports/observation.ts'
import { passingDifferences } from './passing.ts'

const KEY = 'S-1003 TF/26/4410'
const draft = (over: Partial<Difference> = {}): Difference => ({
  area: 'documents',
  kind: 'coerced',
  class: 'text',
  loudness: 'silent',
  resource: 'bill',
  pointer: '/description',
  at: '/description',
  stage: 'create',
  baseline: 'Freight',
  candidate: 'FREIGHT',
  sent: 'Freight',
  invoices: [KEY],
  seenBy: 'gate',
  ...over,
})
const REFUSAL = draft({ kind: 'refused', class: 'state', pointer: '', at: '', stage: 'post' })

const observed = (post: 'accepted' | 'rejected') =>
  ({
    key: KEY,
    stages: [
      { after: 'create', outcome: 'accepted' },
      { after: 'post', outcome: post },
    ],
  }) as unknown as InvoiceObservation

const passes = (post: 'accepted' | 'rejected', difference: Difference, others: readonly Difference[] = []) =>
  passingDifferences([difference, ...others], {
    invoices: [observed(post)],
    reads: () => false,
    relation: () => undefined,
  }).has(difference)

describe('a difference of the draft that nobody reads', () => {
  test.each<[DifferenceClass, boolean]>([
    ['text', true],
    ['identity', true],
    ['state', true],
    ['amount', false],
    ['rounding', false],
    ['coding', false],
  ])('of class %s passes where posting is refused: %s', (meaning, expected) => {
    expect(passes('rejected', draft({ class: meaning }), [REFUSAL])).toBe(expected)
  })

  test.each<DifferenceClass>(['text', 'amount', 'coding'])(
    'of class %s passes where it is gone once posted',
    (meaning) => {
      expect(passes('accepted', draft({ class: meaning }))).toBe(true)
    },
  )

  const OTHER = 'S-1001 KF-44817'
  const both = (post: 'accepted' | 'rejected', others: readonly Difference[]) => {
    const refusedOne = draft({ class: 'amount' })
    const other = { ...observed(post), key: OTHER }
    return passingDifferences([refusedOne, ...others, REFUSAL], {
      invoices: [observed('rejected'), other],
      reads: () => false,
      relation: () => undefined,
    }).has(refusedOne)
  }
  const ofOther = (over: Partial<Difference> = {}) => draft({ class: 'amount', invoices: [OTHER], ...over })

  test.each<[string, 'accepted' | 'rejected', readonly Difference[], boolean]>([
    ['the same of another invoice is gone once posted', 'accepted', [ofOther()], true],
    ['another invoice keeps it when posted', 'accepted', [ofOther(), ofOther({ stage: 'post' })], false],
    ['another place of another invoice is gone', 'accepted', [ofOther({ pointer: '/total' })], false],
    ['no other invoice gets further', 'rejected', [ofOther()], false],
  ])('of class amount, where posting is refused and %s: %s', (_, post, others, expected) => {
    expect(both(post, others)).toBe(expected)
  })

  test('stays where it is there once posted, and where nothing refuses what comes next', () => {
    expect(passes('accepted', draft(), [draft({ stage: 'post' })])).toBe(false)
    expect(passes('rejected', draft())).toBe(false)
  })
})
