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
 * Control totals per currency, entity and period, as accounts payable balances a batch: document count, gross total, tax
 * total and the hash total, which is the sum of the account codes of all lines and shows a wrong account where the money is
 * right. An invoice that moves to another period or company is missing in one and too many in the other.
 */
export function controlTotals(
  invoices: readonly Counted[],
  toleranceOf: (currency: string) => string | undefined = () => undefined,
): readonly ControlTotal[] {
  const groups = new Map<string, Group>()
  for (const { recorded, accepted, stored } of invoices) {
    for (const facts of [recorded, accepted, stored]) {
      if (facts === undefined) continue
      const { currency, entity, period } = facts
      groups.set(JSON.stringify([currency, entity, period]), { currency, entity, period })
    }
  }
  return [...groups]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, group]) => {
      const counted = {
        recorded: totalsOf(
          invoices,
          group,
          (invoice) => invoice.recorded,
          (invoice) => invoice.accounts.recorded,
        ),
        accepted: totalsOf(
          invoices,
          group,
          (invoice) => invoice.accepted,
          (invoice) => invoice.accounts.recorded,
        ),
        stored: totalsOf(
          invoices,
          group,
          (invoice) => invoice.stored,
          (invoice) => invoice.accounts.stored,
        ),
      }
      const tolerance = times(toleranceOf(group.currency) ?? '0', String(counted.recorded.documents))
      const { recorded, accepted, stored } = counted
      // Where an ERP tells a credit note by a flag, an invoice that becomes one keeps its number of documents and its amount.
      const areCreditsSame = [accepted, stored].every((column) => hasSameCredits(recorded, column, tolerance))
      const columns = areCreditsSame
        ? { recorded: plain(recorded), accepted: plain(accepted), stored: plain(stored) }
        : counted
      return {
        ...group,
        ...columns,
        reconciles: areCreditsSame && [accepted, stored].every((column) => isSame(recorded, column, tolerance)),
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
  toleranceOf: (currency: string) => string | undefined,
): readonly ControlTotal[] {
  const left = invoices.filter(
    (invoice) => !accepted.has(invoice.key) || controlTotals([invoice]).every((total) => total.reconciles),
  )
  return controlTotals(left, toleranceOf)
}

type Group = Readonly<{ currency: string; entity: string; period: string }>

type Totals = ControlTotal['recorded']
type WithCredits = Totals & Readonly<{ creditNotes: NonNullable<Totals['creditNotes']> }>

function totalsOf(
  invoices: readonly Counted[],
  group: Group,
  facts: (invoice: Counted) => InvoiceFacts | undefined,
  accounts: (invoice: Counted) => readonly string[],
): WithCredits {
  const counted = invoices.filter((invoice) => {
    const known = facts(invoice)
    return known?.currency === group.currency && known.entity === group.entity && known.period === group.period
  })
  const credits = counted.filter((invoice) => facts(invoice)?.type === 'credit-note')
  const amounts = (pick: (known: InvoiceFacts) => string, of = counted) =>
    sum([
      '0.00',
      ...of.flatMap((invoice) => {
        const known = facts(invoice)
        return known === undefined ? [] : [pick(known)]
      }),
    ])
  return {
    documents: counted.length,
    gross: amounts((known) => known.gross),
    tax: amounts((known) => known.tax),
    hash: sum(['0', ...counted.flatMap(accounts).map((code) => code.replace(/\D/g, '') || '0')]),
    creditNotes: { documents: credits.length, gross: amounts((known) => known.gross, credits) },
  }
}

function plain({ documents, gross, tax, hash }: WithCredits): Totals {
  return { documents, gross, tax, hash }
}

function hasSameCredits({ creditNotes: one }: WithCredits, { creditNotes: other }: WithCredits, tolerance: string) {
  return one.documents === other.documents && compareDecimals(distance(one.gross, other.gross), tolerance) <= 0
}

/** Counts and hash totals must be equal; amounts may differ by what the policy accepts for each document. */
function isSame(left: Totals, right: Totals, tolerance: string): boolean {
  const near = (one: string, other: string) => compareDecimals(distance(one, other), tolerance) <= 0
  return (
    left.documents === right.documents &&
    near(left.gross, right.gross) &&
    near(left.tax, right.tax) &&
    compareDecimals(left.hash, right.hash) === 0
  )
}
