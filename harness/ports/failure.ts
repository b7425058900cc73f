import type { RecordedResponse } from '../model/recording.ts'

/** What is done with one request of the connector. */
export type FailureAction =
  | Readonly<{ do: 'pass' }>
  /** The ERP is not asked; the connector gets this answer. */
  | Readonly<{ do: 'answer'; response: RecordedResponse }>
  /** The ERP is not asked, and the connection is cut. */
  | Readonly<{ do: 'cut' }>
  /** The ERP is asked and does its work, and the connector gets this answer, or none, for it. */
  | Readonly<{ do: 'lose'; afterMs: number; response?: RecordedResponse }>
