import type { RecordedRequest, RecordedResponse } from '../model/recording.ts'
import type { Operation, RefusalReason } from './erp.ts'

/** What is done with one request of the connector. */
export type FailureAction =
  | Readonly<{ do: 'pass' }>
  /** The ERP is not asked; the connector gets this answer. */
  | Readonly<{ do: 'answer'; response: RecordedResponse }>
  /** The ERP is not asked, and the connection is cut. */
  | Readonly<{ do: 'cut' }>
  /** The ERP is asked and does its work, and the connector gets this answer for it, late. */
  | Readonly<{ do: 'lose'; afterMs: number; response: RecordedResponse }>

/** One request of the connector, at the moment at which a failure may strike. */
export type Moment = Readonly<{
  request: RecordedRequest
  /** What it does; absent when the adapter cannot read it. */
  operation?: Operation
  /** What it sends, without what only numbers the request: two requests that send the same have the same. */
  content: string
  /** Whether it is about the invoice that the failure is to strike. */
  isVictim: boolean
  /** Whether it is the operation by which a recorded invoice became booked. */
  isBooking: boolean
  /** The answer with which this ERP refuses such a request. */
  refusal: (why: RefusalReason) => RecordedResponse
}>

/** One way in which an ERP fails a connector. Its id is the name of its file. */
export type Failure = Readonly<{
  /** What the ERP does. */
  title: string
  /** What goes wrong in accounts payable when the connector makes the wrong thing of it. */
  description: string
  /** The field that the failure is about, as the report names it. */
  pointer: string
  /** Whether invoices that it does not strike must be exported all the same. */
  sparesOthers: boolean
  /** Whether the ERP says that it has the invoice already, so that a connector may report that. */
  saysItIsThere?: boolean
  /** Milliseconds that the ERP asks to wait before the next request. */
  asksToWaitMs?: number
  /** How often the connector is run; the last run is judged. */
  runs?: number
  /** Starts over: returns what is done with each request of one run. */
  begin: () => (moment: Moment) => FailureAction
}>

/** Types a failure; the default export of every file in `failures/`. */
export function defineFailure(failure: Failure): Failure {
  return failure
}

/** Passes everything on. */
export const PASS: FailureAction = { do: 'pass' }

/** An answer of something between connector and ERP, which speaks no protocol of the ERP. */
export function gatewayAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): RecordedResponse {
  return {
    status,
    headers: { 'content-type': 'text/html', ...headers },
    body: { text: `<!doctype html><title>${text}</title>` },
  }
}
