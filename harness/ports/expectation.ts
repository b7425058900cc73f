import type { z } from 'zod'
import type { Finding } from '../model/finding.ts'

/** What a finding is to an expectation. The finding has no status yet: giving it one is what expectations are for. */
export type UnjudgedFinding = Omit<Finding, 'status' | 'notes' | 'suggestion' | 'withPlan'>

/** Which fields the recorded exports send or read: what tells an unmet expectation from an untested one. */
export type Exercised = Readonly<{
  /** Whether the recorded exports touch a field, or any field when only a resource is named. */
  uses: (resource: string, field?: string) => boolean
}>

/** One kind of difference that release notes can announce. Its id is the name of its file. */
export type Expectation<Args = unknown> = Readonly<{
  /** What it announces, in one sentence. */
  title: string
  args: z.ZodType<Args>
  summary: (args: Args) => string
  /** Whether it announces this finding. */
  explains: (finding: UnjudgedFinding, args: Args) => boolean
  /** Whether the recorded exports could have shown it; when they could not, it is untested and not unmet. */
  isExercised: (exercised: Exercised, args: Args) => boolean
  /** Arguments that would announce a finding, or `undefined` when this expectation is not about such findings. */
  suggest: (finding: UnjudgedFinding) => Args | undefined
}>

/** Types an expectation; the default export of every file in `reconcile/expectations/`. */
export function defineExpectation<Args>(expectation: Expectation<Args>): Expectation<Args> {
  return expectation
}
