import type { Json } from '../base/json.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { DocumentStage, ValueLists } from '../model/snapshot.ts'
import type { Identity, Operation } from './erp.ts'

/** What one operation was answered with, names in place of ids. */
export type Answered =
  | Readonly<{ state: 'accepted'; result: Json }>
  | Readonly<{ state: 'rejected'; code: string; message: string; raw: Json }>
  | Readonly<{ state: 'needs-ack'; code: string; message: string }>
  | Readonly<{ state: 'fault'; code: string; message: string }>

/** What became of an operation in the replay. */
export type Replayed =
  | Answered
  /** Not sent, because an operation before it in the same invoice ended otherwise than it was recorded. */
  | Readonly<{ state: 'not-reached'; because: string }>
  /** Not sent, because a record it names could not be found in the target. Never guessed. */
  | Readonly<{ state: 'unresolved'; because: string }>

/** One recorded operation, its recorded answer and the answer of the target. */
export type OperationObservation = Readonly<{
  seq: number
  operation: Operation
  recorded: Answered
  replayed: Replayed
}>

/** One exported invoice and all that was observed of it. */
export type InvoiceObservation = Readonly<{
  key: string
  /** The supplier's code. */
  supplier: string
  reference: string
  /** What the connector sent, references by code; absent when it did not send the invoice at all. */
  sent?: Json
  operations: readonly OperationObservation[]
  /** The document after each operation that wrote it, as the target stored it. */
  stages: readonly DocumentStage[]
  /** Id of the document in the target, when it was created. */
  id?: string
  /** Why what became of it proves nothing, where that is so. */
  unproven?: string
}>

/** A request that was sent, with the names of records in place of their ids. */
export type SentRequest = Readonly<{
  operation: Operation
  /** Every value of the request by its place; those that only number the request are left out. */
  values: ReadonlyMap<string, Json>
  /** What a `create` sends, references by name. */
  sent?: Json
}>

/** A recorded request and the one that the connector under test sent for it; one of them where the other is missing. */
export type RequestPair = Readonly<{
  /** Keys of the invoice; none for what serves all invoices. */
  invoices: readonly string[]
  recorded?: SentRequest
  run?: SentRequest
}>

/** What went wrong with the connection, and never with a record. */
export type Fault = Readonly<{
  seq: number
  code: string
  message: string
  /** The operation that was not answered. */
  at: string
  /** ISO 8601 instant. */
  when: string
}>

/** Everything seen in one replay. */
export type Observation = Readonly<{
  identity: Identity
  schema: ErpSchema
  values: ValueLists
  /** Operations that serve every invoice: log-in and look-ups. */
  shared: readonly OperationObservation[]
  invoices: readonly InvoiceObservation[]
  /** The connection fault that ended the replay, if one did. */
  fault?: Fault
  /** Keys of invoices that a virtual ERP answered from rules. */
  byRules: readonly string[]
  /** How many documents the ERP's own search finds by supplier and reference after the run, and how many were created. */
  copies: readonly Readonly<{ invoices: readonly string[]; expected: number; found: number }>[]
  leftBehind: readonly Readonly<{ invoice: string; id: string; why: string }>[]
}>
