import { sum } from '../../base/decimal.ts'
import { tokensOf } from '../../base/pointer.ts'
import type { StructureRelevance, UsedPlace } from '../../model/structure.ts'
import type { StructureComparison } from './compare.ts'

/** What an invoice is worth, for totals. */
export type InvoiceAmount = Readonly<{ currency: string; gross: string }>

/**
 * Joins each difference to the places that the connector uses: which recorded invoices meet it and what they are worth.
 * Pure; the answer stands at the index of the difference.
 */
export function relevanceOf(
  comparison: StructureComparison,
  used: readonly UsedPlace[] | undefined,
  amounts: Readonly<Record<string, InvoiceAmount>> = {},
): readonly StructureRelevance[] {
  if (used === undefined) {
    return comparison.differences.map(() => ({ state: 'not-asked', invoices: [], of: 0, amounts: {} }))
  }
  const all = new Set(used.flatMap((place) => place.invoices))
  const invoices = comparison.differences.map(() => new Set<string>())
  const isMapped = comparison.differences.map(() => false)
  for (const place of used) {
    for (const index of comparison.at(place.resource, place.direction, tokensOf(place.pointer))) {
      isMapped[index] = true
      for (const invoice of place.invoices) invoices[index]?.add(invoice)
    }
  }
  return invoices.map((keys, index) => ({
    state: keys.size > 0 ? 'used' : isMapped[index] === true ? 'mapped' : 'not-used',
    invoices: [...keys].sort(),
    of: all.size,
    amounts: totalsOf([...keys], amounts),
  }))
}

function totalsOf(
  keys: readonly string[],
  amounts: Readonly<Record<string, InvoiceAmount>>,
): Readonly<Record<string, string>> {
  const byCurrency = new Map<string, string[]>()
  for (const key of keys) {
    const amount = Object.hasOwn(amounts, key) ? amounts[key] : undefined
    if (amount === undefined) continue
    byCurrency.set(amount.currency, [...(byCurrency.get(amount.currency) ?? []), amount.gross])
  }
  return Object.fromEntries(
    [...byCurrency]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([currency, gross]) => [currency, sum(gross)]),
  )
}
