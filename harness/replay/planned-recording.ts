import type { PlanOperation } from '../model/plan.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ErpAdapter, Names } from '../ports/erp.ts'
import { decodeRecording, type Step } from './chains.ts'
import { type Planned, planned } from './plan.ts'
import { isWrite, methodOf } from './write-stage.ts'

/** What is wrong with one operation of a plan, held against everything that was recorded. */
export type PlanFault = Readonly<{
  /** Which operation of the plan, counted from 0. */
  index: number
  /** `unsent`: nobody sends or reads what it is about; `idle`: it changes nothing; `missing`: it lacks recorded values. */
  about: 'unsent' | 'idle' | 'missing'
  /** The values that it lacks. */
  values: readonly string[]
  invoices: readonly string[]
}>

/** Steps of one invoice, each with the operation that wrote the document last before it. */
export function withStages(steps: readonly Step[]): readonly Readonly<{ step: Step; after: string }>[] {
  let after = ''
  return steps.map((step) => {
    const before = after
    if (isWrite(step.operation)) after = methodOf(step.operation)
    return { step, after: before }
  })
}

/** Applies a plan to the steps of a recording. */
export function planning(
  adapter: ErpAdapter,
  schema: ErpSchema,
  target: ErpSchema,
  plan: readonly PlanOperation[],
  nameOf: Names['nameOf'],
): (step: Step, after: string) => Planned {
  return ({ operation, interaction }, after) =>
    planned(operation, plan, {
      nameOf,
      listOf: (resource, field) => adapter.listOf(resource, field, target) ?? adapter.listOf(resource, field, schema),
      after,
      path: interaction.request.path,
    })
}

/**
 * Operations of a plan that do not do what whoever wrote them meant: about a field that nobody sends or reads, without
 * effect, or without a value that a recorded invoice uses.
 */
export function planFaults(
  recording: SanitizedRecording,
  adapter: ErpAdapter,
  schema: ErpSchema,
  target: ErpSchema,
  plan: readonly PlanOperation[],
): readonly PlanFault[] {
  if (plan.length === 0) return []
  const { shared, chains, names } = decodeRecording(recording.interactions, adapter, schema)
  const planOf = planning(adapter, schema, target, plan, (resource, id) => names.nameOf(resource, id))
  const seen = plan.map(() => ({ seen: false, changed: false, missing: new Map<string, Set<string>>() }))
  for (const [steps, invoice] of [
    [shared, undefined] as const,
    ...chains.map((chain) => [chain.steps, chain.key] as const),
  ]) {
    for (const { step, after } of withStages(steps)) {
      if (step.operation.kind === 'session') continue
      for (const [index, effect] of planOf(step, after).effects.entries()) {
        const known = seen[index]
        if (known === undefined) continue
        known.seen ||= effect.seen
        known.changed ||= effect.changed
        for (const value of effect.missing) {
          const invoices = known.missing.get(value) ?? new Set()
          known.missing.set(value, invoice === undefined ? invoices : invoices.add(invoice))
        }
      }
    }
  }
  return seen.flatMap(({ seen: isSeen, changed, missing }, index): PlanFault[] => {
    if (missing.size > 0) {
      const invoices = [...new Set([...missing.values()].flatMap((each) => [...each]))]
      return [{ index, about: 'missing', values: [...missing.keys()].sort(), invoices }]
    }
    if (!isSeen) return [{ index, about: 'unsent', values: [], invoices: [] }]
    return changed ? [] : [{ index, about: 'idle', values: [], invoices: [] }]
  })
}
