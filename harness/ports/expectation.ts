import type { z } from 'zod'
import type { Difference } from '../model/difference.ts'
import type { Finding } from '../model/finding.ts'

/** A finding before release notes and waivers are held against it, with every difference behind it. */
export type UnjudgedFinding = Readonly<{
  finding: Omit<Finding, 'status' | 'notes' | 'suggestion' | 'withPlan'>
  differences: readonly Difference[]
}>

/** What the recorded exports use: what tells an unmet expectation from an untested one. */
export type Exercised = Readonly<{
  /** Whether they send, read or filter by anything of a resource, or a field of it. */
  touches: (resource: string, field?: string) => boolean
  /** Whether they name a listed value. */
  names: (resource: string, code: string) => boolean
}>

/** One kind of difference that release notes can announce. Its id is the name of its file. */
export type Expectation<Args = unknown> = Readonly<{
  /** What it announces, in one sentence. */
  title: string
  args: z.ZodType<Args>
  /** Arguments that a publisher could have announced: printed by `change-gate expectations`. */
  example: Args
  summary: (args: Args) => string
  /** What has to be seen before it counts as met, in one sentence. */
  evidence: string
  /**
   * Whether it announces this finding, judged by every difference behind it. Where one finding alone does not tell, such as a
   * code that is gone, `all` holds what else was found.
   */
  explains: (unjudged: UnjudgedFinding, args: Args, all: readonly UnjudgedFinding[]) => boolean
  /** Whether the recorded exports could have shown it; when they could not, it is untested and not unmet. */
  isExercised: (exercised: Exercised, args: Args) => boolean
  /** Arguments that would announce a finding, or `undefined` when this expectation is not about such findings. */
  suggest: (unjudged: UnjudgedFinding) => Args | undefined
}>

/** Types an expectation; the default export of every file in `reconcile/expectations/`. */
export function defineExpectation<Args>(expectation: Expectation<Args>): Expectation<Args> {
  return expectation
}
