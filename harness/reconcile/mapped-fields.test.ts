import { expect, test } from 'vitest'
import { FieldMapping, type MappingRow } from '../model/mapping.ts'
import type { MappingFact } from '../ports/mapping-fact.ts'
import { golden } from '../reporters/fixtures/golden.ts'
import { type Met, mappedFields } from './mapped-fields.ts'

const row = (from: string, field: string, more: Record<string, unknown> = {}) => ({
  ...{ from, to: { resource: 'bill.lines', field }, direction: 'send', ...more },
})

const MAPPING = FieldMapping.parse({
  fields: [
    row('/lines/*/account', 'account', { list: 'accounts', required: true }),
    row('/lines/*/costCenter', 'costCenter', {
      list: 'costCenters',
      transform: ['leading zeros go', { 'map-value': { values: { D10: 'CC10' } } }],
    }),
    { from: '/gross', to: { resource: 'bill.totals', field: 'gross' }, direction: 'read' },
  ],
})

const fact = (about: MappingFact['about'], from: string, resource: string, field: string): MappingFact => ({
  about,
  from,
  found: '',
  difference: {
    ...{
      area: 'structure',
      kind: 'absent',
      class: 'structure',
      loudness: resource === 'bill.totals' ? 'silent' : 'loud',
    },
    ...{ resource, pointer: `/${field}`, at: '', stage: '', baseline: null, candidate: null, sent: null },
    ...{ invoices: ['S-104 RE-1', 'S-104 RE-2'], seenBy: 'connector' },
  },
})

const finding = (over: Partial<Met['findings'][number]>): Met['findings'][number] => ({
  ...{ fingerprint: 'be94dc12ae8d', severity: 'error', area: 'documents', resource: 'bill.lines', pointer: '/account' },
  ...over,
})

const mapped = (asIs: Partial<Met>, withPlan?: Parameters<typeof mappedFields>[0]['withPlan']) =>
  mappedFields({
    mapping: MAPPING,
    asIs: { facts: [], findings: [], ...asIs },
    withPlan,
    invoicesOf: ({ to }: MappingRow) => (to.field === 'costCenter' ? 0 : 12),
  })

test('a row says where a value comes from, where it goes, what is done to it and how many invoices exercise it', () => {
  expect(mapped({})[1]).toEqual({
    ...{ from: '/lines/*/costCenter', direction: 'send', resource: 'bill.lines', field: 'costCenter', record: null },
    transform: ['leading zeros go', 'Send and search costCenter of bill.lines with other values: D10 becomes CC10.'],
    ...{ list: 'costCenters', required: false, invoices: 0, state: 'unaffected', findings: [], plan: null },
  })
})

test.each<[string, Partial<Met>, readonly (string | null)[]]>([
  ['nothing', {}, ['unaffected', 'unaffected', 'unaffected']],
  [
    'a field that is gone',
    { facts: [fact('gone', '/gross', 'bill.totals', 'gross')] },
    ['unaffected', 'unaffected', 'gone'],
  ],
  [
    'another type',
    { facts: [fact('retyped', '/lines/*/account', 'bill.lines', 'account')] },
    ['retyped', 'unaffected', 'unaffected'],
  ],
  [
    'a value that is gone',
    { facts: [fact('value-gone', '/lines/*/costCenter', 'bill.lines', 'costCenter')] },
    ['unaffected', 'value-gone', 'unaffected'],
  ],
  [
    'a field that nothing feeds',
    { facts: [fact('unmapped', 'one value for all', 'bill.lines', 'project')] },
    ['unaffected', 'unaffected', 'unaffected', 'not-fed'],
  ],
  ['a finding about the stored value', { findings: [finding({})] }, ['touched', 'unaffected', 'unaffected']],
  [
    'a finding about a value of the list',
    { findings: [finding({ area: 'values', resource: 'costCenters', pointer: '/active' })] },
    ['unaffected', 'touched', 'unaffected'],
  ],
  [
    'a finding for information',
    { findings: [finding({ severity: 'info' })] },
    ['unaffected', 'unaffected', 'unaffected'],
  ],
  [
    'a finding about another field',
    { findings: [finding({ pointer: '/accountName' })] },
    ['unaffected', 'unaffected', 'unaffected'],
  ],
])('the rows after %s', (_name, asIs, states) => {
  expect(mapped(asIs).map(({ state }) => state)).toEqual(states)
})

test('with the plan a row is kept, changed, dropped or added, and meets what it meets then', () => {
  const [account, costCenter] = MAPPING.fields
  if (account === undefined || costCenter === undefined) throw new Error('the mapping has rows')
  const added = { ...account, to: { resource: 'bill.lines', field: 'project' } }
  const facts = [fact('gone', '/lines/*/costCenter', 'bill.lines', 'costCenter')]
  const rows = mapped(
    { facts: [...facts, fact('unmapped', 'one value for all', 'bill.lines', 'project')] },
    {
      rows: [
        { row: account, was: 0, isChanged: false },
        { row: { ...costCenter, to: { resource: 'bill', field: 'center' } }, was: 1, isChanged: true },
        { row: added, was: undefined, isChanged: true },
      ],
      facts: [],
      findings: [finding({})],
    },
  )
  expect(rows.map(({ field, state, plan }) => [field, state, plan?.row, plan?.to, plan?.state])).toEqual([
    ['account', 'unaffected', 'kept', 'bill.lines account', 'touched'],
    ['costCenter', 'gone', 'changed', 'bill center', 'unaffected'],
    ['gross', 'unaffected', 'dropped', 'bill.totals gross', null],
    ['project', null, 'added', 'bill.lines project', 'unaffected'],
  ])
})

test('the findings of a row are those that the report links to', () => {
  const all = golden().findings
  const about = all.filter(
    ({ resource, pointer, severity }) =>
      severity !== 'info' && resource === 'account.invoice' && pointer === '/total_amount',
  )
  const fields = FieldMapping.parse({
    fields: [{ from: '/gross', to: { resource: 'account.invoice', field: 'total_amount' }, direction: 'read' }],
  })
  const [gross] = mappedFields({
    mapping: fields,
    asIs: { facts: [], findings: all },
    withPlan: undefined,
    invoicesOf: () => 1,
  })
  expect(gross?.findings).toEqual(about.map(({ fingerprint }) => fingerprint))
})
