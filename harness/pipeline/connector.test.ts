import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import { smallScenario } from './fixtures/small-scenario.ts'
import { type RunOptions, runChange } from './run.ts'

// Each test starts connectors, which takes long where other tests run beside it.
const PATIENCE = 60_000

const SAMPLE = 'scenarios/tryton-ap/connector/main.ts'

let scenario = ''
/** An invoice, a credit note and a refusal: enough to be run often. */
let three = ''
beforeAll(async () => {
  scenario = await smallScenario()
  three = await smallScenario(['AP-2026-10-001', 'AP-2026-10-031', 'AP-2026-10-042'])
}, PATIENCE)
afterAll(async () => {
  for (const folder of [scenario, three]) await rm(dirname(folder), { recursive: true, force: true })
})

/** Runs the connector of a fixture, or the sample connector, on the few invoices. */
async function run(script: string, over: Partial<RunOptions> = {}): Promise<ChangeAssessment> {
  const { assessment } = await runChange({
    changeFolder: join(scenario, 'changes/connector-1.1'),
    target: 'mock',
    snapshots: 'snapshots',
    reports: join(dirname(scenario), 'reports'),
    connector: `node ${script}`,
    failWell: [],
    ...over,
  })
  return assessment
}

const fixture = (name: string) => `harness/pipeline/fixtures/connectors/${name}.ts`

/** What objects, on which field, to which invoices. Findings for information are left out. */
const found = ({ findings }: ChangeAssessment) =>
  findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ check, resource, pointer, invoices }) => `${check} ${resource}${pointer}: ${invoices.join(', ')}`)
    .sort()

describe('the connector under test', () => {
  test('the unchanged connector is a go ten times in a row, and each time the same', async () => {
    const told = new Set<string>()
    for (let time = 1; time <= 10; time++) {
      const { meta: _, ...assessment } = await run(SAMPLE, { changeFolder: join(three, 'changes/connector-1.1') })
      expect([assessment.verdict, assessment.reasons, assessment.findings]).toEqual(['go', [], []])
      expect(assessment.connector).toMatchObject({ erpRelease: '6.0', status: 0, given: 3, reported: 3 })
      told.add(JSON.stringify(assessment))
    }
    expect(told.size).toBe(1)
  }, 240_000)

  test(
    'a connector that exports the invoices in another order is a go',
    async () => {
      const assessment = await run(fixture('in-another-order'), { changeFolder: join(three, 'changes/connector-1.1') })
      expect([assessment.verdict, assessment.findings]).toEqual(['go', []])
    },
    PATIENCE,
  )

  const CREDIT_NOTES = 'SUP-1001 KF-K-0917, SUP-1003 NC 2026/77'
  test.each<[string, string, readonly string[]]>([
    [
      'drops the dimensions of credit notes only',
      'drops-dimension',
      [`request-changed account.invoice.line/analytic_accounts: ${CREDIT_NOTES}`],
    ],
    [
      'sends a float for an amount',
      'sends-float',
      [
        'request-changed account.invoice.line/unit_price: SUP-1001 KF-44817, SUP-1001 KF-44829, SUP-1002 FV/2026/10/0087, SUP-1007 請求書-2026-1008, SUP-1001 KF-K-0917, SUP-1003 NC 2026/77, SUP-1009 OSF-21040, SUP-1009 OSF-21040 (2), SUP-1012 ЗХ-520, SUP-1008 RE-26-77402',
      ],
    ],
    [
      'swaps two accounts for one supplier',
      'swaps-accounts',
      ['request-changed account.invoice.line/account: SUP-1002 FV/2026/10/0087'],
    ],
    [
      'switches the company and the warnings off in the context of a call',
      'switches-company',
      [
        'request-changed account.invoice/params/*/_skip_warnings: SUP-1002 FV/2026/10/0087',
        'request-changed account.invoice/params/*/company: SUP-1002 FV/2026/10/0087',
      ],
    ],
    [
      'reports a rejected invoice as posted',
      'swallows-rejection',
      ['result-changed result/status: SUP-1012 ЗХ-520', 'result-untrue result/held: SUP-1012 ЗХ-520'],
    ],
  ])(
    'a connector that %s is a no-go that names the invoice and the field',
    async (_, name, expected) => {
      const assessment = await run(fixture(name))
      expect(assessment.verdict).toBe('no-go')
      expect(found(assessment)).toEqual(expected)
    },
    PATIENCE,
  )

  test('a connector that logs its token is a no-go, and the token is in no report', async () => {
    const assessment = await run(fixture('logs-token'))
    expect(assessment.verdict).toBe('no-go')
    expect(found(assessment).join()).toMatch(/^secret-logged stdout\/authorization: SUP-1001 KF-44817, /)
    expect(JSON.stringify(assessment)).not.toMatch(/Session [A-Za-z0-9]/)
  })

  test('a connector that leaves invoices out is a no-go that names them', async () => {
    const assessment = await run(fixture('forgets-invoices'))
    expect(assessment.verdict).toBe('no-go')
    expect(assessment.accounting.reconciles).toBe(false)
    expect(found(assessment)).toContain(
      'result-missing result: SUP-1007 請求書-2026-1008, SUP-1001 KF-K-0917, SUP-1003 NC 2026/77, SUP-1009 OSF-21040, SUP-1009 OSF-21040 (2), SUP-1001 KF-44829 (2), SUP-1012 ЗХ-520, SUP-1008 RE-26-77402',
    )
  })
})

test('an approved invoice that was never recorded is told by what is sent of it, and as what nothing can be said of', async () => {
  const file = join(three, 'invoices/approved-2026-10.json')
  const before = await readFile(file, 'utf8')
  const [first, ...others] = JSON.parse(before)
  try {
    await writeFile(file, JSON.stringify([first, ...others, { ...first, id: 'AP-2026-10-999', reference: 'KF-99999' }]))
    const assessment = await run(SAMPLE, { changeFolder: join(three, 'changes/connector-1.1') })
    expect(assessment.verdict).toBe('no-go')
    expect(found(assessment)).toContain('request-added account.invoice/create: SUP-1001 KF-99999')
    expect(assessment.evidence.notCompared).toContainEqual({
      what: 'approved invoices',
      count: 1,
      why: expect.stringMatching(/^they are not in the recording/),
    })
  } finally {
    await writeFile(file, before)
  }
})

describe('a connector that the ERP fails', () => {
  test('the unchanged connector handles every failure', async () => {
    const assessment = await run(SAMPLE, { failWell: undefined })
    expect(assessment.connector?.failures.map(({ failure, state }) => `${failure} ${state}`)).toEqual([
      'answer-lost-at-booking handled',
      'answer-lost-at-create handled',
      'bridge-offline handled',
      'connection-reset handled',
      'duplicate-refused handled',
      'line-refused handled',
      'period-locked handled',
      'rate-limited handled',
      'run-repeated handled',
      'server-error handled',
      'session-expired handled',
    ])
    expect([assessment.verdict, found(assessment)]).toEqual(['go', []])
  }, 240_000)

  const VICTIM = 'SUP-1002 FV/2026/10/0087'
  test.each<[string, string, string, readonly string[]]>([
    [
      'sends an invoice again without looking when its answer was lost',
      'retries-blindly',
      'answer-lost-at-create',
      [`failure-doubled document/reference: ${VICTIM}`, `failure-retried-blindly second-attempt/reference: ${VICTIM}`],
    ],
    [
      'reports an invoice with a refused line as posted',
      'swallows-rejection',
      'line-refused',
      [
        `failure-misreported claim/lines: ${VICTIM}`,
        'result-changed result/status: SUP-1012 ЗХ-520',
        'result-untrue result/held: SUP-1012 ЗХ-520',
      ],
    ],
    [
      'leaves a refused line out and posts the rest',
      'drops-refused-line',
      'line-refused',
      [
        `failure-altered content/lines: ${VICTIM}`,
        'request-added account.invoice/create: SUP-1012 ЗХ-520',
        'request-added account.invoice/delete: SUP-1012 ЗХ-520',
        'result-changed result/status: SUP-1012 ЗХ-520',
      ],
    ],
    [
      'asks again at once when it is asked to wait',
      'impatient',
      'rate-limited',
      [`failure-hurried pause/retry-after: ${VICTIM}`],
    ],
    [
      'says nothing of what it did not come to',
      'silent-on-abort',
      'bridge-offline',
      [`failure-unreported result/connection: ${VICTIM}, SUP-1003 NC 2026/77`],
    ],
  ])(
    'a connector that %s is a no-go that names invoice and failure',
    async (_, name, failure, expected) => {
      const assessment = await run(fixture(name), { failWell: [failure] })
      expect(assessment.verdict).toBe('no-go')
      expect(found(assessment)).toEqual(expected)
      expect(assessment.connector?.failures).toMatchObject([{ failure, state: 'not-handled', invoice: VICTIM }])
      const failed = assessment.findings.filter(({ check }) => check.startsWith('failure-'))
      expect(failed.map(({ args }) => args.failure)).toEqual(failed.map(() => failure))
    },
    PATIENCE,
  )

  test('a failure that does not exist is refused', async () => {
    await expect(run(SAMPLE, { failWell: ['coffee-spilt'] })).rejects.toThrow('There is no "coffee-spilt" in failures.')
  })
})

describe('a connector that goes on running', () => {
  test.each([
    [
      'a request',
      `ready: { url: "http://127.0.0.1:{port}/" }, request: { url: "http://127.0.0.1:{port}/", body: "{invoices-json}" }`,
      '--port, "{port}"',
    ],
    ['a folder that it watches', 'ready: { output: watching }, folder: "{inbox}"', '--inbox, "{inbox}"'],
  ])(
    'is told to export by %s, and ended when everything is reported',
    async (_, service, argument) => {
      const file = join(three, 'integration.yaml')
      const before = await readFile(file, 'utf8')
      const changed = before
        .replace('--invoices, "{invoices}"', argument)
        .replace(/time-limit-seconds: \d+/, `time-limit-seconds: 120\n    service: { ${service}, quiet-seconds: 30 }`)
      await writeFile(file, changed)
      try {
        const assessment = await run(fixture('as-service'), { changeFolder: join(three, 'changes/connector-1.1') })
        expect([assessment.verdict, found(assessment)]).toEqual(['go', []])
        expect(assessment.connector).toMatchObject({ ended: 'ended', given: 3, reported: 3 })
      } finally {
        await writeFile(file, before)
      }
    },
    PATIENCE,
  )
})

describe('against another release of the ERP', () => {
  test(
    'the connector that holds what 7.0 computes is a no-go there, with reports of its own',
    async () => {
      const { assessment, reportFolder } = await runChange({
        changeFolder: join(three, 'changes/connector-1.1'),
        target: 'mock',
        snapshots: 'snapshots',
        reports: 'reports',
        connector: `node ${SAMPLE}`,
        erpRelease: '7.0',
        failWell: [],
      })
      expect([assessment.verdict, assessment.connector?.erpRelease]).toEqual(['no-go', '7.0'])
      expect(reportFolder).toBe('reports/tryton-ap/connector-1.1@7.0')
      expect(found(assessment)).toContain('result-changed result/status: SUP-1001 KF-44817, SUP-1003 NC 2026/77')
    },
    PATIENCE,
  )
})

describe('what is refused before anything is run', () => {
  test.each<[string, Partial<RunOptions>, RegExp]>([
    [
      'a program that is not there',
      { connector: 'no-such-connector' },
      /^The connector "no-such-connector" cannot be started/,
    ],
    ['what only a shell understands', { connector: 'node main.ts | tee log' }, /run without a shell/],
    ['no command', { connector: undefined }, /no command is named/],
    [
      'a connector for an ERP update',
      { changeFolder: 'scenarios/tryton-ap/changes/control-6.0' },
      /^--connector is for a connector release/,
    ],
    ['an ERP release without a snapshot', { erpRelease: '5.0' }, /tryton-5\.0/],
  ])('%s', async (_, over, message) => {
    await expect(run(SAMPLE, over)).rejects.toThrow(message)
  })
})
