import { compareDecimals, distance, isDecimal } from '../base/decimal.ts'
import type { Difference } from '../model/difference.ts'
import type { FieldMeaning } from '../ports/erp.ts'

/** What the policy accepts of amounts, and in which currency an amount is. */
export type Tolerance = Readonly<{
  /** Largest accepted difference by currency, in units of the currency. */
  byCurrency: Readonly<Record<string, string>>
  money: (resource: string, field: string) => FieldMeaning['money']
  currencyOf: (invoice: string) => string | undefined
  /** Currency of the books, in which journal entries are. */
  ledgerCurrency: string | undefined
}>

/**
 * Takes out the differences of amounts that the policy accepts. Only a field that is known to hold money has a tolerance:
 * a rate, a quantity or a unit price that moves by a cent is another document.
 */
export function withoutTolerated(
  differences: readonly Difference[],
  tolerance: Tolerance,
): Readonly<{ kept: readonly Difference[]; tolerated: number }> {
  const kept = differences.filter((difference) => !isTolerated(difference, tolerance))
  return { kept, tolerated: differences.length - kept.length }
}

function isTolerated({ baseline, candidate, invoices, ...difference }: Difference, tolerance: Tolerance): boolean {
  if (difference.class !== 'amount' && difference.class !== 'rounding') return false
  if (baseline === null || candidate === null || !isDecimal(baseline) || !isDecimal(candidate)) return false
  const field = difference.pointer.slice(difference.pointer.lastIndexOf('/') + 1)
  const money = tolerance.money(difference.resource, field)
  if (money === undefined || invoices.length === 0) return false
  return invoices.every((invoice) => {
    const currency = money === 'ledger' ? tolerance.ledgerCurrency : tolerance.currencyOf(invoice)
    const accepted = currency === undefined ? undefined : tolerance.byCurrency[currency]
    return accepted !== undefined && compareDecimals(distance(baseline, candidate), accepted) <= 0
  })
}
