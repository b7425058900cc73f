import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Operation, RefusalReason } from '../ports/erp.ts'
import type { Failure, FailureAction, Moment } from '../ports/failure.ts'

const failures = new Map<string, Failure>()
for (const file of readdirSync(import.meta.dirname).sort()) {
  if (file.endsWith('.test.ts')) continue
  const module: { default: Failure } = await import(join(import.meta.dirname, file))
  failures.set(file.slice(0, -3), module.default)
}

const operation = (kind: Operation['kind']): Operation => ({
  kind,
  name: `bill.${kind}`,
  resource: 'bill',
  references: [],
  sends: [],
  reads: [],
  filters: [],
})
const refusal = (why: RefusalReason) => ({ status: 422, headers: {}, body: { text: why } })
const moment = (kind: Operation['kind'], isVictim: boolean, isBooking = false): Moment => ({
  request: { method: 'POST', path: '/', query: '', headers: {} },
  operation: operation(kind),
  content: 'as it was approved',
  isVictim,
  isBooking,
  refusal,
})

/** What a connector does with two invoices, of which the second is struck, and once more what it does with that. */
const DAY: readonly (readonly [string, Moment])[] = [
  ['log in', moment('session', false)],
  ['look up', moment('lookup', false)],
  ['create another', moment('create', false)],
  ['book another', moment('transition', false, true)],
  ['find', moment('find', true)],
  ['create', moment('create', true)],
  ['create again', moment('create', true)],
  ['log in again', moment('session', false)],
  ['create a third time', moment('create', true)],
  ['book', moment('transition', true, true)],
  ['book again', moment('transition', true, true)],
]

const textOf = (action: FailureAction): string => {
  if (action.do === 'answer' || action.do === 'lose') {
    const { body, status } = action.response
    return `${action.do} ${status}${status === 422 && body !== undefined && 'text' in body ? ` ${body.text}` : ''}`
  }
  return action.do
}

test.each<[string, Readonly<Record<string, string>>]>([
  ['answer-lost-at-booking', { book: 'lose 504' }],
  ['answer-lost-at-create', { create: 'lose 504' }],
  ['bridge-offline', Object.fromEntries(DAY.slice(4).map(([what]) => [what, 'answer 503']))],
  ['connection-reset', { create: 'cut' }],
  [
    'duplicate-refused',
    {
      create: 'answer 422 duplicate',
      'create again': 'answer 422 duplicate',
      'create a third time': 'answer 422 duplicate',
    },
  ],
  [
    'line-refused',
    { create: 'answer 422 line', 'create again': 'answer 422 line', 'create a third time': 'answer 422 line' },
  ],
  ['period-locked', { book: 'answer 422 period', 'book again': 'answer 422 period' }],
  ['rate-limited', { create: 'answer 429' }],
  ['run-repeated', {}],
  ['server-error', { create: 'answer 500', 'create again': 'answer 500', 'create a third time': 'answer 500' }],
  ['session-expired', { create: 'answer 401', 'create again': 'answer 401' }],
])('%s strikes where it should and nowhere else', (id, expected) => {
  const act = failures.get(id)?.begin()
  const struck = DAY.map(([what, each]) => [what, textOf(act?.(each) ?? { do: 'pass' })] as const)
  expect(Object.fromEntries(struck.filter(([, what]) => what !== 'pass'))).toEqual(expected)
})

describe.each([...failures])('%s', (id, failure) => {
  test('has an id in kebab case, a title and a description', () => {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/)
    for (const text of [failure.title, failure.description]) expect(text).toMatch(/^[A-Z].+\.$/)
  })

  test('strikes again in another run', () => {
    const [first, second] = [failure.begin(), failure.begin()].map((act) => DAY.map(([, each]) => textOf(act(each))))
    expect(second).toEqual(first)
  })

  test('stands in docs/connector.md', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../docs/connector.md'), 'utf8').replace(/ +/g, ' ')
    expect(docs).toContain(`| \`${id}\` | ${failure.title} |`)
  })
})

test('an invoice without the refused line is taken', () => {
  const act = failures.get('line-refused')?.begin()
  const other: Moment = { ...moment('create', true), content: 'with a line less' }
  expect([moment('create', true), other].map((each) => textOf(act?.(each) ?? { do: 'pass' }))).toEqual([
    'answer 422 line',
    'pass',
  ])
})
