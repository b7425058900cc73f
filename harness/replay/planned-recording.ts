import { isJsonNumber } from '../base/json.ts'
import { type FieldMapping, operationsOf } from '../model/mapping.ts'
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
  /**
   * `unsent`: nobody sends or reads what it is about; `idle`: it changes nothing; `missing`: it lacks recorded values;
   * `unknown`: it sends values that the release does not have.
   */
  about: 'unsent' | 'idle' | 'missing' | 'unknown'
  /** The values that it lacks, or that the release does. */
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
 * effect, without a value that a recorded invoice uses, or with one that the release does not list.
 */
export function planFaults(
  recording: SanitizedRecording,
  adapter: ErpAdapter,
  schema: ErpSchema,
  target: ErpSchema,
  plan: readonly PlanOperation[],
  isListed: (list: string, code: string) => boolean,
): readonly PlanFault[] {
  if (plan.length === 0) return []
  const { shared, chains, names } = decodeRecording(recording.interactions, adapter, schema)
  const planOf = planning(adapter, schema, target, plan, (resource, id) => names.nameOf(resource, id))
  const seen = plan.map(() => ({
    seen: false,
    changed: false,
    missing: new Map<string, Set<string>>(),
    unknown: new Map<string, Set<string>>(),
  }))
  for (const [steps, invoice] of [
    [shared, undefined] as const,
    ...chains.map((chain) => [chain.steps, chain.key] as const),
  ]) {
    for (const { step, after } of withStages(steps)) {
      if (step.operation.kind === 'session') continue
      const { effects, made } = planOf(step, after)
      for (const { index, list, code } of made) {
        const known = seen[index]?.unknown
        if (known === undefined || invoice === undefined || isListed(list, code)) continue
        known.set(code, (known.get(code) ?? new Set()).add(invoice))
      }
      for (const [index, effect] of effects.entries()) {
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
  return seen.flatMap(({ seen: isSeen, changed, missing, unknown }, index): PlanFault[] => {
    for (const [about, found] of [['missing', missing] as const, ['unknown', unknown] as const]) {
      if (found.size === 0) continue
      const invoices = [...new Set([...found.values()].flatMap((each) => [...each]))]
      return [{ index, about, values: [...found.keys()].sort(), invoices }]
    }
    if (!isSeen) return [{ index, about: 'unsent', values: [], invoices: [] }]
    return changed ? [] : [{ index, about: 'idle', values: [], invoices: [] }]
  })
}

/** What recorded creates send into mapped fields, once the plan is applied. */
export type SentValues = Readonly<{
  /** The texts that a field is sent with, and by which invoices; codes for listed values. */
  textsOf: (resource: string, field: string) => ReadonlyMap<string, readonly string[]>
  /** Listed values that stand in one line together, and the invoices that have such a line. */
  combinations: readonly Readonly<{ parts: readonly LinePart[]; invoices: readonly string[] }>[]
}>

type LinePart = Readonly<{ list: string; resource: string; field: string; code: string }>

/** Collects what is sent into the mapped fields whose values a list or a transform decides. */
export function sentValues(
  recording: SanitizedRecording,
  adapter: ErpAdapter,
  schema: ErpSchema,
  target: ErpSchema,
  plan: readonly PlanOperation[],
  mapping: FieldMapping,
): SentValues {
  const rows = mapping.fields.filter(
    ({ direction, list, transform }) =>
      direction === 'send' && (list !== undefined || operationsOf(transform).length > 0),
  )
  const wanted = new Map(rows.map((row) => [`${row.to.resource} ${row.to.field}`, row]))
  const texts = new Map<string, Map<string, Set<string>>>()
  const combinations = new Map<string, { parts: readonly LinePart[]; invoices: Set<string> }>()
  const { chains, names } = decodeRecording(recording.interactions, adapter, schema)
  const planOf = planning(adapter, schema, target, plan, (resource, id) => names.nameOf(resource, id))
  for (const chain of rows.length === 0 ? [] : chains) {
    for (const { step, after } of withStages(chain.steps)) {
      if (step.operation.kind !== 'create') continue
      const { operation, listed } = planOf(step, after)
      const parts: (LinePart & { record: string })[] = []
      for (const { resource, field, pointer, value } of operation.sends) {
        const row = wanted.get(`${resource} ${field}`)
        if (row === undefined) continue
        const codes = listed.filter(({ pointer: at }) => at === pointer || at.startsWith(`${pointer}/`))
        const plain = isJsonNumber(value) ? value.value : typeof value === 'string' ? value : ''
        const known = texts.get(`${resource} ${field}`) ?? new Map<string, Set<string>>()
        texts.set(`${resource} ${field}`, known)
        for (const text of codes.length > 0 ? codes.map(({ code }) => code) : [plain]) {
          if (text !== '') known.set(text, (known.get(text) ?? new Set()).add(chain.key))
        }
        if (row.from?.startsWith('/lines/') !== true) continue
        const record = pointer.slice(0, pointer.lastIndexOf('/'))
        for (const { resource: list, code } of codes) parts.push({ list, resource, field, code, record })
      }
      for (const line of linesOf(parts)) {
        const key = JSON.stringify(line)
        const combination = combinations.get(key) ?? { parts: line, invoices: new Set() }
        combination.invoices.add(chain.key)
        combinations.set(key, combination)
      }
    }
  }
  return {
    textsOf: (resource, field) =>
      new Map([...(texts.get(`${resource} ${field}`) ?? [])].map(([text, invoices]) => [text, [...invoices]])),
    combinations: [...combinations.values()].map(({ parts, invoices }) => ({ parts, invoices: [...invoices] })),
  }
}

/** The parts of each line: a line is a record that no other of them is around; what is inside it belongs to it. */
function linesOf(parts: readonly (LinePart & { record: string })[]): readonly (readonly LinePart[])[] {
  const records = [...new Set(parts.map(({ record }) => record))]
  const roots = records.filter((record) => !records.some((other) => other !== record && record.startsWith(`${other}/`)))
  return roots.map((root) =>
    parts
      .filter(({ record }) => record === root || record.startsWith(`${root}/`))
      .map(({ record: _, ...part }) => part),
  )
}
