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
  /** Whether the invoice was created again after its answer was lost, with no look at the ERP between. */
  createdBlindly: boolean
  /** Milliseconds after which the connector asked again, and those that it was asked to wait; absent when it did wait. */
  hurried: Readonly<{ afterMs: number; askedMs: number }> | undefined
  /** Why it did not come to an end by itself; absent when it did. */
  endless: string | undefined
}>

/** What went wrong, by which checks tell the differences apart: the resource of each. */
export type FailureCode =
  | 'unreported'
  | 'unexplained'
  | 'misreported'
  | 'doubled'
  | 'blind'
  | 'hurried'
  | 'spread'
  | 'endless'

/** Judges what a connector made of one failure. Nothing is said against one that handled it. */
export function judgeFailure(seen: FailureSeen): readonly Difference[] {
  const { victim, invoices } = seen
  const tell = (code: FailureCode, key: string, baseline: string, candidate: string | null): Difference => ({
    area: 'conduct',
    kind: 'changed-state',
    class: code === 'doubled' || code === 'blind' ? 'identity' : 'state',
    loudness: 'silent',
    resource: code,
    pointer: seen.pointer,
    at: seen.pointer,
    stage: seen.failure,
    baseline,
    candidate,
    sent: null,
    invoices: [key],
    seenBy: 'connector',
  })
  const found: Difference[] = []
  for (const invoice of invoices) {
    const { key, held, reported } = invoice
    if (held === 'several') found.push(tell('doubled', key, 'one document', TRUTH.several))
    if (reported === undefined) {
      found.push(tell('unreported', key, TRUTH[held], null))
      continue
    }
    if (held !== 'several' && !isTrue(invoice))
      found.push(tell('misreported', key, TRUTH[held], `${reported.status} (${reported.claim})`))
    if (invoice.hasMessages && reported.claim !== 'exported' && reported.message === '')
      found.push(tell('unexplained', key, 'a message', null))
    if (key !== victim && seen.sparesOthers && held === 'nothing')
      found.push(tell('spread', key, TRUTH.booked, TRUTH[held]))
  }
  if (seen.createdBlindly) found.push(tell('blind', victim, 'looked up, then created', 'created again'))
  if (seen.hurried !== undefined) {
    found.push(tell('hurried', victim, `waits ${seen.hurried.askedMs} ms`, `asks again before that`))
  }
  if (seen.endless !== undefined) found.push(tell('endless', victim, 'ends by itself', seen.endless))
  return found
}
