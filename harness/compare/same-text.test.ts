import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, isJsonArray, type Json, parseJson, toJson } from '../base/json.ts'
import { keepText } from '../base/json-parts.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, StoredDocument } from '../model/snapshot.ts'
import type { InvoiceObservation } from '../ports/observation.ts'
import { compareDocuments } from './documents.ts'
import { assignedAlone } from './same-text.ts'

const SCHEMA: ErpSchema = {
  format: 'erp-change-gate/schema',
  version: 1,
  source: { kind: 'tryton-fields-get', inferred: false },
  definitions: {},
  resources: { invoice: { read: { properties: { lines: { 'x-relation': 'line' } } } } },
}
const meaning = (resource: string, field: string) => ({
  class: field === 'total' || field === 'amount' ? ('amount' as const) : ('text' as const),
  // The number of a document is the ERP's own; that of a line is the connector's.
  assigned: field === 'id' || (field === 'number' && resource === 'invoice'),
})
const known = { meaning, relation: (_: string, field: string) => (field === 'lines' ? 'line' : undefined) }

/** What a comparison of one invoice finds, with documents that are there or with texts of them beside. */
function found(then: readonly DocumentStage[], now: readonly DocumentStage[], withTexts: boolean) {
  const before: StoredDocument = { key: 'S-1 RE-1', sent: null, stages: then }
  const invoice: InvoiceObservation = {
    key: 'S-1 RE-1',
    supplier: 'S-1',
    reference: 'RE-1',
    sent: null,
    operations: [],
    stages: now,
  }
  for (const [owner, stages] of [[before, then] as const, [invoice, now] as const]) {
    if (withTexts) keepText(owner, canonicalJson(toJson(stages)))
  }
  const { documents, leftOut, uncompared } = compareDocuments({
    observation: {
      identity: {
        product: '',
        release: '',
        build: '',
        environment: 'sandbox',
        proof: '',
        simulated: true,
        principal: '',
      },
      schema: SCHEMA,
      values: {},
      shared: [],
      invoices: [invoice],
      byRules: [],
      copies: [],
      leftBehind: [],
    },
    baseline: [before],
    baselineSchema: SCHEMA,
    documentResource: 'invoice',
    meaning,
  })
  return { documents, leftOut: [...leftOut], uncompared: [...uncompared] }
}

/** Few values, so that equal rows, equal numbers and values that are missing on one side are common. */
const scalar = fc.constantFrom<Json>(
  '',
  null,
  'RE-1',
  '7',
  '12.50',
  '12.5',
  'a "quoted"\\',
  parseJson('12.50'),
  parseJson('12.5'),
)
const line = fc.record(
  { id: scalar, number: scalar, amount: scalar, party: fc.record({ id: scalar, name: scalar }, { requiredKeys: [] }) },
  { requiredKeys: ['amount'] },
)
const document: fc.Arbitrary<Json> = fc.record(
  {
    id: scalar,
    number: scalar,
    total: scalar,
    lines: fc.oneof(fc.constant(null), fc.array(line, { maxLength: 3 })),
    tags: fc.array(scalar, { maxLength: 2 }),
    move: fc.oneof(scalar, fc.record({ id: scalar, number: scalar })),
    nested: fc.array(fc.array(line, { maxLength: 2 }), { maxLength: 2 }),
  },
  { requiredKeys: ['id', 'lines'] },
)
const stage: fc.Arbitrary<DocumentStage> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      after: fc.constantFrom('create', 'post'),
      outcome: fc.constant('accepted' as const),
      document,
    }),
  },
  fc.record({ after: fc.constant('post'), outcome: fc.constant('rejected' as const), error: scalar }),
  fc.record({ after: fc.constant('post'), outcome: fc.constant('accepted' as const) }),
)

/** The same value with some of its scalars replaced, lists turned or cut, and members taken away, as it was picked. */
function changed(value: Json, picks: Iterator<number>, values: readonly Json[]): Json {
  const pick = picks.next().value ?? 0
  if (isJsonArray(value)) {
    const items = value.map((item) => changed(item, picks, values))
    return pick % 11 === 1 ? items.toReversed() : pick % 11 === 2 ? items.slice(1) : items
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const members = Object.entries(value).map(([key, member]) => [key, changed(member, picks, values)] as const)
    return Object.fromEntries(pick % 13 === 1 ? members.slice(1) : members)
  }
  return pick % 5 === 1 ? (values[pick % values.length] ?? null) : value
}

test('a comparison by texts finds what one by values finds', () => {
  let decided = 0
  fc.assert(
    fc.property(
      fc.array(stage, { minLength: 1, maxLength: 2 }),
      fc.array(fc.nat(100), { minLength: 1, maxLength: 60 }),
      fc.array(scalar, { minLength: 1, maxLength: 4 }),
      (then, picks, values) => {
        const now = then.map((one) =>
          one.document === undefined ? one : { ...one, document: changed(one.document, picks.values(), values) },
        )
        expect(found(then, now, true)).toEqual(found(then, now, false))
        const texts = [then, now].map((stages) => canonicalJson(toJson(stages)))
        if (assignedAlone('invoice', texts[0] ?? '', texts[1] ?? '', known) !== undefined) decided += 1
      },
    ),
    { numRuns: 1000 },
  )
  // Otherwise nothing was shown.
  expect(decided).toBeGreaterThan(50)
})

describe('texts show that nothing differs but what the ERP assigns', () => {
  const accepted = (document: string) => `[{"after":"post","document":${document},"outcome":"accepted"}]`
  test.each<[string, string, string, number | undefined]>([
    ['the same document', '{"id":"7","total":"12.50"}', '{"id":"7","total":"12.50"}', 0],
    ['an id and the number', '{"id":"7","number":"R-1"}', '{"id":"8","number":"R-22"}', 2],
    ['an id of every line', '{"lines":[{"id":1},{"id":2}]}', '{"lines":[{"id":3},{"id":14}]}', 2],
    ['an id that is spelled otherwise', '{"id":7.0}', '{"id":7.00}', 0],
    ['an id that is gone', '{"id":"7"}', '{"id":null}', undefined],
    ['an id that is a record now', '{"id":"7"}', '{"id":{}}', undefined],
    ['the number of a line', '{"lines":[{"number":"1"}]}', '{"lines":[{"number":"2"}]}', undefined],
    ['an amount', '{"total":"12.50"}', '{"total":"12.51"}', undefined],
    ['an amount with a digit more', '{"total":12}', '{"total":125}', undefined],
    ['a member more', '{"id":"7"}', '{"id":"7","total":"0.00"}', undefined],
    ['a line less', '{"lines":[{"id":1},{"id":2}]}', '{"lines":[{"id":1}]}', undefined],
    ['a tag', '{"tags":["a"]}', '{"tags":["b"]}', undefined],
    ['a long text with another end', `{"note":"${'ø'.repeat(300)}a"}`, `{"note":"${'ø'.repeat(300)}b"}`, undefined],
    ['a long text', `{"id":1,"note":"${'\\"'.repeat(300)}"}`, `{"id":2,"note":"${'\\"'.repeat(300)}"}`, 1],
    ['another key with an escaped sign', '{"i\\"d":1}', '{"i\\"d":2}', undefined],
    ['a text that is cut off', '{"id":"7', '{"id":"7', undefined],
    ['no document', 'null', 'null', undefined],
  ])('%s', (_, then, now, expected) => {
    expect(assignedAlone('invoice', accepted(then), accepted(now), known)).toBe(expected)
  })

  test.each([
    ['another operation', '[{"after":"create","document":{},"outcome":"accepted"}]', accepted('{}')],
    ['another outcome', '[{"after":"post","error":1,"outcome":"rejected"}]', accepted('{}')],
    ['another error', '[{"error":1,"outcome":"rejected"}]', '[{"error":2,"outcome":"rejected"}]'],
    [
      'a document that was not read back',
      '[{"after":"post","outcome":"accepted"}]',
      '[{"after":"post","outcome":"accepted"}]',
    ],
    ['a stage more', accepted('{}'), `${accepted('{}').slice(0, -1)},{"after":"post","outcome":"rejected"}]`],
    ['what is no list', '{}', '{}'],
  ])('and not %s', (_, then, now) => {
    expect(assignedAlone('invoice', then, now, known)).toBeUndefined()
  })
})
