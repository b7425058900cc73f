import { describe, expect, test } from 'vitest'
import { extentOf, golden, variants } from './fixtures/golden.ts'

/** The golden assessment feeds every reporter's test, so it must hold together as a real one does. */
describe('the golden assessment', () => {
  test('is an assessment, and so is every variant', () => {
    expect(Object.keys(variants())).toEqual(['no-go', 'go', 'conditional', 'undecided'])
    expect(Object.entries(variants()).map(([name, variant]) => [name, variant.verdict])).toEqual(
      Object.keys(variants()).map((name) => [name, name]),
    )
  })

  test('names no finding, invoice or note that it does not hold', () => {
    const { findings, invoices, notes, reasons, owners, rollback, mapping, sideBySide } = golden()
    const fingerprints = new Set(findings.map((finding) => finding.fingerprint))
    const keys = new Set(invoices.map((invoice) => invoice.key))
    const noteIds = new Set(notes.map((note) => note.id))
    const named = [
      ...reasons.flatMap((reason) => reason.findings),
      ...owners.lanes.flatMap((owner) => owner.findings),
      ...rollback.changeClasses.flatMap((entry) => entry.findings),
      ...notes.flatMap((note) => note.expectations.flatMap((expectation) => expectation.findings)),
      ...invoices.flatMap((invoice) => invoice.findings),
      ...mapping.flatMap((row) => row.findings),
    ]
    expect(named.filter((fingerprint) => !fingerprints.has(fingerprint))).toEqual([])
    expect(findings.flatMap((finding) => finding.invoices).filter((key) => !keys.has(key))).toEqual([])
    expect(sideBySide.map((side) => side.invoice).filter((key) => !keys.has(key))).toEqual([])
    expect(findings.flatMap((finding) => finding.notes).filter((note) => !noteIds.has(note))).toEqual([])
    expect(fingerprints.size).toBe(findings.length)
    expect(keys.size).toBe(golden().accounting.recorded)
  })

  test('states an impact that its findings and invoices add up to', () => {
    const { findings, impact, invoices } = golden()
    expect(impact.all).toEqual(extentOf(findings, invoices))
    expect(impact.loud).toEqual(
      extentOf(
        findings.filter((finding) => finding.loudness === 'loud'),
        invoices,
      ),
    )
    expect(impact.silent).toEqual(
      extentOf(
        findings.filter((finding) => finding.loudness === 'silent'),
        invoices,
      ),
    )
  })
})
