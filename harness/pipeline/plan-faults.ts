import type { FaultyOperation } from '../decide/plan-grounds.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { Snapshot, ValueLists } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { planSentence } from '../reconcile/plan-sentence.ts'
import { planFaults } from '../replay/planned-recording.ts'
import type { Scenario } from './scenario.ts'

/** Operations of the plan in force that do not do what whoever wrote them meant, each with its note. */
export function faultyOperations(
  { change }: Scenario,
  {
    recording,
    adapter,
    baseline,
  }: Readonly<{ recording: SanitizedRecording; adapter: ErpAdapter; baseline: Snapshot }>,
  target: Readonly<{ schema: ErpSchema; values: ValueLists }>,
): readonly FaultyOperation[] {
  const steps = change.notes
    .filter((note) => note['affects-us'] === true)
    .flatMap((note) => note.plan.map((step) => ({ note: note.id, step })))
  const plan = steps.map(({ step }) => step)
  // A list that was not captured is told by itself.
  const isListed = (list: string, code: string) =>
    target.values[list]?.some((value) => value.code === code && value.active) ?? true
  return planFaults(recording, adapter, baseline.schema, target.schema, plan, isListed).flatMap(
    ({ index, ...fault }) => {
      const known = steps[index]
      return known === undefined ? [] : [{ ...fault, note: known.note, says: planSentence(known.step) }]
    },
  )
}
