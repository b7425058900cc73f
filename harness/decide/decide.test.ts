import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareDecimals, sum } from '../base/decimal.ts'
import type { InvoiceResult } from '../model/assessment.ts'
import { ChangeClassId, Lane } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import { Integration } from '../model/integration.ts'
import { Policy } from '../model/policy.ts'
import type { InvoiceFacts } from '../ports/erp.ts'
import { type Counted, controlTotals } from './control-totals.ts'
import { impactOf } from './impact.ts'
import { type InstallationOptions, installationSteps } from './installation.ts'
import { allRouted } from './owners.ts'
import { type RollbackOptions, rollbackPlan } from './rollback.ts'
import { CHANGE_CLASSES } from './rollback-catalogue.ts'
import { decide, type Grounds } from './verdict.ts'

const KEY = 'S-104 RE-2026-0815'

function finding(over: Partial<Finding> = {}): Finding {
  return {
    fingerprint: '0a1b2c3d4e5f',
    check: 'stored-coding-changed',
    messageId: 'changed',
    args: { resource: 'account.invoice.line', field: 'account' },
    message: 'account.invoice.line account holds another code.',
    severity: 'error',
    area: 'documents',
    kind: 'defaulted',
    class: 'coding',
    loudness: 'silent',
    resource: 'account.invoice.line',
    pointer: '/account',
    stage: 'post',
    seenBy: 'gate',
    relevance: 'used',
    invoices: [KEY],
    amounts: { EUR: '250.00' },
    examples: [],
    lane: 'finance',
    remedy: 'Correct the value table.',
    status: 'unexpected',
    notes: [],
    suggestion: null,
    withPlan: 'not-replayed',
    ...over,
  }
}

function invoice(over: Partial<InvoiceResult> = {}): InvoiceResult {
  return {
    key: KEY,
    supplier: 'S-104',
    reference: 'RE-2026-0815',
    type: 'invoice',
    currency: 'EUR',
    gross: '250.00',
    recorded: 'posted',
    replayed: 'posted',
    document: '2026/117',
    date: '2026-10-14',
    outcome: 'same',
    evidence: 'recorded',
    findings: [],
    ...over,
  }
}

const INTEGRATION = Integration.parse({
  id: 'tryton-ap',
  title: 'AP automation to Tryton',
  erp: { product: 'tryton', environments: {} },
  connector: { name: 'tryton-ap-connector', release: '1.0.0' },
  auth: { method: 'session', 'user-from': 'U', 'password-from': 'P', owner: 'it', expires: 'never' },
  schedule: 'every 30 minutes',
  dimensions: [],
  owners: {
    accountable: 'Ingrid Sørbø, integration owner',
    lanes: Object.fromEntries(
      Lane.options.map((lane) => [lane, { name: lane, email: `${lane}@halden.example`, 'respond-within-hours': 4 }]),
    ),
  },
})

const READINESS: Grounds['readiness'] = {
  change: {
    id: 'CHG-0042',
    title: 'Update Tryton from 6.0 to 7.0',
    kind: 'erp-update',
    type: 'normal',
    from: '6.0',
    to: '7.0',
    window: { start: '2026-12-05T20:00Z', end: '2026-12-06T02:00Z' },
    people: { requester: 'Ida Moen', developer: 'Ada Nilsen', tester: 'Per Vik', approver: 'Bo Lund' },
  },
  policy: Policy.parse({}),
  integration: INTEGRATION,
  ages: { recordedAt: '2026-11-24T19:33:22Z', snapshots: [] },
  coverage: undefined,
  drill: undefined,
  rehearsal: { state: 'none', text: 'The rollback was not rehearsed: every time is an estimate.' },
}
const asking = (policy: Partial<Policy>) => ({ ...READINESS, policy: { ...READINESS.policy, ...policy } })

const TOTALS = { documents: 1, gross: '250.00', tax: '50.00', hash: '5100' }
const NOTE: Grounds['notes'][number] = {
  id: 'RN-7',
  from: 'erp-publisher',
  source: 'https://docs.tryton.org/7.0/releases',
  says: 'Taxes are computed when the invoice is validated.',
  affectsUs: 'yes',
  because: null,
  plan: [],
  expectations: [
    { expectation: 'field-removed', summary: 'lang of party.party is removed', state: 'met', findings: [] },
  ],
}
const WAIVER: Grounds['waivers'][number] = {
  fingerprint: '0a1b2c3d4e5f',
  owner: 'Cleo Dahl',
  approver: 'Bo Lund',
  reason: 'Only drafts are concerned.',
  expires: '2026-12-31T00:00Z',
  state: 'in-force',
}

/** A waiver that accepts nothing, and the finding that says so beside others. */
function lapsed(
  state: 'expired' | 'unused' | 'self-approved',
  ...others: readonly Finding[]
): Pick<Grounds, 'waivers' | 'findings'> {
  const own = finding({
    fingerprint: 'aaaaaaaaaaaa',
    check: `waiver-${state}`,
    args: { waiver: WAIVER.fingerprint },
    message: `The waiver of ${WAIVER.fingerprint} accepts nothing.`,
    severity: 'warning',
    area: 'waivers',
    lane: 'it',
    invoices: [],
  })
  return { waivers: [{ ...WAIVER, state }], findings: [...others, own] }
}

/** A control run: one invoice, everything was asked, everything is as it was. */
function grounds(over: Partial<Grounds> = {}): Grounds {
  return {
    accounting: {
      recorded: 1,
      replayed: 1,
      observed: 1,
      compared: 1,
      interactions: 9,
      interactionsReplayed: 9,
      interactionsNotReached: 0,
      reconciles: true,
    },
    checks: [{ check: 'stored-coding-changed', title: '', state: 'passed', reason: null, findings: 0 }],
    controlTotals: [
      { currency: 'EUR', entity: '', period: '', recorded: TOTALS, accepted: TOTALS, stored: TOTALS, reconciles: true },
    ],
    findings: [],
    invoices: [invoice()],
    notes: [],
    waivers: [],
    evidenceLevel: 'recorded',
    readiness: READINESS,
    unexplainedTotals: over.controlTotals ?? [],
    fault: undefined,
    uncompared: new Map(),
    missingLists: [],
    planUnproven: undefined,
    failuresNotRun: [],
    planFaults: [],
    planNotes: [],
    ...over,
  }
}

const HANDLED = finding({ status: 'expected', notes: ['RN-7'], withPlan: 'gone' })
const withFindings = (...findings: Finding[]) => grounds({ findings, planNotes: ['RN-7'] })
const expectation = (state: 'met' | 'unmet' | 'untested', affectsUs: 'yes' | 'no' | 'undecided' = 'yes') =>
  grounds({ notes: [{ ...NOTE, affectsUs, expectations: NOTE.expectations.map((each) => ({ ...each, state })) }] })
const evidence = (evidenceLevel: Grounds['evidenceLevel'], asked: 'live' | 'recorded' | 'schema') =>
  grounds({ evidenceLevel, readiness: asking({ 'evidence-level': asked }) })
const counts = (over: Partial<Grounds['accounting']>) => ({ ...grounds().accounting, reconciles: false, ...over })
const differing = {
  currency: 'EUR',
  entity: '',
  period: '',
  recorded: TOTALS,
  accepted: TOTALS,
  stored: { ...TOTALS, gross: '260.00' },
  reconciles: false,
}

describe('a decision', () => {
  test.each<[string, Grounds, string, string | undefined]>([
    ['everything is as it was', grounds(), 'go', undefined],
    ['an info finding', grounds({ findings: [finding({ severity: 'info' })] }), 'go', undefined],
    [
      'a check that does not apply',
      grounds({ checks: [{ check: 'x', title: '', state: 'not-applicable', reason: 'no', findings: 0 }] }),
      'go',
      undefined,
    ],
    [
      'a note that does not affect us',
      grounds({ notes: [{ ...NOTE, affectsUs: 'no', because: 'We send no drafts.' }] }),
      'go',
      undefined,
    ],
    ['a met expectation', expectation('met'), 'go', undefined],
    ['an unmet expectation of a note that does not affect us', expectation('unmet', 'no'), 'go', undefined],
    [
      'an announced warning',
      grounds({ findings: [finding({ severity: 'warning', status: 'expected', notes: ['RN-7'] })] }),
      'go',
      undefined,
    ],
    ['stronger evidence than asked for', evidence('live', 'recorded'), 'go', undefined],
    ['weak evidence where the policy allows it', evidence('schema', 'schema'), 'go', undefined],

    ['an announced break that the plan handles', withFindings(HANDLED), 'conditional', 'plan-installed'],
    [
      'a waived break',
      grounds({ findings: [finding({ status: 'waived' })], waivers: [WAIVER] }),
      'conditional',
      'waiver-in-force',
    ],

    ['a plan that removes no break', grounds({ planNotes: ['RN-7'] }), 'conditional', 'plan-installed'],

    ['an unexpected silent break', withFindings(finding()), 'no-go', 'unexpected-silent-change'],
    ['an unexpected loud break', withFindings(finding({ loudness: 'loud' })), 'no-go', 'unexpected-break'],
    [
      'an announced break without a plan',
      withFindings(finding({ status: 'expected', notes: ['RN-7'] })),
      'no-go',
      'announced-break-not-handled',
    ],
    [
      'an announced break that the plan leaves',
      withFindings(finding({ status: 'expected', notes: ['RN-7'], withPlan: 'still-there' })),
      'no-go',
      'announced-break-not-handled',
    ],
    [
      'an unexpected break that happens to be gone with the plan',
      withFindings(finding({ withPlan: 'gone' })),
      'no-go',
      'unexpected-silent-change',
    ],
    [
      'a loud break before a silent one',
      withFindings(finding({ loudness: 'loud' }), finding()),
      'no-go',
      'unexpected-silent-change',
    ],
    [
      'an announced break before an unexpected one',
      withFindings(finding({ status: 'expected', notes: ['RN-7'] }), finding({ loudness: 'loud' })),
      'no-go',
      'unexpected-break',
    ],
    [
      'a published break before a stored one',
      withFindings(finding({ area: 'structure', fingerprint: 'f' }), finding()),
      'no-go',
      'unexpected-silent-change',
    ],
    ['control totals that differ', grounds({ controlTotals: [differing] }), 'no-go', 'control-totals-differ'],
    [
      'control totals that differ in one of two currencies',
      grounds({ controlTotals: [...grounds().controlTotals, { ...differing, currency: 'USD' }] }),
      'no-go',
      'control-totals-differ',
    ],
    [
      'a break and a fault',
      { ...withFindings(finding()), fault: { message: 'The connection was cut off.', lane: 'it' } },
      'no-go',
      'unexpected-silent-change',
    ],
    ['a break and a handled one', withFindings(HANDLED, finding({ loudness: 'loud' })), 'no-go', 'unexpected-break'],

    [
      'a fault of the connection',
      grounds({ fault: { message: 'The connection was cut off.', lane: 'it' } }),
      'undecided',
      'connection-fault',
    ],
    [
      'an invoice that was not replayed',
      grounds({ accounting: counts({ replayed: 0 }) }),
      'undecided',
      'counts-differ',
    ],
    [
      'an invoice that was not observed',
      grounds({ accounting: counts({ observed: 0 }) }),
      'undecided',
      'counts-differ',
    ],
    [
      'an empty recording',
      grounds({ accounting: { ...grounds().accounting, recorded: 0, replayed: 0, observed: 0, compared: 0 } }),
      'undecided',
      'nothing-recorded',
    ],
    [
      'an invoice that was not compared',
      grounds({ uncompared: new Map([[KEY, 'the baseline snapshot has no document of this invoice']]) }),
      'undecided',
      'invoice-not-compared',
    ],
    [
      'a value list that was not captured',
      grounds({ missingLists: ['account.tax'] }),
      'undecided',
      'list-not-compared',
    ],
    [
      'a check that failed to run',
      grounds({ checks: [{ check: 'x', title: '', state: 'errored', reason: 'no lines', findings: 0 }] }),
      'undecided',
      'check-errored',
    ],
    [
      'a note that nobody has judged',
      grounds({ notes: [{ ...NOTE, affectsUs: 'undecided', expectations: [] }] }),
      'undecided',
      'note-undecided',
    ],
    ['an unmet expectation', expectation('unmet'), 'undecided', 'expectation-unmet'],
    ['an untested expectation', expectation('untested'), 'undecided', 'expectation-untested'],
    ['an expired waiver', grounds(lapsed('expired')), 'undecided', 'waiver-expired'],
    ['an unused waiver', grounds(lapsed('unused')), 'undecided', 'waiver-unused'],
    ['a waiver approved by its owner', grounds(lapsed('self-approved')), 'undecided', 'waiver-self-approved'],
    [
      'an expired waiver of a finding that blocks',
      grounds(lapsed('expired', finding({ fingerprint: WAIVER.fingerprint }))),
      'no-go',
      'waiver-expired',
    ],
    [
      'an unused waiver that the policy weighs as an error',
      grounds({
        ...lapsed('unused'),
        findings: lapsed('unused').findings.map((each) => ({ ...each, severity: 'error' })),
      }),
      'no-go',
      'waiver-unused',
    ],
    ['an unexpected warning', withFindings(finding({ severity: 'warning' })), 'undecided', 'needs-decision'],
    ['a mock where a live sandbox is asked for', evidence('recorded', 'live'), 'undecided', 'evidence-too-weak'],
    ['rules where recorded answers are asked for', evidence('schema', 'recorded'), 'undecided', 'evidence-too-weak'],
    ['no evidence at all', evidence('none', 'schema'), 'undecided', 'evidence-too-weak'],
    [
      'a developer who approves the own change',
      grounds({
        readiness: {
          ...READINESS,
          change: { ...READINESS.change, people: { ...READINESS.change.people, developer: 'Bo Lund' } },
        },
      }),
      'undecided',
      'duties-not-segregated',
    ],
    [
      'a plan whose replay was cut off',
      grounds({ planUnproven: 'the connection failed at interaction 40.' }),
      'undecided',
      'plan-not-replayed',
    ],
    [
      'a handled break and a note that nobody has judged',
      { ...withFindings(HANDLED), notes: [{ ...NOTE, affectsUs: 'undecided', expectations: [] }] },
      'undecided',
      'note-undecided',
    ],
  ])('%s', (_, given, verdict, code) => {
    const decision = decide(given)
    expect([decision.verdict, decision.reasons[0]?.code]).toEqual([verdict, code])
    expect(decision.conditions.length > 0).toBe(verdict === 'conditional')
    for (const reason of decision.reasons) {
      expect(reason.text).toMatch(/\.[”]?$|”$/)
      expect(reason.contact).toBe(`${reason.lane} <${reason.lane}@halden.example>`)
    }
  })

  test('names every ground, not only the first', () => {
    const { reasons } = decide({
      ...withFindings(finding(), finding({ loudness: 'loud' })),
      controlTotals: [differing],
      unexplainedTotals: [differing],
      missingLists: ['account.tax', 'party.party'],
    })
    expect(reasons.map(({ code }) => code)).toEqual([
      'unexpected-silent-change',
      'unexpected-break',
      'control-totals-differ',
      'list-not-compared',
      'list-not-compared',
    ])
  })

  test('says nothing of control totals after a fault, because the rest was never sent', () => {
    const cut = { controlTotals: [differing], fault: { message: 'cut off.', lane: 'it' as const } }
    expect(decide(grounds(cut))).toMatchObject({ verdict: 'undecided', reasons: [{ code: 'connection-fault' }] })
  })

  test('tells what, after which operation, on how many invoices and for how much', () => {
    const { reasons } = decide(withFindings(finding()))
    expect(reasons[0]).toEqual({
      code: 'unexpected-silent-change',
      text: 'account.invoice.line account holds another code after post (1 invoice, EUR 250.00). No release note announces it.',
      lane: 'finance',
      contact: 'finance <finance@halden.example>',
      respondWithinHours: 4,
      findings: ['0a1b2c3d4e5f'],
    })
  })
})

describe('nothing that was not checked is ever a go', () => {
  const UNCHECKED: Readonly<Record<string, Partial<Grounds>>> = {
    'an errored check': { checks: [{ check: 'x', title: '', state: 'errored', reason: null, findings: 0 }] },
    'counts that differ': { accounting: counts({ compared: 0 }) },
    'nothing recorded': { accounting: { ...grounds().accounting, recorded: 0 } },
    'a fault': { fault: { message: 'The connection was cut off.', lane: 'it' } },
    'an uncompared invoice': { uncompared: new Map([[KEY, 'not read back']]) },
    'a missing list': { missingLists: ['account.tax'] },
    'an undecided note': { notes: [{ ...NOTE, affectsUs: 'undecided' }] },
    'an unmet expectation': { notes: expectation('unmet').notes },
    'an untested expectation': { notes: expectation('untested').notes },
    'weak evidence': { evidenceLevel: 'none' },
    'a plan that was cut off': { planUnproven: 'cut off.' },
    'a failure that the connector was not tried with': { failuresNotRun: ['not tried with bridge-offline.'] },
    'an unexpected error': { findings: [finding()] },
    'an unexpected warning': { findings: [finding({ severity: 'warning' })] },
    'totals that differ': { controlTotals: [differing], unexplainedTotals: [differing] },
    'an expired waiver': lapsed('expired'),
  }
  const anyFinding = fc
    .record({
      severity: fc.constantFrom('error', 'warning', 'info'),
      status: fc.constantFrom('expected', 'waived', 'unexpected'),
      withPlan: fc.constantFrom('still-there', 'gone', 'not-replayed'),
      loudness: fc.constantFrom('loud', 'silent'),
      area: fc.constantFrom('structure', 'values', 'documents', 'interactions'),
    } as const)
    .map((over) => finding(over))
  /** Grounds that may be anything between a go and a no-go. */
  const anyGrounds = fc
    .record({
      findings: fc.array(anyFinding, { maxLength: 4 }),
      waivers: fc.array(fc.constant(WAIVER), { maxLength: 2 }),
      evidenceLevel: fc.constantFrom('live', 'recorded', 'schema'),
      planNotes: fc.constantFrom([], ['RN-7']),
    } as const)
    .map((over) => grounds({ ...over, readiness: asking({ 'evidence-level': 'schema' }) }))

  test.each(Object.entries(UNCHECKED))('%s, whatever else is true', (_, over) => {
    fc.assert(
      fc.property(anyGrounds, (given) => {
        const { verdict, reasons } = decide({ ...given, ...over })
        expect(['no-go', 'undecided']).toContain(verdict)
        expect(reasons.length).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })

  test('and what is a go has nothing unexpected, nothing unhandled and no condition', () => {
    fc.assert(
      fc.property(anyGrounds, (given) => {
        const { verdict, conditions } = decide(given)
        const isOpen = ({ severity, status, withPlan }: Finding) =>
          (severity === 'error' && (status === 'unexpected' || (status === 'expected' && withPlan !== 'gone'))) ||
          (severity === 'warning' && status === 'unexpected')
        if (verdict === 'go' || verdict === 'conditional') expect(given.findings.filter(isOpen)).toEqual([])
        expect(verdict === 'conditional').toBe(conditions.length > 0)
      }),
      { numRuns: 300 },
    )
  })
})

describe('control totals', () => {
  const facts = (over: Partial<InvoiceFacts> = {}): InvoiceFacts => ({
    supplier: 'S-104',
    reference: 'RE-2026-0815',
    type: 'invoice',
    date: '2026-10-14',
    currency: 'EUR',
    entity: 'Halden & Søn',
    net: '200.00',
    tax: '50.00',
    gross: '250.00',
    state: 'posted',
    number: 'SINV-00815',
    period: '2026-10',
    lines: 2,
    accounts: ['4400', '4940'],
    ...over,
  })
  const counted = (stored: InvoiceFacts | undefined = facts(), over: Partial<Counted> = {}): Counted => ({
    recorded: facts(),
    accepted: facts(),
    stored,
    accounts: { recorded: ['5100', '5200'], stored: ['5100', '5200'] },
    ...over,
  })

  test.each<[string, readonly Counted[], boolean]>([
    ['equal', [counted()], true],
    ['equal with another number of digits', [counted(facts({ gross: '250', tax: '50.0' }))], true],
    ['a lost invoice', [counted(), { ...counted(), stored: undefined }], false],
    ['a refused invoice', [{ ...counted(), accepted: undefined }], false],
    ['another gross', [counted(facts({ gross: '250.01' }))], false],
    ['another tax of the same gross', [counted(facts({ tax: '49.99' }))], false],
    [
      'another account for the same money',
      [counted(facts(), { accounts: { recorded: ['5100'], stored: ['5900'] } })],
      false,
    ],
    [
      'a lost line of no money',
      [counted(facts(), { accounts: { recorded: ['5100', '5100'], stored: ['5100'] } })],
      false,
    ],
    [
      'an invoice and its credit note',
      [
        counted(),
        counted(facts({ gross: '-250.00' }), {
          recorded: facts({ gross: '-250.00' }),
          accepted: facts({ gross: '-250.00' }),
        }),
      ],
      true,
    ],
    ['an invoice that is a credit note now', [counted(facts({ gross: '-250.00', tax: '-50.00' }))], false],
    ['an invoice that only a flag makes a credit note', [counted(facts({ type: 'credit-note' }))], false],
    [
      'an invoice and a credit note that change places',
      [
        counted(facts({ type: 'credit-note' })),
        counted(facts({ gross: '-100.00' }), {
          recorded: facts({ gross: '-100.00', type: 'credit-note' }),
          accepted: facts({ gross: '-100.00', type: 'credit-note' }),
        }),
      ],
      false,
    ],
  ])('%s', (_, invoices, reconciles) => {
    expect(controlTotals(invoices).map((total) => total.reconciles)).toEqual([reconciles])
  })

  test('name the credit notes where they are what differs', () => {
    const [total] = controlTotals([counted(facts({ type: 'credit-note' }))])
    const none = { documents: 0, gross: '0.00' }
    const one = { documents: 1, gross: '250.00' }
    expect([total?.recorded.creditNotes, total?.stored.creditNotes]).toEqual([none, one])
    expect(decide(grounds({ controlTotals: total === undefined ? [] : [total] })).reasons[0]?.text).toMatch(
      /recorded 1 documents, 250\.00 gross \(0 credit notes of 0\.00\); stored 1 documents, 250\.00 gross \(1 credit note of 250\.00\)\.$/,
    )
    expect(controlTotals([counted()])[0]?.recorded).not.toHaveProperty('creditNotes')
  })

  test('an invoice that is stored in another currency differs in both', () => {
    expect(
      controlTotals([counted(facts({ currency: 'USD' }))]).map(({ currency, reconciles }) => [currency, reconciles]),
    ).toEqual([
      ['EUR', false],
      ['USD', false],
    ])
  })

  test('are sums without floats, by currency, whatever the order', () => {
    const money = fc.integer({ min: -99_999_999, max: 99_999_999 }).map((cents) => {
      const [sign, digits] = [cents < 0 ? '-' : '', String(Math.abs(cents)).padStart(3, '0')]
      return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
    })
    fc.assert(
      fc.property(fc.array(money, { minLength: 1, maxLength: 30 }), (amounts) => {
        const all = amounts.map((gross) =>
          counted(facts({ gross }), { recorded: facts({ gross }), accepted: facts({ gross }) }),
        )
        const [total] = controlTotals(all)
        expect(compareDecimals(total?.stored.gross ?? '', sum(amounts))).toBe(0)
        expect(controlTotals([...all].reverse())).toEqual([total])
        expect(total?.reconciles).toBe(true)
      }),
    )
  })
})

describe('impact', () => {
  const INVOICES = [
    invoice(),
    invoice({ key: 'S-104 GS-3', reference: 'GS-3', gross: '-50.00', type: 'credit-note' }),
    invoice({ key: 'S-105 RE-2', supplier: 'S-105', currency: 'USD', gross: '1000.00' }),
  ]
  const extent = (extentOf: ReturnType<typeof impactOf>['all']) => [
    extentOf.findings,
    extentOf.invoices,
    extentOf.suppliers,
    ...extentOf.amounts.map(({ currency, gross, recorded, percent }) => `${currency} ${gross}/${recorded} ${percent}`),
  ]

  test('counts an invoice once, money without sign, and loud and silent apart', () => {
    const impact = impactOf(
      [
        finding({ invoices: [KEY, 'S-104 GS-3'] }),
        finding({ invoices: [KEY] }),
        finding({ loudness: 'loud', invoices: [KEY, 'S-105 RE-2'] }),
        finding({ severity: 'info', invoices: ['S-105 RE-2'] }),
        finding({ relevance: 'not-used', invoices: ['S-105 RE-2'] }),
      ],
      INVOICES,
    )
    expect([impact.recordedInvoices, impact.recordedSuppliers]).toEqual([3, 2])
    expect(extent(impact.silent)).toEqual([2, 2, 1, 'EUR 300.00/300.00 100.0', 'USD 0.00/1000.00 0.0'])
    expect(extent(impact.loud)).toEqual([1, 2, 2, 'EUR 250.00/300.00 83.3', 'USD 1000.00/1000.00 100.0'])
    expect(extent(impact.all)).toEqual([3, 3, 2, 'EUR 300.00/300.00 100.0', 'USD 1000.00/1000.00 100.0'])
  })

  test('of a waiver that accepts nothing is nothing: it is what people wrote', () => {
    expect(impactOf(lapsed('expired').findings, INVOICES).all.findings).toBe(0)
  })

  test('of nothing is nothing, with every currency named', () => {
    expect(extent(impactOf([], INVOICES).all)).toEqual([0, 0, 0, 'EUR 0.00/300.00 0.0', 'USD 0.00/1000.00 0.0'])
    expect(impactOf([], []).all).toEqual({ findings: 0, invoices: 0, suppliers: 0, amounts: [] })
  })

  test('of an invoice of no money is no division by zero', () => {
    expect(extent(impactOf([finding()], [invoice({ gross: '0.00' })]).all)).toEqual([1, 1, 1, 'EUR 0.00/0.00 0.0'])
  })
})

describe('who answers', () => {
  test('for a waiver that accepts nothing is who answers for what it is about, and nobody disputes it', () => {
    const about = finding({ fingerprint: WAIVER.fingerprint })
    const { findings } = lapsed('expired', about)
    const owners = { ...INTEGRATION.owners, 'by-class': { coding: 'erp-publisher' } } as const
    const [one, other] = allRouted(findings, () => 'C3', owners)
    expect([one?.lane, other?.lane, other?.disputed]).toEqual(['erp-publisher', 'erp-publisher', undefined])
    const [alone] = allRouted(lapsed('unused').findings, () => 'C3', owners)
    expect(alone?.lane).toBe('it')
  })
})

describe('the way back', () => {
  const options = (over: Partial<RollbackOptions> = {}): RollbackOptions => ({
    findings: [],
    changeClassOf: () => 'C3',
    kind: 'erp-update',
    from: '6.0',
    to: '7.0',
    erp: 'Tryton',
    integration: INTEGRATION,
    window: { start: '2026-12-05T20:00Z', end: '2026-12-06T02:00Z' },
    alsoClasses: new Map(),
    invoices: [invoice()],
    stored: new Map(),
    controlTotals: [],
    plan: [],
    mapping: 'sha256:0123456789ab',
    recording: 'sha256:ba9876543210 of 2026-11-24',
    reversals: {},
    rehearsal: READINESS.rehearsal,
    ...over,
  })

  test('takes nothing back for a waiver that accepts nothing', () => {
    const { findings } = lapsed('expired')
    expect(rollbackPlan(options({ findings }))).toEqual(rollbackPlan(options()))
  })

  test.each(ChangeClassId.options)(
    'of change class %s has owner, verification, minutes and a point of no return',
    (id) => {
      const plan = rollbackPlan(options({ findings: [finding()], changeClassOf: () => id }))
      expect(plan.changeClasses.map((each) => each.id)).toContain(id)
      expect(plan.pointOfNoReturn.find(({ changeClass }) => changeClass === id)?.text).toMatch(/^[A-Z].*\.$/)
      expect(plan.steps.filter(({ phase }) => phase === 'undo').length).toBeGreaterThanOrEqual(
        CHANGE_CLASSES[id].steps.length,
      )
      for (const step of plan.steps) {
        expect(Lane.options).toContain(step.owner)
        expect(step.minutes).toBeGreaterThan(0)
        expect(step.pointOfNoReturn).toBeDefined()
        for (const text of [step.action, step.expected, step.verify, step.where ?? '', step.pointOfNoReturn ?? '']) {
          expect(text).toMatch(/^\S.*\.$/)
          expect(text).not.toMatch(/[{}]|undefined|\s\s/)
        }
      }
      for (const { text } of plan.pointOfNoReturn) expect(text).not.toMatch(/[{}]|undefined/)
    },
  )

  test('goes through its phases in their order', () => {
    const plan = rollbackPlan(options({ findings: [finding()] }))
    expect([...new Set(plan.steps.map(({ phase }) => phase))]).toEqual([
      'hold',
      'freeze',
      'undo',
      'verify',
      'drain',
      'reconcile',
      'close',
    ])
    expect(plan.decider).toBe('Ingrid Sørbø, integration owner')
  })

  test('must be decided on so early that it ends inside the window', () => {
    const plan = rollbackPlan(options({ findings: [finding()] }))
    expect(plan.totalMinutes).toBe(plan.steps.reduce((minutes, step) => minutes + step.minutes, 0))
    expect(Date.parse(plan.decideBy) + plan.totalMinutes * 60_000).toBe(Date.parse('2026-12-06T02:00Z'))
    const elsewhere = rollbackPlan(
      options({ window: { start: '2026-12-05T21:00+01:00', end: '2026-12-06T03:00+01:00' } }),
    )
    expect(Date.parse(elsewhere.decideBy) + elsewhere.totalMinutes * 60_000).toBe(Date.parse('2026-12-06T02:00Z'))
  })

  test.each([
    ['erp-update', ['C11']],
    ['connector-release', ['C9']],
  ] as const)('of a %s without findings is that of the change itself', (kind, classes) => {
    expect(rollbackPlan(options({ kind })).changeClasses.map(({ id }) => id)).toEqual(classes)
  })

  test('is made of the classes that were found, each once, and of no info', () => {
    const plan = rollbackPlan(
      options({
        findings: [
          finding({ check: 'a', fingerprint: '1' }),
          finding({ check: 'a', fingerprint: '2' }),
          finding({ check: 'b', severity: 'info' }),
        ],
        changeClassOf: (check) => (check === 'a' ? 'C8' : 'C7'),
      }),
    )
    expect(plan.changeClasses).toEqual([
      { id: 'C11', title: expect.any(String), findings: [] },
      { id: 'C8', title: expect.any(String), findings: ['1', '2'] },
    ])
  })

  test('names releases, connector and canary', () => {
    const text = JSON.stringify(rollbackPlan(options({ findings: [finding()] })))
    for (const name of ['tryton-ap-connector', 'Tryton', '6.0', '7.0', KEY, 'every 30 minutes'])
      expect(text).toContain(name)
  })
})

describe('the steps of the installation', () => {
  const options = (over: Partial<InstallationOptions> = {}): InstallationOptions => ({
    verdict: 'go',
    conditions: [],
    kind: 'erp-update',
    to: '7.0',
    erp: 'Tryton',
    integration: INTEGRATION,
    invoices: [invoice({ key: 'S-1 A', outcome: 'refused' }), invoice({ key: 'S-2 B' })],
    plan: [],
    ...over,
  })
  const told = (over: Partial<InstallationOptions>) =>
    installationSteps(options(over)).map(({ title, owner }) => `${title}: ${owner}`)

  test('hold, save, install, try one, drain and compare', () => {
    expect(told({})).toEqual([
      'Hold the export: it',
      'Save what goes back: it',
      'Install Tryton 7.0: erp-publisher',
      'Export one canary: ap-vendor',
      'Drain the queue: ap-vendor',
      'Compare the totals: finance',
    ])
  })

  test('begin with what is a condition and hold the plan', () => {
    const over = {
      verdict: 'conditional',
      conditions: ['Deploy 4.2.', 'Tell Finance.'],
      plan: ['a becomes b.'],
    } as const
    expect(told(over)).toEqual([
      'Meet the conditions: it',
      'Hold the export: it',
      'Save what goes back: it',
      'Install Tryton 7.0: erp-publisher',
      'Put the plan in: ap-vendor',
      'Export one canary: ap-vendor',
      'Drain the queue: ap-vendor',
      'Compare the totals: finance',
    ])
    expect(installationSteps(options(over))[4]?.action).toBe('a becomes b.')
  })

  test('of a connector release install the connector', () => {
    expect(told({ kind: 'connector-release', to: '1.1.0' })[2]).toBe('Install tryton-ap-connector 1.1.0: ap-vendor')
  })

  test('try an invoice like one that came out', () => {
    expect(installationSteps(options())[3]?.action).toContain('as S-2 B,')
    expect(installationSteps(options({ invoices: [] }))[3]?.action).not.toContain('as S-2 B')
  })

  test.each(['no-go', 'undecided'] as const)('are not given when the verdict is %s', (verdict) => {
    expect(told({ verdict, conditions: ['Deploy 4.2.'] })).toEqual([])
  })
})
