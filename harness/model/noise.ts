import { z } from 'zod'
import { Whole } from './common.ts'
import { DifferenceKind } from './difference.ts'

/** One place where two replays of the same recording against the same release differ, so that a difference says nothing. */
export const NoiseRule = z.strictObject({
  resource: z.string().min(1),
  /** The field within a record of the resource, such as `/description`; never more than one field. */
  pointer: z.string().min(1),
  kind: DifferenceKind,
  /** Why it is noise, for those who review it. */
  reason: z.string().min(1),
})
export type NoiseRule = z.infer<typeof NoiseRule>

/** How an assessment begins what it says of values that were left out as noise. */
export const LEFT_OUT_AS_NOISE = 'noise at '

/** A place that differs between two replays and is not left out, because it must never differ. */
const RefusedNoise = z.strictObject({
  resource: z.string(),
  pointer: z.string(),
  kind: DifferenceKind,
  seen: Whole,
  because: z.string(),
})
export type RefusedNoise = z.infer<typeof RefusedNoise>

/** What was learned of a release by replaying twice against it. File: `noise.yaml` of a snapshot. */
export const Noise = z.strictObject({
  noise: z.array(NoiseRule).default([]),
  /** Not left out; kept for those who look for the cause. */
  refused: z.array(RefusedNoise).default([]),
})
export type Noise = z.infer<typeof Noise>
