import { tokensOf } from '../../base/pointer.ts'
import type { JsonSchema } from '../../model/schema.ts'
import type { RenameProposal, StructureDifference } from '../../model/structure.ts'
import type { StructureComparison } from './compare.ts'
import { isObject } from './space.ts'

/**
 * Values that the same recorded invoices carry in a field, in the same order on both sides; undefined where nothing is known.
 * They are the strongest evidence: a field that answers what the removed one answered is the removed one.
 */
export type FieldValues = (side: 'old' | 'new', resource: string, pointer: string) => readonly string[] | undefined

/** Below this a proposal would be a guess; the runner-up must be this much weaker. */
const LEAST_SCORE = 0.5
const LEAST_MARGIN = 0.08

type Field = Readonly<{ difference: StructureDifference; name: string; schemas: readonly JsonSchema[] }>

type Candidate = Readonly<{ from: Field; to: Field; score: number; evidence: readonly string[] }>

/** Proposes renames of fields and of values. Each is the best for both of its ends and clearly better than the next one. */
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
    const field = { difference, name, schemas: comparison.schemasOf(index) }
    if (difference.change === 'removed') group.removed.push(field)
    if (difference.change === 'added') group.added.push(field)
  })
  const fields = [...groups.values()].flatMap(({ removed, added }) => bestPairs(removed, added, values))
  return [
    ...fields.map(
      ({ from, to, score, evidence }): RenameProposal => ({
        kind: 'field',
        resource: from.difference.resource,
        direction: from.difference.direction,
        from: from.difference.pointer,
        to: to.difference.pointer,
        oldValue: null,
        newValue: null,
        confidence: Math.round(score * 100),
        evidence,
      }),
    ),
    ...renamedValues(comparison.differences),
  ]
}

function bestPairs(removed: readonly Field[], added: readonly Field[], values: FieldValues): readonly Candidate[] {
  // A group this large is a rebuilt record, and comparing all with all would only produce noise.
  if (removed.length * added.length > 40_000) return []
  const candidates = removed.flatMap((from) => added.map((to) => candidateOf(from, to, values)))
  const byScore = candidates
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort(
      (left, right) =>
        right.score - left.score || order(left.from.name, right.from.name) || order(left.to.name, right.to.name),
    )
  // The best first: what is paired with something better is no rival to what is left.
  const pairs: Candidate[] = []
  const taken = new Set<Field>()
  for (const candidate of byScore) {
    const { from, to } = candidate
    if (taken.has(from) || taken.has(to)) continue
    const isClear = byScore.every(
      (other) =>
        other === candidate ||
        (other.from !== from && other.to !== to) ||
        taken.has(other.from) ||
        taken.has(other.to) ||
        candidate.score - other.score >= LEAST_MARGIN,
    )
    if (!isClear) continue
    pairs.push(candidate)
    taken.add(from)
    taken.add(to)
  }
  return pairs
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function candidateOf(from: Field, to: Field, values: FieldValues): Candidate {
  const evidence: string[] = []
  const shape = shapeLikeness(from.schemas, to.schemas)
  if (shape === 0) return { from, to, score: 0, evidence }
  const name = nameLikeness(from.name, to.name)
  const said = textLikeness(proseOf(from.schemas), proseOf(to.schemas))
  if (name >= 0.4) evidence.push(`the names are alike (${Math.round(name * 100)} %)`)
  if (shape === 1) evidence.push('type, format and limits are the same')
  if (said !== undefined && said >= 0.5) evidence.push(`label and description are alike (${Math.round(said * 100)} %)`)
  const described = said === undefined ? name * 0.75 + shape * 0.2 : name * 0.6 + shape * 0.15 + said * 0.25
  const inside = annotation(from.schemas, 'x-maps-to')
  if (inside !== undefined && inside === annotation(to.schemas, 'x-maps-to')) {
    evidence.push(`both stand for ${inside} inside the ERP`)
    return { from, to, score: Math.min(0.95, 0.7 + described * 0.3), evidence }
  }
  const { resource, pointer } = from.difference
  const before = values('old', resource, pointer)
  const after = values('new', to.difference.resource, to.difference.pointer)
  if (before === undefined || after === undefined || before.length === 0 || before.length !== after.length) {
    return { from, to, score: Math.min(0.95, described), evidence }
  }
  const equal = before.filter((value, index) => value === after[index]).length / before.length
  const isTelling = new Set(before).size > 1
  if (equal === 1) {
    evidence.push(
      `${before.length} recorded invoices carry the same values in both${isTelling ? '' : ', though all of them the same one'}`,
    )
    return { from, to, score: Math.min(0.99, (isTelling ? 0.85 : 0.5) + described * 0.3), evidence }
  }
  evidence.push(
    `${Math.round(equal * before.length)} of ${before.length} recorded invoices carry the same value in both`,
  )
  return { from, to, score: described * equal, evidence }
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
      for (const keyword of ['type', '$ref', 'format', 'maxLength', 'enum', 'x-relation', 'x-scale', 'x-erp-type']) {
        if (schema[keyword] !== undefined) merged[keyword] = schema[keyword]
      }
    }
    return merged
  }
  const one = shape(left)
  const other = shape(right)
  if (JSON.stringify(kindOf(one)) !== JSON.stringify(kindOf(other))) return 0
  const keywords = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  if (keywords.length === 0) return 0.5
  const same = keywords.filter((keyword) => JSON.stringify(one[keyword]) === JSON.stringify(other[keyword]))
  return same.length / keywords.length
}

/** The JSON type without null: what two fields must share to be one. */
function kindOf(shape: Readonly<Record<string, unknown>>): unknown {
  const { type } = shape
  if (Array.isArray(type)) return type.filter((entry) => entry !== 'null').sort()
  return type === undefined ? [] : [type]
}

function proseOf(schemas: readonly JsonSchema[]): string {
  return schemas
    .flatMap((schema) => (isObject(schema) ? [schema['x-title'], schema.description] : []))
    .filter((text) => typeof text === 'string')
    .join(' ')
}

/** Likeness of two names, whatever their spelling: `vendorNumber` and `vendor_no` share a word. */
export function nameLikeness(left: string, right: string): number {
  const [short = '', long = ''] = [plain(left), plain(right)].sort((one, other) => one.length - other.length)
  const isPart = short.length >= 4 && long.includes(short)
  return Math.max(
    dice(bigrams(short), bigrams(long)),
    dice(words(left), words(right)) * 0.95,
    isPart ? 0.7 + (0.3 * short.length) / long.length : 0,
  )
}

function textLikeness(left: string, right: string): number | undefined {
  if (left === '' || right === '') return undefined
  return dice(words(left), words(right))
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function words(text: string): readonly string[] {
  const split = text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return split.filter((word) => word !== '').slice(0, 60)
}

function bigrams(text: string): readonly string[] {
  const pairs: string[] = []
  for (let at = 0; at + 1 < text.length; at += 1) pairs.push(text.slice(at, at + 2))
  return pairs.length === 0 && text !== '' ? [text] : pairs
}

function dice(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return 0
  const counts = new Map<string, number>()
  for (const part of left) counts.set(part, (counts.get(part) ?? 0) + 1)
  let shared = 0
  for (const part of right) {
    const count = counts.get(part) ?? 0
    if (count === 0) continue
    counts.set(part, count - 1)
    shared += 1
  }
  return (2 * shared) / (left.length + right.length)
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
