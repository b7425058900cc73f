import { z } from 'zod'
import type { Json } from '../base/json.ts'
import { Whole } from './common.ts'

/** What replaces a secret in a recording. */
export const REMOVED = '<removed>'

/** The body of a message: parsed JSON with its digits kept, text, or bytes. Absent when there was none. */
export type Body = Readonly<{ json: Json } | { text: string } | { base64: string }>

/** One HTTP request as it was sent. Header names are lower case. */
export type RecordedRequest = Readonly<{
  method: string
  path: string
  query: string
  headers: Readonly<Record<string, string>>
  body?: Body
}>

/** One HTTP response as it was received. */
export type RecordedResponse = Readonly<{
  status: number
  headers: Readonly<Record<string, string>>
  body?: Body
}>

/** One request and its response, in the order in which the connector sent it. */
export type Interaction = Readonly<{
  /** 1 for the first interaction of a recording. */
  seq: number
  request: RecordedRequest
  response: RecordedResponse
  /** Milliseconds between request and response. */
  durationMs: number
}>

/** First line of a recording. */
export const RecordingHeader = z.strictObject({
  format: z.literal('erp-change-gate/recording'),
  version: Whole,
  integration: z.string(),
  erp: z.strictObject({ product: z.string(), release: z.string() }),
  connector: z.strictObject({ name: z.string(), release: z.string() }),
  /** ISO 8601 instant at which recording began. */
  recordedAt: z.string(),
  /** What was removed or replaced before anything was written: rule id and how often it applied. */
  sanitizing: z.array(z.strictObject({ rule: z.string(), count: Whole })),
  /** Digests of the pseudonyms in it, so that they stay as they are when it is sanitized again; absent when there are none. */
  pseudonyms: z.array(z.string()).readonly().optional(),
})
export type RecordingHeader = z.infer<typeof RecordingHeader>

/** A recording that `sanitize()` has passed over. Only such a recording can be stored or replayed. */
export type SanitizedRecording = Readonly<{
  header: RecordingHeader
  interactions: readonly Interaction[]
  /** SHA-256 of the recording as it is stored. */
  digest: string
}> & { readonly [sanitized]: true }

declare const sanitized: unique symbol
