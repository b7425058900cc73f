import { absolute, compareDecimals, percentOf, sum } from '../base/decimal.ts'
import type { Extent, Impact, InvoiceResult } from '../model/assessment.ts'
import type { Finding } from '../model/finding.ts'

/** How much of the recorded volume the findings touch: loud, silent, together; every invoice once. */
export function impactOf(findings: readonly Finding[], invoices: readonly InvoiceResult[]): Impact {
  const touching = findings.filter(
    (finding) => finding.severity !== 'info' && finding.relevance !== 'not-used' && finding.area !== 'waivers',
  )
  const extent = (loudness: Finding['loudness'] | undefined): Extent => {
    const mine = touching.filter((finding) => loudness === undefined || finding.loudness === loudness)
    const keys = new Set(mine.flatMap((finding) => finding.invoices))
    const touched = invoices.filter((invoice) => keys.has(invoice.key))
    const currencies = [...new Set(invoices.map((invoice) => invoice.currency))].sort()
    return {
      findings: mine.length,
      invoices: touched.length,
      suppliers: new Set(touched.map((invoice) => invoice.supplier)).size,
      amounts: currencies.map((currency) => {
        const within = touched.filter((invoice) => invoice.currency === currency)
        const gross = total(within)
        const recorded = total(invoices.filter((invoice) => invoice.currency === currency))
        return {
          currency,
          invoices: within.length,
          gross,
          recorded,
          percent: compareDecimals(recorded, '0') === 0 ? '0.0' : percentOf(gross, recorded, 1),
        }
      }),
    }
  }
  return {
    recordedInvoices: invoices.length,
    recordedSuppliers: new Set(invoices.map((invoice) => invoice.supplier)).size,
    loud: extent('loud'),
    silent: extent('silent'),
    all: extent(undefined),
  }
}

function total(invoices: readonly InvoiceResult[]): string {
  return sum(['0.00', ...invoices.map((invoice) => absolute(invoice.gross))])
}
