import { z } from 'zod'
import type { Json } from '../base/json.ts'
import { Whole } from './common.ts'
import type { ErpSchema } from './schema.ts'

/** One entry of a value list: a supplier, an account, a tax code, a dimension value. */
export type ListedValue = Readonly<{
  /** The ERP's own id in the system that was captured; never compared. */
  id: string
  /** The code by which people and connectors name it; unique within its list. */
  code: string
  active: boolean
  /** The fields that connectors read or filter by, in the ERP's own spelling, references by code. */
  fields: Readonly<Record<string, Json>>
}>

/** Every value list by the ERP's resource name, in the ERP's own default order. */
export type ValueLists = Readonly<Record<string, readonly ListedValue[]>>

/** Where a document stands after one of the operations that wrote it. */
export type DocumentStage = Readonly<{
  /** Name of the operation that led here, such as `create` or `post`. */
  after: string
  outcome: 'accepted' | 'rejected'
  /** The ERP's own error, when it was rejected. */
  error?: Json
  /** The whole document as read back, references by code; absent when it was rejected. */
  document?: Json
}>

/** One invoice as an ERP release stored it. */
export type StoredDocument = Readonly<{
  /** Key of the invoice, see `Operation.document`. */
  key: string
  /** What was sent to create it, references by code. */
  sent: Json
  stages: readonly DocumentStage[]
}>

/** What a snapshot is of, and how it was made. File: `meta.json`. */
export const SnapshotMeta = z.strictObject({
  format: z.literal('erp-change-gate/snapshot'),
  version: Whole,
  product: z.string(),
  release: z.string(),
  /** Full version as the ERP names it, such as `7.0.30`. */
  build: z.string(),
  /** ISO 8601 instant of the capture. */
  capturedAt: z.string(),
  /** The user that read it; schemas and lists can depend on it. */
  principal: z.string(),
  /** How the target was known to be a sandbox. */
  proof: z.string(),
  /** Digest of the recording whose documents were captured. */
  recording: z.string(),
  /** `schema` when it was made from what the publisher publishes and no ERP was asked; captured from one otherwise. */
  evidence: z.enum(['captured', 'schema']).optional(),
  /** What the adapter keeps besides schema, lists and documents, such as the preferences of the user. */
  adapter: z.record(z.string(), z.unknown()),
  /** Digests of the other files, by name. */
  files: z.record(z.string(), z.string()),
})
export type SnapshotMeta = z.infer<typeof SnapshotMeta>

/** What one ERP release exposes and how it stored the recorded invoices. Folder: `snapshots/<erp>-<release>/`. */
export type Snapshot = Readonly<{
  meta: SnapshotMeta
  schema: ErpSchema
  values: ValueLists
  documents: readonly StoredDocument[]
  /** SHA-256 over the files. */
  digest: string
}>
