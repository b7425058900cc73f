import type { Difference } from '../model/difference.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { Direction, RenameProposal, SecondOpinionSummary, StructureDifference } from '../model/structure.ts'
import type { OpinionFact, RenameFact, StructureFact } from '../ports/check.ts'
import type { StructureComparison } from './structure/compare.ts'

/** What the recorded exports use of the published schema. */
export type StructureUses = Readonly<{
  /** Invoices that use a field, or nobody. */
  field: (direction: Direction, resource: string, field: string) => ReadonlySet<string> | undefined
  /** Who sends a record of a resource without a field. */
  lacking: (resource: string, field: string) => ReadonlySet<string>
  /** Who calls an operation and sends nothing with it. */
  withoutBody: (resource: string) => ReadonlySet<string>
  /** Every field that anything uses. */
  places: readonly Readonly<{ direction: Direction; resource: string; field: string }>[]
  /** Every literal that the connector searches by. */
  literals: readonly SearchLiteral[]
}>

/** A literal that the connector searches by. */
export type SearchLiteral = Readonly<{ resource: string; field: string; value: string; invoices: readonly string[] }>

/**
 * Joins what changed in the published schema with who uses it. A change is told at one resource, and met by every resource
 * that shares the schema.
 */
export function structureFacts(
  comparison: Pick<StructureComparison, 'differences' | 'at'>,
  uses: StructureUses,
): readonly StructureFact[] {
  const { differences, at } = comparison
  const invoices = differences.map(() => new Set<string>())
  const note = (index: number, users: Iterable<string> | undefined) => {
    for (const user of users ?? []) invoices[index]?.add(user)
  }
  for (const { direction, resource, field } of uses.places) {
    for (const index of at(resource, direction, field.split('.'))) {
      const structure = differences[index]
      if (structure !== undefined && !isNewDuty(structure)) note(index, uses.field(direction, resource, field))
    }
  }
  for (const resource of new Set(
    uses.places.filter(({ direction }) => direction === 'send').map((place) => place.resource),
  )) {
    for (const index of at(resource, 'send', [])) {
      const structure = differences[index]
      if (structure !== undefined && isNewDuty(structure)) note(index, uses.lacking(resource, fieldOf(structure)))
    }
  }
  return differences.map((structure, index) => {
    const { direction, resource } = structure
    const field = fieldOf(structure)
    if (structure.keyword === 'body') note(index, uses.withoutBody(resource))
    else note(index, isNewDuty(structure) ? uses.lacking(resource, field) : uses.field(direction, resource, field))
    return { structure, difference: differenceOf(structure, [...(invoices[index] ?? [])]) }
  })
}

/** What is newly required concerns those who do not send it. */
function isNewDuty({ keyword, change, direction }: StructureDifference): boolean {
  return keyword === 'required' && change === 'added' && direction === 'send'
}

function fieldOf({ pointer }: Pick<StructureDifference, 'pointer'>): string {
  return pointer.split('/')[1] ?? ''
}

/** Joins what may have another name with the invoices that use the old one. */
export function renameFacts(proposals: readonly RenameProposal[], uses: StructureUses): readonly RenameFact[] {
  return proposals.map((proposal) => {
    const { kind, resource, from, to, oldValue, newValue } = proposal
    const listed = (value: string) => JSON.stringify([value])
    const named = (name: string) => (kind === 'resource' ? name : name.slice(1))
    const difference: Difference = {
      ...PUBLISHED,
      kind: 'coerced',
      loudness: 'loud',
      resource,
      pointer: kind === 'resource' ? '' : from,
      baseline: oldValue === null ? named(from) : listed(oldValue),
      candidate: newValue === null ? named(to) : listed(newValue),
      invoices: [...(usersOfOld(proposal, uses) ?? [])],
    }
    return { proposal, difference }
  })
}

/** Who uses the old resource, the old field, or the old value where it is known which values are searched for. */
function usersOfOld(proposal: RenameProposal, uses: StructureUses): Iterable<string> | undefined {
  const { kind, direction, resource, oldValue } = proposal
  if (kind === 'resource') {
    const places = uses.places.filter((place) => place.resource === resource && place.direction === direction)
    return new Set(places.flatMap(({ field }) => [...(uses.field(direction, resource, field) ?? [])]))
  }
  const name = fieldOf({ pointer: proposal.from })
  const searched = uses.literals.filter((literal) => literal.resource === resource && literal.field === name)
  if (oldValue === null || searched.length === 0) return uses.field(direction, resource, name)
  return new Set(searched.filter(({ value }) => value === oldValue).flatMap(({ invoices }) => invoices))
}

/** Where a second engine disagrees, with the invoices that use the place. */
export function opinionFacts(summary: SecondOpinionSummary, uses: StructureUses): readonly OpinionFact[] {
  return summary.disagreed.map(({ resource, direction, pointer, ours, theirs }) => ({
    engine: summary.engine,
    difference: {
      ...PUBLISHED,
      kind: 'coerced',
      loudness: 'silent',
      resource,
      pointer,
      baseline: ours,
      candidate: theirs,
      invoices: [...(uses.field(direction, resource, fieldOf({ pointer })) ?? [])],
    },
  }))
}

const PUBLISHED = { area: 'structure', class: 'structure', at: '', stage: '', sent: null, seenBy: 'gate' } as const

/**
 * Literals in searches that the baseline publishes as a value of the field and the candidate does not: the search is
 * answered without an error and means something else.
 */
export function lostSearchValues(
  literals: readonly SearchLiteral[],
  baseline: ErpSchema,
  candidate: ErpSchema,
): readonly Difference[] {
  return literals.flatMap(({ resource, field, value, invoices }) => {
    const [before, now] = [baseline, candidate].map((schema) => valuesOf(schema, resource, field))
    if (before === undefined || now === undefined || !before.includes(value) || now.includes(value)) return []
    return [
      {
        area: 'structure',
        kind: 'absent',
        class: 'coding',
        loudness: 'silent',
        resource,
        pointer: `/${field}`,
        at: '',
        stage: '',
        baseline: value,
        candidate: null,
        sent: value,
        invoices: [...invoices],
        seenBy: 'connector',
      },
    ]
  })
}

function differenceOf(structure: StructureDifference, invoices: readonly string[]): Difference {
  const { change } = structure
  return {
    ...PUBLISHED,
    kind: change === 'removed' ? 'absent' : change === 'added' ? 'extra' : 'coerced',
    // What is gone is refused when it is asked for; everything else is answered, and means something else.
    loudness: change === 'removed' || change === 'narrowed' ? 'loud' : 'silent',
    resource: structure.resource,
    pointer: structure.pointer,
    baseline: structure.old,
    candidate: structure.new,
    invoices: [...invoices],
  }
}

function valuesOf(schema: ErpSchema, resource: string, field: string): readonly unknown[] | undefined {
  const read = schema.resources[resource]?.read
  const properties: unknown = typeof read === 'object' ? read.properties : undefined
  const property: unknown =
    typeof properties === 'object' && properties !== null ? Reflect.get(properties, field) : undefined
  const values: unknown = typeof property === 'object' && property !== null ? Reflect.get(property, 'enum') : undefined
  return Array.isArray(values) ? values : undefined
}
