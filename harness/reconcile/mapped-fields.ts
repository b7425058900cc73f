import type { MappedField, MappedState } from '../model/assessment.ts'
import type { Finding } from '../model/finding.ts'
import { type FieldMapping, type MappingRow, operationsOf, sourceOf } from '../model/mapping.ts'
import type { MappingFact } from '../ports/mapping-fact.ts'
import { planSentence } from './plan-sentence.ts'

type Found = Pick<Finding, 'fingerprint' | 'severity' | 'area' | 'resource' | 'pointer'>

/** What a release makes of a mapping: what the comparison found on its rows, and what people are told of it. */
export type Met = Readonly<{ facts: readonly MappingFact[]; findings: readonly Found[] }>

/** What the rows of a mapping are told by. */
export type MappedOptions = Readonly<{
  mapping: FieldMapping
  asIs: Met
  /** The rows as the plan leaves them, which row each was, and what they met; absent where no plan was replayed. */
  withPlan: (Readonly<{ rows: readonly PlannedRow[] }> & Met) | undefined
  /** How many recorded invoices exercise a row. */
  invoicesOf: (row: MappingRow) => number
}>

type PlannedRow = Readonly<{ row: MappingRow; was: number | undefined; isChanged: boolean }>

const STATES: Readonly<Record<MappingFact['about'], MappedState>> = {
  gone: 'gone',
  retyped: 'retyped',
  unmapped: 'not-fed',
  'value-gone': 'value-gone',
  twice: 'fed-twice',
  'too-long': 'too-long',
}

/** Every row of the mapping with what the change does to it, as it is and with the plan; then what no row feeds. */
export function mappedFields({ mapping, asIs, withPlan, invoicesOf }: MappedOptions): readonly MappedField[] {
  const planned = (was: number | undefined) => withPlan?.rows.find((each) => each.was === was)
  const own = mapping.fields.map((row, index): MappedField => {
    const after = planned(index)
    return {
      ...wordsOf(row),
      invoices: invoicesOf(row),
      state: stateOf(row, asIs),
      findings: findingsOf(row, asIs).map(({ fingerprint }) => fingerprint),
      plan: withPlan === undefined ? null : planOf(row, after, withPlan),
    }
  })
  const added = (withPlan?.rows ?? []).flatMap((each): readonly MappedField[] =>
    each.was !== undefined || withPlan === undefined
      ? []
      : [
          {
            ...wordsOf(each.row),
            invoices: 0,
            state: null,
            findings: [],
            plan: { row: 'added', to: targetOf(each.row), state: stateOf(each.row, withPlan) },
          },
        ],
  )
  const isFed = ({ resource, field }: MappedField) =>
    added.some((row) => row.resource === resource && row.field === field)
  return [...own, ...unfed(asIs, withPlan !== undefined).filter((row) => !isFed(row)), ...added]
}

/** Fields that the release requires and that no row feeds. */
function unfed({ facts, findings }: Met, hasPlan: boolean): readonly MappedField[] {
  return facts
    .filter(({ about }) => about === 'unmapped')
    .map(({ difference }): MappedField => {
      const row: MappingRow = {
        to: { resource: difference.resource, field: difference.pointer.slice(1) },
        direction: 'send',
        required: true,
      }
      const found = findingsOf(row, { facts, findings })
      return {
        ...wordsOf(row),
        from: 'no row feeds it',
        invoices: difference.invoices.length,
        state: 'not-fed',
        findings: found.map(({ fingerprint }) => fingerprint),
        plan: hasPlan ? { row: 'kept', to: targetOf(row), state: 'not-fed' } : null,
      }
    })
}

function planOf(row: MappingRow, after: PlannedRow | undefined, met: Met): NonNullable<MappedField['plan']> {
  if (after === undefined) return { row: 'dropped', to: targetOf(row), state: null }
  return { row: after.isChanged ? 'changed' : 'kept', to: targetOf(after.row), state: stateOf(after.row, met) }
}

/** What is worst about a row: what the mapping itself met, else that somebody finds fault with the field. */
function stateOf(row: MappingRow, met: Met): MappedState {
  const own = met.facts.find(
    ({ from, difference }) =>
      from === sourceOf(row) &&
      difference.resource === row.to.resource &&
      difference.pointer === `/${row.to.field}` &&
      isLoudAs(row, difference.loudness),
  )
  if (own !== undefined) return STATES[own.about]
  return findingsOf(row, met).length > 0 ? 'touched' : 'unaffected'
}

/** A fact about a row that is sent is loud, one about a row that is read silent. */
function isLoudAs({ direction }: MappingRow, loudness: Finding['loudness']): boolean {
  return (direction === 'send') === (loudness === 'loud')
}

/** Findings of weight about the field that a row feeds or is fed by, or about a value of its list. */
function findingsOf({ to, list }: MappingRow, { findings }: Met): readonly Found[] {
  return findings.filter(
    ({ severity, area, resource, pointer }) =>
      severity !== 'info' &&
      ((resource === to.resource && (pointer === `/${to.field}` || pointer.startsWith(`/${to.field}/`))) ||
        (area === 'values' && resource === list)),
  )
}

function targetOf({ to }: MappingRow): string {
  return `${to.resource} ${to.field}`
}

function wordsOf(row: MappingRow) {
  const { to, direction, transform, list, required } = row
  const { resource, field, record } = to
  const said = transform === undefined ? [] : typeof transform === 'string' ? [transform] : transform
  const operations = operationsOf(transform)
  return {
    from: sourceOf(row),
    direction,
    resource,
    field,
    record: record ?? null,
    transform: [
      ...said.filter((step) => typeof step === 'string'),
      ...operations.map((step) => planSentence(inField(step, resource, field))),
    ],
    list: list ?? null,
    required,
  }
}

function inField(step: ReturnType<typeof operationsOf>[number], resource: string, field: string) {
  if ('map-value' in step) return { 'map-value': { resource, field, ...step['map-value'] } }
  if ('add-field' in step) return { 'add-field': { resource, field, ...step['add-field'] } }
  return { 'add-segment': { resource, field, ...step['add-segment'] } }
}
