import { describe, expect, test } from 'vitest'
import type { ErpSchema } from '../model/schema.ts'
import type { StructureDifference } from '../model/structure.ts'
import { structureComparison } from './structure/compare.ts'
import { lostSearchValues, opinionFacts, renameFacts, type StructureUses, structureFacts } from './structure-facts.ts'

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

const uses = (over: Partial<StructureUses>): StructureUses => ({
  field: () => undefined,
  lacking: () => new Set(),
  withoutBody: () => new Set(),
  places: [],
  literals: [],
  ...over,
})
const only = (...differences: StructureDifference[]) => ({ differences, at: () => [] })

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
  const field: StructureUses['field'] = (direction, resource, name) =>
    direction === 'read' && resource === 'account.invoice' && name === 'reference' ? used : undefined
  const [fact] = structureFacts(only(change(over)), uses({ field }))
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
  const [fact] = structureFacts(only(required), uses({ field: () => sends, lacking }))
  expect(fact?.difference.invoices).toEqual(['S-1 R-2', 'S-1 R-3'])
})

test('a body that becomes required concerns who calls the operation without one, and not who sends one', () => {
  const withoutBody = (resource: string) => new Set(resource === 'POST /bills/{id}/approve' ? ['S-1 R-2'] : [])
  const body = { resource: 'POST /bills/{id}/approve', pointer: '', keyword: 'body', direction: 'send' as const }
  const [fact] = structureFacts(
    only(change({ ...body, change: 'added' })),
    uses({ field: () => new Set(['S-1 R-1']), withoutBody }),
  )
  expect(fact?.difference).toMatchObject({ pointer: '', invoices: ['S-1 R-2'] })
})

describe('a schema that several resources share', () => {
  const bills = (code: unknown): ErpSchema => ({
    format: 'erp-change-gate/schema',
    version: 1,
    source: { kind: 'openapi', inferred: false },
    definitions: { Document: { type: 'object', properties: { supplier: code } } },
    resources: {
      bill: { send: { $ref: '#/definitions/Document' } },
      credit: { send: { $ref: '#/definitions/Document' } },
    },
  })
  const comparison = structureComparison(bills({ maxLength: 20 }), bills({ maxLength: 10 }))

  test('concerns those who send any of them, although it is told at the first', () => {
    const credits = new Set(['S-104 CN-2026-0031'])
    const field: StructureUses['field'] = (_, resource) => (resource === 'credit' ? credits : undefined)
    const places = [{ direction: 'send' as const, resource: 'credit', field: 'supplier' }]
    const facts = structureFacts(comparison, uses({ field, places }))
    expect(facts.map(({ structure, difference }) => [structure.resource, difference.invoices])).toEqual([
      ['bill', ['S-104 CN-2026-0031']],
    ])
  })
})

test('what may have another name, and where a second engine disagrees, concerns those who use the place', () => {
  const users = new Set(['S-104 RE-2026-0815'])
  const field: StructureUses['field'] = (_, __, name) => (name === 'department' ? users : undefined)
  const place = { resource: 'account.invoice.line', direction: 'send' as const }
  const proposal = { kind: 'field' as const, ...place, from: '/department', to: '/cost_center', confidence: 97 }
  const target = { toResource: place.resource }
  const [rename] = renameFacts(
    [{ ...proposal, ...target, oldValue: null, newValue: null, evidence: [] }],
    uses({ field }),
  )
  expect(rename?.difference).toMatchObject({
    pointer: '/department',
    baseline: 'department',
    candidate: 'cost_center',
    invoices: ['S-104 RE-2026-0815'],
  })
  const disagreed = [{ ...place, pointer: '/memo', schemaPointer: '', ours: 'no difference', theirs: 'documents lost' }]
  const [opinion] = opinionFacts({ engine: 'json-schema-diff', agreed: 3, disagreed, notAsked: 0 }, uses({ field }))
  expect(opinion?.difference).toMatchObject({ baseline: 'no difference', candidate: 'documents lost', invoices: [] })
})

test('a record that may have another name concerns those who use any field of it', () => {
  const field: StructureUses['field'] = (_, resource, name) => new Set([`${resource} ${name}`])
  const places = [
    { direction: 'read' as const, resource: 'paymentTerms', field: 'code' },
    { direction: 'read' as const, resource: 'paymentTerms', field: 'days' },
    { direction: 'send' as const, resource: 'paymentTerms', field: 'code' },
    { direction: 'read' as const, resource: 'taxGroups', field: 'code' },
  ]
  const place = { resource: 'paymentTerms', direction: 'read' as const, from: 'paymentTerms', to: 'paymentTerm' }
  const proposal = {
    kind: 'resource' as const,
    ...place,
    toResource: 'paymentTerm',
    oldValue: null,
    newValue: null,
    confidence: 95,
    evidence: [],
  }
  const [fact] = renameFacts([proposal], uses({ field, places }))
  expect(fact?.difference).toMatchObject({
    resource: 'paymentTerms',
    pointer: '',
    baseline: 'paymentTerms',
    candidate: 'paymentTerm',
    invoices: ['paymentTerms code', 'paymentTerms days'],
  })
})

test.each<[string, string, string[]]>([
  ['searches for the old name', 'close', ['S-104 RE-2026-0815']],
  ['searches for the new name, by plan', 'closed', []],
])('a value that may have another name concerns who %s', (_, value, invoices) => {
  const place = { resource: 'account.period', direction: 'read' as const, from: '/state', to: '/state' }
  const proposal = {
    kind: 'value' as const,
    ...place,
    toResource: place.resource,
    oldValue: 'close',
    newValue: 'closed',
    confidence: 91,
    evidence: [],
  }
  const literals = [{ resource: 'account.period', field: 'state', value, invoices: ['S-104 RE-2026-0815'] }]
  const field = () => new Set(['S-104 RE-2026-0815', 'S-104 RE-2026-0816'])
  const [fact] = renameFacts([proposal], uses({ field, literals }))
  expect(fact?.difference).toMatchObject({ baseline: '["close"]', candidate: '["closed"]', invoices })
})
