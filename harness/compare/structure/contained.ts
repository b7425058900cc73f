import { Big } from 'big.js'
import type { JsonSchema } from '../../model/schema.ts'
import { acceptanceOf } from './acceptance.ts'
import {
  type Choice,
  type Conditional,
  type Flat,
  type Flattener,
  itemSchemas,
  LIMITS,
  type Members,
  memberSchemas,
} from './flat.ts'
import type { JsonType, Side, Space } from './space.ts'

/** Proves that whatever satisfies one schema satisfies another. `false` means not proven, not disproven. */
export type Prover = Readonly<{
  /** Whether every document that the inner schemas accept is accepted by the outer ones. */
  isContained: (inner: Flat, outer: Flat) => boolean
}>

/**
 * How deep into a document a proof goes, how many proofs may wait for each other, how many steps it takes and how often it
 * splits choices before it gives up.
 */
const MAX_LEVEL = 200
const MAX_OPEN = 250
const MAX_CALLS = 100_000

/**
 * How many steps all proofs of a comparison take together: three times what the largest specification of the benchmarks needs. What
 * is left then is not proven.
 */
const MAX_ALL_CALLS = 500_000
const MAX_SPLIT = 2
const MAX_EXCLUDED = 12

/**
 * A proof walks both schemas together. Recursive schemas make it meet a pair that it is still proving: one member further
 * down it may assume the pair (documents are finite), on the same level it may not. Assumptions that turn out wrong are
 * dropped and the proof is done again until none is; what is then still assumed supports itself.
 */
export function proverOf(space: Space, flattener: Flattener, mostCalls = MAX_ALL_CALLS): Prover {
  const settled = new Map<string, boolean>()
  const refuted = new Set<string>()
  let round = new Map<string, boolean>()
  let open = new Map<string, number>()
  let assumptions = new Set<string>()
  let calls = 0
  let allCalls = 0
  const isClosing = space.undeclared('old') === 'refused' || space.undeclared('new') === 'refused'

  const isContained = (inner: Flat, outer: Flat): boolean => {
    for (;;) {
      round = new Map()
      open = new Map()
      assumptions = new Set()
      calls = 0
      const result = prove(inner, outer, 0, MAX_SPLIT)
      const wrong = [...assumptions].filter((key) => round.get(key) === false)
      if (wrong.every((key) => refuted.has(key))) {
        for (const [key, value] of round) settled.set(key, value)
        return result
      }
      for (const key of wrong) refuted.add(key)
    }
  }

  function prove(inner: Flat, outer: Flat, level: number, splits: number): boolean {
    if (inner.never || outer.roots?.length === 0) return true
    const key = `${inner.key} < ${outer.key} ${splits}`
    const known = settled.get(key) ?? round.get(key)
    if (known !== undefined) return known
    if (refuted.has(key)) return false
    const entered = open.get(key)
    if (entered !== undefined) {
      if (entered >= level) return false
      assumptions.add(key)
      return true
    }
    calls += 1
    allCalls += 1
    if (level > MAX_LEVEL || open.size > MAX_OPEN || calls > MAX_CALLS || allCalls > mostCalls) return false
    open.set(key, level)
    const result = proveOpen(inner, outer, level, splits)
    open.delete(key)
    round.set(key, result)
    return result
  }

  function proveOpen(inner: Flat, outer: Flat, level: number, splits: number): boolean {
    if (coversAll(inner, outer)) return true
    if (inner.values !== undefined) {
      const rest = withoutShared(inner, outer)
      return inner.values.every((value) => {
        const before = acceptanceOf(value, inner, flattener)
        return before === 'refused' || acceptanceOf(value, rest, flattener) === 'accepted'
      })
    }
    if (holdsPlainly(inner, outer, level) && holdsStructurally(inner, outer, level, splits)) return true
    return splits > 0 && holdsInEachBranch(inner, outer, level, splits - 1)
  }

  /** Whether each of the outer schemas stands among the inner ones, unchanged. */
  function coversAll(inner: Flat, outer: Flat): boolean {
    const isAmong = (schema: JsonSchema, list: readonly JsonSchema[]) =>
      list.some((own) => isSame(inner.side, own, schema))
    if (!isClosing) return outer.roots?.every((schema) => schema === true || isAmong(schema, inner.sources)) ?? false
    // A schema that stands beside others may be closed with other names than when it stands alone.
    const { roots } = inner
    return (
      roots !== undefined &&
      outer.roots !== undefined &&
      roots.length === outer.roots.length &&
      outer.roots.every((schema) => isAmong(schema, roots))
    )
  }

  function isSame(side: Side, schema: JsonSchema, other: JsonSchema): boolean {
    return side === 'old' ? space.isSame(schema, other) : space.isSame(other, schema)
  }

  /** Whether all that is demanded is one schema, which is given unchanged: mostly so, and then neither is looked into. */
  function isOneAndSame(side: Side, given: readonly JsonSchema[], wanted: readonly JsonSchema[]): boolean {
    const [own, ...others] = given
    const [schema, ...more] = wanted
    if (own === undefined || schema === undefined || others.length + more.length > 0) return false
    return isSame(side, own, schema)
  }

  const schemas = (side: Side, list: readonly JsonSchema[]): Flat => flattener.flat(side, list)

  /** The outer demands without those formats and patterns that the inner schema makes as well: they need no evaluation. */
  function withoutShared(inner: Flat, outer: Flat): Flat {
    return {
      ...outer,
      key: `${outer.key}/-${inner.key}`,
      formats: new Set(
        [...outer.formats].filter((format) => ![...inner.formats].some((own) => impliesFormat(own, format))),
      ),
      patterns: new Set([...outer.patterns].filter((pattern) => !inner.patterns.has(pattern))),
    }
  }

  function holdsPlainly(inner: Flat, outer: Flat, level: number): boolean {
    if (outer.never) return false
    for (const type of inner.types) if (!allows(outer.types, type)) return false
    if (outer.values !== undefined) {
      const finite = valuesOf(inner)
      if (finite === undefined) return false
      if (!finite.every((value) => acceptanceOf(value, outer, flattener) === 'accepted')) return false
    }
    const has = (type: JsonType) => inner.types.has(type)
    if (has('number') || has('integer')) {
      const isWhole = !has('number')
      if (outer.minimum && !isAbove(inner, outer.minimum, isWhole)) return false
      if (outer.maximum && !isBelow(inner, outer.maximum, isWhole)) return false
      const steps = isWhole ? [...inner.multiples, 1] : inner.multiples
      if (!outer.multiples.every((step) => steps.some((own) => isMultiple(own, step)))) return false
    }
    for (const [name, type] of LIMITS) {
      if (!has(type)) continue
      const own = ownLimit(inner, name)
      if (name.startsWith('min') ? own < outer.limits[name] : own > outer.limits[name]) return false
    }
    if (has('string')) {
      for (const pattern of outer.patterns) if (!inner.patterns.has(pattern)) return false
    }
    if (has('string') || has('number') || has('integer')) {
      for (const format of outer.formats)
        if (![...inner.formats].some((own) => impliesFormat(own, format))) return false
    }
    if (has('array') && outer.unique && !inner.unique && inner.limits.maxItems > 1) return false
    if (has('object')) {
      for (const name of outer.required) if (!inner.required.has(name)) return false
      for (const [name, needs] of outer.dependentRequired) {
        const own = inner.dependentRequired.get(name)
        if (isAbsent(inner, name)) continue
        for (const need of needs) if (!inner.required.has(need) && !(own?.has(need) ?? false)) return false
      }
    }
    return (
      outer.opaque.every((schema) => inner.sources.some((source) => isSame(inner.side, source, schema))) &&
      level <= MAX_LEVEL
    )
  }

  function holdsStructurally(inner: Flat, outer: Flat, level: number, splits: number): boolean {
    if (inner.types.has('object')) {
      if (!outer.members.every((entry) => membersHold(inner, outer, entry, level))) return false
      for (const names of outer.names) if (!namesHold(inner, names, level)) return false
      for (const [name, schema] of outer.dependentSchemas) {
        if (isAbsent(inner, name)) continue
        const own = inner.dependentSchemas.filter(([other]) => other === name).map(([, entry]) => entry)
        const together = own.length === 0 ? inner : extended(inner, own)
        if (!prove(together, schemas(outer.side, [schema]), level, 0)) return false
      }
    }
    if (inner.types.has('array')) {
      if (!itemsHold(inner, outer, level)) return false
      for (const wanted of outer.contains) {
        const least =
          wanted.min <= 0 ||
          inner.contains.some(
            (own) =>
              own.min >= wanted.min &&
              prove(schemas(inner.side, [own.schema]), schemas(outer.side, [wanted.schema]), level + 1, splits),
          )
        const most =
          wanted.max === Number.POSITIVE_INFINITY ||
          inner.limits.maxItems <= wanted.max ||
          inner.contains.some(
            (own) =>
              own.max <= wanted.max &&
              prove(schemas(outer.side, [wanted.schema]), schemas(inner.side, [own.schema]), level + 1, splits),
          )
        if (!least || !most) return false
      }
    }
    return (
      outer.choices.every((choice) => choiceHolds(inner, outer, choice, level, splits)) &&
      outer.nots.every((schema) => notHolds(inner, outer.side, schema, level)) &&
      outer.conditionals.every((entry) => conditionalHolds(inner, outer, entry, level, splits))
    )
  }

  /** A flat with further demands; its key tells which. */
  function extended(flat: Flat, more: readonly JsonSchema[]): Flat {
    return flattener.flat(flat.side, [...flat.sources, ...more])
  }

  function membersHold(inner: Flat, outer: Flat, entry: Members, level: number): boolean {
    const names = new Set(entry.properties.keys())
    for (const own of inner.members) for (const name of own.properties.keys()) names.add(name)
    for (const name of names) {
      const wanted = memberSchemas([entry], name, 'most')
      if (wanted.length === 0) continue
      const given = memberSchemas(inner.members, name, 'least')
      if (isOneAndSame(inner.side, given, wanted)) continue
      if (!prove(schemas(inner.side, given), schemas(outer.side, wanted), level + 1, MAX_SPLIT)) return false
    }
    const given = (apply: (own: Members) => readonly JsonSchema[]) => schemas(inner.side, inner.members.flatMap(apply))
    for (const [pattern, schema] of entry.patterns) {
      const own = given((members) => {
        const same = members.patterns.get(pattern)
        if (same !== undefined) return [same]
        return members.patterns.size === 0 && members.additional !== true ? [members.additional] : []
      })
      if (!prove(own, schemas(outer.side, [schema]), level + 1, MAX_SPLIT)) return false
    }
    if (entry.additional === true) return true
    // Names that the outer schema does not declare: those that a pattern of the inner schema declares, and all others.
    for (const own of inner.members) {
      for (const [pattern, schema] of own.patterns) {
        if (entry.patterns.has(pattern)) continue
        const others = inner.members.filter((members) => members !== own)
        const closing = others.flatMap((members) =>
          members.patterns.size === 0 && members.additional !== true ? [members.additional] : [],
        )
        const wanted = schemas(outer.side, [entry.additional])
        if (!prove(schemas(inner.side, [schema, ...closing]), wanted, level + 1, MAX_SPLIT)) return false
      }
    }
    // A name outside all declarations of one inner entry may still match a pattern of another, so only pattern-free ones count,
    // and an entry with patterns counts where the outer entry declares the same ones.
    const rest = given((members) => {
      const isSafe = [...members.patterns.keys()].every((pattern) => entry.patterns.has(pattern))
      return isSafe && members.additional !== true ? [members.additional] : []
    })
    if (!prove(rest, schemas(outer.side, [entry.additional]), level + 1, MAX_SPLIT)) {
      const closedBut = inner.members.some((members) => members.additional === false)
      if (!closedBut) return false
      // Closed by an entry whose patterns were all proven above: no other name can be present.
    }
    return true
  }

  function namesHold(inner: Flat, names: JsonSchema, level: number): boolean {
    const wanted = schemas(inner.side === 'old' ? 'new' : 'old', [names])
    const own = inner.names.length === 0 ? undefined : extendedNames(inner)
    if (own !== undefined && prove(own, wanted, level + 1, 1)) return true
    const closing = inner.members.find((entry) => entry.additional === false && entry.patterns.size === 0)
    return (
      closing !== undefined &&
      [...closing.properties.keys()].every((name) => acceptanceOf(name, wanted, flattener) === 'accepted')
    )
  }

  function extendedNames(inner: Flat): Flat {
    return schemas(inner.side, [...inner.names, TEXT])
  }

  function itemsHold(inner: Flat, outer: Flat, level: number): boolean {
    const longest = Math.max(
      0,
      ...inner.items.map((entry) => entry.prefix.length),
      ...outer.items.map((entry) => entry.prefix.length),
    )
    for (let index = 0; index <= longest; index += 1) {
      if (index >= inner.limits.maxItems) return true
      const wanted = itemSchemas(outer, index)
      if (wanted.length === 0 || isOneAndSame(inner.side, itemSchemas(inner, index), wanted)) continue
      const given = schemas(inner.side, itemSchemas(inner, index))
      if (!prove(given, schemas(outer.side, wanted), level + 1, MAX_SPLIT)) return false
      // An array that may not have this item has none after it either.
      if (given.never) return true
    }
    return true
  }

  function branchesOf(flat: Flat, choice: Choice): readonly Flat[] {
    return choice.branches.map((branch, index) => {
      // Of exactly one branch it is known that the others do not hold.
      const others = choice.kind === 'one' && choice.branches.length <= MAX_EXCLUDED ? choice.branches : []
      const excluded = others.filter((_, other) => other !== index).map(negated)
      return flattener.branch(flat, choice, [branch, ...excluded])
    })
  }

  function choiceHolds(inner: Flat, outer: Flat, choice: Choice, level: number, splits: number): boolean {
    // Where undeclared members are refused a branch is closed only together with what stands beside the choice.
    const isJoint = isClosing && (inner.members.length > 0 || outer.members.length > 0)
    // Mostly a choice is the same choice with one branch changed: that is tried first, since it takes no splitting.
    if (
      !isJoint &&
      inner.choices.some((own) => own.kind === choice.kind && sameBranches(inner, own, outer, choice, level))
    ) {
      return true
    }
    // Nothing but a choice: what its branches are not contained in one by one, the whole is not contained in either.
    if (!isJoint && choice.kind === 'any' && isOnlyAnyOf(inner)) return false
    const candidates = choice.branches.map((branch) =>
      isJoint ? flattener.branch(outer, choice, [branch]) : schemas(outer.side, [branch]),
    )
    const which = candidates.findIndex((candidate) => prove(inner, candidate, level, splits))
    if (which < 0) return false
    if (choice.kind === 'any') return true
    return candidates.every((candidate, index) => index === which || areDisjoint(inner, candidate, level))
  }

  /** Whether each branch of the inner choice is contained in one of the outer; for exactly-one choices, one to one and back. */
  function sameBranches(inner: Flat, own: Choice, outer: Flat, choice: Choice, level: number): boolean {
    if (own.branches.length > 200 || choice.branches.length > 200) return false
    const left = choice.branches.map((branch, index) => ({ branch, index }))
    for (const [index, branch] of own.branches.entries()) {
      const one = schemas(inner.side, [branch])
      const holds = (candidate: JsonSchema) => {
        const other = schemas(outer.side, [candidate])
        return prove(one, other, level, 1) && (choice.kind === 'any' || prove(other, one, level, 1))
      }
      const isLikely = (entry: (typeof left)[number]) =>
        isSame(inner.side, branch, entry.branch) || space.idOf(branch) === space.idOf(entry.branch)
      const ordered = [...left].sort(
        (one, other) =>
          Number(isLikely(other)) - Number(isLikely(one)) ||
          Math.abs(one.index - index) - Math.abs(other.index - index),
      )
      const found = ordered.find((entry) => holds(entry.branch))
      if (found === undefined) return false
      if (choice.kind === 'one') left.splice(left.indexOf(found), 1)
    }
    return choice.kind === 'any' || left.length === 0
  }

  function notHolds(inner: Flat, side: Side, schema: JsonSchema, level: number): boolean {
    const refusedBefore = inner.nots.some((own) => prove(schemas(side, [schema]), schemas(inner.side, [own]), level, 1))
    return refusedBefore || areDisjoint(inner, schemas(side, [schema]), level)
  }

  function conditionalHolds(inner: Flat, outer: Flat, entry: Conditional, level: number, splits: number): boolean {
    if (space.undeclared(outer.side) === 'refused') return false
    const condition = schemas(outer.side, [entry.condition])
    const whenTrue = schemas(outer.side, [entry.whenTrue])
    const whenFalse = schemas(outer.side, [entry.whenFalse])
    const base = flattener.base(inner)
    if (prove(base, whenTrue, level, 1) && prove(base, whenFalse, level, 1)) return true
    if (prove(base, condition, level, 1) && prove(inner, whenTrue, level, splits)) return true
    if (areDisjoint(base, condition, level) && prove(inner, whenFalse, level, splits)) return true
    return inner.conditionals.some((own) => {
      const before = schemas(inner.side, [own.condition])
      return (
        prove(before, condition, level, 1) &&
        prove(condition, before, level, 1) &&
        prove(flattener.branch(inner, own, [own.condition, own.whenTrue]), whenTrue, level, splits) &&
        prove(flattener.branch(inner, own, [own.whenFalse]), whenFalse, level, splits)
      )
    })
  }

  /** Splits what is inside by its own choices: when every branch is contained, so is the whole. */
  function holdsInEachBranch(inner: Flat, outer: Flat, level: number, splits: number): boolean {
    const isTried =
      isOnlyAnyOf(inner) && outer.choices.some((choice) => choice.kind === 'any') && outer.members.length === 0
    for (const choice of isTried ? [] : inner.choices) {
      if (choice.branches.length > 100) continue
      if (branchesOf(inner, choice).every((branch) => prove(branch, outer, level, splits))) return true
    }
    for (const entry of inner.conditionals) {
      const yes = flattener.branch(inner, entry, [entry.condition, entry.whenTrue])
      const no = flattener.branch(inner, entry, [entry.whenFalse, negated(entry.condition)])
      if (prove(yes, outer, level, splits) && prove(no, outer, level, splits)) return true
    }
    // One type at a time: `string or number` against a choice between a string and a number.
    const types = [...inner.types]
    return (
      types.length > 1 &&
      outer.choices.length > 0 &&
      types.every((type) => prove(extendedByType(inner, type), outer, level, splits))
    )
  }

  function extendedByType(inner: Flat, type: JsonType): Flat {
    const key = `${inner.key}/t=${type}`
    return { ...inner, key, types: new Set([type]) }
  }

  /** Whether no document satisfies both. */
  function areDisjoint(one: Flat, other: Flat, level: number): boolean {
    if (one.never || other.never) return true
    if (level > MAX_LEVEL) return false
    const types = [...one.types].filter(
      (type) =>
        allows(other.types, type) ||
        [...other.types].some((own) => allows(one.types, own) && isNumeric(own) && isNumeric(type)),
    )
    if (types.length === 0) return true
    if (one.values !== undefined)
      return one.values.every(
        (value) =>
          acceptanceOf(value, other, flattener) === 'refused' || acceptanceOf(value, one, flattener) === 'refused',
      )
    if (other.values !== undefined)
      return other.values.every(
        (value) =>
          acceptanceOf(value, one, flattener) === 'refused' || acceptanceOf(value, other, flattener) === 'refused',
      )
    const viaNot = (left: Flat, right: Flat) =>
      right.nots.some((schema) => left.side !== right.side && prove(left, schemas(right.side, [schema]), level, 0))
    if (viaNot(one, other) || viaNot(other, one)) return true
    if (areBranchesDisjoint(one, other, level) || areBranchesDisjoint(other, one, level)) return true
    return types.every((type) => {
      switch (type) {
        case 'object':
          return areObjectsDisjoint(one, other, level) || areObjectsDisjoint(other, one, level)
        case 'array':
          return (
            one.limits.minItems > other.limits.maxItems ||
            other.limits.minItems > one.limits.maxItems ||
            areArraysDisjoint(one, other, level)
          )
        case 'string':
          return one.limits.minLength > other.limits.maxLength || other.limits.minLength > one.limits.maxLength
        case 'number':
        case 'integer':
          return isApart(one, other) || isApart(other, one)
        default:
          return false
      }
    })
  }

  function areBranchesDisjoint(one: Flat, other: Flat, level: number): boolean {
    return one.choices.some(
      (choice) =>
        choice.branches.length <= 30 &&
        choice.branches.every((branch) => areDisjoint(schemas(one.side, [branch]), flattener.base(other), level + 1)),
    )
  }

  function areObjectsDisjoint(one: Flat, other: Flat, level: number): boolean {
    if (one.limits.minProperties > other.limits.maxProperties) return true
    for (const name of one.required) {
      if (isAbsent(other, name)) return true
      const here = memberSchemas(one.members, name, 'least')
      const there = memberSchemas(other.members, name, 'least')
      if (
        here.length > 0 &&
        there.length > 0 &&
        areDisjoint(schemas(one.side, here), schemas(other.side, there), level + 1)
      ) {
        return true
      }
    }
    return false
  }

  function areArraysDisjoint(one: Flat, other: Flat, level: number): boolean {
    const least = Math.max(one.limits.minItems, other.limits.minItems)
    for (let index = 0; index < Math.min(least, 20); index += 1) {
      const here = itemSchemas(one, index)
      const there = itemSchemas(other, index)
      if (here.length === 0 || there.length === 0) continue
      if (areDisjoint(schemas(one.side, here), schemas(other.side, there), level + 1)) return true
    }
    return false
  }

  /** Whether a document that satisfies the flat cannot have this member. */
  function isAbsent(flat: Flat, name: string): boolean {
    return memberSchemas(flat.members, name, 'least').some((schema) => schema === false)
  }

  return { isContained }
}

const TEXT: JsonSchema = { type: 'string' }
const negations = new WeakMap<object, JsonSchema>()

/** The opposite of a schema; always the same one, so that a proof recognizes what it has met before. */
function negated(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean') return !schema
  const known = negations.get(schema) ?? { not: schema }
  negations.set(schema, known)
  return known
}

/** Whether a flat demands one of several branches and nothing else. */
function isOnlyAnyOf(flat: Flat): boolean {
  const [choice, ...others] = flat.choices
  return (
    choice?.kind === 'any' &&
    others.length === 0 &&
    flat.types.size === 6 &&
    flat.values === undefined &&
    flat.members.length + flat.items.length + flat.nots.length + flat.conditionals.length + flat.contains.length ===
      0 &&
    flat.required.size + flat.patterns.size + flat.formats.size + flat.multiples.length + flat.names.length === 0 &&
    flat.dependentRequired.size + flat.dependentSchemas.length + flat.opaque.length === 0 &&
    flat.minimum === undefined &&
    flat.maximum === undefined &&
    LIMITS.every(([name]) => flat.limits[name] === 0 || flat.limits[name] === Number.POSITIVE_INFINITY)
  )
}

function allows(types: ReadonlySet<JsonType>, type: JsonType): boolean {
  return types.has(type) || (type === 'integer' && types.has('number'))
}

function isNumeric(type: JsonType): boolean {
  return type === 'number' || type === 'integer'
}

/** All values of a flat, when its types leave only a few. */
function valuesOf(flat: Flat): readonly unknown[] | undefined {
  const few = [...flat.types].every((type) => type === 'null' || type === 'boolean')
  if (!few) return undefined
  return [...flat.types].flatMap((type): unknown[] => (type === 'null' ? [null] : [true, false]))
}

function isAbove(inner: Flat, bound: Readonly<{ value: number; exclusive: boolean }>, isWhole: boolean): boolean {
  const own = inner.minimum
  if (own === undefined) return false
  if (!isWhole) return own.value > bound.value || (own.value === bound.value && (own.exclusive || !bound.exclusive))
  return leastWhole(own) >= leastWhole(bound)
}

function isBelow(inner: Flat, bound: Readonly<{ value: number; exclusive: boolean }>, isWhole: boolean): boolean {
  const own = inner.maximum
  if (own === undefined) return false
  if (!isWhole) return own.value < bound.value || (own.value === bound.value && (own.exclusive || !bound.exclusive))
  return -leastWhole(mirrored(own)) <= -leastWhole(mirrored(bound))
}

function leastWhole(bound: Readonly<{ value: number; exclusive: boolean }>): number {
  const whole = Math.ceil(bound.value)
  return bound.exclusive && whole === bound.value ? whole + 1 : whole
}

function mirrored(
  bound: Readonly<{ value: number; exclusive: boolean }>,
): Readonly<{ value: number; exclusive: boolean }> {
  return { value: -bound.value, exclusive: bound.exclusive }
}

/** Whether all numbers of one lie below all numbers of the other. */
function isApart(one: Flat, other: Flat): boolean {
  const top = one.maximum
  const bottom = other.minimum
  if (top === undefined || bottom === undefined) return false
  return top.value < bottom.value || (top.value === bottom.value && (top.exclusive || bottom.exclusive))
}

function isMultiple(own: number, step: number): boolean {
  if (step <= 0) return false
  try {
    return new Big(own).mod(new Big(step)).eq(0)
  } catch {
    return false
  }
}

/** The limit that a flat has by its own keyword or by what else it demands. */
function ownLimit(flat: Flat, name: (typeof LIMITS)[number][0]): number {
  const own = flat.limits[name]
  if (name === 'minProperties') return Math.max(own, flat.required.size)
  if (name === 'maxProperties') {
    const closing = flat.members.find((entry) => entry.additional === false && entry.patterns.size === 0)
    return closing === undefined ? own : Math.min(own, closing.properties.size)
  }
  if (name === 'maxItems') {
    const lengths = flat.items.filter((entry) => entry.rest === false).map((entry) => entry.prefix.length)
    return Math.min(own, ...lengths)
  }
  return own
}

/** Formats whose texts all have another format too. */
const WIDER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  int32: ['int64'],
  float: ['double'],
  email: ['idn-email'],
  hostname: ['idn-hostname'],
  uri: ['iri', 'uri-reference', 'iri-reference'],
  iri: ['iri-reference'],
}

function impliesFormat(own: string, wanted: string): boolean {
  return own === wanted || (WIDER_FORMATS[own]?.includes(wanted) ?? false)
}
