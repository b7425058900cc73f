import type { PlanOperation } from '../model/change.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ErpAdapter, FieldUse } from '../ports/erp.ts'
import { decodeRecording } from './chains.ts'
import { planned } from './plan.ts'

/** What the recorded exports use of an ERP: fields by direction, and listed values, each with the invoices that use it. */
export type Uses = Readonly<{
  /** Invoices that use a field, `undefined` when none does. Fields of look-ups serve every invoice. */
  field: (direction: 'send' | 'read', resource: string, field: string) => ReadonlySet<string> | undefined
  /** Invoices that send a record of a resource without a field, be it one record of many. */
  lacking: (resource: string, field: string) => ReadonlySet<string>
  /** Invoices that name a listed value. */
  value: (resource: string, code: string) => ReadonlySet<string>
  /** Every literal that the connector searches by. */
  literals: readonly Readonly<{ resource: string; field: string; value: string; invoices: readonly string[] }>[]
  /** Whether anything uses a resource, or a field of it, in any direction. */
  touches: (resource: string, field?: string) => boolean
}>

/** Reads from a recording which fields and values it uses, and for which invoices, once the plan is applied. */
export function usesOf(
  recording: SanitizedRecording,
  adapter: ErpAdapter,
  schema: ErpSchema,
  plan: readonly PlanOperation[] = [],
): Uses {
  const { shared, chains, names } = decodeRecording(recording.interactions, adapter, schema)
  const fields = new Map<string, Set<string>>()
  const records: { resource: string; fields: Set<string>; invoices: readonly string[] }[] = []
  const values = new Map<string, Set<string>>()
  const resources = new Set<string>()
  const literals = new Map<string, { resource: string; field: string; value: string; invoices: readonly string[] }>()
  const everyone = chains.map((chain) => chain.key)
  const note = (table: Map<string, Set<string>>, key: string, invoices: readonly string[]) => {
    const known = table.get(key) ?? new Set()
    for (const invoice of invoices) known.add(invoice)
    table.set(key, known)
  }
  for (const [steps, invoices] of [
    [shared, everyone] as const,
    ...chains.map((chain) => [chain.steps, [chain.key]] as const),
  ]) {
    for (const { operation } of steps) {
      if (operation.kind === 'session') continue
      resources.add(operation.resource)
      const places = planned(operation, plan)
      const kept = (use: FieldUse) => !places.has(use.pointer) || places.get(use.pointer) !== undefined
      for (const use of operation.reads.filter(kept)) note(fields, `read ${use.resource} ${use.field}`, invoices)
      const sent = new Map<string, { resource: string; fields: Set<string>; invoices: readonly string[] }>()
      for (const { resource, field, pointer } of operation.sends.filter(kept)) {
        const at = `${resource} ${pointer.slice(0, pointer.lastIndexOf('/'))}`
        const record = sent.get(at) ?? { resource, fields: new Set(), invoices }
        sent.set(at, { ...record, fields: record.fields.add(field) })
      }
      records.push(...sent.values())
      // A literal in a search is sent to the ERP and means what the ERP takes it to mean.
      for (const use of [...operation.sends, ...operation.filters])
        note(fields, `send ${use.resource} ${use.field}`, invoices)
      for (const { resource, field, value: recorded, pointer } of operation.filters.filter(kept)) {
        const value = places.get(pointer) ?? recorded
        if (typeof value === 'string')
          literals.set(`${resource} ${field} ${value}`, { resource, field, value, invoices })
      }
      if (steps === shared) continue
      for (const { resource, id } of operation.references) {
        const name = names.nameOf(resource, id)
        if (name !== undefined) note(values, `${resource} ${name}`, invoices)
      }
      for (const { resource, code } of operation.codes ?? []) note(values, `${resource} ${code}`, invoices)
    }
  }
  return {
    field: (direction, resource, field) => fields.get(`${direction} ${resource} ${field}`),
    lacking: (resource, field) =>
      new Set(
        records
          .filter((record) => record.resource === resource && !record.fields.has(field))
          .flatMap((record) => record.invoices),
      ),
    value: (resource, code) => values.get(`${resource} ${code}`) ?? new Set(),
    literals: [...literals.values()],
    touches: (resource, field) =>
      field === undefined
        ? resources.has(resource) || [...fields.keys()].some((key) => key.split(' ')[1] === resource)
        : fields.has(`read ${resource} ${field}`) || fields.has(`send ${resource} ${field}`),
  }
}
