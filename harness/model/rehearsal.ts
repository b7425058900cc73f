import { z } from 'zod'
import { Whole } from './common.ts'

/** What a rehearsal does, in this order. A rollback step names the parts that prove it. */
export const RehearsalPart = z.enum([
  /** The recorded exports go to the baseline, as in production on the day before. */
  'export-before',
  /** The database is saved and its documents are counted. */
  'save',
  /** The candidate is installed on the saved database. */
  'install',
  /** The recorded exports go to the candidate. */
  'export-candidate',
  /** The candidate is stopped and the saved database is put back under the baseline. */
  'restore',
  /** One recorded invoice goes to the restored baseline and is read back. */
  'canary',
  /** All recorded exports go to the restored baseline. */
  'export-after',
  /** What the restored baseline stored is held against what the baseline stored before. */
  'compare',
])
export type RehearsalPart = z.infer<typeof RehearsalPart>

/** A rollback that was performed. File: `changes/<name>/rehearsal.json`. */
export const Rehearsal = z.strictObject({
  format: z.literal('erp-change-gate/rehearsal'),
  version: z.literal(1),
  meta: z.strictObject({ rehearsedAt: z.string(), harness: z.string() }),
  change: z.string(),
  from: z.string(),
  to: z.string(),
  /** `live` on a real ERP in a container, `mock` on the virtual ERP: its seconds say nothing about an ERP. */
  level: z.enum(['mock', 'live']),
  /** Builds that answered. */
  builds: z.strictObject({ baseline: z.string(), candidate: z.string(), restored: z.string() }),
  /** Digests of what was replayed and held against. */
  recording: z.string(),
  baseline: z.string(),
  parts: z.array(
    z.strictObject({
      part: RehearsalPart,
      /** Tenths of a second. */
      tenths: Whole,
      outcome: z.enum(['done', 'failed']),
      /** What was seen: counts, digests, builds. */
      saw: z.string(),
    }),
  ),
  equality: z.strictObject({
    /** Invoices whose stored document was compared, and values in them. */
    invoices: Whole,
    /** Documents that were stored before and are still there unchanged after the restore. */
    kept: Whole,
    lost: Whole,
    differences: z.array(z.string()),
  }),
  proven: z.boolean(),
})
export type Rehearsal = z.infer<typeof Rehearsal>

/** What a rehearsal is worth for this run. `stale` when it was made with another recording, baseline or release. */
export type RehearsalState =
  | Readonly<{ state: 'none'; text: string }>
  | Readonly<{ state: 'stale'; text: string; rehearsal: Rehearsal }>
  | Readonly<{ state: 'failed'; text: string; rehearsal: Rehearsal }>
  | Readonly<{ state: 'fresh'; text: string; level: Rehearsal['level']; rehearsal: Rehearsal }>
