import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import { smallScenario } from './fixtures/small-scenario.ts'
import { type RunOptions, runChange } from './run.ts'

const SAMPLE = 'scenarios/tryton-ap/connector/main.ts'

let scenario = ''
beforeAll(async () => {
  scenario = await smallScenario()
})
afterAll(() => rm(dirname(scenario), { recursive: true, force: true }))

/** Runs the connector of a fixture, or the sample connector, on the few invoices. */
async function run(script: string, over: Partial<RunOptions> = {}): Promise<ChangeAssessment> {
  const { assessment } = await runChange({
    changeFolder: join(scenario, 'changes/connector-1.1'),
    target: 'mock',
    snapshots: 'snapshots',
    reports: join(dirname(scenario), 'reports'),
    connector: `node ${script}`,
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
  test('the unchanged connector is a go', async () => {
    const assessment = await run(SAMPLE)
    expect([assessment.verdict, assessment.reasons, assessment.findings]).toEqual(['go', [], []])
    expect(assessment.connector).toMatchObject({ erpRelease: '6.0', status: 0, given: 11, reported: 11 })
  })

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
      'reports a rejected invoice as posted',
      'swallows-rejection',
      ['result-changed result/status: SUP-1012 ЗХ-520', 'result-untrue result/held: SUP-1012 ЗХ-520'],
    ],
  ])('a connector that %s is a no-go that names the invoice and the field', async (_, name, expected) => {
    const assessment = await run(fixture(name))
    expect(assessment.verdict).toBe('no-go')
    expect(found(assessment)).toEqual(expected)
  })

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
