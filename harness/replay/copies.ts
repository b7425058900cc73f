import type { InvoiceObservation } from '../ports/observation.ts'
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

/** Groups the invoices that were sent by what the ERP is searched by; a document that the connector removed is not expected. */
export function groupsToFind(
  chains: readonly Chain[],
  invoices: readonly InvoiceObservation[],
): readonly FoundTogether[] {
  const observed = new Map(invoices.map((invoice) => [invoice.key, invoice]))
  const groups = new Map<string, FoundTogether>()
  for (const chain of chains) {
    const invoice = observed.get(chain.key)
    const document = chain.created
    if (invoice?.sent === undefined || document === undefined) continue
    const { supplier, reference } = chain
    const group = groups.get(JSON.stringify([supplier, reference]))
    const isThere = invoice.id !== undefined && !invoice.operations.some(isRemoved)
    groups.set(JSON.stringify([supplier, reference]), {
      supplier,
      supplierResource: document.supplierResource,
      reference,
      invoices: [...(group?.invoices ?? []), chain.key],
      expected: (group?.expected ?? 0) + (isThere ? 1 : 0),
    })
  }
  return [...groups.values()]
}

function isRemoved({ operation, replayed }: InvoiceObservation['operations'][number]): boolean {
  return operation.kind === 'remove' && replayed.state === 'accepted'
}
