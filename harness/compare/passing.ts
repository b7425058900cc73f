import type { Difference, DifferenceClass } from '../model/difference.ts'
import type { InvoiceObservation } from '../ports/observation.ts'

/** What has to be known to tell that a difference passes. */
export type PassingContext = Readonly<{
  invoices: readonly InvoiceObservation[]
  /** Whether the connector reads a field, or with no field anything of a resource, while the document stands after a stage. */
  reads: (invoice: string, after: string, resource: string, field?: string) => boolean
  /** Resource that a field leads to. */
  relation: (resource: string, field: string) => string | undefined
}>

/** What a document must not be left with, whatever is refused next. */
const NEVER_LEFT: ReadonlySet<DifferenceClass> = new Set(['amount', 'rounding', 'coding'])

/**
 * Differences of stored documents that nobody sees and that are gone in the end: the ERP computes something at another stage,
 * the connector does not read it there, and once the document has got further it is what it was. A difference of the stage
 * at which a document stays is none of them, unless it stays there because the ERP refuses what comes next: the refusal is
 * told by itself, and it is what has to be handled. Money and coding of such a document are told all the same: nothing shows
 * that they would have become right.
 */
export function passingDifferences(
  differences: readonly Difference[],
  { invoices, reads, relation }: PassingContext,
): ReadonlySet<Difference> {
  const lastStage = new Map(
    invoices.map((invoice) => [
      invoice.key,
      invoice.stages.filter((stage) => stage.outcome === 'accepted').at(-1)?.after,
    ]),
  )
  const placeOf = (invoice: string, { resource, pointer }: Difference) => `${invoice} ${resource} ${pointer}`
  const left = new Set(
    differences.flatMap((difference) =>
      difference.invoices
        .filter((invoice) => difference.stage === lastStage.get(invoice))
        .map((invoice) => placeOf(invoice, difference)),
    ),
  )
  const refused = new Set(
    differences.filter(({ kind }) => kind === 'refused').flatMap((difference) => difference.invoices),
  )
  const passes = (difference: Difference) => {
    const { area, kind, stage, resource, pointer, invoices: concerned } = difference
    if (area !== 'documents' || kind === 'refused' || kind === 'accepted' || concerned.length === 0) return false
    const [, field = ''] = pointer.split('/')
    const related = relation(resource, field)
    return concerned.every((invoice) => {
      const last = lastStage.get(invoice)
      const isOver =
        last !== undefined &&
        (last === stage
          ? refused.has(invoice) && !NEVER_LEFT.has(difference.class)
          : !left.has(placeOf(invoice, difference)))
      const isSeen = reads(invoice, stage, resource, field) || (related !== undefined && reads(invoice, stage, related))
      return isOver && !isSeen
    })
  }
  return new Set(differences.filter(passes))
}
