import { tokensOf } from '../../base/pointer.ts'
import type { JsonSchema } from '../../model/schema.ts'
import type { RenameProposal, StructureDifference } from '../../model/structure.ts'
import { bestPairs, type Candidate, LEAST_MARGIN, order } from './best-pairs.ts'
import type { StructureComparison } from './compare.ts'
import { nameLikeness, plain, textLikeness, words } from './likeness.ts'
import { movedFields } from './moves.ts'
import { type FieldTypes, fieldTypes, flatOf, sharedFields, typesOf } from './record-look.ts'
import { type FieldValues, valuesAlike } from './recorded-values.ts'
import { renamedResources } from './resource-renames.ts'
import { isObject, type Side } from './space.ts'

type Field = Readonly<{ difference: StructureDifference; name: string; look: Look }>

/** What tells a field from others besides its name. */
type Look = Readonly<{
  /** The schemas that it is made of, those behind references included. */
  sources: readonly JsonSchema[]
  types: readonly string[]
  /** The fields of the record that it is, or of the rows of the list. */
  fields: FieldTypes
}>

/** Proposes renames of resources, of fields and of values, and moves of fields to another record. Each is the best for both of its ends and clearly better than the next one. */
export function proposeRenames(
  comparison: StructureComparison,
  values: FieldValues = () => undefined,
): readonly RenameProposal[] {
  const groups = new Map<string, { removed: Field[]; added: Field[] }>()
  comparison.differences.forEach((difference, index) => {
    if (difference.keyword !== 'property') return
    const tokens = tokensOf(difference.pointer)
    const name = tokens.at(-1)
    if (name === undefined) return
    const parent = JSON.stringify([difference.resource, difference.direction, tokens.slice(0, -1), difference.shared])
    const group = groups.get(parent) ?? { removed: [], added: [] }
    groups.set(parent, group)
    const side = difference.change === 'removed' ? 'old' : 'new'
    let look: Look | undefined
    const field: Field = {
      difference,
      name,
      get look() {
        look ??= lookOf(comparison, side, comparison.schemasOf(index))
        return look
      },
    }
    if (difference.change === 'removed') group.removed.push(field)
    if (difference.change === 'added') group.added.push(field)
  })
  const renamed = [...groups.values()].flatMap(({ removed, added }) => renamedFields(removed, added, values))
  const known = new Set(renamed.flatMap(({ from, to }) => [from, to]))
  const rest = [...groups.values()].flatMap(({ removed, added }) => [...removed, ...added])
  const moved = movedFields(
    rest.filter((field) => !known.has(field)),
    (from, to) => candidateOf(from, to, values),
  )
  return [
    ...renamedResources(comparison, values),
    ...[...renamed, ...moved].map(({ from, to, score, evidence }): RenameProposal => {
      const [{ resource, direction, pointer }, target] = [from.difference, to.difference]
      return {
        kind: target.resource === resource ? 'field' : 'move',
        resource,
        direction,
        from: pointer,
        to: target.pointer,
        toResource: target.resource,
        oldValue: null,
        newValue: null,
        confidence: Math.round(score * 100),
        evidence,
      }
    }),
    ...renamedValues(comparison.differences),
  ]
}

function renamedFields(
  removed: readonly Field[],
  added: readonly Field[],
  values: FieldValues,
): readonly Candidate<Field>[] {
  // A group this large is a rebuilt record, and comparing all with all would only produce noise.
  if (removed.length * added.length > 40_000) return []
  return bestPairs(removed.flatMap((from) => added.map((to) => candidateOf(from, to, values))))
}

function lookOf(comparison: StructureComparison, side: Side, schemas: readonly JsonSchema[]): Look {
  const flat = flatOf(comparison.flat, side, schemas)
  const isRecord = flat.members.length > 0 || flat.items.length > 0
  return {
    sources: flat.sources,
    types: typesOf(flat),
    fields: isRecord ? fieldTypes(comparison.flat, flat, 1) : NO_FIELDS,
  }
}

const NO_FIELDS: FieldTypes = new Map()

function candidateOf(from: Field, to: Field, values: FieldValues): Candidate<Field> {
  const evidence: string[] = []
  const [{ sources: before, fields }, { sources: after, fields: others }] = [from.look, to.look]
  if (from.look.types.join() !== to.look.types.join()) return { from, to, score: 0, evidence }
  const shared = sharedFields(fields, others)
  // Records that are made the same say no more of each other than two texts do: in some APIs every value is one.
  const isRecord = fields.size > 0 && others.size > 0 && shared.gone + shared.added > 0
  const described = isRecord ? describedRecord(from, to, shared, evidence) : describedValue(from, to, evidence)
  const inside = annotation(before, 'x-maps-to')
  if (inside !== undefined && inside === annotation(after, 'x-maps-to')) {
    evidence.push(`both stand for ${inside} inside the ERP`)
    return { from, to, score: Math.min(0.95, 0.7 + described * 0.3), evidence }
  }
  const { resource, pointer } = from.difference
  const alike = valuesAlike(
    values('old', resource, pointer),
    values('new', to.difference.resource, to.difference.pointer),
  )
  if (alike === undefined) return { from, to, score: Math.min(0.95, described), evidence }
  const { equal, of, isTelling } = alike
  if (equal === of) {
    evidence.push(
      `${of} recorded invoices carry the same values in both${isTelling ? '' : ', though all of them the same one'}`,
    )
    return { from, to, score: Math.min(0.99, (isTelling ? 0.85 : 0.5) + described * 0.3), evidence }
  }
  evidence.push(`${equal} of ${of} recorded invoices carry the same value in both`)
  return { from, to, score: (described * equal) / of, evidence }
}

/** How much a value looks like another one, by its name, its type and what is said about it. */
function describedValue(from: Field, to: Field, evidence: string[]): number {
  const shape = shapeLikeness(from.look.sources, to.look.sources)
  const name = nameLikeness(from.name, to.name)
  if (name >= 0.4) evidence.push(`the names are alike (${Math.round(name * 100)} %)`)
  if (shape === 1) evidence.push('type, format and limits are the same')
  const said = saidAlike(from, to, evidence)
  return said === undefined ? name * 0.75 + shape * 0.2 : name * 0.6 + shape * 0.15 + said * 0.25
}

/** The same of a record, or of a list of records, wherever it is declared: what is in it says more than its type. */
function describedRecord(
  from: Field,
  to: Field,
  { share, common, gone, added }: ReturnType<typeof sharedFields>,
  evidence: string[],
): number {
  const isNamed = isSpokenOf(to.name, from) || isSpokenOf(from.name, to)
  const name = Math.max(nameLikeness(from.name, to.name), isNamed ? 0.7 : 0)
  if (isNamed) evidence.push('the description of the one has the name of the other')
  else if (name >= 0.4) evidence.push(`the names are alike (${Math.round(name * 100)} %)`)
  // Two records with hardly a field in common are not one, whatever they are called.
  if (common < 2) return 0
  evidence.push(`of its fields ${common} are the same, ${gone} gone, ${added} new`)
  const said = saidAlike(from, to, evidence)
  return said === undefined ? name * 0.55 + share * 0.4 : name * 0.45 + share * 0.35 + said * 0.2
}

function saidAlike(from: Field, to: Field, evidence: string[]): number | undefined {
  const said = textLikeness(proseOf(from.look.sources), proseOf(to.look.sources))
  if (said !== undefined && said >= 0.5) evidence.push(`label and description are alike (${Math.round(said * 100)} %)`)
  return said
}

/** Whether the label or description of a field has a name in it, other than by chance. */
function isSpokenOf(name: string, { look }: Field): boolean {
  return name.length >= 5 && words(proseOf(look.sources)).includes(plain(name))
}

function annotation(schemas: readonly JsonSchema[], keyword: string): string | undefined {
  const values = schemas.map((schema) => (isObject(schema) ? schema[keyword] : undefined))
  return values.find((value) => typeof value === 'string')
}

function shapeLikeness(left: readonly JsonSchema[], right: readonly JsonSchema[]): number {
  const shape = (schemas: readonly JsonSchema[]) => {
    const merged: Record<string, unknown> = {}
    for (const schema of schemas) {
      if (!isObject(schema)) continue
      for (const keyword of ['type', 'format', 'maxLength', 'enum', 'x-relation', 'x-scale', 'x-erp-type']) {
        if (schema[keyword] !== undefined) merged[keyword] = schema[keyword]
      }
    }
    return merged
  }
  const one = shape(left)
  const other = shape(right)
  const keywords = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  if (keywords.length === 0) return 0.5
  const same = keywords.filter((keyword) => JSON.stringify(one[keyword]) === JSON.stringify(other[keyword]))
  return same.length / keywords.length
}

function proseOf(schemas: readonly JsonSchema[]): string {
  return schemas
    .flatMap((schema) => (isObject(schema) ? [schema['x-title'], schema.description] : []))
    .filter((text) => typeof text === 'string')
    .join(' ')
}

/** Values of one list of which some are gone and some are new. */
function renamedValues(differences: readonly StructureDifference[]): readonly RenameProposal[] {
  const gone = differences.filter(({ keyword, change }) => keyword === 'enum' && change === 'narrowed')
  return gone.flatMap((removed) => {
    const added = differences.find(
      (other) =>
        other.keyword === 'enum' &&
        other.change === 'widened' &&
        other.resource === removed.resource &&
        other.direction === removed.direction &&
        other.schemaPointer === removed.schemaPointer,
    )
    if (added === undefined) return []
    const before = listOf(removed.old)
    const after = listOf(added.new)
    if (before.length * after.length > 40_000) return []
    return before.flatMap((oldValue): RenameProposal[] => {
      const scored = after
        .map((newValue) => ({ newValue, score: nameLikeness(oldValue, newValue) }))
        .sort((left, right) => right.score - left.score || order(left.newValue, right.newValue))
      const [best, second] = scored
      if (best === undefined || best.score < 0.5 || best.score - (second?.score ?? 0) < LEAST_MARGIN) return []
      const rival = Math.max(
        0,
        ...before.filter((value) => value !== oldValue).map((value) => nameLikeness(value, best.newValue)),
      )
      if (best.score - rival < LEAST_MARGIN) return []
      const { resource, direction, pointer } = removed
      const isLone = before.length === 1 && after.length === 1
      return [
        {
          kind: 'value',
          resource,
          direction,
          from: pointer,
          to: pointer,
          toResource: resource,
          oldValue,
          newValue: best.newValue,
          confidence: Math.round(Math.min(0.95, best.score * 0.8 + (isLone ? 0.15 : 0)) * 100),
          evidence: [
            `the values are alike (${Math.round(best.score * 100)} %)`,
            ...(isLone ? ['it is the only value that is gone, and the other the only new one'] : []),
          ],
        },
      ]
    })
  })
}

function listOf(text: string | null): readonly string[] {
  if (text === null) return []
  try {
    const values: unknown = JSON.parse(text)
    return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
  } catch {
    return []
  }
}
