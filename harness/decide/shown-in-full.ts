import type { InvoiceResult } from '../model/assessment.ts'
import type { Finding } from '../model/finding.ts'

/** More invoices than this are not told value by value: their findings say where each differs. */
const SHOWN = 30

/** Invoices that came out as before and are shown nevertheless, so that a reader sees what was compared. */
const SAME = 3

const SEVERITIES: readonly Finding['severity'][] = ['error', 'warning']

/**
 * Keys of the invoices that a report shows value by value, in recorded order: one of every finding of weight, the worst
 * findings first, then others that did not come out as before, then a few that did.
 */
export function shownInFull(findings: readonly Finding[], invoices: readonly InvoiceResult[]): readonly string[] {
  const known = new Set(invoices.map(({ key }) => key))
  const chosen = new Set<string>()
  const choose = (key: string | undefined) => {
    if (key !== undefined && chosen.size < SHOWN && known.has(key)) chosen.add(key)
  }
  for (const severity of SEVERITIES) {
    for (const finding of findings.filter((each) => each.severity === severity)) {
      if (!finding.invoices.some((key) => chosen.has(key))) choose(finding.invoices[0])
    }
  }
  for (const { key, outcome } of invoices) if (outcome !== 'same' && outcome !== 'not-checked') choose(key)
  for (const { key } of invoices.filter(({ outcome }) => outcome === 'same').slice(0, SAME)) choose(key)
  return invoices.flatMap(({ key }) => (chosen.has(key) ? [key] : []))
}
