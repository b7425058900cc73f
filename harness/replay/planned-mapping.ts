import type { FieldMapping, MappingRow } from '../model/mapping.ts'
import type { PlanOperation, Transform } from '../model/plan.ts'

/** A row of the mapping as the plan leaves it: which row it was, or behind which it comes. */
export type PlannedRow = Readonly<{ row: MappingRow; was: number | undefined; behind: number; isChanged: boolean }>

/** The mapping as a plan leaves it, and the operations of the plan that no row is about. */
export type PlannedMapping = Readonly<{ rows: readonly PlannedRow[]; outside: readonly PlanOperation[] }>

/** The mapping with what a plan changes, by the operations that change recorded requests. */
export function plannedMapping({ fields }: FieldMapping, plan: readonly PlanOperation[]): PlannedMapping {
  let rows = fields.map((row, index): PlannedRow => ({ row, was: index, behind: index, isChanged: false }))
  const outside: PlanOperation[] = []
  for (const step of plan) {
    const next = withStep(rows, step)
    if (next === undefined) outside.push(step)
    else rows = next
  }
  return { rows, outside }
}

/** The rows after one operation; `undefined` when it is about none of them. */
function withStep(rows: readonly PlannedRow[], step: PlanOperation): PlannedRow[] | undefined {
  if ('drop-field' in step) {
    const { resource, field, direction, after } = step['drop-field']
    const isMeant = (row: MappingRow) => isAbout(row, resource, field) && row.direction === direction
    // What is still read at another stage stays mapped.
    if (after !== undefined || !rows.some(({ row }) => isMeant(row))) return undefined
    return rows.filter(({ row }) => !isMeant(row))
  }
  if ('rename-field' in step) {
    const { resource, field, to } = step['rename-field']
    return changed(rows, resource, field, (row) => ({ ...row, to: { ...row.to, field: to } }))
  }
  if ('move-field' in step) {
    const { resource, field, to } = step['move-field']
    return changed(rows, resource, field, (row) => ({ ...row, to }), 'send')
  }
  if ('map-value' in step) {
    const { resource, field, ...table } = step['map-value']
    return changed(rows, resource, field, (row) => transformed(row, { 'map-value': table }), 'send')
  }
  if ('add-segment' in step) {
    const { resource, field, ...segment } = step['add-segment']
    return changed(rows, resource, field, (row) => transformed(row, { 'add-segment': segment }), 'send')
  }
  if ('add-field' in step) {
    const { resource, field, ...given } = step['add-field']
    const isSent = ({ row }: PlannedRow) => row.direction === 'send' && row.to.resource === resource
    const last = rows.findLastIndex(isSent)
    if (last < 0) return undefined
    const source = rows.find((each) => isSent(each) && each.row.to.field === given.by?.field)?.row
    const row: MappingRow = {
      ...(source?.from === undefined ? {} : { from: source.from }),
      to: { resource, field },
      direction: 'send',
      transform: [{ 'add-field': given }],
      required: true,
    }
    const added = { row, was: undefined, behind: rows[last]?.behind ?? 0, isChanged: true }
    return [...rows.slice(0, last + 1), added, ...rows.slice(last + 1)]
  }
  return undefined
}

function changed(
  rows: readonly PlannedRow[],
  resource: string,
  field: string,
  change: (row: MappingRow) => MappingRow,
  direction?: MappingRow['direction'],
): PlannedRow[] | undefined {
  const isMeant = (row: MappingRow) =>
    isAbout(row, resource, field) && (direction === undefined || row.direction === direction)
  if (!rows.some(({ row }) => isMeant(row))) return undefined
  return rows.map((each) => (isMeant(each.row) ? { ...each, row: change(each.row), isChanged: true } : each))
}

function isAbout({ to }: MappingRow, resource: string, field: string): boolean {
  return to.resource === resource && to.field === field
}

/** A row with one more operation behind those that it has; what it says in words stays. */
function transformed(row: MappingRow, step: Transform): MappingRow {
  const { transform } = row
  const before = transform === undefined ? [] : typeof transform === 'string' ? [transform] : transform
  return { ...row, transform: [...before, step] }
}
