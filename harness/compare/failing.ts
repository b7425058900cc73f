import type { Difference } from '../model/difference.ts'
import type { ReportedInvoice } from '../ports/connector.ts'
import { isTrue, TRUTH } from './results.ts'

/** What was seen of one failure: what the connector did on the wire, what it reported and what the ERP holds. */
export type FailureSeen = Readonly<{
  failure: string
  /** The field that the failure is about. */
  pointer: string
  victim: string
  sparesOthers: boolean
  invoices: readonly ReportedInvoice[]
  /** Keys of the invoices of which a write got no answer that tells what became of it: of these alone it may be unsure. */
  untold: readonly string[]
  /** Whether the invoice was created again after its answer was lost, with no look at the ERP between. */
  createdBlindly: boolean
  /** Whether what was refused was sent again with other content. */
  altered: boolean
  /** Milliseconds after which the connector asked again, and those that it was asked to wait; absent when it did wait. */
  hurried: Readonly<{ afterMs: number; askedMs: number }> | undefined
  /** Why it did not come to an end by itself; absent when it did. */
  endless: string | undefined
}>

/** What a difference is about, by which checks tell them apart: its resource. */
export type FailureMatter =
  | 'result'
  | 'reason'
  | 'claim'
  | 'document'
  | 'second-attempt'
  | 'content'
  | 'pause'
  | 'batch'
  | 'end'

/** Judges what a connector made of one failure. Nothing is said against one that handled it. */
export function judgeFailure(seen: FailureSeen): readonly Difference[] {
  const { victim, invoices } = seen
  const tell = (matter: FailureMatter, key: string, baseline: string, candidate: string | null): Difference => ({
    area: 'conduct',
    kind: 'changed-state',
    class: matter === 'document' || matter === 'second-attempt' ? 'identity' : 'state',
    loudness: 'silent',
    resource: matter,
    pointer: seen.pointer,
    at: `/${seen.failure}${seen.pointer}`,
    stage: '',
    baseline,
    candidate,
    sent: null,
    invoices: [key],
    seenBy: 'connector',
  })
  const found: Difference[] = []
  for (const invoice of invoices) {
    const { key, held, reported } = invoice
    if (held === 'several') found.push(tell('document', key, 'one document', TRUTH.several))
    if (reported === undefined) {
      found.push(tell('result', key, TRUTH[held], null))
      continue
    }
    const isNeedless = reported.claim === 'unsure' && !seen.untold.includes(key)
    if (held !== 'several' && (isNeedless || !isTrue(invoice)))
      found.push(tell('claim', key, TRUTH[held], `${reported.status} (${reported.claim})`))
    if (invoice.hasMessages && reported.claim !== 'exported' && reported.message === '')
      found.push(tell('reason', key, 'a message', null))
    if (key !== victim && seen.sparesOthers && held !== 'booked')
      found.push(tell('batch', key, TRUTH.booked, TRUTH[held]))
  }
  if (seen.createdBlindly) found.push(tell('second-attempt', victim, 'looked up, then created', 'created again'))
  if (seen.altered) found.push(tell('content', victim, 'as it was approved', 'sent again with other content'))
  if (seen.hurried !== undefined) {
    found.push(tell('pause', victim, `waits ${seen.hurried.askedMs} ms`, 'asks again before that'))
  }
  if (seen.endless !== undefined) found.push(tell('end', victim, 'ends by itself', seen.endless))
  return found
}
