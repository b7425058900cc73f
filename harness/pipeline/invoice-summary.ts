import type { Json } from '../base/json.ts'
import type { Counted } from '../decide/control-totals.ts'
import type { StoredDocument } from '../model/snapshot.ts'
import type { ErpAdapter, InvoiceFacts } from '../ports/erp.ts'
import type { InvoiceObservation } from '../ports/observation.ts'

/** What is kept of an invoice once it was compared. */
export type InvoiceSummary = Readonly<{
  key: string
  supplier: string
  reference: string
  facts: InvoiceFacts
  counted: Counted
  /** The states in which its export ended, in words. */
  ended: Readonly<{ recorded: string; replayed: string }>
  /** Number that the target gave it. */
  number: string
  /** How the target stored it in the end, and after which operation. */
  stored: Readonly<{ state: string; number: string | null; after: string }> | undefined
  operations: number
  notReached: number
  /** Whether the target was asked about it at all, and to its end. */
  isReplayed: boolean
  isObserved: boolean
  /** Whether nothing can be said of it: something was not answered, not found, or nothing was asked. */
  isUnchecked: boolean
  /** Whether what became of it proves something. */
  isProven: boolean
}>

type Stored = Readonly<{ get: (key: string) => StoredDocument | undefined }>

const NO_FACTS: InvoiceFacts = {
  supplier: '',
  reference: '',
  type: 'invoice',
  date: '',
  currency: '',
  entity: '',
  net: '0.00',
  tax: '0.00',
  gross: '0.00',
  state: '',
  number: '',
  period: '',
  lines: 0,
  accounts: [],
}

/** Sums up one invoice, so that nothing else of it has to be kept. */
export function summaryOf(
  invoice: InvoiceObservation,
  before: Readonly<{ recorded: Stored; planned: Stored }>,
  adapter: ErpAdapter,
): InvoiceSummary {
  const { key, supplier, reference, sent, operations, stages } = invoice
  const baseline = before.recorded.get(key)
  const last = stages.filter((stage) => stage.outcome === 'accepted').at(-1)
  const now = last?.document === undefined ? undefined : adapter.facts(last.document)
  const counted = countedOf(invoice, baseline, before.planned.get(key), now, adapter)
  const states = operations.map(({ replayed }) => replayed.state)
  const isReplayed = states.some((state) => state !== 'not-reached' && !isStopped(state))
  return {
    key,
    supplier,
    reference,
    facts: counted.recorded ?? factsOf(invoice, before.recorded, adapter),
    counted,
    ended: { recorded: endOf(sent, baseline?.stages ?? [], adapter), replayed: endOf(sent, stages, adapter) },
    number: now?.number ?? '',
    stored: last && {
      state: now?.state || 'unknown',
      number: now?.number || null,
      after: last.after,
    },
    operations: operations.length,
    notReached: states.filter((state) => state === 'not-reached').length,
    isReplayed,
    isObserved:
      isReplayed &&
      operations.every(
        ({ replayed }) =>
          !isStopped(replayed.state) &&
          !(replayed.state === 'not-reached' && replayed.because.startsWith('the connection')),
      ),
    isProven: invoice.unproven === undefined,
    isUnchecked: states.some(isStopped) || states.every((state) => state === 'not-reached'),
  }
}

function isStopped(state: string): boolean {
  return state === 'fault' || state === 'unresolved'
}

/** What is known of an invoice that the baseline did not store: as it was sent, else as another export of it was stored. */
function factsOf({ sent, supplier, reference }: InvoiceObservation, stored: Stored, adapter: ErpAdapter): InvoiceFacts {
  const document = sent ?? finalDocument(stored.get(`${supplier} ${reference}`)?.stages ?? [])
  return document === undefined ? NO_FACTS : adapter.facts(document)
}

/** The document as it was stored in the end. */
export function finalDocument(stages: InvoiceObservation['stages']): Json | undefined {
  return stages.filter((stage) => stage.outcome === 'accepted').at(-1)?.document
}

/** The state in which an export ended, in words. */
function endOf(sent: Json | undefined, stages: InvoiceObservation['stages'], adapter: ErpAdapter): string {
  if (sent === undefined) return 'not sent: a document with this reference was found'
  const last = stages.at(-1)
  if (last === undefined) return 'unknown'
  if (last.outcome === 'rejected') return `refused at ${last.after}`
  return (last.document === undefined ? '' : adapter.facts(last.document).state) || 'unknown'
}

/**
 * A plan says how the connector codes what it sends, so accounts and periods are awaited as it makes them. It never says what
 * is owed: money, currency, company and whether it is a credit note are counted as they were recorded, or a plan that
 * changes them would reconcile with itself.
 */
function countedOf(
  invoice: InvoiceObservation,
  baseline: StoredDocument | undefined,
  planned: StoredDocument | undefined,
  now: InvoiceFacts | undefined,
  adapter: ErpAdapter,
): Counted {
  const [then, awaited] = [baseline, planned].map((document) => {
    const last = finalDocument(document?.stages ?? [])
    return last === undefined ? undefined : adapter.facts(last)
  })
  const recorded = then === undefined ? undefined : { ...then, period: awaited?.period ?? then.period }
  const refused = invoice.operations.some(
    ({ operation, recorded: before, replayed }) =>
      ['create', 'transition'].includes(operation.kind) && before.state === 'accepted' && replayed.state !== 'accepted',
  )
  return {
    recorded,
    accepted: refused || now === undefined ? undefined : recorded,
    stored: now,
    accounts: {
      recorded: awaited?.accounts ?? [],
      stored: now?.accounts ?? [],
    },
  }
}
