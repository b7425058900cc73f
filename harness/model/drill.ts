import { z } from 'zod'
import { Whole } from './common.ts'

/** A mutant that the gate took for harmless, or a harmless one that it raised. */
const Survivor = z.strictObject({
  mutant: z.string(),
  class: z.enum(['silent', 'loud', 'structure', 'connection', 'benign']),
  /** What the release does, in one sentence. */
  does: z.string(),
  /** Whether a recorded invoice could have shown it; when none could, it is the recording that lacks an invoice. */
  exercised: z.boolean(),
  /** Why it survived, and which invoice to add. */
  why: z.string(),
})
export type Survivor = z.infer<typeof Survivor>

/** The gate's own score on one recording: which defects of a virtual ERP it catches. File: `drill.json` of a scenario. */
export const DrillScore = z.strictObject({
  format: z.literal('erp-change-gate/drill'),
  version: z.literal(1),
  integration: z.string(),
  /** Release whose virtual ERP was mutated. */
  release: z.string(),
  /** Digest of the recording; the score says nothing about another one. */
  recording: z.string(),
  breaking: Whole,
  killed: Whole,
  benign: Whole,
  benignLetThrough: Whole,
  /** Mutants and the killed or let through among them, by class. */
  classes: z.record(z.string(), z.strictObject({ mutants: Whole, right: Whole })),
  survivors: z.array(Survivor),
})
export type DrillScore = z.infer<typeof DrillScore>
