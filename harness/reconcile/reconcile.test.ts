import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ReleaseNoteEntry, Waiver } from '../model/change.ts'
import type { Difference } from '../model/difference.ts'
import type { Check, Facts } from '../ports/check.ts'
import { defineCheck, objectTo } from '../ports/check.ts'
import type { Exercised, Expectation, UnjudgedFinding } from '../ports/expectation.ts'
import { runChecks } from './findings.ts'
import { planSentence, reconcile } from './reconcile.ts'

const folder = join(import.meta.dirname, 'expectations')
const expectations = new Map<string, Expectation>()
for (const file of readdirSync(folder).sort()) {
  if (file.endsWith('.test.ts')) continue
  const module: { default: Expectation } = await import(join(folder, file))
  expectations.set(file.slice(0, -3), module.default)
}

const INVOICE = 'account.invoice'
const LINE = 'account.invoice.line'
const KEY = 'S-104 RE-2026-0815'

function difference(over: Partial<Difference> = {}): Difference {
  return {
    area: 'documents',
    kind: 'coerced',
    class: 'amount',
    loudness: 'silent',
    resource: INVOICE,
    pointer: '/tax_amount',
    at: '/tax_amount',
    stage: 'create',
    baseline: '25.00',
    candidate: '0.00',
    sent: null,
    invoices: [KEY],
    seenBy: 'gate',
    ...over,
  }
}

type Args = Readonly<Record<string, string>>

/** What a check makes of differences: the finding before anything is held against it. */
function found(check: string, differences: readonly Partial<Difference>[], args: Args = {}): UnjudgedFinding {
  const all = differences.map(difference)
  const one = defineCheck({
    title: 'a',
    failureTitle: 'b',
    description: 'c',
    requires: ['documents'],
    needs: [],
    severity: 'error',
    lane: 'erp-publisher',
    changeClass: 'C8',
    messages: { changed: '{resource} {field} changed.' },
    remedy: 'Ask.',
    run: ({ documents }) => objectTo(documents, 'changed', () => args),
  })
  const facts: Facts = {
    structure: [],
    searches: [],
    values: [],
    valueLists: [],
    documents: all,
    interactions: [],
    copies: [],
    noise: [],
  }
  const { findings } = runChecks(new Map([[check, one]]), facts, {
    capabilities: [],
    severity: {},
    money: new Map([[KEY, { currency: 'EUR', gross: '-250.00' }]]),
    relevance: () => 'used',
    titleOf: () => undefined,
  })
  const [first] = findings
  if (first === undefined || findings.length > 1) throw new Error('one finding is asked for')
  return first
}

const rename = { resource: 'account.period', field: 'state', from: 'close', to: 'closed' }
const state = (baseline: string | null, candidate: string | null, over: Partial<Difference> = {}) => ({
  resource: 'account.period',
  pointer: '/state',
  stage: '',
  baseline,
  candidate,
  ...over,
})
const published = (baseline: string | null, candidate: string | null) =>
  state(baseline, candidate, { area: 'structure' })
const trimmed = { resource: INVOICE, pointer: '/reference', baseline: '"RE-77 "', candidate: 'RE-77' }

type Row = readonly [expectation: string, what: string, args: unknown, finding: UnjudgedFinding, explains: boolean]
const ROWS: readonly Row[] = [
  [
    'enum-value-renamed',
    'a search by the old name',
    rename,
    found('search-value-gone', [state('close', null)], { value: 'close' }),
    true,
  ],
  [
    'enum-value-renamed',
    'a search by another name',
    rename,
    found('search-value-gone', [state('locked', null)], { value: 'locked' }),
    false,
  ],
  [
    'enum-value-renamed',
    'the old name gone from the list, the new one in it',
    rename,
    found('send-narrowed', [published('["close"]', null), published(null, '["closed"]')]),
    true,
  ],
  [
    'enum-value-renamed',
    'a second value gone from the list',
    rename,
    found('send-narrowed', [published('["close","locked"]', null)]),
    false,
  ],
  [
    'enum-value-renamed',
    'a second value new in the list',
    rename,
    found('read-widened', [published(null, '["closed","locked"]')]),
    false,
  ],
  [
    'enum-value-renamed',
    'fewer characters of the field',
    rename,
    found('send-narrowed', [published('10', '5')]),
    false,
  ],
  [
    'enum-value-renamed',
    'a search that finds what has the new name',
    rename,
    found('lookup-value-gained', [state(null, 'id 2026-09, state closed', { pointer: '/found' })]),
    true,
  ],
  [
    'enum-value-renamed',
    'a search that finds what has a longer name',
    rename,
    found('lookup-value-gained', [state(null, 'id 2026-09, state closed-by-audit', { pointer: '/found' })]),
    false,
  ],
  [
    'enum-value-renamed',
    'a search that finds an open period',
    rename,
    found('lookup-value-gained', [state(null, 'id 2026-12, state open', { pointer: '/found' })]),
    false,
  ],
  [
    'enum-value-renamed',
    'listed values that have the new name',
    rename,
    found('value-altered', [state('close', 'closed')]),
    true,
  ],
  [
    'enum-value-renamed',
    'one listed value that has a third name',
    rename,
    found('value-altered', [state('close', 'closed'), state('close', 'locked')]),
    false,
  ],
  [
    'enum-value-renamed',
    'listed values of another record',
    rename,
    found('value-altered', [state('close', 'closed', { resource: 'account.fiscalyear' })]),
    false,
  ],
  [
    'enum-value-renamed',
    'another field of the record',
    rename,
    found('value-altered', [state('close', 'closed', { pointer: '/type' })]),
    false,
  ],

  [
    'field-removed',
    'the published field is gone',
    { resource: 'party.party', field: 'lang' },
    found('field-removed', [{ resource: 'party.party', pointer: '/lang' }]),
    true,
  ],
  [
    'field-removed',
    'a read that names it is refused',
    { resource: 'party.party', field: 'lang' },
    found('read-refused', [{ resource: 'party.party', pointer: '/read' }], { why: 'KeyError: lang' }),
    true,
  ],
  [
    'field-removed',
    'a read that names another field is refused',
    { resource: 'party.party', field: 'lang' },
    found('read-refused', [{ resource: 'party.party', pointer: '/read' }], { why: 'KeyError: language' }),
    false,
  ],
  [
    'field-removed',
    'another published field is gone',
    { resource: 'party.party', field: 'lang' },
    found('field-removed', [{ resource: 'party.party', pointer: '/language' }]),
    false,
  ],
  [
    'field-removed',
    'the field of another record is gone',
    { resource: 'party.party', field: 'lang' },
    found('field-removed', [{ resource: INVOICE, pointer: '/lang' }]),
    false,
  ],

  [
    'posting-changed',
    'a field after posting',
    { resource: 'account.move.line', fields: ['tax_lines'], after: 'post' },
    found('stored-amount-changed', [{ resource: 'account.move.line', pointer: '/tax_lines', stage: 'post' }]),
    true,
  ],
  [
    'posting-changed',
    'the field before posting',
    { resource: 'account.move.line', fields: ['tax_lines'], after: 'post' },
    found('stored-amount-changed', [{ resource: 'account.move.line', pointer: '/tax_lines', stage: 'create' }]),
    false,
  ],
  [
    'posting-changed',
    'another field after posting',
    { resource: 'account.move.line', fields: ['tax_lines'], after: 'post' },
    found('stored-amount-changed', [{ resource: 'account.move.line', pointer: '/debit', stage: 'post' }]),
    false,
  ],
  [
    'posting-changed',
    'an invoice refused at posting',
    { resource: INVOICE, fields: ['post'], after: 'post' },
    found('invoice-refused', [{ pointer: '/post', stage: 'post' }]),
    false,
  ],

  [
    'sort-order-changed',
    'the order of the record',
    { resource: 'account.period' },
    found('lookup-order-changed', [{ resource: 'account.period', pointer: '/found' }]),
    true,
  ],
  [
    'sort-order-changed',
    'the order of another record',
    { resource: 'account.period' },
    found('lookup-order-changed', [{ resource: 'party.party', pointer: '/found' }]),
    false,
  ],
  [
    'sort-order-changed',
    'a value lost from the record',
    { resource: 'account.period' },
    found('lookup-value-lost', [{ resource: 'account.period', pointer: '/found' }]),
    false,
  ],

  [
    'stage-of-computation-changed',
    'the tax after create',
    { resource: INVOICE, fields: ['tax_amount'], after: 'create' },
    found('stored-amount-changed', [{}]),
    true,
  ],
  [
    'stage-of-computation-changed',
    'the tax after create and after posting',
    { resource: INVOICE, fields: ['tax_amount'], after: 'create' },
    found('stored-amount-changed', [{}, { stage: 'post' }]),
    false,
  ],
  [
    'stage-of-computation-changed',
    'the tax of a line',
    { resource: INVOICE, fields: ['tax_amount'], after: 'create' },
    found('stored-amount-changed', [{ resource: LINE }]),
    false,
  ],

  [
    'value-added',
    'an announced value',
    { resource: 'account.tax', values: ['MVA 12'] },
    found('value-added', [{ resource: 'account.tax' }], { value: 'MVA 12' }),
    true,
  ],
  [
    'value-added',
    'a value that is not announced',
    { resource: 'account.tax', values: ['MVA 12'] },
    found('value-added', [{ resource: 'account.tax' }], { value: 'MVA 13' }),
    false,
  ],
  [
    'value-added',
    'an announced value that is gone',
    { resource: 'account.tax', values: ['MVA 12'] },
    found('value-removed', [{ resource: 'account.tax' }], { value: 'MVA 12' }),
    false,
  ],

  [
    'warning-added',
    'an invoice stopped by the warning',
    { resource: INVOICE, code: 'UserWarning similar' },
    found('invoice-refused', [{}], { code: 'UserWarning similar' }),
    true,
  ],
  [
    'warning-added',
    'an invoice stopped by another warning',
    { resource: INVOICE, code: 'UserWarning similar' },
    found('invoice-refused', [{}], { code: 'UserWarning similar-number' }),
    false,
  ],
  [
    'warning-added',
    'an invoice refused with an error',
    { resource: INVOICE, code: 'UserWarning similar' },
    found('invoice-refused', [{}], { code: 'UserError' }),
    false,
  ],

  [
    'white-space-trimmed',
    'white space at the end',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [trimmed]),
    true,
  ],
  [
    'white-space-trimmed',
    'white space around',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, baseline: '" RE-77\\t"' }]),
    true,
  ],
  [
    'white-space-trimmed',
    'white space and one letter',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, candidate: 'RE-7' }]),
    false,
  ],
  [
    'white-space-trimmed',
    'white space within',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, baseline: 'RE 77', candidate: 'RE77' }]),
    false,
  ],
  [
    'white-space-trimmed',
    'one invoice trimmed and one not',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [trimmed, { ...trimmed, candidate: null }]),
    false,
  ],
  [
    'white-space-trimmed',
    'another field',
    { resource: INVOICE, fields: ['reference'] },
    found('stored-identity-changed', [{ ...trimmed, pointer: '/description' }]),
    false,
  ],
]

describe('what an expectation explains', () => {
  test.each(ROWS)('%s: %s', (id, _, args, finding, explains) => {
    const expectation = expectations.get(id)
    const parsed = expectation?.args.safeParse(args)
    expect(parsed?.success).toBe(true)
    expect(expectation?.explains(finding, parsed?.data)).toBe(explains)
  })

  test.each([...expectations.keys()])('%s has a row that it explains and one that it must not', (id) => {
    const mine = ROWS.filter(([name]) => name === id)
    expect(new Set(mine.map(([, , , , explains]) => explains))).toEqual(new Set([true, false]))
  })

  test.each([...expectations])('%s refuses arguments that it does not know', (_, expectation) => {
    expect(expectation.args.safeParse({}).success).toBe(false)
    expect(expectation.args.safeParse({ resource: INVOICE, surprise: 1 }).success).toBe(false)
  })

  test('what an expectation suggests, it explains', () => {
    const suggested = ROWS.flatMap(([, what, , finding]) =>
      [...expectations].flatMap(([id, expectation]) => {
        const args = expectation.suggest(finding)
        const isValid = args === undefined || expectation.args.safeParse(args).success
        return args === undefined
          ? []
          : [{ what: `${id}: ${what}`, explains: isValid && expectation.explains(finding, args) }]
      }),
    )
    expect(suggested.length).toBeGreaterThan(8)
    expect(suggested.filter(({ explains }) => !explains)).toEqual([])
  })
})

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

function reconciled(over: Partial<Parameters<typeof reconcile>[0]> = {}) {
  return reconcile({
    findings: [TAX],
    windowEnd: '2026-12-05T19:00Z',
    withPlan: undefined,
    notes: [],
    waivers: [],
    expectations,
    exercised: () => true,
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
    ['is still there with other values', [found('stored-amount-changed', [{ candidate: '1.00' }])], ['still-there']],
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
    expect(result.findings[0]?.status).toBe(status)
  })
})

describe('an expectation', () => {
  const state2 = (findings: readonly UnjudgedFinding[], exercised: Exercised, over: Partial<ReleaseNoteEntry> = {}) =>
    reconciled({ findings, exercised, notes: [note(over)] }).notes[0]?.expectations.map((each) => [
      each.state,
      each.findings,
    ])

  test.each<[string, readonly UnjudgedFinding[], Exercised, unknown]>([
    ['met', [TAX], () => true, [['met', [TAX.finding.fingerprint]]]],
    ['met though nothing is said to exercise it', [TAX], () => false, [['met', [TAX.finding.fingerprint]]]],
    ['unmet', [], (resource) => resource === INVOICE, [['unmet', []]]],
    ['untested', [], () => false, [['untested', []]]],
  ])('is %s', (_, findings, exercised, expected) => expect(state2(findings, exercised)).toEqual(expected))

  test('that does not exist is refused with those that do', () => {
    const notes = [note({ expect: [{ 'field-renamed': { from: 'a', to: 'b' } }] })]
    expect(() => reconciled({ notes })).toThrow('Note RN-7 expects "field-renamed", which does not exist.')
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
    runChecks(
      new Map([['supplier-gone', check(over)]]),
      {
        structure: [],
        searches: [],
        values: [],
        valueLists: [],
        documents: [],
        interactions: [],
        copies: [],
        noise: [],
      },
      {
        capabilities: ['read-back'],
        severity: {},
        money: new Map(),
        relevance: () => 'used',
        titleOf: () => undefined,
        ...context,
      },
    )

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
