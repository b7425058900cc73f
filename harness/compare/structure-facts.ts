import type { Difference } from '../model/difference.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { Direction, StructureDifference } from '../model/structure.ts'
import type { StructureFact } from '../ports/check.ts'

/** Who uses a field: invoices by direction, or nobody. */
export type FieldUsers = (direction: Direction, resource: string, field: string) => ReadonlySet<string> | undefined

/** Who sends a record of a resource without a field. */
export type FieldLackers = (resource: string, field: string) => ReadonlySet<string>

/** A literal that the connector searches by. */
export type SearchLiteral = Readonly<{ resource: string; field: string; value: string; invoices: readonly string[] }>

/** Joins what changed in the published schema with who uses it. */
export function structureFacts(
  differences: readonly StructureDifference[],
  usersOf: FieldUsers,
  lackingOf: FieldLackers = () => new Set(),
): readonly StructureFact[] {
  return differences.map((structure) => {
    const field = structure.pointer.split('/')[1] ?? ''
    // What is newly required concerns those who do not send it.
    const isNewDuty = structure.keyword === 'required' && structure.change === 'added' && structure.direction === 'send'
    const invoices = isNewDuty
      ? lackingOf(structure.resource, field)
      : usersOf(structure.direction, structure.resource, field)
    return { structure, difference: differenceOf(structure, [...(invoices ?? [])]) }
  })
}

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
    area: 'structure',
    kind: change === 'removed' ? 'absent' : change === 'added' ? 'extra' : 'coerced',
    class: 'structure',
    // What is gone is refused when it is asked for; everything else is answered, and means something else.
    loudness: change === 'removed' || change === 'narrowed' ? 'loud' : 'silent',
    resource: structure.resource,
    pointer: structure.pointer,
    at: '',
    stage: '',
    baseline: structure.old,
    candidate: structure.new,
    sent: null,
    invoices: [...invoices],
    seenBy: 'gate',
    published: { keyword: structure.keyword, direction: structure.direction, change },
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
