import type { OperationObservation } from '../ports/observation.ts'
import type { Chain } from './chains.ts'

/** Invoices that share supplier and reference, and how many documents of them must be in the ERP after the run. */
export type FoundTogether = Readonly<{
  supplier: string
  /** Resource of the supplier, as the recorded create names it; none where the ERP takes its code as it is. */
  supplierResource: string | undefined
  reference: string
  invoices: readonly string[]
  expected: number
}>

/**
 * Groups the invoices that were sent by what the ERP is searched by. `expected` says of each whether its document must be
 * there: one that the connector removed is not.
 */
export function groupsToFind(
  chains: readonly Chain[],
  expected: ReadonlyMap<string, boolean>,
): readonly FoundTogether[] {
  const groups = new Map<string, FoundTogether>()
  for (const { key, supplier, reference, created } of chains) {
    const isThere = expected.get(key)
    if (isThere === undefined || created === undefined) continue
    const group = groups.get(JSON.stringify([supplier, reference]))
    groups.set(JSON.stringify([supplier, reference]), {
      supplier,
      supplierResource: created.supplierResource,
      reference,
      invoices: [...(group?.invoices ?? []), key],
      expected: (group?.expected ?? 0) + (isThere ? 1 : 0),
    })
  }
  return [...groups.values()]
}

/** Whether an operation took the document away again. */
export function isRemoved({ operation, replayed }: OperationObservation): boolean {
  return operation.kind === 'remove' && replayed.state === 'accepted'
}
