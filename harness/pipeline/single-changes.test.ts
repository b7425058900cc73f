import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { isJsonObject, type Json } from '../base/json.ts'
import { parseYaml } from '../base/yaml.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { Change, Waivers } from '../model/change.ts'
import { Integration } from '../model/integration.ts'
import { Policy } from '../model/policy.ts'
import type { Rehearsal } from '../model/rehearsal.ts'
import { assess, type Evidence } from './assess.ts'
import { evidenceOf, readSubject, rehearse, targetOf } from './run.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCENARIO = join(ROOT, 'scenarios/tryton-ap')
/** The instant at which every row is judged: the day after the recording. */
const AT = '2026-11-25T08:00:00Z'

/** What people wrote, as text, so that a row can change one word of it. */
type Texts = Readonly<{ change: string; integration: string; waivers: string }>
type Base = Readonly<{ evidence: Evidence; texts: Texts }>

/** One word, and the reason that must come first. */
type Row = Readonly<{
  title: string
  file: keyof Texts
  from: string | RegExp
  to: string
  verdict: ChangeAssessment['verdict']
  code: string
  /** What the first reason must name. */
  names: string
}>

async function gathered(change: string): Promise<Evidence> {
  const options = {
    changeFolder: join(SCENARIO, 'changes', change),
    target: 'mock',
    snapshots: join(ROOT, 'snapshots'),
    reports: 'reports',
  }
  const subject = await readSubject(options)
  const target = await targetOf(subject, options)
  const evidence = evidenceOf(subject, await rehearse({ ...subject, target, options: {} }))
  const rehearsal = { state: 'none', text: 'The rollback was not rehearsed: every time is an estimate.' } as const
  return { ...evidence, rehearsal, drill: undefined, assessedAt: AT }
}

async function textOf(file: string): Promise<string> {
  return readFile(join(SCENARIO, file), 'utf8')
}

/** Judges the evidence under what the texts say. */
function judge({ evidence, texts }: Base): Promise<ChangeAssessment> {
  const scenario = {
    ...evidence.scenario,
    change: parseYaml(texts.change, Change, 'change.yaml'),
    integration: parseYaml(texts.integration, Integration, 'integration.yaml'),
    waivers: parseYaml(texts.waivers, Waivers, 'waivers.yaml').waivers,
  }
  return assess({ ...evidence, scenario })
}

function edited(base: Base, { file, from, to }: Pick<Row, 'file' | 'from' | 'to'>): Base {
  const text = base.texts[file].replace(from, to)
  if (text === base.texts[file]) throw new Error(`${file} does not hold ${from}`)
  return { ...base, texts: { ...base.texts, [file]: text } }
}

let control: Base
let update: Base
beforeAll(async () => {
  const integration = await textOf('integration.yaml')
  // Every default is written down, so that a row changes a word and adds none.
  const policy = Policy.parse({
    'amount-tolerance': { EUR: '0.01' },
    'recording-max-age-days': 7,
    'snapshot-max-age-days': 7,
  })
  const controlText = `${await textOf('changes/control-6.0/change.yaml')}${stringify({ policy })}`
  control = {
    evidence: await gathered('control-6.0'),
    texts: { change: controlText, integration, waivers: 'waivers: []\n' },
  }
  // One note is taken out, so that at least one finding needs a waiver whatever else the sample announces.
  const plain: { notes: { id: string }[] } = parse(await textOf('changes/erp-7.0/change.yaml'))
  const change = stringify({ ...plain, notes: plain.notes.filter(({ id }) => id !== 'RN-3') })
  const bare: Base = {
    evidence: await gathered('erp-7.0'),
    texts: { change, integration, waivers: 'waivers: []\n' },
  }
  const { reasons } = await judge(bare)
  const waivers = [...new Set(reasons.flatMap(({ findings }) => findings))].map((fingerprint) => ({
    fingerprint,
    owner: 'Cleo Dahl',
    approver: 'Marcus Holm',
    reason: 'Seen and accepted for this update.',
    expires: '2026-12-31T00:00Z',
  }))
  update = { ...bare, texts: { ...bare.texts, waivers: stringify({ waivers }) } }
}, 120_000)

const CONTROL: readonly Row[] = [
  ...(
    [
      [
        'the approver equal to the developer',
        'approver: Marcus Holm',
        'approver: Tomasz Wrona',
        'developer and approver',
      ],
      [
        'the approver written as the developer in another case',
        'approver: Marcus Holm',
        'approver: tomasz  WRONA',
        'developer and approver',
      ],
      ['the tester equal to the developer', 'tester: Aiko Brandt', 'tester: Tomasz Wrona', 'developer and tester'],
      [
        'the requester equal to the approver',
        'requester: Ingrid Sørbø',
        'requester: Marcus Holm',
        'requester and approver',
      ],
    ] as const
  ).map(
    ([title, from, to, names]): Row => ({
      title,
      file: 'change',
      from,
      to,
      verdict: 'undecided',
      code: 'duties-not-segregated',
      names,
    }),
  ),
  ...(
    ['requester: Ingrid Sørbø', 'developer: Tomasz Wrona', 'tester: Aiko Brandt', 'approver: Marcus Holm'] as const
  ).map(
    (from): Row => ({
      title: `nobody as ${from.split(':')[0]}`,
      file: 'change',
      from,
      to: `${from.split(':')[0]}: ""`,
      verdict: 'undecided',
      code: 'duty-unassigned',
      names: `as ${from.split(':')[0]}`,
    }),
  ),
  {
    title: 'live evidence asked for',
    file: 'change',
    from: 'evidence-level: recorded',
    to: 'evidence-level: live',
    verdict: 'undecided',
    code: 'evidence-too-weak',
    names: 'asks for live',
  },
  {
    title: 'a recording one day too old',
    file: 'change',
    from: 'recording-max-age-days: 7',
    to: 'recording-max-age-days: 6',
    verdict: 'undecided',
    code: 'recording-too-old',
    names: '7 days old',
  },
  {
    title: 'a snapshot one day too old',
    file: 'change',
    from: 'snapshot-max-age-days: 7',
    to: 'snapshot-max-age-days: 6',
    verdict: 'undecided',
    code: 'snapshot-too-old',
    names: 'Tryton 6.0',
  },
  {
    title: 'a window that opens a day later than the recording allows',
    file: 'change',
    from: /start: 2026-12-01T20:00Z, end: 2026-12-01/,
    to: 'start: 2026-12-02T20:00Z, end: 2026-12-02',
    verdict: 'no-go',
    code: 'period-close',
    names: '2026-11',
  },
  {
    title: 'a rehearsed rollback asked for',
    file: 'change',
    from: 'rollback-rehearsal: none',
    to: 'rollback-rehearsal: mock',
    verdict: 'undecided',
    code: 'rollback-not-rehearsed',
    names: 'was not rehearsed',
  },
  {
    title: 'a rollback rehearsed on a real ERP asked for',
    file: 'change',
    from: 'rollback-rehearsal: none',
    to: 'rollback-rehearsal: live',
    verdict: 'undecided',
    code: 'rollback-not-rehearsed',
    names: 'on a real ERP',
  },
  {
    title: 'a window that ends before it starts',
    file: 'change',
    from: 'end: 2026-12-01T21:00Z',
    to: 'end: 2026-12-01T19:00Z',
    verdict: 'undecided',
    code: 'window-unusable',
    names: '2026-12-01T19:00Z',
  },
  {
    title: 'one more day kept free before a close',
    file: 'change',
    from: 'close-margin-days: 2',
    to: 'close-margin-days: 3',
    verdict: 'no-go',
    code: 'period-close',
    names: '2026-12-04',
  },
  {
    title: 'a credential that must live longer',
    file: 'change',
    from: 'credential-margin-days: 7',
    to: 'credential-margin-days: 120',
    verdict: 'conditional',
    code: 'credential-renewed',
    names: '2027-03-31',
  },
  {
    title: 'a credential that lapses inside the window',
    file: 'integration',
    from: 'expires: 2027-03-31',
    to: 'expires: 2026-12-01',
    verdict: 'no-go',
    code: 'credential-expires',
    names: '2026-12-01',
  },
  {
    title: 'a credential that lapses within the margin',
    file: 'integration',
    from: 'expires: 2027-03-31',
    to: 'expires: 2026-12-08',
    verdict: 'conditional',
    code: 'credential-renewed',
    names: '2026-12-08',
  },
  {
    title: 'a credential of unknown expiry',
    file: 'integration',
    from: /\n +expires: 2027-03-31/,
    to: '',
    verdict: 'undecided',
    code: 'credential-expiry-unknown',
    names: 'when the credential lapses',
  },
  {
    title: 'a blackout that begins on the day of the window',
    file: 'integration',
    from: 'from: 2026-12-18',
    to: 'from: 2026-12-01',
    verdict: 'no-go',
    code: 'blackout',
    names: 'Year-end close of the group',
  },
  {
    title: 'a close one day earlier',
    file: 'integration',
    from: 'period: 2026-11, date: 2026-12-04',
    to: 'period: 2026-11, date: 2026-12-03',
    verdict: 'no-go',
    code: 'period-close',
    names: '2026-12-03',
  },
  {
    title: 'a waiver of a finding that is not there',
    file: 'waivers',
    from: 'waivers: []',
    to: 'waivers: [{ fingerprint: "0a1b2c3d4e5f", owner: Cleo Dahl, approver: Marcus Holm, reason: Seen., expires: 2026-12-31T00:00Z }]',
    verdict: 'undecided',
    code: 'waiver-unused',
    names: '0a1b2c3d4e5f',
  },
]

const ASKED: readonly Row[] = [
  {
    title: 'more coverage asked for than the recordings have',
    file: 'change',
    from: 'policy:',
    to: 'policy:\n  minimum-coverage: 100',
    verdict: 'undecided',
    code: 'coverage-too-low',
    names: 'asks for 100 %',
  },
  {
    title: 'a drill score asked for that was not measured',
    file: 'change',
    from: 'policy:',
    to: 'policy:\n  minimum-drill-score: 90',
    verdict: 'undecided',
    code: 'drill-unknown',
    names: '90 %',
  },
]

describe('on a go', () => {
  test('the base is a go', async () => {
    const { verdict, reasons } = await judge(control)
    expect([verdict, reasons]).toEqual(['go', []])
  })

  test.each([...CONTROL, ...ASKED])('$title', async (row) => {
    const { verdict, reasons } = await judge(edited(control, row))
    expect([verdict, reasons[0]?.code]).toEqual([row.verdict, row.code])
    expect(reasons[0]?.text).toContain(row.names)
  })
})

describe('evidence of another day or kind, on a go', () => {
  const older = (text: string) => new Date(Date.parse(text) - 86_400_000).toISOString()
  const rows: readonly [string, (evidence: Evidence) => Partial<Evidence>, string, string, string][] = [
    [
      'a recording made a day earlier',
      ({ recording }) => ({
        recording: { ...recording, header: { ...recording.header, recordedAt: older(recording.header.recordedAt) } },
      }),
      'undecided',
      'recording-too-old',
      '8 days old',
    ],
    [
      'a recording that does not tell its day',
      ({ recording }) => ({ recording: { ...recording, header: { ...recording.header, recordedAt: 'in October' } } }),
      'undecided',
      'recording-too-old',
      'does not tell when',
    ],
    [
      'a snapshot captured a day earlier',
      ({ baseline }) => ({
        baseline: { ...baseline, meta: { ...baseline.meta, capturedAt: older(baseline.meta.capturedAt) } },
      }),
      'undecided',
      'snapshot-too-old',
      '8 days old',
    ],
    [
      'a rollback that failed',
      () => ({
        rehearsal: {
          state: 'failed',
          text: 'The rollback was rehearsed on 2026-11-24 and did not bring the baseline back.',
          rehearsal: REHEARSAL,
        },
      }),
      'no-go',
      'rollback-failed',
      'did not bring the baseline back',
    ],
  ]
  test.each(rows)('%s', async (_, over, verdict, code, names) => {
    const assessment = await judge({ ...control, evidence: { ...control.evidence, ...over(control.evidence) } })
    expect([assessment.verdict, assessment.reasons[0]?.code]).toEqual([verdict, code])
    expect(assessment.reasons[0]?.text).toContain(names)
  })

  test.each([
    ['a sandbox refreshed within the allowed days', 'refreshed: 2026-11-20', 'go', undefined],
    ['a sandbox of unknown age', '', 'undecided', 'sandbox-age-unknown'],
    ['a sandbox refreshed a year earlier', 'refreshed: 2025-11-20', 'undecided', 'sandbox-too-old'],
  ])('%s', async (_, refreshed, verdict, code) => {
    const { texts, evidence } = control
    const named = { ...evidence.asIs, kind: 'url' as const, url: 'http://127.0.0.1:8000' }
    const integration = texts.integration.replace(/, refreshed: [\d-]+/, refreshed === '' ? '' : `, ${refreshed}`)
    const assessment = await judge({ texts: { ...texts, integration }, evidence: { ...evidence, asIs: named } })
    expect([assessment.verdict, assessment.reasons[0]?.code]).toEqual([verdict, code])
  })

  test('a stale rehearsal where one is asked for', async () => {
    const base = edited(control, { file: 'change', from: 'rollback-rehearsal: none', to: 'rollback-rehearsal: mock' })
    const stale = {
      state: 'stale',
      text: 'The rollback was rehearsed on 2026-11-02 with another recording: it is stale.',
      rehearsal: REHEARSAL,
    } as const
    const { verdict, reasons } = await judge({ ...base, evidence: { ...base.evidence, rehearsal: stale } })
    expect([verdict, reasons[0]?.code]).toEqual(['undecided', 'rollback-rehearsal-stale'])
    expect(reasons[0]?.text).toContain('with another recording')
  })
})

describe('the tolerance of amounts', () => {
  /** The control, with one cent more in the stored total of one invoice in euro. */
  const aCentMore = (): Base => {
    const { asIs } = control.evidence
    const { invoices } = asIs.observation
    const index = invoices.findIndex(({ stages }) => {
      const last = stages.at(-1)?.document
      return isJsonObject(last) && last.currency === 'EUR' && last.state === 'posted'
    })
    const changed = invoices.map((invoice, at) =>
      at !== index
        ? invoice
        : {
            ...invoice,
            stages: invoice.stages.map((stage) =>
              stage.document === undefined ? stage : { ...stage, document: plusACent(stage.document) },
            ),
          },
    )
    return {
      ...control,
      evidence: { ...control.evidence, asIs: { ...asIs, observation: { ...asIs.observation, invoices: changed } } },
    }
  }
  function plusACent(document: Json): Json {
    if (!isJsonObject(document) || typeof document.total_amount !== 'string') return document
    return { ...document, total_amount: (Number(document.total_amount) + 0.01).toFixed(2) }
  }

  test('lets a cent pass that it allows, and counts it as left out', async () => {
    const { verdict, evidence } = await judge(aCentMore())
    expect(verdict).toBe('go')
    expect(evidence.notCompared.map(({ why }) => why)).toContain('they differ by no more than the policy tolerates')
  })

  test.each([
    ['one tenth of a cent less', 'EUR: "0.009"'],
    ['none', 'EUR: "0"'],
    ['of another currency', 'USD: "0.01"'],
  ])('stops it: %s', async (_, to) => {
    const { verdict, reasons } = await judge(edited(aCentMore(), { file: 'change', from: 'EUR: "0.01"', to }))
    expect([verdict, reasons[0]?.code]).toEqual(['no-go', 'unexpected-silent-change'])
    expect(reasons[0]?.text).toContain('total_amount')
  })
})

describe('on a conditional', () => {
  test('the base is conditional, and every condition has an owner', async () => {
    const { verdict, reasons, conditions } = await judge(update)
    expect(verdict).toBe('conditional')
    expect(conditions.length).toBeGreaterThan(1)
    expect(reasons.every(({ contact }) => contact.includes('@'))).toBe(true)
  })

  const waiverRows: readonly Row[] = [
    {
      title: 'a waiver one day past its expiry',
      file: 'waivers',
      from: 'expires: 2026-12-31T00:00Z',
      to: 'expires: 2026-11-24T08:00:00Z',
      verdict: 'no-go',
      code: 'waiver-expired',
      names: '2026-11-24',
    },
    {
      title: 'a waiver that lapses inside the window',
      file: 'waivers',
      from: 'expires: 2026-12-31T00:00Z',
      to: 'expires: 2026-12-06T01:00Z',
      verdict: 'no-go',
      code: 'waiver-expired',
      names: 'the window ends',
    },
    {
      title: 'a waiver approved by its owner',
      file: 'waivers',
      from: 'approver: Marcus Holm',
      to: 'approver: Cleo Dahl',
      verdict: 'no-go',
      code: 'waiver-self-approved',
      names: 'its owner',
    },
    {
      title: 'a waiver approved by the developer',
      file: 'waivers',
      from: 'approver: Marcus Holm',
      to: 'approver: Tomasz Wrona',
      verdict: 'no-go',
      code: 'waiver-self-approved',
      names: 'the developer',
    },
    {
      title: 'a waiver approved by the developer in another case',
      file: 'waivers',
      from: 'approver: Marcus Holm',
      to: 'approver: TOMASZ WRONA',
      verdict: 'no-go',
      code: 'waiver-self-approved',
      names: 'the developer',
    },
    {
      title: 'a waiver owned by its approver',
      file: 'waivers',
      from: 'owner: Cleo Dahl',
      to: 'owner: Marcus Holm',
      verdict: 'no-go',
      code: 'waiver-self-approved',
      names: 'its owner',
    },
  ]
  test.each(waiverRows)('$title', async (row) => {
    const { verdict, reasons } = await judge(edited(update, row))
    expect([verdict, reasons[0]?.code]).toEqual([row.verdict, row.code])
    expect(reasons[0]?.text).toContain(row.names)
  })

  test('one digit of a waiver: the finding blocks again, and the waiver is unused', async () => {
    const [, fingerprint = ''] = /fingerprint: "?([0-9a-f]{12})/.exec(update.texts.waivers) ?? []
    const other = `${fingerprint.slice(0, 11)}${fingerprint.endsWith('0') ? '1' : '0'}`
    const base = edited(update, { file: 'waivers', from: new RegExp(`"?${fingerprint}"?`), to: `"${other}"` })
    const { verdict, reasons } = await judge(base)
    expect(['no-go', 'undecided']).toContain(verdict)
    expect(reasons[0]?.findings).toContain(fingerprint)
    expect(reasons.map(({ code }) => code)).toContain('waiver-unused')
  })

  test.each(['RN-1', 'RN-2', 'RN-4', 'RN-5', 'RN-6', 'RN-7', 'RN-8', 'RN-9', 'RN-10', 'RN-11'])(
    '%s left undecided',
    async (id) => {
      const from = new RegExp(`(id: ${id}\\n(?:(?!  - id:)[^\\n]*\\n)*?    affects-us: )\\w+`)
      const { verdict, reasons } = await judge(edited(update, { file: 'change', from, to: '$1undecided' }))
      expect([verdict, reasons[0]?.code]).toEqual(['undecided', 'note-undecided'])
      expect(reasons[0]?.text).toContain(id)
    },
  )

  test.each(['RN-1', 'RN-2'])('%s said not to affect us, although it does', async (id) => {
    const from = new RegExp(`(id: ${id}\\n(?:(?!  - id:)[^\\n]*\\n)*?    affects-us: )true`)
    const to = '$1false\n    because: We do not use it.'
    const { verdict, reasons } = await judge(edited(update, { file: 'change', from, to }))
    expect([verdict, reasons[0]?.code]).toEqual(['no-go', 'note-contradicted'])
    expect(reasons[0]?.text).toContain(id)
  })
})

describe('what is refused before anything is judged', () => {
  test.each<[string, keyof Texts, string | RegExp, string, string]>([
    ['an owner missing', 'integration', /\n +finance: \{ name: Accounts payable[^\n]*/, '', 'finance'],
    [
      'a class that no finding has',
      'integration',
      'owners:\n',
      'owners:\n  by-class: { money: finance }\n',
      'by-class',
    ],
    ['a tolerance that is no amount', 'change', 'EUR: "0.01"', 'EUR: a-cent', 'amount-tolerance'],
    ['a negative tolerance', 'change', 'EUR: "0.01"', 'EUR: "-0.01"', 'amount-tolerance'],
    ['a policy key with a slip of the pen', 'change', 'evidence-level:', 'evidence-levels:', 'evidence-levels'],
  ])('%s', async (_, file, from, to, names) => {
    expect(() => judge(edited(control, { file, from, to }))).toThrow(names)
  })
})

test('a lane that the integration puts in charge of a class answers for it, and the accountable owner is named', async () => {
  const base = edited(update, {
    file: 'integration',
    from: 'owners:\n',
    to: 'owners:\n  by-class: { C3: ap-vendor, amount: finance }\n',
  })
  const { findings, owners, meta } = await judge({ ...base, texts: { ...base.texts, waivers: 'waivers: []\n' } })
  const amounts = findings.filter((finding) => finding.class === 'amount' && finding.severity !== 'info')
  expect(amounts.length).toBeGreaterThan(0)
  for (const finding of amounts) {
    expect([finding.lane, finding.disputed]).toEqual([
      'finance',
      { with: 'erp-publisher', decides: owners.accountable },
    ])
  }
  expect(meta.respondBy?.finance).toBe('2026-11-26T08:00:00Z')
})

const REHEARSAL: Rehearsal = {
  format: 'erp-change-gate/rehearsal',
  version: 1,
  meta: { rehearsedAt: '2026-11-24T10:00:00Z', harness: 'erp-change-gate 0.1.0' },
  change: 'CHG-0041',
  from: '6.0',
  to: '6.0',
  level: 'mock',
  builds: { baseline: '6.0.29', candidate: '6.0.29', restored: '6.0.29' },
  recording: 'sha256:0',
  baseline: 'sha256:0',
  parts: [],
  equality: { invoices: 0, kept: 0, lost: 0, differences: [] },
  proven: false,
}
