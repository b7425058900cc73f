import { beforeAll, describe, expect, test } from 'vitest'
import { isJsonArray, isJsonObject } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { edited, judged, type Rehearsed, rehearsed, rehearsedAgain, replayed, type Texts } from './fixtures/judged.ts'

/** The instant at which every row is judged. */
const AT = '2026-11-27T08:00:00Z'

type Verdict = ChangeAssessment['verdict']

/** One word of one file, the verdict, the code of the first reason, and what that reason must name. */
type Row = readonly [string, keyof Texts, string | RegExp, string, Verdict, string, string]

const codesOf = ({ reasons }: ChangeAssessment) => reasons.map(({ code }) => code)

type Stage = Rehearsed['rehearsals']['asIs']['observation']['invoices'][number]['stages'][number]

function withAccount(stage: Stage, account: string): Stage {
  const { document } = stage
  if (!isJsonObject(document) || !isJsonArray(document.lines)) return stage
  const lines = document.lines.map((line, index) => (index === 0 && isJsonObject(line) ? { ...line, account } : line))
  return { ...stage, document: { ...document, lines } }
}

async function expectFirst(assessment: ChangeAssessment, row: Row): Promise<void> {
  const [, , , , verdict, code, names] = row
  const [first] = assessment.reasons
  expect([assessment.verdict, first?.code]).toEqual([verdict, code])
  expect(first?.text).toContain(names)
}

describe('a new GL segment', () => {
  let plan: Rehearsed
  beforeAll(async () => {
    plan = await rehearsed('gl-segment', 'ledger-2026-12')
  }, 60_000)

  test('is a go against itself', async () => {
    const { verdict, findings } = await judged(await rehearsed('gl-segment', 'control'), AT)
    expect([verdict, findings]).toEqual(['go', []])
  })

  test('is a no-go as it is: every voucher is refused', async () => {
    const assessment = await judged(await rehearsed('gl-segment', 'ledger-2026-12-as-is'), AT)
    expect(assessment.verdict).toBe('no-go')
    expect(assessment.reasons[0]?.code).toBe('announced-break-not-handled')
    expect(assessment.reasons[0]?.text).toMatch(
      /^A search in glAccounts .* Announced by HL-1, and no plan handles it\.$/,
    )
    expect(new Set(codesOf(assessment))).toEqual(new Set(['announced-break-not-handled', 'control-totals-differ']))
    expect(assessment.invoices.map(({ outcome }) => outcome)).toEqual(new Array(10).fill('refused'))
    const combinations = assessment.findings.filter(({ check }) => check === 'combination-invalid')
    expect(combinations.map(({ message, invoices }) => [message, invoices.length])).toEqual([
      ['Accounts of glAccounts have 4 segments, and recorded lines have company-account-department.', 10],
    ])
  })

  test('is conditional on its plan, with every total as the plan makes it', async () => {
    const assessment = await judged(plan, AT)
    expect([assessment.verdict, codesOf(assessment)]).toEqual(['conditional', ['plan-installed']])
    expect(assessment.conditions[0]).toMatch(
      /^The plan of HL-1 is installed in the same window: it removes \d+ announced/,
    )
    expect(
      assessment.findings
        .filter(({ severity }) => severity !== 'info')
        .map(({ status, withPlan }) => `${status} ${withPlan}`),
    ).toEqual(assessment.findings.filter(({ severity }) => severity !== 'info').map(() => 'expected gone'))
  })

  const ROWS: readonly Row[] = [
    [
      'the note left undecided',
      'change',
      /(id: HL-1\n(?:.*\n)*? {4}affects-us: )true/,
      '$1undecided',
      'undecided',
      'note-undecided',
      'HL-1',
    ],
    [
      'the other note left undecided',
      'change',
      /affects-us: false\n {4}because: .*/,
      'affects-us: undecided',
      'undecided',
      'note-undecided',
      'HL-2',
    ],
    [
      'a field that nobody sends',
      'change',
      'field: glAccount\n          of:',
      'field: account\n          of:',
      'no-go',
      'plan-field-unused',
      'account of voucher.lines',
    ],
    [
      'a record that nobody sends',
      'change',
      'resource: voucher.lines\n          field: glAccount\n          of',
      'resource: voucher\n          field: glAccount\n          of',
      'no-go',
      'plan-field-unused',
      'glAccount of voucher',
    ],
    [
      'a segment too many in "of"',
      'change',
      'of: [company, account, department]',
      'of: [company, account, department, project]',
      'no-go',
      'plan-value-missing',
      'company-account-department-project',
    ],
    [
      'another separator',
      'change',
      'of: [company, account, department]\n          separator: "-"',
      'of: [company, account, department]\n          separator: "/"',
      'no-go',
      'plan-value-missing',
      '100-6200-D10',
    ],
    [
      'no fund for the other accounts',
      'change',
      ', others: F10 }',
      ' }',
      'no-go',
      'plan-value-missing',
      '6200 in account',
    ],
    [
      'an announced fund left out',
      'change',
      'values: [F10, F20, F30]',
      'values: [F10, F20]',
      'no-go',
      'unexpected-silent-change',
      'glAccounts',
    ],
    [
      'the segment announced at another place',
      'change',
      'position: 4',
      'position: 1',
      'no-go',
      'unexpected-silent-change',
      'glAccounts',
    ],
    [
      'the approver equal to the developer',
      'change',
      'approver: Marcus Holm',
      'approver: Tomasz Wrona',
      'undecided',
      'duties-not-segregated',
      'developer and approver',
    ],
    [
      'recorded evidence asked for',
      'change',
      'evidence-level: schema',
      'evidence-level: recorded',
      'undecided',
      'evidence-too-weak',
      'asks for recorded',
    ],
    [
      'a recording one day too old',
      'change',
      'policy: { evidence',
      'policy: { recording-max-age-days: 0, evidence',
      'undecided',
      'recording-too-old',
      'days old',
    ],
    [
      'a blackout on the day of the window',
      'integration',
      'dimensions:',
      'calendar: { blackouts: [{ title: Stocktaking, from: 2026-12-08, to: 2026-12-08 }] }\ndimensions:',
      'no-go',
      'blackout',
      'Stocktaking',
    ],
    [
      'a credential that lapses inside the window',
      'integration',
      'expires: 2027-06-30',
      'expires: 2026-12-08',
      'no-go',
      'credential-expires',
      '2026-12-08',
    ],
    [
      'a field of the mapping that the release does not have',
      'mapping',
      'field: taxCode }',
      'field: vatCode }',
      'no-go',
      'unexpected-break',
      'vatCode',
    ],
    [
      'two sources for one field',
      'mapping',
      'from: /lines/*/tax, to: { resource: voucher.lines, field: taxCode }',
      'from: /lines/*/tax, to: { resource: voucher.lines, field: glAccount }',
      'no-go',
      'unexpected-break',
      '/lines/*/tax',
    ],
  ]
  // One word that changes what is judged needs no new replay.
  test.each(ROWS.filter(([title]) => title !== ''))('%s', async (...row) => {
    await expectFirst(await judged(edited(plan, row[1], row[2], row[3]), AT), row)
  })

  const SENT: readonly Row[] = [
    ['a fund that is not in the list', 'change', '"6550": F30', '"6550": F99', 'no-go', 'plan-value-unknown', 'F99'],
    [
      'a fund that is in the list, for another account',
      'change',
      '"6550": F30',
      '"6550": F20',
      'no-go',
      'plan-value-unknown',
      '100-6550-D10-F20',
    ],
    ['the segment in front', 'change', '          after: department\n', '', 'no-go', 'plan-value-unknown', 'F10-100'],
  ]
  test.each(SENT)('%s', async (...row) => {
    const assessment = await replayed(edited(plan, row[1], row[2], row[3]))
    expect(assessment.verdict).toBe(row[4])
    expect(assessment.reasons.map(({ text }) => text).join('\n')).toContain(row[6])
    await expectFirst(assessment, row)
  })
})

describe('a plan for a release that changes nothing', () => {
  const planOf = (resource: string, field: string, values: string) =>
    `    plan:\n      - map-value: { resource: ${resource}, field: ${field}, values: ${values}, others: keep }\n`
  const note = (plan: string) => `
notes:
  - id: NV-1
    from: ap-vendor
    source: https://papirflow.example/releases/2.3
    says: Values are mapped.
    affects-us: true
    expect: []
${plan}`
  let control: Rehearsed
  beforeAll(async () => {
    control = await rehearsed('rest-ap', 'control')
  }, 60_000)
  const planned = (plan: string) => replayed(edited(control, 'change', /$/, note(plan)))

  test.each([
    ['swaps the currencies', planOf('bill', 'currency', '{ EUR: NOK, NOK: EUR }'), 'EUR', '15609.90', '428195.81'],
    ['makes every credit note a bill', planOf('bill', 'type', '{ credit-note: bill }'), 'NOK', 'credit note', ''],
    [
      'swaps bills and credit notes',
      planOf('bill', 'type', '{ bill: credit-note, credit-note: bill }'),
      'NOK',
      'credit note',
      '',
    ],
  ])('is a no-go when it %s: money is never counted as the plan has it', async (_, plan, currency, one, other) => {
    const assessment = await planned(plan)
    expect([assessment.verdict, new Set(codesOf(assessment))]).toEqual(['no-go', new Set(['control-totals-differ'])])
    const text = assessment.reasons.find(({ text }) => text.includes(`in ${currency},`))?.text
    expect(text).toContain(one)
    expect(text).toContain(other)
  })

  test('is a go only on the condition of the plan, though it removes no break', async () => {
    const assessment = await planned(planOf('bill', 'paymentMethod', '{ giro: bank }'))
    expect([assessment.verdict, codesOf(assessment)]).toEqual(['conditional', ['plan-installed']])
    expect(assessment.conditions).toEqual([
      'The plan of NV-1 is installed in the same window: it removes no announced breaks.',
    ])
  })

  test('is a no-go when the plan brings other accounts on more invoices than a waiver accepted', async () => {
    const text = note(planOf('bill', 'paymentMethod', '{ giro: bank }'))
    const again = await rehearsedAgain(edited(control, 'change', /$/, text))
    const { asIs, withPlan } = again.rehearsals
    if (withPlan === undefined) throw new Error('nothing was replayed with the plan')
    /** The target stored another account in the first line of some invoices. */
    const recoded = (rehearsal: typeof asIs, keys: readonly string[], account: string) => ({
      ...rehearsal,
      observation: {
        ...rehearsal.observation,
        invoices: rehearsal.observation.invoices.map((invoice) =>
          keys.includes(invoice.key)
            ? { ...invoice, stages: invoice.stages.map((stage) => withAccount(stage, account)) }
            : invoice,
        ),
      },
    })
    const [one = '', ...others] = asIs.observation.invoices.slice(0, 3).map(({ key }) => key)
    const rehearsals = {
      ...again.rehearsals,
      asIs: recoded(asIs, [one], '4011'),
      withPlan: recoded(withPlan, [one, ...others], '9999'),
    }
    const open = await judged({ ...again, rehearsals }, AT)
    const accepted = open.findings.find(({ invoices }) => invoices.length === 1 && invoices[0] === one)
    const waiver = `{ fingerprint: "${accepted?.fingerprint}", owner: Cleo Dahl, approver: Marcus Holm, reason: Seen., expires: 2026-12-31T00:00Z }`
    const waived = edited({ ...again, rehearsals }, 'waivers', 'waivers: []', `waivers: [${waiver}]`)
    const assessment = await judged(waived, AT)
    expect(assessment.findings.map(({ status, invoices }) => [status, invoices])).toEqual([
      ['waived', [one]],
      ['unexpected', [one, ...others]],
    ])
    expect([assessment.verdict, assessment.reasons[0]?.code]).toEqual(['no-go', 'unexpected-silent-change'])
  })
})

describe('a renamed dimension with a value table', () => {
  let plan: Rehearsed
  beforeAll(async () => {
    plan = await rehearsed('renamed-dimension', 'books-12')
  }, 60_000)

  test('is a go against itself', async () => {
    const { verdict, findings } = await judged(await rehearsed('renamed-dimension', 'control'), AT)
    expect([verdict, findings]).toEqual(['go', []])
  })

  test('is a no-go as it is: every department is dropped without a word', async () => {
    const assessment = await judged(await rehearsed('renamed-dimension', 'books-12-as-is'), AT)
    expect([assessment.verdict, new Set(codesOf(assessment))]).toEqual([
      'no-go',
      new Set(['announced-break-not-handled']),
    ])
    expect(assessment.reasons.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^“Department” \(bill\.lines department\) holds another code after create, post \(9 invoices/,
      ),
    )
    expect(assessment.invoices.every(({ outcome }) => outcome === 'differs')).toBe(true)
  })

  test('is conditional on its plan', async () => {
    const assessment = await judged(plan, AT)
    expect([assessment.verdict, codesOf(assessment)]).toEqual(['conditional', ['plan-installed']])
  })

  const table = 'values: { D10: C10, D20: C20, D21: C20, D30: C30, D40: C40, D41: C40 },'
  const ROWS: readonly Row[] = [
    [
      'a value missing in the table',
      'change',
      table,
      table.replace(', D41: C40', ''),
      'no-go',
      'plan-value-missing',
      'D41 (2 invoices)',
    ],
    [
      'another value missing in the table',
      'change',
      table,
      table.replace('D10: C10, ', ''),
      'no-go',
      'plan-value-missing',
      'D10 (3 invoices)',
    ],
    [
      'a slip of the pen in a value',
      'change',
      table,
      table.replace('D30:', 'D3O:'),
      'no-go',
      'plan-value-missing',
      'D30',
    ],
    [
      'a table for the old name',
      'change',
      `field: costCenter,\n            ${table}`,
      `field: department,\n            ${table}`,
      'no-go',
      'plan-field-unused',
      'department of bill.lines',
    ],
    [
      'a rename of what nobody sends',
      'change',
      'rename-field: { resource: bill.lines, field: department',
      'rename-field: { resource: bill.lines, field: dept',
      'no-go',
      'plan-field-unused',
      'dept of bill.lines',
    ],
    [
      'a rename to the same name',
      'change',
      'field: department, to: costCenter }',
      'field: department, to: department }',
      'no-go',
      'plan-idle',
      'as department',
    ],
    [
      'a merged value that is not announced',
      'change',
      /(list: dimensionValues\n +values: \{.*), D41: C40 \}/,
      '$1 }',
      'no-go',
      'unexpected-silent-change',
      'dimensionValues',
    ],
    [
      'the note left undecided',
      'change',
      /(id: BB-1\n(?:.*\n)*? {4}affects-us: )true/,
      '$1undecided',
      'undecided',
      'note-undecided',
      'BB-1',
    ],
    [
      'the note said not to affect us',
      'change',
      /(id: BB-1\n(?:.*\n)*? {4}affects-us: )true/,
      '$1false\n    because: We send none.',
      'no-go',
      'note-contradicted',
      'BB-1',
    ],
    [
      'another dimension announced',
      'change',
      'from: department\n',
      'from: project\n',
      'no-go',
      'unexpected-silent-change',
      'Department',
    ],
    [
      'the tester equal to the developer',
      'change',
      'tester: Aiko Brandt',
      'tester: Tomasz Wrona',
      'undecided',
      'duties-not-segregated',
      'developer and tester',
    ],
    [
      'a code table with a value that is gone',
      'mapping',
      'field: taxCode }, direction: send',
      'field: taxCode }, direction: send, transform: [{ map-value: { values: { S: MVA99 } } }]',
      'no-go',
      'unexpected-break',
      'MVA99',
    ],
    [
      'a code table with a value that is too long',
      'mapping',
      'field: text }, direction: send',
      `field: text }, direction: send, transform: [{ map-value: { values: { a: ${'x'.repeat(81)} }, others: keep } }]`,
      'no-go',
      'unexpected-break',
      'at most 80 characters',
    ],
    [
      'a waiver of a finding that is not there',
      'waivers',
      'waivers: []',
      'waivers: [{ fingerprint: "0a1b2c3d4e5f", owner: Cleo Dahl, approver: Marcus Holm, reason: Seen., expires: 2026-12-31T00:00Z }]',
      'undecided',
      'waiver-unused',
      '0a1b2c3d4e5f',
    ],
  ]
  test.each(ROWS)('%s', async (...row) => {
    await expectFirst(await judged(edited(plan, row[1], row[2], row[3]), AT), row)
  })

  const SENT: readonly Row[] = [
    [
      'a cost center that is not there',
      'change',
      table,
      table.replace('D30: C30', 'D30: C99'),
      'no-go',
      'plan-value-unknown',
      'C99',
    ],
    [
      'a cost center that is there, and is another one',
      'change',
      table,
      table.replace('D30: C30', 'D30: C40'),
      'no-go',
      'announced-break-not-handled',
      'dimensionValues',
    ],
  ]
  test.each(SENT)('%s', async (...row) => {
    await expectFirst(await replayed(edited(plan, row[1], row[2], row[3])), row)
  })
})
