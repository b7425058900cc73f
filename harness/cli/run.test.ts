import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChangeAssessment } from '../model/assessment.ts'
import { Workspace } from './testing/workspace.ts'

const UPDATE = 'scenarios/tryton-ap/changes/erp-7.0'
const CONTROL = 'scenarios/tryton-ap/changes/control-6.0'
const RECORDING = 'scenarios/tryton-ap/recordings/2026-10.ndjson'

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.remove())

/** What a finding is about, in one line. */
function lines(assessment: ChangeAssessment): readonly string[] {
  return assessment.findings
    .filter((finding) => finding.severity !== 'info')
    .map(
      (finding) =>
        `${finding.loudness} ${finding.check} ${finding.resource}${finding.pointer} ${finding.stage || '-'} ${finding.invoices.length} ${finding.status}`,
    )
    .sort()
}

/** Every real break of Tryton 6.0 to 7.0 that the recorded exports touch. */
const REAL_BREAKS = [
  'loud field-removed account.invoice.line/currency_digits - 47 expected',
  'loud field-removed account.invoice.line/unit_digits - 47 expected',
  'loud field-removed account.invoice/currency_digits - 47 expected',
  'loud field-renamed account.period/state - 49 expected',
  'loud invoice-newly-accepted account.invoice/create create 1 unexpected',
  'loud invoice-refused account.invoice/validate_invoice validate_invoice 1 expected',
  'loud read-refused account.invoice.line/read create 47 expected',
  'loud read-refused account.invoice/read create 47 expected',
  // As is, and with other values or invoices with the plan.
  'silent lookup-order-changed account.period/found - 48 unexpected',
  'silent lookup-order-changed account.period/found - 48 unexpected',
  'silent lookup-value-gained account.period/found - 48 expected',
  'silent mapped-field-removed account.invoice.line/unit_digits - 47 expected',
  'silent mapped-field-removed account.invoice/currency_digits - 47 expected',
  'silent read-widened account.invoice.line/quantity - 47 unexpected',
  'silent read-widened account.period/state - 49 expected',
  'silent search-value-gone account.period/state - 49 expected',
  // As is, and with other values or invoices with the plan.
  'silent stored-amount-changed account.invoice/tax_amount create 21 unexpected',
  'silent stored-amount-changed account.invoice/tax_amount create 21 unexpected',
  'silent stored-amount-changed account.invoice/taxes create 47 unexpected',
  // As is, and with other values or invoices with the plan.
  'silent stored-amount-changed account.invoice/total_amount create 21 unexpected',
  'silent stored-amount-changed account.invoice/total_amount create 21 unexpected',
  'silent stored-amount-changed analytic_account.line/credit cancel 2 expected',
  'silent stored-amount-changed analytic_account.line/debit cancel 2 expected',
  'silent stored-identity-changed account.invoice/reference create, validate_invoice, post 2 expected',
  'silent stored-state-changed account.invoice.line/invoice_state cancel 2 expected',
  'silent stored-text-changed account.invoice.line/invoice_taxes create 47 unexpected',
  'silent stored-text-changed account.invoice/description create, validate_invoice, post 2 expected',
  'silent stored-text-changed account.invoice/reconciliation_lines cancel 2 expected',
  'silent stored-text-changed account.move.line/description validate_invoice, post 2 expected',
]

describe('the sample update', () => {
  test('npm start rehearses it, prints verdict, reasons with owners and the report, and exits 0', async () => {
    const { status, out } = await workspace.run(['demo'])
    expect(status).toBe(0)
    expect(out).toMatch(/^NO-GO {2}CHG-0042/)
    const reasons = out.match(/^ {2}\d\. /gm) ?? []
    expect(out.match(/answers within \d+ h/g)).toHaveLength(reasons.length)
    expect(reasons.length).toBeGreaterThanOrEqual(3)
    expect(out).toContain('reports/tryton-ap/erp-7.0/report.html')
    expect(out).toContain(`\`change-gate run ${UPDATE}\` exits 1 for this verdict.`)
  })

  test('run is a no-go that names every real break, and every invoice is accounted for', async () => {
    const { status } = await workspace.run(['run', UPDATE])
    expect(status).toBe(1)
    const assessment = await workspace.assessed('erp-7.0')
    expect(assessment.verdict).toBe('no-go')
    expect(lines(assessment)).toEqual(REAL_BREAKS)
    const { recorded, replayed, observed, compared, reconciles } = assessment.accounting
    expect([recorded, replayed, observed, compared, reconciles]).toEqual([49, 49, 49, 49, true])
    expect(assessment.evidence.level).toBe('recorded')
    expect(await sarifPlaces('erp-7.0')).toEqual([
      'mapped-field-removed change.yaml "- field-removed: { resource: account.invoice, field: currency_digits }"',
      'mapped-field-removed change.yaml "- field-removed: { resource: account.invoice.line, field: unit_digits }"',
      'mapped-field-removed mapping.yaml "- { from: /digits, to: { resource: account.invoice, field: currency_digits }, direction: read }"',
      'mapped-field-removed mapping.yaml "- { from: /lines/*/digits, to: { resource: account.invoice.line, field: unit_digits }, direction: read }"',
      'stored-amount-changed change.yaml "- posting-changed: { resource: analytic_account.line, fields: [debit, credit], after: cancel }"',
      'stored-amount-changed change.yaml "id: CHG-0042"',
      'stored-amount-changed mapping.yaml "- { from: /gross, to: { resource: account.invoice, field: total_amount }, direction: read }"',
      'stored-amount-changed mapping.yaml "- { from: /tax, to: { resource: account.invoice, field: tax_amount }, direction: read }"',
    ])
  })

  test('with a plan for all that is announced and waivers for the rest it is conditional', async () => {
    const { status } = await workspace.run(['run', `${UPDATE}-planned`])
    expect(status).toBe(0)
    const { verdict, reasons, rollback } = await workspace.assessed('erp-7.0-planned')
    expect(verdict).toBe('conditional')
    expect([...new Set(reasons.map(({ code }) => code))].sort()).toEqual([
      'plan-installed',
      'totals-explained',
      'waiver-in-force',
    ])
    expect(rollback.rehearsal?.state).toBe('fresh')
  })

  test('the plan removes what it says it removes', async () => {
    await workspace.run(['run', UPDATE])
    const { findings } = await workspace.assessed('erp-7.0')
    const gone = findings
      .filter((finding) => finding.withPlan === 'gone')
      .map((finding) => `${finding.check} ${finding.resource}${finding.pointer}`)
    expect([...new Set(gone)].sort()).toEqual([
      'field-removed account.invoice.line/currency_digits',
      'field-removed account.invoice.line/unit_digits',
      'field-removed account.invoice/currency_digits',
      'field-renamed account.period/state',
      'lookup-value-gained account.period/found',
      'mapped-field-removed account.invoice.line/unit_digits',
      'mapped-field-removed account.invoice/currency_digits',
      'read-refused account.invoice.line/read',
      'read-refused account.invoice/read',
      'search-value-gone account.period/state',
      'stored-amount-changed account.invoice/taxes',
      'stored-text-changed account.invoice.line/invoice_taxes',
    ])
  })
})

describe('the control', () => {
  test('the release in production against itself is a go with no finding, twice in a row, with the same bytes', async () => {
    const runs: string[] = []
    for (let run = 0; run < 2; run++) {
      const { status, out } = await workspace.run(['run', CONTROL])
      expect(status).toBe(0)
      expect(out).toMatch(/^GO {2}CHG-0041/)
      const { meta: _, ...rest } = await workspace.assessed('control-6.0')
      expect(rest.findings).toEqual([])
      runs.push(JSON.stringify(rest))
    }
    expect(runs[0]).toBe(runs[1])
  })
})

describe('a damaged recording is refused, and the place is named', () => {
  test('one invoice is taken out by hand', async () => {
    const kept = (await workspace.read(RECORDING)).split('\n')
    kept.splice(100, 12)
    await workspace.write(RECORDING, kept.join('\n'))
    const { status, err } = await workspace.run(['run', UPDATE])
    expect(status).toBe(2)
    expect(err).toContain(
      `error recording-damaged: ${RECORDING}:101: interaction 100 is missing: this line is interaction 112.`,
    )
  })

  test('half a line is cut off', async () => {
    const text = await workspace.read(RECORDING)
    const half = text.split('\n')
    half[199] = half[199]?.slice(0, 150) ?? ''
    await workspace.write(RECORDING, half.join('\n'))
    const { status, err } = await workspace.run(['run', UPDATE])
    expect(status).toBe(2)
    expect(err).toContain(`${RECORDING}:200: the line is not whole`)
  })

  test('one amount is edited', async () => {
    await workspace.edit(RECORDING, '"decimal":"12.345"', '"decimal":"12.346"')
    const { status, err } = await workspace.run(['run', UPDATE])
    expect(status).toBe(2)
    expect(err).toMatch(/2026-10\.ndjson:\d+: this line or the one before it was edited after recording\./)
  })

  test('the end is missing', async () => {
    const cut = (await workspace.read(RECORDING)).trimEnd().split('\n').slice(0, -1)
    await workspace.write(RECORDING, `${cut.join('\n')}\n`)
    const { status, err } = await workspace.run(['run', UPDATE])
    expect(status).toBe(2)
    expect(err).toContain('the trailer is missing')
  })
})

/** What is written on the lines that SARIF points at, for findings of the mapping and of stored amounts. */
async function sarifPlaces(change: string): Promise<readonly string[]> {
  type Place = { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }
  type Result = { ruleId: string; locations: Place[]; relatedLocations?: Place[] }
  const { runs } = JSON.parse(await workspace.read(`reports/tryton-ap/${change}/sarif.sarif`))
  const results: Result[] = runs[0].results
  const told = results
    .filter(({ ruleId }) => ruleId === 'mapped-field-removed' || ruleId === 'stored-amount-changed')
    .flatMap(({ ruleId, locations, relatedLocations = [] }) =>
      [...locations, ...relatedLocations].map(async ({ physicalLocation: { artifactLocation, region } }) => {
        const text = (await workspace.read(artifactLocation.uri)).split('\n')[region.startLine - 1]?.trim()
        return `${ruleId} ${artifactLocation.uri.split('/').at(-1)} "${text}"`
      }),
    )
  return [...new Set(await Promise.all(told))].sort()
}
