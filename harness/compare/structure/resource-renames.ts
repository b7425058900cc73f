import { PARAMETERS } from '../../model/schema.ts'
import type { RenameProposal, StructureDifference } from '../../model/structure.ts'
import { bestPairs, type Candidate } from './best-pairs.ts'
import type { StructureComparison } from './compare.ts'
import { declaredNames } from './keywords.ts'
import { nameLikeness, plain, textLikeness } from './likeness.ts'
import { type FieldTypes, fieldTypes, flatOf, sharedFields } from './record-look.ts'
import { type FieldValues, valuesAlike } from './recorded-values.ts'
import type { Side } from './space.ts'

/** A resource that only one release has, with the parameters of an operation, which are a resource beside it. */
type Resource = Readonly<{
  name: string
  title: string
  /** The differences that it is made of, by what they are about: the direction, and whether of its parameters. */
  parts: ReadonlyMap<string, StructureDifference>
  /** Its fields and those of the records in it, one more level down, whether they are sent or read; parameters apart. */
  fields: FieldTypes
  /** The fields that can be read of it, as they are written. */
  names: ReadonlySet<string>
}>

/** More pairs than this are a rebuilt API. */
const MOST_PAIRS = 250_000

/** Fewer fields than this in common are no proof by themselves: many lists have an id, a code and a name. */
const TELLING_FIELDS = 8

/** Proposes which removed resources, or operations, an added one may be. */
export function renamedResources(comparison: StructureComparison, values: FieldValues): readonly RenameProposal[] {
  const [removed, added] = [onlyIn('old', comparison), onlyIn('new', comparison)]
  if (removed.size * added.size > MOST_PAIRS || removed.size === 0 || added.size === 0) return []
  const from = [...removed].map(([name, parts]) => resourceOf('old', name, parts, comparison))
  const to = [...added].map(([name, parts]) => resourceOf('new', name, parts, comparison))
  const frequency = new Map<string, number>()
  for (const { fields } of [...from, ...to]) {
    for (const field of fields.keys()) frequency.set(field, (frequency.get(field) ?? 0) + 1)
  }
  // What stands in one of each says most; what every list has says nothing of any.
  const weightOf = (field: string) => 1 / Math.max(1, (frequency.get(field) ?? 1) - 1)
  const candidates = from.flatMap((one) =>
    to.flatMap((other) => {
      const candidate = candidateOf(one, other, weightOf, values)
      return candidate === undefined ? [] : [candidate]
    }),
  )
  return bestPairs(candidates).flatMap(({ from: one, to: other, score, evidence }) =>
    [...one.parts].flatMap(([part, difference]): readonly RenameProposal[] => {
      const counterpart = other.parts.get(part)
      if (counterpart === undefined) return []
      return [
        {
          kind: 'resource',
          resource: difference.resource,
          direction: difference.direction,
          from: difference.resource,
          to: counterpart.resource,
          toResource: counterpart.resource,
          oldValue: null,
          newValue: null,
          confidence: Math.round(score * 100),
          evidence,
        },
      ]
    }),
  )
}

/** The differences of resources that one release has and the other has not, by the name of the operation. */
function onlyIn(side: Side, comparison: StructureComparison): ReadonlyMap<string, Map<string, StructureDifference>> {
  const change = side === 'old' ? 'removed' : 'added'
  const found = new Map<string, Map<string, StructureDifference>>()
  for (const difference of comparison.differences) {
    if (difference.keyword !== 'resource' || difference.change !== change) continue
    const isOfParameters = difference.resource.endsWith(PARAMETERS)
    const name = isOfParameters ? difference.resource.slice(0, -PARAMETERS.length) : difference.resource
    // An operation that only lost its parameters is still there.
    if (comparison.resource(side === 'old' ? 'new' : 'old', name) !== undefined) continue
    const parts = found.get(name) ?? new Map()
    found.set(name, parts.set(`${isOfParameters ? PARAMETERS : ''}${difference.direction}`, difference))
  }
  return found
}

function resourceOf(
  side: Side,
  name: string,
  parts: ReadonlyMap<string, StructureDifference>,
  comparison: StructureComparison,
): Resource {
  const fields = new Map<string, string>()
  let names: ReadonlySet<string> = new Set()
  for (const { resource, direction } of parts.values()) {
    const schema = comparison.resource(side, resource)?.[direction]
    if (schema === undefined) continue
    const flat = flatOf(comparison.flat, side, [schema])
    const prefix = resource === name ? '' : PARAMETERS
    for (const [field, types] of fieldTypes(comparison.flat, flat, 2)) fields.set(`${prefix}${field}`, types)
    if (direction === 'read') names = declaredNames(flat)
  }
  return { name, title: comparison.resource(side, name)?.title ?? '', parts, fields, names }
}

function candidateOf(
  from: Resource,
  to: Resource,
  weightOf: (field: string) => number,
  values: FieldValues,
): Candidate<Resource> | undefined {
  if (![...from.parts.keys()].some((part) => to.parts.has(part))) return undefined
  const evidence: string[] = []
  const name = namesAlike(from.name, to.name, evidence)
  const areKnown = from.fields.size > 0 && to.fields.size > 0
  const { share, common, weight, gone, added } = sharedFields(from.fields, to.fields, weightOf)
  // Two records without a field in common are not one, whatever they are called.
  if (areKnown && common === 0) return undefined
  if (areKnown) evidence.push(`of its fields ${common} are the same, ${gone} gone, ${added} new`)
  const said = textLikeness(from.title, to.title) ?? 0
  if (said >= 0.5) evidence.push(`the titles are alike (${Math.round(said * 100)} %)`)
  const named = areKnown ? name * 0.65 + share * 0.35 : name * 0.75
  // A record that is made alike may have quite another name.
  const made = share * 0.75 * Math.min(1, weight / TELLING_FIELDS)
  const described = Math.min(0.95, Math.max(named, made) + said * 0.1)
  const alike = valuesOfBoth(from, to, values)
  if (alike === undefined) return { from, to, score: described, evidence }
  const { equal, of, isTelling } = alike
  if (equal === of) {
    evidence.push(
      `${of} recorded values are the same in both${isTelling ? '' : ', though no field has two different ones'}`,
    )
    return { from, to, score: Math.min(0.99, (isTelling ? 0.85 : 0.5) + described * 0.3), evidence }
  }
  evidence.push(`${equal} of ${of} recorded values are the same in both`)
  return { from, to, score: (described * equal) / of, evidence }
}

/** What the recorded invoices carry in the fields that two resources share. */
function valuesOfBoth(from: Resource, to: Resource, values: FieldValues): ReturnType<typeof valuesAlike> {
  let [equal, of, isTelling] = [0, 0, false]
  for (const field of from.names) {
    if (!to.names.has(field)) continue
    const alike = valuesAlike(values('old', from.name, `/${field}`), values('new', to.name, `/${field}`))
    if (alike === undefined) continue
    equal += alike.equal
    of += alike.of
    isTelling ||= alike.isTelling
  }
  return of === 0 ? undefined : { equal, of, isTelling }
}

/** Likeness of the names of two resources: of operations, what is left where their paths part. */
function namesAlike(left: string, right: string, evidence: string[]): number {
  const [one, other] = [operationOf(left), operationOf(right)]
  if (one === undefined || other === undefined) {
    const likeness = singular(left) === singular(right) ? 0.97 : nameLikeness(left, right)
    if (likeness >= 0.4) evidence.push(`the names are alike (${Math.round(likeness * 100)} %)`)
    return likeness
  }
  const { likeness, common } = pathsAlike(one.path, other.path)
  if (likeness >= 0.4) evidence.push(`the paths are alike (${Math.round(likeness * 100)} %)`)
  if (common !== '' && likeness < 1) evidence.push(`both stand below ${common}`)
  if (one.method === other.method) return likeness
  evidence.push(`the method was ${one.method} and is ${other.method}`)
  return likeness * 0.8
}

function operationOf(name: string): Readonly<{ method: string; path: readonly string[] }> | undefined {
  const [method, path, ...others] = name.split(' ')
  if (method === undefined || path === undefined || others.length > 0 || !/^[A-Z]+$/.test(method)) return undefined
  return path.startsWith('/') ? { method, path: path.split('/').filter((segment) => segment !== '') } : undefined
}

/** A release in a path is no part of the name, and neither is what a parameter is called. */
function segmentsOf(path: readonly string[]): readonly string[] {
  return path
    .filter((segment) => !/^v?\d+(\.\d+)*$/.test(segment))
    .map((segment) => (/^\{.*\}$/.test(segment) ? '{}' : segment))
}

function pathsAlike(left: readonly string[], right: readonly string[]): Readonly<{ likeness: number; common: string }> {
  const [one, other] = [[...segmentsOf(left)], [...segmentsOf(right)]]
  const common: string[] = []
  while (one.length > 0 && one[0] === other[0]) {
    common.push(`/${one.shift()}`)
    other.shift()
  }
  while (one.length > 0 && one.at(-1) === other.at(-1)) {
    one.pop()
    other.pop()
  }
  const parameters = (segments: readonly string[]) => segments.filter((segment) => segment === '{}').length
  const likeness = (): number => {
    if (one.length === 0 && other.length === 0) return 1
    // One more segment may be a new home, or quite another thing below the same.
    if (one.length === 0 || other.length === 0) return 0.6
    const [before, after] = [one.join('/'), other.join('/')]
    return singular(before) === singular(after) ? 0.97 : nameLikeness(before, after)
  }
  const isAlikeAddressed = parameters(one) === parameters(other)
  return { likeness: likeness() * (isAlikeAddressed ? 1 : 0.5), common: common.join('') }
}

/** A name without its spelling and without the ending of its plural. */
function singular(name: string): string {
  return plain(name)
    .replace(/ies$/, 'y')
    .replace(/(?<!s)s$/, '')
}
