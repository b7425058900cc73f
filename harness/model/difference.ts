import { z } from 'zod'
import { Direction, StructureChange } from './structure.ts'

/** What happened to a value: DESIGN.md §4. `refused`, `accepted` and `unanswered` are about a whole operation. */
export const DifferenceKind = z.enum([
  'absent',
  'defaulted',
  'coerced',
  'truncated',
  'rounded',
  'reordered',
  'extra',
  'changed-state',
  'refused',
  'accepted',
])
export type DifferenceKind = z.infer<typeof DifferenceKind>

/** What the value means in accounts payable. `structure` is for schema differences that carry no value. */
export const DifferenceClass = z.enum(['coding', 'amount', 'rounding', 'identity', 'state', 'text', 'structure'])
export type DifferenceClass = z.infer<typeof DifferenceClass>

/** `loud`: the ERP refused, so somebody notices. `silent`: it said yes, and means something else. */
export const Loudness = z.enum(['loud', 'silent'])
export type Loudness = z.infer<typeof Loudness>

/**
 * Which comparison saw it. `requests`, `results` and `conduct` are of a connector under test: what it sent, what it reported,
 * and how it behaved when the ERP did not. `waivers` are what people wrote, and no difference between releases.
 */
export const Area = z.enum([
  'structure',
  'values',
  'documents',
  'interactions',
  'requests',
  'results',
  'conduct',
  'waivers',
])
export type Area = z.infer<typeof Area>

/** One fact that is not the same under the candidate release. Values are canonical text, as a person would read them. */
export const Difference = z.strictObject({
  area: Area,
  kind: DifferenceKind,
  class: DifferenceClass,
  loudness: Loudness,
  /** The ERP's name of the resource, such as `account.invoice`. */
  resource: z.string(),
  /** JSON Pointer of the field within a record of the resource. */
  pointer: z.string(),
  /** JSON Pointer from the invoice, array indexes included; empty when it is not about one invoice. */
  at: z.string(),
  /** The operation after which it was seen, such as `create` or `post`; empty for structure and values. */
  stage: z.string(),
  baseline: z.string().nullable(),
  candidate: z.string().nullable(),
  /** What the connector sent at this place, when it sent something. */
  sent: z.string().nullable(),
  /** Keys of the invoices it was seen on; empty when it is about the release as such. */
  invoices: z.array(z.string()),
  /** Whether the connector reads or sends this place, or only the gate saw it. */
  seenBy: z.enum(['connector', 'gate']),
  /** What the published schema says otherwise, for a difference of it: its JSON Schema keyword, for whom, and how. */
  published: z.strictObject({ keyword: z.string(), direction: Direction, change: StructureChange }).optional(),
})
export type Difference = z.infer<typeof Difference>
