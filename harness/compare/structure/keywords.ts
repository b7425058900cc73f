import type { JsonSchema } from '../../model/schema.ts'
import type { StructureChange } from '../../model/structure.ts'
import { type Bound, type Flat, isClosedByDefault, LIMITS, memberSchemas } from './flat.ts'
import { dataText, isObject, type JsonType } from './space.ts'

/** What a change does to the set of documents that are accepted; `unclear` when the keyword alone does not tell, `none` when nothing. */
export type Reach = 'narrower' | 'wider' | 'both' | 'unclear' | 'none'

/** A change at one keyword, before it is known in which direction the schema is used. */
export type KeywordChange = Readonly<{
  /** Name of the member that it is about, or nothing when it is about the value itself. */
  member: string | undefined
  keyword: string
  change: StructureChange
  reach: Reach
  old: string | null
  new: string | null
  /** Id of the rule that saw it; the words and the effect follow from it. */
  rule: RuleId
}>

export type RuleId =
  | 'field-removed'
  | 'field-added'
  | 'field-became-read-only'
  | 'field-became-writable'
  | 'undeclared-members'
  | 'undeclared-members-said'
  | 'required-added'
  | 'required-removed'
  | 'type'
  | 'null-added'
  | 'null-removed'
  | 'value-added'
  | 'value-removed'
  | 'limit'
  | 'pattern'
  | 'format'
  | 'rule'
  | 'combinator'
  | 'default'
  | 'deprecated'
  | 'relation'
  | 'maps-to'
  | 'scale'
  | 'condition'
  | 'create-only'
  | 'read-only'
  | 'publisher-type'
  | 'annotation'

/** All changes between two flats that stand at the same place, those of their members and items aside. */
export function keywordChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  return [
    ...typeChanges(old, next),
    ...valueChanges(old, next),
    ...numberChanges(old, next),
    ...limitChanges(old, next),
    ...textChanges(old, next),
    ...memberChanges(old, next),
    ...wholeChanges(old, next),
    ...annotationChanges(old, next),
  ]
}

function changeOf(
  keyword: string,
  rule: RuleId,
  change: StructureChange,
  reach: Reach,
  old: unknown,
  next: unknown,
  member?: string,
): KeywordChange {
  return { member, keyword, rule, change, reach, old: textOf(old), new: textOf(next) }
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null
  const text = dataText(value, false)
  return text.length > 400 ? `${text.slice(0, 399)}…` : text
}

function typeChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  if (old.never !== next.never) {
    const change = next.never ? 'narrowed' : 'widened'
    return [changeOf('schema', 'type', change, next.never ? 'narrower' : 'wider', !old.never, !next.never)]
  }
  const before = effectiveTypes(old)
  const after = effectiveTypes(next)
  const isLost = (type: JsonType) => !(after.has(type) || (type === 'integer' && after.has('number')))
  const isNew = (type: JsonType) => !(before.has(type) || (type === 'integer' && before.has('number')))
  const lost = [...before].filter(isLost)
  const gained = [...after].filter(isNew)
  const changes: KeywordChange[] = []
  if (lost.includes('null')) changes.push(changeOf('null', 'null-removed', 'narrowed', 'narrower', true, false))
  if (gained.includes('null')) changes.push(changeOf('null', 'null-added', 'widened', 'wider', false, true))
  const otherLost = lost.filter((type) => type !== 'null')
  const otherGained = gained.filter((type) => type !== 'null')
  if (otherLost.length === 0 && otherGained.length === 0) return changes
  const reach = otherGained.length === 0 ? 'narrower' : otherLost.length === 0 ? 'wider' : 'both'
  const change = reach === 'narrower' ? 'narrowed' : reach === 'wider' ? 'widened' : 'altered'
  return [...changes, changeOf('type', 'type', change, reach, typeText(before), typeText(after))]
}

function typeText(types: ReadonlySet<JsonType>): unknown {
  const names = [...types].filter((type) => type !== 'null').sort()
  return names.length === 1 ? names[0] : names.length >= 5 ? 'any' : names
}

function effectiveTypes(flat: Flat): ReadonlySet<JsonType> {
  if (flat.values === undefined) return flat.types
  const types = new Set<JsonType>()
  for (const value of flat.values) {
    const type = typeOf(value)
    // A listed value of another type is none that a document can have.
    if (flat.types.has(type) || (type === 'integer' && flat.types.has('number'))) types.add(type)
  }
  if (types.has('number')) types.delete('integer')
  return types
}

function typeOf(value: unknown): JsonType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'string' ? 'string' : 'object'
}

function valueChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  // null is reported by itself, as a type.
  const before = old.values?.filter((value) => value !== null)
  const after = next.values?.filter((value) => value !== null)
  if (before === undefined && after === undefined) return []
  if (before === undefined) return [changeOf('enum', 'value-removed', 'added', 'narrower', undefined, after)]
  if (after === undefined) return [changeOf('enum', 'value-added', 'removed', 'wider', before, undefined)]
  const known = new Set(before.map((value) => dataText(value, false)))
  const left = new Set(after.map((value) => dataText(value, false)))
  const byText = (values: readonly unknown[]) =>
    [...values].sort((one, other) => order(dataText(one, false), dataText(other, false)))
  const removed = byText(before.filter((value) => !left.has(dataText(value, false))))
  const added = byText(after.filter((value) => !known.has(dataText(value, false))))
  return [
    ...(removed.length > 0 ? [changeOf('enum', 'value-removed', 'narrowed', 'narrower', removed, undefined)] : []),
    ...(added.length > 0 ? [changeOf('enum', 'value-added', 'widened', 'wider', undefined, added)] : []),
  ]
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function numberChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  const changes: KeywordChange[] = []
  const bound = (name: string, before: Bound | undefined, after: Bound | undefined, sign: 1 | -1) => {
    if (before?.value === after?.value && before?.exclusive === after?.exclusive) return
    const tighter =
      before === undefined
        ? true
        : after === undefined
          ? false
          : before.value === after.value
            ? after.exclusive
            : (after.value - before.value) * sign > 0
    const show = (entry: Bound | undefined) =>
      entry === undefined ? undefined : entry.exclusive ? { exclusive: entry.value } : entry.value
    changes.push(
      changeOf(
        name,
        'limit',
        tighter ? 'narrowed' : 'widened',
        tighter ? 'narrower' : 'wider',
        show(before),
        show(after),
      ),
    )
  }
  bound('minimum', old.minimum, next.minimum, 1)
  bound('maximum', old.maximum, next.maximum, -1)
  if (dataText(old.multiples, true) !== dataText(next.multiples, true)) {
    const reach = old.multiples.length === 0 ? 'narrower' : next.multiples.length === 0 ? 'wider' : 'unclear'
    changes.push(
      changeOf('multipleOf', 'limit', reachChange(reach), reach, first(old.multiples), first(next.multiples)),
    )
  }
  return changes
}

function first(values: readonly unknown[]): unknown {
  return values.length > 1 ? values : values[0]
}

function reachChange(reach: Reach): StructureChange {
  if (reach === 'narrower') return 'narrowed'
  if (reach === 'wider') return 'widened'
  return reach === 'unclear' ? 'unknown' : 'altered'
}

function limitChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  return LIMITS.flatMap(([name]) => {
    const before = old.limits[name]
    const after = next.limits[name]
    if (before === after) return []
    const tighter = name.startsWith('min') ? after > before : after < before
    const show = (limit: number) =>
      (limit === 0 && name.startsWith('min')) || !Number.isFinite(limit) ? undefined : limit
    return [
      changeOf(
        name,
        'limit',
        tighter ? 'narrowed' : 'widened',
        tighter ? 'narrower' : 'wider',
        show(before),
        show(after),
      ),
    ]
  })
}

function textChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  const changes: KeywordChange[] = []
  const compare = (keyword: 'pattern' | 'format', before: ReadonlySet<string>, after: ReadonlySet<string>) => {
    const removed = [...before].filter((text) => !after.has(text)).sort()
    const added = [...after].filter((text) => !before.has(text)).sort()
    if (removed.length === 0 && added.length === 0) return
    const changed = keyword === 'pattern' ? 'unclear' : 'both'
    const reach = removed.length === 0 ? 'narrower' : added.length === 0 ? 'wider' : changed
    changes.push(changeOf(keyword, keyword, reachChange(reach), reach, first(removed), first(added)))
  }
  compare('pattern', old.patterns, next.patterns)
  compare('format', old.formats, next.formats)
  if (old.unique !== next.unique) {
    const reach = next.unique ? 'narrower' : 'wider'
    changes.push(changeOf('uniqueItems', 'limit', reachChange(reach), reach, old.unique, next.unique))
  }
  return changes
}

function memberChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  const changes: KeywordChange[] = []
  const before = declaredNames(old)
  const after = declaredNames(next)
  const nowReadOnly = readOnlyNames(next)
  const wasReadOnly = readOnlyNames(old)
  for (const name of [...before].filter((entry) => !after.has(entry)).sort()) {
    const summary = summaryOf(memberSchemas(old.members, name, 'least'))
    const isRefused = memberSchemas(next.members, name, 'most').includes(false)
    changes.push(
      nowReadOnly.has(name)
        ? changeOf('readOnly', 'field-became-read-only', 'narrowed', 'narrower', false, true, name)
        : changeOf(
            'property',
            'field-removed',
            'removed',
            isRefused ? 'narrower' : 'unclear',
            summary,
            undefined,
            name,
          ),
    )
  }
  for (const name of [...after].filter((entry) => !before.has(entry)).sort()) {
    const schemas = memberSchemas(next.members, name, 'least')
    const wasRefused = memberSchemas(old.members, name, 'most').includes(false)
    changes.push(
      wasReadOnly.has(name)
        ? changeOf('readOnly', 'field-became-writable', 'widened', 'wider', true, false, name)
        : changeOf(
            'property',
            'field-added',
            'added',
            wasRefused ? 'wider' : 'unclear',
            undefined,
            summaryOf(schemas),
            name,
          ),
    )
  }
  for (const name of [...next.required].filter((entry) => !old.required.has(entry)).sort()) {
    changes.push(changeOf('required', 'required-added', 'added', 'narrower', false, true, name))
  }
  for (const name of [...old.required].filter((entry) => !next.required.has(entry)).sort()) {
    if (before.has(name) && !after.has(name)) continue
    changes.push(changeOf('required', 'required-removed', 'removed', 'wider', true, false, name))
  }
  const was = openness(old)
  const is = openness(next)
  if (was !== is) {
    const reach = OPENNESS.indexOf(is) < OPENNESS.indexOf(was) ? 'narrower' : 'wider'
    const rule = [was, is].includes('not said') ? 'undeclared-members-said' : 'undeclared-members'
    changes.push(changeOf('additionalProperties', rule, reachChange(reach), reach, was, is))
  }
  const names = new Set([...old.dependentRequired.keys(), ...next.dependentRequired.keys()])
  for (const name of [...names].sort()) {
    const needed = [...(old.dependentRequired.get(name) ?? [])].sort()
    const needs = [...(next.dependentRequired.get(name) ?? [])].sort()
    const more = needs.filter((need) => !needed.includes(need))
    const fewer = needed.filter((need) => !needs.includes(need))
    if (more.length > 0)
      changes.push(changeOf('dependentRequired', 'required-added', 'added', 'narrower', undefined, more, name))
    if (fewer.length > 0) {
      changes.push(changeOf('dependentRequired', 'required-removed', 'removed', 'wider', fewer, undefined, name))
    }
  }
  return changes
}

/** Names of the members that a flat declares and does not rule out. */
export function declaredNames(flat: Flat): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { properties } of flat.members) {
    properties.forEach((schema, name) => {
      if (schema !== false) names.add(name)
    })
  }
  for (const entry of flat.members.length > 1 ? flat.members : []) {
    if (entry.additional !== false || entry.patterns.size > 0) continue
    for (const name of names) if (!entry.properties.has(name)) names.delete(name)
  }
  return names
}

function readOnlyNames(flat: Flat): ReadonlySet<string> {
  const names = flat.annotations.get('x-read-only-names')
  return new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [])
}

/** What an object says of members that it does not declare, the strictest first. */
const OPENNESS = ['closed', 'not said', 'typed', 'open'] as const

function openness(flat: Flat): (typeof OPENNESS)[number] {
  const others = flat.members.filter((entry) => entry.additional !== true)
  if (others.length === 0) return 'open'
  if (others.some((entry) => entry.additional === false && !isClosedByDefault(entry))) return 'closed'
  return others.some(isClosedByDefault) ? 'not said' : 'typed'
}

/** Keywords whose value is compared as a whole; the proof tells afterwards what the change does. */
function wholeChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  const changes: KeywordChange[] = []
  const whole = (keyword: string, before: readonly unknown[], after: readonly unknown[]) => {
    if (dataText(before, true) === dataText(after, true)) return
    changes.push(changeOf(keyword, 'rule', 'unknown', 'unclear', first(before), first(after)))
  }
  whole('not', old.nots, next.nots)
  whole('if', old.conditionals, next.conditionals)
  whole('contains', old.contains.map(finite), next.contains.map(finite))
  whole('propertyNames', old.names, next.names)
  whole('dependentSchemas', old.dependentSchemas, next.dependentSchemas)
  whole('unevaluated', old.opaque, next.opaque)
  const patterns = (flat: Flat) =>
    flat.members.filter((entry) => entry.patterns.size > 0).map((entry) => [...entry.patterns])
  whole('patternProperties', patterns(old), patterns(next))
  return changes
}

function finite(entry: Readonly<{ schema: JsonSchema; min: number; max: number }>): unknown {
  return { schema: entry.schema, min: entry.min, max: Number.isFinite(entry.max) ? entry.max : null }
}

const ANNOTATION_RULES: Readonly<Record<string, RuleId>> = {
  default: 'default',
  deprecated: 'deprecated',
  'x-relation': 'relation',
  'x-scale': 'scale',
  'x-precision': 'scale',
  'x-conditions': 'condition',
  'x-domain': 'condition',
  'x-selection': 'condition',
  'x-strip': 'condition',
  'x-maps-to': 'maps-to',
  'x-create-only': 'create-only',
  'x-read-only': 'read-only',
  'x-erp-type': 'publisher-type',
}

/** Annotations that other rules read. */
const READ_ELSEWHERE = new Set(['x-read-only-names', 'x-title', 'x-enum-titles'])

function annotationChanges(old: Flat, next: Flat): readonly KeywordChange[] {
  const changes: KeywordChange[] = []
  for (const keyword of [...new Set([...old.annotations.keys(), ...next.annotations.keys()])].sort()) {
    if (READ_ELSEWHERE.has(keyword)) continue
    const before = old.annotations.get(keyword)
    const after = next.annotations.get(keyword)
    if (dataText(before, false) === dataText(after, false)) continue
    const rule = ANNOTATION_RULES[keyword] ?? 'annotation'
    const reach = rule === 'scale' ? scaleReach(before, after) : 'none'
    const change =
      rule === 'scale'
        ? reachChange(reach)
        : before === undefined
          ? 'added'
          : after === undefined
            ? 'removed'
            : 'altered'
    changes.push(changeOf(keyword, rule, change, reach, before, after))
  }
  return changes
}

/** Fewer digits are narrower; `null` and an absent keyword set no limit; what is followed must be the same to be compared. */
function scaleReach(before: unknown, after: unknown): Reach {
  const isOpen = (value: unknown) => value === undefined || value === null
  if (isOpen(before) && isOpen(after)) return 'none'
  if (isOpen(before)) return 'narrower'
  if (isOpen(after)) return 'wider'
  if (typeof before === 'number' && typeof after === 'number') return after < before ? 'narrower' : 'wider'
  if (isObject(before) && isObject(after) && before.follows !== undefined && before.follows === after.follows) {
    return scaleReach(before.otherwise, after.otherwise)
  }
  return 'unclear'
}

/** What a person needs to know of a schema in one line: its own keywords without what is nested in it. */
export function summaryOf(schemas: readonly JsonSchema[]): unknown {
  const parts = schemas.map((schema) => {
    if (typeof schema === 'boolean') return schema
    const kept = Object.entries(schema).filter(
      ([keyword, value]) =>
        !isObject(value) && keyword !== 'description' && !(Array.isArray(value) && value.some(isObject)),
    )
    return Object.fromEntries(kept)
  })
  return parts.length === 1 ? parts[0] : parts
}
