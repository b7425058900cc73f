import { z } from 'zod'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, toPlain } from '../base/json.ts'
import { Whole } from './common.ts'
import { ErpSchema } from './schema.ts'

const JsonValue = z.custom<Json>(
  (value) =>
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    isJsonNumber(value) ||
    isJsonArray(value) ||
    isJsonObject(value),
  'must be a JSON value',
)

/** What became of one operation; see `Replayed` in `ports/observation.ts`. */
const PackedAnswer = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('accepted'), result: JsonValue }),
  z.strictObject({ state: z.literal('rejected'), code: z.string(), message: z.string(), raw: JsonValue }),
  z.strictObject({ state: z.literal('needs-ack'), code: z.string(), message: z.string() }),
  z.strictObject({ state: z.literal('fault'), code: z.string(), message: z.string() }),
  z.strictObject({ state: z.literal('not-reached'), because: z.string() }),
  z.strictObject({ state: z.literal('unresolved'), because: z.string() }),
])

/** An answer and the recorded interaction that it is to; what was asked is in the recording. */
export const PackedOperation = z.strictObject({ seq: Whole, replayed: PackedAnswer })
export type PackedOperation = z.infer<typeof PackedOperation>

/** One invoice and what became of it. */
export const PackedInvoice = z.strictObject({
  key: z.string(),
  sent: JsonValue.optional(),
  operations: z.array(PackedOperation),
  stages: z.array(
    z.strictObject({
      after: z.string(),
      outcome: z.enum(['accepted', 'rejected']),
      error: JsonValue.optional(),
      document: JsonValue.optional(),
    }),
  ),
})
export type PackedInvoice = z.infer<typeof PackedInvoice>

/**
 * First line of an evidence pack: what one shard of a run observed. Nothing is decided from it: only the packs of all shards
 * together are evidence. File: `evidence-<index>-of-<count>.ndjson` beside the report.
 */
export const PackHeader = z.strictObject({
  format: z.literal('erp-change-gate/evidence-pack'),
  version: Whole,
  /** Folder names of the integration and of the change request. */
  scenario: z.string(),
  change: z.string(),
  shard: z.strictObject({ index: Whole, count: Whole }),
  /** Digests of recording, change, policy, snapshots and the rest that the evidence rests on, and the harness that made it. */
  inputs: z.record(z.string(), z.string()),
})
export type PackHeader = z.infer<typeof PackHeader>

/**
 * The line that begins one replay of a part of the recording. A line for each operation that serves all invoices follows,
 * and one for each invoice.
 */
export const PackedReplay = z.strictObject({
  replay: z.enum(['as-is', 'with-plan', 'mocked']),
  kind: z.enum(['mock', 'container', 'url']),
  identity: z.strictObject({
    product: z.string(),
    release: z.string(),
    build: z.string(),
    environment: z.enum(['sandbox', 'production', 'unknown']),
    proof: z.string(),
    simulated: z.boolean(),
    principal: z.string(),
  }),
  schema: z.preprocess((value) => (isJsonObject(value) ? toPlain(value) : value), ErpSchema),
  values: z.record(
    z.string(),
    z.array(
      z.strictObject({
        code: z.string(),
        active: z.boolean(),
        fields: z.record(z.string(), JsonValue),
      }),
    ),
  ),
  fault: z
    .strictObject({ seq: Whole, code: z.string(), message: z.string(), at: z.string(), when: z.string() })
    .optional(),
  byRules: z.array(z.string()),
  copies: z.array(z.strictObject({ invoices: z.array(z.string()), expected: Whole, found: Whole })),
  leftBehind: z.array(z.strictObject({ invoice: z.string(), id: z.string(), why: z.string() })),
})
export type PackedReplay = z.infer<typeof PackedReplay>

/** The last line. */
export const PackEnd = z.strictObject({
  /** What differs between two runs on the same evidence. */
  meta: z.strictObject({ createdAt: z.string(), durationMs: Whole, runTag: z.string(), targetUrl: z.string() }),
  /** SHA-256 over every line before this one. */
  seal: z.string(),
})
export type PackEnd = z.infer<typeof PackEnd>
