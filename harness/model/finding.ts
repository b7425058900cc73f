import { z } from 'zod'
import { Disputed, Lane, Whole } from './common.ts'
import { Area, DifferenceClass, DifferenceKind, Loudness } from './difference.ts'

/** How much a finding weighs. `warning` means that the evidence cannot decide. */
export const Severity = z.enum(['error', 'warning', 'info'])
export type Severity = z.infer<typeof Severity>

/** A difference that a check objects to. Known by its fingerprint, never by its wording. */
export const Finding = z.strictObject({
  /** 12 hexadecimal digits over check, message, resource, pointer, stage and arguments. */
  fingerprint: z.string(),
  check: z.string(),
  messageId: z.string(),
  args: z.record(z.string(), z.string()),
  /** The message with its arguments filled in. */
  message: z.string(),
  severity: Severity,
  area: Area,
  kind: DifferenceKind,
  class: DifferenceClass,
  loudness: Loudness,
  resource: z.string(),
  /** JSON Pointer with `*` for array indexes. */
  pointer: z.string(),
  stage: z.string(),
  seenBy: z.enum(['connector', 'gate']),
  /** Whether the recorded exports use the place: those that do not are shown and do not block. */
  relevance: z.enum(['used', 'mapped', 'not-used']),
  /** Keys of the invoices concerned, in recorded order. */
  invoices: z.array(z.string()),
  /** Gross amount of those invoices by currency. */
  amounts: z.record(z.string(), z.string()),
  /** Up to five places where it was seen, with what was sent, stored before and stored now. */
  examples: z.array(
    z.strictObject({
      invoice: z.string(),
      pointer: z.string(),
      sent: z.string().nullable(),
      baseline: z.string().nullable(),
      candidate: z.string().nullable(),
    }),
  ),
  lane: Lane,
  /** The lane that could say it is not theirs, and who decides then. */
  disputed: Disputed.optional(),
  /** What to do next. */
  remedy: z.string(),
  status: z.enum(['expected', 'waived', 'unexpected']),
  /** Ids of the release note entries that announce it. */
  notes: z.array(z.string()),
  /** A ready-to-paste expectation, when nothing announced it. */
  suggestion: z.string().nullable(),
  /** Whether it is still there when the plan is applied. */
  withPlan: z.enum(['still-there', 'gone', 'not-replayed']),
})
export type Finding = z.infer<typeof Finding>

/** How one check ended. */
export const CheckResult = z.strictObject({
  check: z.string(),
  title: z.string(),
  state: z.enum(['passed', 'failed', 'not-applicable', 'errored']),
  /** Why it does not apply, or what went wrong. */
  reason: z.string().nullable(),
  findings: Whole,
})
export type CheckResult = z.infer<typeof CheckResult>
