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

/** What a document must not be left with, unless others show that it would have become right. */
const NEVER_LEFT: ReadonlySet<DifferenceClass> = new Set(['amount', 'rounding', 'coding'])

/**
 * Differences of stored documents that nobody sees and that are gone in the end: the ERP computes something at another stage,
 * the connector does not read it there, and once the document has got further it is what it was. A difference of the stage
 * at which a document stays is none of them, unless it stays there because the ERP refuses what comes next: the refusal is
 * told by itself, and it is what has to be handled. Money and coding of such a document pass only where other documents with
 * the same difference got further and show that it is gone there, and none that got further kept it.
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
  const kindOf = ({ kind, stage, resource, pointer }: Difference) => `${kind} ${stage} ${resource} ${pointer}`
  const isGone = (invoice: string, difference: Difference) =>
    lastStage.get(invoice) !== undefined &&
    lastStage.get(invoice) !== difference.stage &&
    !left.has(placeOf(invoice, difference))
  const [shown, kept] = [new Set<string>(), new Set<string>()]
  for (const difference of differences) {
    for (const invoice of difference.invoices) {
      if (isGone(invoice, difference)) shown.add(kindOf(difference))
      else if (!refused.has(invoice)) kept.add(kindOf(difference))
    }
  }
  const isShown = (difference: Difference) => shown.has(kindOf(difference)) && !kept.has(kindOf(difference))
  const passes = (difference: Difference) => {
    const { area, kind, stage, resource, pointer, invoices: concerned } = difference
    if (area !== 'documents' || kind === 'refused' || kind === 'accepted' || concerned.length === 0) return false
    const [, field = ''] = pointer.split('/')
    const related = relation(resource, field)
    return concerned.every((invoice) => {
      const isOver =
        lastStage.get(invoice) === stage
          ? refused.has(invoice) && (!NEVER_LEFT.has(difference.class) || isShown(difference))
          : isGone(invoice, difference)
      const isSeen = reads(invoice, stage, resource, field) || (related !== undefined && reads(invoice, stage, related))
      return isOver && !isSeen
    })
  }
  return new Set(differences.filter(passes))
}
