import { compareDecimals, distance, sum, times } from '../base/decimal.ts'
import type { ControlTotal } from '../model/assessment.ts'
import type { InvoiceFacts } from '../ports/erp.ts'

/** What is known of one invoice at the three places where it is counted; absent where it did not get to. */
export type Counted = Readonly<{
  /** As the recorded release stored it in the end. */
  recorded: InvoiceFacts | undefined
  /** The same, when the candidate said yes to everything the recorded release said yes to. */
  accepted: InvoiceFacts | undefined
  /** As the candidate stored it in the end. */
  stored: InvoiceFacts | undefined
  /** Account codes of its lines, as recorded and as stored. */
  accounts: Readonly<{ recorded: readonly string[]; stored: readonly string[] }>
}>

/**
 * Control totals per currency, as accounts payable balances a batch: document count, gross total, tax total and the hash
 * total, which is the sum of the account codes of all lines and shows a wrong account where the money is right.
 */
export function controlTotals(invoices: readonly Counted[]): readonly ControlTotal[] {
  const currencies = new Set(
    invoices.flatMap(({ recorded, accepted, stored }) =>
      [recorded, accepted, stored].flatMap((facts) => facts?.currency ?? []),
    ),
  )
  return [...currencies].sort().map((currency) => {
    const columns = {
      recorded: totalsOf(
        invoices,
        currency,
        (invoice) => invoice.recorded,
        (invoice) => invoice.accounts.recorded,
      ),
      accepted: totalsOf(
        invoices,
        currency,
        (invoice) => invoice.accepted,
        (invoice) => invoice.accounts.recorded,
      ),
      stored: totalsOf(
        invoices,
        currency,
        (invoice) => invoice.stored,
        (invoice) => invoice.accounts.stored,
      ),
    }
    return {
      currency,
      ...columns,
      reconciles: [columns.accepted, columns.stored].every((column) => isSame(columns.recorded, column)),
    }
  })
}

/**
 * The same totals without the invoices whose own numbers differ and whose difference somebody has accepted: what is left
 * must be equal, within the tolerance of each document.
 */
export function unexplainedTotals(
  invoices: readonly (Counted & Readonly<{ key: string }>)[],
  accepted: ReadonlySet<string>,
  tolerance: Readonly<Record<string, string>>,
): readonly ControlTotal[] {
  const left = invoices.filter(
    (invoice) => !accepted.has(invoice.key) || controlTotals([invoice]).every((total) => total.reconciles),
  )
  return controlTotals(left).map((total) => {
    const each = tolerance[total.currency]
    if (total.reconciles || each === undefined) return total
    const allowed = times(each, String(total.recorded.documents))
    return {
      ...total,
      reconciles: [total.accepted, total.stored].every((column) => isSame(total.recorded, column, allowed)),
    }
  })
}

type Totals = ControlTotal['recorded']

function totalsOf(
  invoices: readonly Counted[],
  currency: string,
  facts: (invoice: Counted) => InvoiceFacts | undefined,
  accounts: (invoice: Counted) => readonly string[],
): Totals {
  const counted = invoices.filter((invoice) => facts(invoice)?.currency === currency)
  const amounts = (pick: (known: InvoiceFacts) => string) =>
    sum([
      '0.00',
      ...counted.flatMap((invoice) => {
        const known = facts(invoice)
        return known === undefined ? [] : [pick(known)]
      }),
    ])
  return {
    documents: counted.length,
    gross: amounts((known) => known.gross),
    tax: amounts((known) => known.tax),
    hash: sum(['0', ...counted.flatMap(accounts).map((code) => code.replace(/\D/g, '') || '0')]),
  }
}

function isSame(left: Totals, right: Totals, allowed = '0'): boolean {
  return (
    left.documents === right.documents &&
    compareDecimals(distance(left.gross, right.gross), allowed) <= 0 &&
    compareDecimals(distance(left.tax, right.tax), allowed) <= 0 &&
    compareDecimals(left.hash, right.hash) === 0
  )
}
