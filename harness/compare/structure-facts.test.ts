import { describe, expect, test } from 'vitest'
import type { ErpSchema } from '../model/schema.ts'
import type { StructureDifference } from '../model/structure.ts'
import { lostSearchValues, structureFacts } from './structure-facts.ts'

const change = (over: Partial<StructureDifference>): StructureDifference => ({
  resource: 'account.invoice',
  direction: 'read',
  pointer: '/reference',
  schemaPointer: '',
  keyword: 'property',
  change: 'removed',
  old: '"string"',
  new: null,
  effect: 'breaking',
  why: '',
  shared: null,
  also: 0,
  ...over,
})

test.each<[string, Partial<StructureDifference>, string, string, string[]]>([
  ['a field that is gone is absent and loud', {}, 'absent', 'loud', ['S-104 RE-2026-0815']],
  ['a field that is new is extra and silent', { change: 'added' }, 'extra', 'silent', ['S-104 RE-2026-0815']],
  ['a narrowed field is loud', { change: 'narrowed' }, 'coerced', 'loud', ['S-104 RE-2026-0815']],
  ['a widened field is silent', { change: 'widened' }, 'coerced', 'silent', ['S-104 RE-2026-0815']],
  ['an altered field is silent', { change: 'altered' }, 'coerced', 'silent', ['S-104 RE-2026-0815']],
  ['a field that nobody sends', { direction: 'send' }, 'absent', 'loud', []],
  ['a field of another record', { resource: 'account.move' }, 'absent', 'loud', []],
  ['a place within a field is that field', { pointer: '/reference/*/text' }, 'absent', 'loud', ['S-104 RE-2026-0815']],
])('%s', (_, over, kind, loudness, invoices) => {
  const used = new Set(['S-104 RE-2026-0815'])
  const [fact] = structureFacts([change(over)], (direction, resource, field) =>
    direction === 'read' && resource === 'account.invoice' && field === 'reference' ? used : undefined,
  )
  expect(fact?.structure).toEqual(change(over))
  expect(fact?.difference).toMatchObject({
    area: 'structure',
    class: 'structure',
    kind,
    loudness,
    invoices,
    seenBy: 'gate',
  })
})

describe('values that the connector searches by', () => {
  const schema = (values?: readonly string[]): ErpSchema => ({
    format: 'erp-change-gate/schema',
    version: 1,
    source: { kind: 'tryton-fields-get', inferred: false },
    definitions: {},
    resources: {
      'account.period': {
        read: { properties: { state: values === undefined ? { type: 'string' } : { enum: values } } },
      },
    },
  })
  const literal = (value: string, field = 'state') => [
    { resource: 'account.period', field, value, invoices: ['S-104 RE-2026-0815'] },
  ]
  const before = schema(['open', 'close'])

  test.each<[string, string, ErpSchema, ErpSchema, number]>([
    ['is still there', 'open', before, schema(['open', 'closed']), 0],
    ['is gone', 'close', before, schema(['open', 'closed']), 1],
    ['was never there', 'locked', before, schema(['open', 'closed']), 0],
    ['may be anything now', 'close', before, schema(), 0],
    ['might have been anything before', 'close', schema(), schema(['open', 'closed']), 0],
  ])('a value that %s', (_, value, baseline, candidate, lost) => {
    expect(lostSearchValues(literal(value), baseline, candidate)).toHaveLength(lost)
  })

  test('are told with the invoices of the search', () => {
    expect(lostSearchValues(literal('close'), before, schema(['open', 'closed']))).toEqual([
      {
        area: 'structure',
        kind: 'absent',
        class: 'coding',
        loudness: 'silent',
        resource: 'account.period',
        pointer: '/state',
        at: '',
        stage: '',
        baseline: 'close',
        candidate: null,
        sent: 'close',
        invoices: ['S-104 RE-2026-0815'],
        seenBy: 'connector',
      },
    ])
  })

  test('are not asked of a field that neither release has', () => {
    expect(lostSearchValues(literal('close', 'kind'), before, before)).toEqual([])
  })
})

test('a field that becomes required concerns who sends the record without it, and not who sends it already', () => {
  const sends = new Set(['S-1 R-1', 'S-1 R-2'])
  const lacking = (resource: string, field: string) =>
    new Set(resource === 'account.invoice' && field === 'reference' ? ['S-1 R-2', 'S-1 R-3'] : [])
  const required = change({ keyword: 'required', change: 'added', direction: 'send' })
  const [fact] = structureFacts([required], () => sends, lacking)
  expect(fact?.difference.invoices).toEqual(['S-1 R-2', 'S-1 R-3'])
})
