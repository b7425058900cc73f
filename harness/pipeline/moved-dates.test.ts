import { describe, expect, test } from 'vitest'
import type { Difference } from '../model/difference.ts'
import type { Snapshot, ValueLists } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'
import { NO_SCHEMA } from '../replay/fixtures/small-erp.ts'
import { movedDates } from './moved-dates.ts'

const ADAPTER = {
  periods: {
    list: 'period',
    state: 'state',
    read: ({ code, fields }) => ({ code, from: `${code}-01`, to: `${code}-30`, isOpen: fields.state === 'open' }),
    bookedOn: (sent) => String(Reflect.get(Object(sent), 'date')),
    kindOf: (_, field) => (field === 'date' ? 'date' : undefined),
    wire: (date) => date,
  },
} satisfies Pick<ErpAdapter, 'periods'> as unknown as ErpAdapter

const periods = (states: Readonly<Record<string, string>>): ValueLists => ({
  period: Object.entries(states).map(([code, state]) => ({ id: code, code, active: true, fields: { state } })),
})
const BASELINE = { schema: NO_SCHEMA, values: periods({ '2026-09': 'open', '2026-10': 'open' }) } as unknown as Snapshot

function observed(simulated: boolean, now: ValueLists): Observation {
  const invoices = [
    { key: 'S-104 RE-1', sent: { date: '2026-09-02' } },
    { key: 'S-105 RE-2', sent: { date: '2026-09-09' } },
    { key: 'S-105 RE-3', sent: { date: '2026-10-05' } },
    { key: 'S-105 RE-3 (2)' },
  ]
  return { identity: { simulated }, values: now, invoices } as unknown as Observation
}

const difference = (at: string, pointer: string, kind: Difference['kind'] = 'coerced', resource = 'period') =>
  ({ resource, at, pointer, kind }) as Difference

describe('where September is closed in the target', () => {
  const now = periods({ '2026-09': 'closed', '2026-10': 'open' })

  test('a sandbox was sent other dates, and says how many by how many days', () => {
    const { unplaced, told } = movedDates(observed(false, now), ADAPTER, BASELINE)
    expect([
      unplaced.size,
      told.map(({ count, why }) => `${count} ${/sent (\d+ days later), into 2026-10/.exec(why)?.[1]}`),
    ]).toEqual([0, ['1 28 days later', '1 35 days later']])
  })

  test('a virtual ERP was sent the recorded ones, and what it did not try is told', () => {
    expect(movedDates(observed(true, now), ADAPTER, BASELINE).told).toEqual([
      {
        what: 'dates of invoices',
        count: 2,
        why: 'period 2026-09 is not open in the target: the virtual ERP takes what a sandbox would refuse there',
      },
    ])
  })

  test.each<[string, Difference, boolean]>([
    ['that it is closed', difference('/2026-09', '/state'), true],
    ['that it is not there', difference('/2026-09', '', 'absent'), false],
    ['that it no longer says whether it is open', difference('/2026-09', '/state', 'absent'), false],
    ['that it is called otherwise', difference('/2026-09', '/name'), false],
    ['that a period is closed that no invoice is of', difference('/2026-08', '/state'), false],
    ['that an account is closed', difference('/2026-09', '/state', 'coerced', 'account'), false],
  ])('%s is explained: %#', (_, found, explained) => {
    for (const simulated of [false, true])
      expect(movedDates(observed(simulated, now), ADAPTER, BASELINE).explains(found)).toBe(explained)
  })
})

test.each([false, true])(
  'a period that the target has lost explains nothing, and its invoices are told: %#',
  (simulated) => {
    const now = periods({ '2026-10': 'open' })
    const { codes, explains, told } = movedDates(observed(simulated, now), ADAPTER, BASELINE)
    expect([[...codes], explains(difference('/2026-09', '', 'absent'))]).toEqual([[], false])
    expect(told.reduce((sum, { count }) => sum + count, 0)).toBe(2)
  },
)

test('without an open period, every invoice of a closed one is named with the reason, and no other', () => {
  const { unplaced, told } = movedDates(observed(false, periods({ '2026-09': 'closed' })), ADAPTER, BASELINE)
  expect([...unplaced.keys()]).toEqual(['S-104 RE-1', 'S-105 RE-2', 'S-105 RE-3'])
  expect(told).toEqual([])
})

test('an ERP without periods moves nothing and explains nothing', () => {
  const { codes, explains } = movedDates(observed(false, {}), {} as ErpAdapter, BASELINE)
  expect([codes.size, explains(difference('/2026-09', '/state'))]).toEqual([0, false])
})
