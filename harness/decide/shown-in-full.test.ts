import { expect, test } from 'vitest'
import type { InvoiceResult } from '../model/assessment.ts'
import { golden } from '../reporters/fixtures/golden.ts'
import { shownInFull } from './shown-in-full.ts'

const { invoices, findings } = golden()

test('every finding of weight has an invoice among those that are shown, and they stand in recorded order', () => {
  const shown = shownInFull(findings, invoices)
  const weighing = findings.filter((finding) => finding.severity !== 'info' && finding.invoices.length > 0)
  expect(weighing.filter((finding) => !finding.invoices.some((key) => shown.includes(key)))).toEqual([])
  expect(shown).toEqual(invoices.map(({ key }) => key).filter((key) => shown.includes(key)))
})

test('of what came out as before a few are shown', () => {
  const same = invoices.map((invoice): InvoiceResult => ({ ...invoice, outcome: 'same', findings: [] }))
  expect(shownInFull([], same)).toEqual(same.slice(0, 3).map(({ key }) => key))
})

test('of many invoices no more are shown than there is room for, and those of the worst findings are among them', () => {
  const many = Array.from({ length: 500 }, (_, index): InvoiceResult[] =>
    invoices.slice(0, 1).map((invoice) => ({ ...invoice, key: `AP-${index}`, outcome: 'differs' })),
  ).flat()
  const [first] = findings
  if (first === undefined) throw new Error('the golden assessment has findings')
  const warning = { ...first, severity: 'warning' as const, invoices: ['AP-498'] }
  const error = { ...first, severity: 'error' as const, invoices: ['AP-499'] }
  const shown = shownInFull([warning, error], many)
  expect(shown).toHaveLength(30)
  expect(shown.slice(-2)).toEqual(['AP-498', 'AP-499'])
})

test('an invoice that nothing is known of is not shown', () => {
  expect(shownInFull(findings, [])).toEqual([])
})
