import { describe, expect, test } from 'vitest'
import type { ReleaseNoteEntry, Waiver } from '../model/change.ts'
import { type Check, NO_FACTS } from '../ports/check.ts'
import type { Exercised, UnjudgedFinding } from '../ports/expectation.ts'
import { runChecks } from './findings.ts'
import { allExpectations, difference, found, INVOICE, KEY, LINE, waiverChecks } from './fixtures/findings.ts'
import { planSentence } from './plan-sentence.ts'
import { reconcile } from './reconcile.ts'

const expectations = await allExpectations()
const checksOfWaivers = await waiverChecks()

const TAX = found('stored-amount-changed', [{}])
const NOTE: ReleaseNoteEntry = {
  id: 'RN-7',
  from: 'erp-publisher',
  source: 'https://docs.tryton.org/7.0/releases',
  says: 'Taxes are computed when the invoice is validated.',
  'affects-us': true,
  expect: [{ 'stage-of-computation-changed': { resource: INVOICE, fields: ['tax_amount'], after: 'create' } }],
  plan: [],
}
const note = (over: Partial<ReleaseNoteEntry> = {}): ReleaseNoteEntry => ({ ...NOTE, ...over })
const PEOPLE = { developer: 'Ada Nilsen', approver: 'Bo Lund' }
const waiver = (over: Partial<Waiver> = {}): Waiver => ({
  fingerprint: TAX.finding.fingerprint,
  owner: 'Cleo Dahl',
  approver: 'Bo Lund',
  reason: 'Only drafts are concerned.',
  expires: '2026-12-31T00:00Z',
  ...over,
})

const using = (touches: Exercised['touches']): Exercised => ({ touches, names: touches })

function reconciled(over: Partial<Parameters<typeof reconcile>[0]> = {}) {
  return reconcile({
    findings: [TAX],
    windowEnd: '2026-12-05T19:00Z',
    withPlan: undefined,
    notes: [],
    waivers: [],
    waiverChecks: checksOfWaivers,
    severity: {},
    expectations,
    exercised: using(() => true),
    at: '2026-12-05T20:00Z',
    people: PEOPLE,
    ...over,
  })
}

describe('a finding', () => {
  test('that nothing announces is unexpected, and comes with an expectation to paste', () => {
    const [finding] = reconciled().findings
    expect(finding).toMatchObject({ status: 'unexpected', notes: [], withPlan: 'not-replayed' })
    const [, id, args] = /^- ([\w-]+): (.*)$/.exec(finding?.suggestion ?? '') ?? []
    const again = reconciled({ notes: [note({ expect: [{ [id ?? '']: JSON.parse(args ?? '{}') }] })] })
    expect(again.findings[0]).toMatchObject({ status: 'expected', notes: ['RN-7'], suggestion: null })
  })

  test('that two notes announce names both once', () => {
    const notes = [note(), note({ id: 'RN-8' }), note({ id: 'RN-9', expect: [...note().expect, ...note().expect] })]
    expect(reconciled({ notes }).findings[0]?.notes).toEqual(['RN-7', 'RN-8', 'RN-9'])
  })

  test.each<[string, Partial<ReleaseNoteEntry>]>([
    ['undecided', { 'affects-us': 'undecided' }],
    ['judged not to affect us', { 'affects-us': false, because: 'We send no drafts.' }],
  ])('that only a note announces which is %s is unexpected', (_, over) => {
    expect(reconciled({ notes: [note(over)] }).findings[0]?.status).toBe('unexpected')
  })

  test('that a waiver accepts is waived', () => {
    expect(reconciled({ waivers: [waiver()] }).findings[0]?.status).toBe('waived')
  })

  test('that has more behind it than was waived is another finding', () => {
    const more = found('stored-amount-changed', [{}, { invoices: ['S-105 GS-77'] }])
    expect(reconciled({ findings: [more], waivers: [waiver()] }).findings[0]?.status).toBe('unexpected')
    const other = found('stored-amount-changed', [{ candidate: '24.99' }])
    expect(reconciled({ findings: [other], waivers: [waiver()] }).findings[0]?.status).toBe('unexpected')
  })

  test('keeps its fingerprint when its words or its weight change', () => {
    expect(TAX.finding.fingerprint).toMatch(/^[0-9a-f]{12}$/)
    expect(found('stored-amount-changed', [{}]).finding.fingerprint).toBe(TAX.finding.fingerprint)
  })

  test.each<[string, readonly UnjudgedFinding[], string[]]>([
    ['is gone', [], ['gone']],
    ['is still there', [TAX], ['still-there']],
    [
      'is still there with other values',
      [found('stored-amount-changed', [{ candidate: '1.00' }])],
      ['still-there', 'still-there'],
    ],
    [
      'is still there on one more invoice',
      [found('stored-amount-changed', [{ invoices: [KEY, 'S-105 GS-77'] }])],
      ['still-there', 'still-there'],
    ],
    [
      'is still there after one more operation',
      [found('stored-amount-changed', [{}, { stage: 'post' }])],
      ['still-there', 'still-there'],
    ],
    [
      'is gone, and another field is wrong',
      [found('stored-amount-changed', [{ pointer: '/total_amount' }])],
      ['gone', 'still-there'],
    ],
    [
      'is gone, and a later stage is refused',
      [found('invoice-refused', [{ pointer: '/post', kind: 'refused' }])],
      ['gone', 'still-there'],
    ],
  ])('with the plan %s', (_, withPlan, states) => {
    const { findings } = reconciled({ withPlan })
    expect(findings.map((each) => each.withPlan)).toEqual(states)
    expect(findings.every(({ status }) => status === 'unexpected')).toBe(true)
  })

  test('is still there with a part of what was behind it, which is told once', () => {
    const both = found('stored-amount-changed', [{ invoices: [KEY, 'S-105 GS-77'] }, { at: '/lines/0/tax_amount' }])
    expect(reconciled({ findings: [both], withPlan: [TAX] }).findings).toMatchObject([{ withPlan: 'still-there' }])
  })

  test('that a waiver accepts hides no other value or invoice at the same place with the plan', () => {
    const place = { resource: LINE, pointer: '/account', at: '/lines/0/account' }
    const asIs = found('stored-coding-changed', [{ ...place, baseline: '6540', candidate: '6541' }])
    const invoices = [KEY, 'S-105 GS-77', 'S-106 RE-9']
    const planned = found('stored-coding-changed', [{ ...place, baseline: '5100', candidate: '9999', invoices }])
    const { findings } = reconciled({
      findings: [asIs],
      withPlan: [planned],
      waivers: [waiver({ fingerprint: asIs.finding.fingerprint })],
    })
    expect(findings.map(({ status, severity, invoices: on }) => [status, severity, on.length])).toEqual([
      ['waived', 'error', 1],
      ['unexpected', 'error', 3],
    ])
  })

  test('that only the plan brings to light can be announced and waived like any other', () => {
    const later = found('stored-amount-changed', [{ stage: 'post', pointer: '/total_amount' }])
    const { findings, waivers } = reconciled({
      withPlan: [later],
      waivers: [waiver({ fingerprint: later.finding.fingerprint })],
    })
    expect(findings.map(({ status }) => status)).toEqual(['unexpected', 'waived'])
    expect(waivers[0]?.state).toBe('in-force')
  })
})

describe('a waiver', () => {
  test.each<[string, Partial<Waiver>, string, string]>([
    ['in force', {}, 'in-force', 'waived'],
    ['in force for one more minute', { expires: '2026-12-05T20:01Z' }, 'in-force', 'waived'],
    ['in force in another time zone', { expires: '2026-12-05T21:30+01:00' }, 'in-force', 'waived'],
    ['that lapses before the window ends', { expires: '2026-12-05T19:00Z' }, 'expired', 'unexpected'],
    ['expired this minute', { expires: '2026-12-05T20:00Z' }, 'expired', 'unexpected'],
    ['expired in another time zone', { expires: '2026-12-05T20:30+01:00' }, 'expired', 'unexpected'],
    ['approved by its owner', { approver: 'Cleo Dahl' }, 'self-approved', 'unexpected'],
    ['approved by the developer, written otherwise', { approver: ' ada  NILSEN' }, 'self-approved', 'unexpected'],
    ['approved by the developer of the change', { approver: 'Ada Nilsen' }, 'self-approved', 'unexpected'],
    ['of a finding that is not there', { fingerprint: '000000000000' }, 'unused', 'unexpected'],
  ])('%s', (_, over, state2, status) => {
    const result = reconciled({ waivers: [waiver(over)] })
    expect(result.waivers).toEqual([{ ...waiver(over), state: state2 }])
    expect(result.findings.find(({ area }) => area !== 'waivers')?.status).toBe(status)
  })
})

describe('a waiver that accepts nothing is a finding', () => {
  const told = (over: Partial<Waiver>, more: Partial<Parameters<typeof reconcile>[0]> = {}) =>
    reconciled({ waivers: [waiver(over)], ...more }).findings.filter(({ area }) => area === 'waivers')

  test.each<[string, Partial<Waiver>, string, string]>([
    [
      'because it lapses before the window ends',
      { expires: '2026-12-05T19:00Z' },
      'waiver-expired',
      'expired: it held until 2026-12-05T19:00Z, and the window ends 2026-12-05T19:00Z.',
    ],
    [
      'because its owner approved it',
      { approver: 'Cleo Dahl' },
      'waiver-self-approved',
      'was approved by Cleo Dahl, who is its owner.',
    ],
    [
      'because the developer approved it',
      { approver: 'ada  nilsen' },
      'waiver-self-approved',
      'was approved by ada nilsen, who is the developer of the change.',
    ],
    [
      'because what it accepts is not there',
      { fingerprint: '0a1b2c3d4e5f' },
      'waiver-unused',
      'accepts a finding that is not there: remove it, or find out what became of the finding.',
    ],
  ])('%s', (_, over, check, says) => {
    const { fingerprint } = waiver(over)
    const found = told(over)
    expect(found).toMatchObject([
      {
        check,
        message: `The waiver of ${fingerprint} by Cleo Dahl ${says}`,
        severity: 'warning',
        status: 'unexpected',
        lane: 'it',
        pointer: `/${fingerprint}`,
      },
    ])
    expect(found[0]?.fingerprint).toMatch(/^[0-9a-f]{12}$/)
    expect(found[0]?.fingerprint).not.toBe(fingerprint)
  })

  test('and one in force is none', () => expect(told({})).toEqual([]))

  test('each by itself, with a check that failed and those that passed', () => {
    const { findings, checks } = reconciled({
      waivers: [waiver({ fingerprint: '000000000001' }), waiver({ fingerprint: '00000000000a' }), waiver()],
    })
    expect(findings.filter(({ area }) => area === 'waivers').map(({ args }) => args.waiver)).toEqual(
      expect.arrayContaining(['000000000001', '00000000000a']),
    )
    expect(checks.map(({ check, state, findings: count }) => [check, state, count])).toEqual([
      ['waiver-expired', 'passed', 0],
      ['waiver-self-approved', 'passed', 0],
      ['waiver-unused', 'failed', 2],
    ])
  })

  test('that no waiver can accept', () => {
    const unused = waiver({ fingerprint: '000000000001' })
    const [first] = told(unused)
    const again = told(unused, { waivers: [unused, waiver({ fingerprint: first?.fingerprint ?? '' })] })
    expect(again.map(({ status }) => status)).toEqual(['unexpected', 'unexpected'])
  })

  test('that the policy weighs like any other', () => {
    expect(told({ approver: 'Cleo Dahl' }, { severity: { 'waiver-self-approved': 'error' } })[0]?.severity).toBe(
      'error',
    )
  })
})

describe('an expectation', () => {
  const state2 = (findings: readonly UnjudgedFinding[], exercised: Exercised, over: Partial<ReleaseNoteEntry> = {}) =>
    reconciled({ findings, exercised, notes: [note(over)] }).notes[0]?.expectations.map((each) => [
      each.state,
      each.findings,
    ])

  test.each<[string, readonly UnjudgedFinding[], Exercised, unknown]>([
    ['met', [TAX], using(() => true), [['met', [TAX.finding.fingerprint]]]],
    ['met though nothing is said to exercise it', [TAX], using(() => false), [['met', [TAX.finding.fingerprint]]]],
    ['unmet', [], using((resource) => resource === INVOICE), [['unmet', []]]],
    ['untested', [], using(() => false), [['untested', []]]],
  ])('is %s', (_, findings, exercised, expected) => expect(state2(findings, exercised)).toEqual(expected))

  test('that does not exist is refused with those that do', () => {
    const notes = [note({ expect: [{ 'field-lost': { from: 'a', to: 'b' } }] })]
    expect(() => reconciled({ notes })).toThrow('Note RN-7 expects "field-lost", which does not exist.')
    expect(() => reconciled({ notes })).toThrow(
      expect.objectContaining({ code: 'expectation-unknown', hint: expect.stringContaining('field-removed') }),
    )
  })

  test('with a wrong argument is refused with its name', () => {
    const notes = [note({ expect: [{ 'field-removed': { resource: INVOICE, feild: 'lang' } }] })]
    expect(() => reconciled({ notes })).toThrow(/Note RN-7, field-removed: .*/)
  })
})

describe('a note', () => {
  test.each<[string, Partial<ReleaseNoteEntry>]>([
    ['yes', {}],
    ['no', { 'affects-us': false, because: 'We send no drafts.' }],
    ['undecided', { 'affects-us': 'undecided' }],
  ])('affects us: %s', (affectsUs, over) => {
    const [told] = reconciled({ notes: [note(over)] }).notes
    expect(told).toMatchObject({ id: 'RN-7', affectsUs, because: affectsUs === 'no' ? 'We send no drafts.' : null })
  })

  test('tells its plan in sentences', () => {
    expect(planSentence({ 'drop-field': { resource: 'party.party', field: 'lang', direction: 'read' } })).toBe(
      'Stop reading lang of party.party.',
    )
    expect(planSentence({ 'drop-field': { resource: LINE, field: 'note', direction: 'send' } })).toBe(
      'Stop sending note of account.invoice.line.',
    )
    expect(
      planSentence({ 'map-value': { resource: 'account.period', field: 'state', values: { close: 'closed' } } }),
    ).toBe('Send and search state of account.period with other values: close becomes closed.')
  })
})

describe('running checks', () => {
  const check = (over: Partial<Check>): Check => ({
    title: 'Every supplier is there.',
    failureTitle: 'Suppliers are gone.',
    description: '',
    requires: ['documents'],
    needs: [],
    severity: 'error',
    lane: 'finance',
    changeClass: 'C3',
    messages: { gone: '{resource} {field} is gone.' },
    remedy: '',
    run: () => [],
    ...over,
  })
  const objection = { messageId: 'gone', args: { resource: INVOICE, field: 'tax_amount' }, differences: [difference()] }
  const run = (over: Partial<Check>, context: object = {}) =>
    runChecks(new Map([['supplier-gone', check(over)]]), NO_FACTS, {
      capabilities: ['read-back'],
      severity: {},
      money: new Map(),
      relevance: () => 'used',
      titleOf: () => undefined,
      ...context,
    })

  test.each<[string, Partial<Check>, string, string | null, number]>([
    ['that finds nothing passes', {}, 'passed', null, 0],
    ['that objects fails', { run: () => [objection] }, 'failed', null, 1],
    [
      'that the ERP cannot serve is not applicable',
      { needs: ['void-posted'] },
      'not-applicable',
      'This ERP has no void-posted.',
      0,
    ],
    [
      'that throws is errored and never passed',
      {
        run: () => {
          throw new Error('no lines')
        },
      },
      'errored',
      'no lines',
      0,
    ],
    [
      'that objects to nothing is errored',
      { run: () => [{ ...objection, differences: [] }] },
      'errored',
      'supplier-gone objects to nothing.',
      0,
    ],
  ])('one %s', (_, over, state2, reason, findings) => {
    expect(run(over).results).toMatchObject([{ check: 'supplier-gone', state: state2, reason, findings }])
    expect(run(over).findings).toHaveLength(findings)
  })

  test.each([
    ['used', 'error', {}, 'error'],
    ['not-used', 'error', {}, 'info'],
    ['used', 'error', { 'supplier-gone': 'warning' }, 'warning'],
    ['not-used', 'error', { 'supplier-gone': 'error' }, 'info'],
    ['mapped', 'warning', {}, 'warning'],
  ] as const)('what is %s and weighs %s with %j weighs %s', (relevance, severity, weights, weight) => {
    const { findings } = run({ severity, run: () => [objection] }, { severity: weights, relevance: () => relevance })
    expect(findings[0]?.finding.severity).toBe(weight)
  })

  test('a finding counts money by currency, and a credit note does not hide an invoice', () => {
    const keys = [KEY, 'S-104 GS-3', 'S-105 RE-2', 'S-106 RE-9']
    const money = new Map([
      [KEY, { currency: 'EUR', gross: '250.00' }],
      ['S-104 GS-3', { currency: 'EUR', gross: '-100.10' }],
      ['S-105 RE-2', { currency: 'USD', gross: '1.5' }],
    ])
    const { findings } = run(
      { run: () => [{ ...objection, differences: [difference({ invoices: keys })] }] },
      { money },
    )
    expect(findings[0]?.finding).toMatchObject({
      message: 'account.invoice tax_amount is gone.',
      invoices: keys,
      amounts: { EUR: '350.10', USD: '1.5' },
    })
  })
})
