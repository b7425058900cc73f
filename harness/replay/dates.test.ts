import { describe, expect, test } from 'vitest'
import { toJson } from '../base/json.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ListedValue } from '../model/snapshot.ts'
import type { Operation, Outcome, Periods } from '../ports/erp.ts'
import { DateShifting } from './dates.ts'
import { NO_SCHEMA } from './fixtures/small-erp.ts'

const SCHEMA: ErpSchema = {
  ...NO_SCHEMA,
  resources: {
    invoice: {
      read: {
        properties: {
          invoice_date: { format: 'date' },
          due: { format: 'date' },
          period: { type: 'string' },
          memo: { type: 'string' },
        },
      },
    },
  },
}

const PERIODS: Periods = {
  list: 'period',
  state: 'state',
  read: ({ code, fields }) => ({
    code,
    from: String(fields.from),
    to: String(fields.to),
    isOpen: fields.state === 'open',
  }),
  bookedOn: (sent) => String(Object(sent).invoice_date ?? ''),
  kindOf: (_, field) =>
    field === 'invoice_date' || field === 'due' ? 'date' : field === 'period' ? 'period' : undefined,
  wire: (date) => ({ date }),
}

/** `2026-10 open 2026-10-01 2026-10-31` */
function periods(...rows: readonly string[]): Readonly<Record<string, readonly ListedValue[]>> {
  return {
    period: rows.map((row) => {
      const [code = '', state = '', from = '', to = ''] = row.split(' ')
      return { id: code, code, active: true, fields: { from, to, state } }
    }),
  }
}

const month = (code: string, state: string) =>
  `${code} ${state} ${code}-01 ${code}-${code.endsWith('11') ? '30' : '31'}`
const RECORDED = periods(month('2026-08', 'closed'), month('2026-10', 'open'), month('2026-11', 'open'))
const shifting = (...now: readonly string[]) =>
  DateShifting.between({ periods: PERIODS }, SCHEMA, RECORDED, periods(...now))
const on = (date: string) => ({ invoice_date: date })

describe('the dates of an invoice', () => {
  test.each([
    {
      name: 'stay where its period is open',
      date: '2026-10-05',
      now: [month('2026-10', 'open'), month('2026-11', 'open')],
      moved: undefined,
    },
    {
      name: 'stay where the period was closed when it was recorded, so that it is refused again',
      date: '2026-08-05',
      now: [month('2026-08', 'closed'), month('2026-11', 'open')],
      moved: undefined,
    },
    {
      name: 'stay where the recorded release says nothing of the period',
      date: '2026-09-05',
      now: [month('2026-11', 'open')],
      moved: undefined,
    },
    {
      name: 'move by whole weeks into the next open period',
      date: '2026-10-01',
      now: [month('2026-10', 'closed'), month('2026-11', 'open')],
      moved: { days: 35, from: '2026-10', into: '2026-11' },
    },
    {
      name: 'move out of a period that the target does not have',
      date: '2026-10-31',
      now: [month('2026-11', 'open')],
      moved: { days: 7, from: '2026-10', into: '2026-11' },
    },
    {
      name: 'move back where an earlier period is nearer',
      date: '2026-11-02',
      now: [month('2026-10', 'open'), month('2026-11', 'closed'), '2027-01 open 2027-01-01 2027-01-31'],
      moved: { days: -7, from: '2026-11', into: '2026-10' },
    },
    {
      name: 'have no place where no period is open',
      date: '2026-10-05',
      now: [month('2026-10', 'closed'), month('2026-11', 'closed')],
      moved: {
        from: '2026-10',
        why: expect.stringContaining('period 2026-10 is not open in the target, and no other'),
      },
    },
    { name: 'stay where it has none', date: '', now: [month('2026-11', 'open')], moved: undefined },
  ])('$name', ({ date, now, moved }) => {
    expect(shifting(...now)?.of(on(date))).toEqual(moved)
  })

  test('keep their weekday and their distance in days', () => {
    for (let day = 1; day <= 31; day++) {
      const date = `2026-10-${String(day).padStart(2, '0')}`
      const shift = shifting(month('2026-11', 'open'))?.of(on(date))
      expect(shift !== undefined && 'days' in shift && shift.days % 7).toBe(0)
    }
  })

  test.each([
    ['the ERP lists no periods', { periods: undefined }, RECORDED, RECORDED],
    ['nothing is known of the recorded release', { periods: PERIODS }, undefined, RECORDED],
    ['the target has no such list', { periods: PERIODS }, RECORDED, {}],
  ] as const)('are never moved where %s', (_, adapter, before, now) => {
    expect(DateShifting.between(adapter.periods === undefined ? {} : adapter, SCHEMA, before, now)).toBeUndefined()
  })
})

describe('what is sent and what is answered', () => {
  const dates = shifting(month('2026-10', 'closed'), month('2026-11', 'open'))
  const shift = { days: 35, from: '2026-10', into: '2026-11' }

  test('every date of a request is moved, in the form of the ERP, and no text that looks like one', () => {
    const operation: Operation = {
      kind: 'create',
      name: 'invoice.create',
      resource: 'invoice',
      references: [],
      reads: [],
      filters: [{ pointer: 'query:due', resource: 'invoice', field: 'due', value: '2026-10-31' }],
      sends: [
        { pointer: '/invoice_date', resource: 'invoice', field: 'invoice_date', value: '2026-10-01' },
        { pointer: '/due', resource: 'invoice', field: 'due', value: null },
        { pointer: '/memo', resource: 'invoice', field: 'memo', value: '2026-10-01' },
      ],
    }
    expect(dates?.sends(operation, shift)).toEqual([
      ['/invoice_date', { date: '2026-11-05' }],
      ['query:due', { date: '2026-12-05' }],
    ])
  })

  test('a document is as if nothing had been moved; a wrong date and a wrong period still show', () => {
    const stored = (invoice_date: string, due: string, period: string) =>
      toJson({ invoice_date, due, period, memo: '2026-11-05', lines: [{ due }] })
    expect(dates?.restored(stored('2026-11-05', '2026-12-05', '2026-11'), shift)).toEqual(
      toJson({
        invoice_date: '2026-10-01',
        due: '2026-10-31',
        period: '2026-10',
        memo: '2026-11-05',
        lines: [{ due: '2026-10-31' }],
      }),
    )
    expect(dates?.restored(stored('2026-11-04', '2026-12-06', '2026-12'), shift)).toMatchObject({
      invoice_date: '2026-09-30',
      due: '2026-11-01',
      period: '2026-12',
    })
  })

  test('a refusal tells the recorded dates and the recorded period', () => {
    const message = 'Invoice of 2026-11-05 in period 2026-11: no rate.'
    const outcome: Outcome = {
      state: 'rejected',
      errors: [{ scope: 'record', code: 'E', message }],
      raw: { text: [message] },
    }
    const told = 'Invoice of 2026-10-01 in period 2026-10: no rate.'
    expect(dates?.answer(outcome, shift)).toEqual({
      state: 'rejected',
      errors: [{ scope: 'record', code: 'E', message: told }],
      raw: { text: [told] },
    })
  })
})
