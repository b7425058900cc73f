/** What a connector says of an invoice, in the words of the gate. */
export type Claim = 'exported' | 'not-exported' | 'already-there' | 'unsure' | 'unknown-status'

/** What the ERP holds of an invoice: it is booked as it was recorded, it is there in another state, or not at all. */
export type Held = 'booked' | 'unfinished' | 'nothing' | 'several'

/** What a connector reported of one invoice. */
export type Reported = Readonly<{
  /** The id under which it was given. */
  invoice: string
  status: string
  claim: Claim
  message: string
}>

/** One given invoice: what the ERP holds of it and what the connector reported. */
export type ReportedInvoice = Readonly<{
  key: string
  held: Held
  /** Whether the ERP held it before the connector came to it. */
  wasThere: boolean
  reported: Reported | undefined
  /** What the release in production reported, where it is known. */
  recorded: string | undefined
  /** Whether a result must say why; false where nothing says where a message stands. */
  hasMessages: boolean
}>
