import type { JsonSchema } from '../../model/schema.ts'
import { alikeSteps } from './alike.ts'
import { type Choice, type Flat, type Flattener, itemSchemas, memberSchemas } from './flat.ts'
import { declaredNames, type KeywordChange, keywordChanges } from './keywords.ts'
import { type JsonType, nullableTargetOf, type Side, type Space, targetOf } from './space.ts'

/** Two schemas at the same place of the same document, one of each release. A comparison has each pair once. */
export type Pair = Readonly<{
  key: string
  old: Flat
  new: Flat
  /** Set where both are one definition that is written alike: all that may differ is where its node leads. */
  node?: number
  /** Set where there is one schema of each release; references to definitions are followed. */
  written?: Written | undefined
}>
type Written = Readonly<{ old: JsonSchema; new: JsonSchema }>

/** The way from one pair to another: tokens of the document, and keywords of the schema. */
export type Step = Readonly<{ tokens: readonly string[]; path: readonly string[]; pair: Pair }>

/** What is different at one pair, and the pairs below it that are different. */
export type Explanation = Readonly<{
  changes: readonly LocalChange[]
  steps: readonly Step[]
  /** Whether nothing can differ but what is below, none of which reaches from one member into another. */
  isTransparent: boolean
}>

/** A change with the keywords that lead to it inside one pair, such as the branch of a choice. */
export type LocalChange = KeywordChange & Readonly<{ path: readonly string[] }>

/** Lists what is different between two schemas, one pair at a time; equal schemas are never entered. */
export function explain(pair: Pair, pairs: Pairs): Explanation {
  const { flattener, space } = pairs
  const nullable = nullableOf(pair, space)
  if (nullable !== undefined)
    return {
      changes: [],
      steps: [{ tokens: [], path: ['anyOf', nullable], pair: pairs.named(nullable) }],
      isTransparent: false,
    }
  const below = stepsOfAlike(pair, pairs)
  if (below !== undefined) return { changes: [], steps: below, isTransparent: true }
  const changes: LocalChange[] = []
  const steps: Step[] = []
  const [old, next] = alike(unwrapped(pair.old, pairs), unwrapped(pair.new, pairs), flattener)
  compareBases(old, next, [], { pairs, flattener, space, changes, steps })
  compareChoices(old, next, { pairs, flattener, space, changes, steps })
  return { changes: distinct(changes), steps, isTransparent: false }
}

/** The steps below two schemas that are written alike, without a look into them; undefined where it takes one. */
function stepsOfAlike({ written }: Pair, pairs: Pairs): readonly Step[] | undefined {
  const { space } = pairs
  if (typeof written?.old !== 'object' || typeof written.new !== 'object') return undefined
  if (!space.areAlike(written.old, written.new)) return undefined
  const steps = alikeSteps(written.old, written.new, {
    isSame: space.isSame,
    isNull: (schema) => isPlainlyNull(schema, pairs),
  })
  // Those that differ, and nothing below them does, are not understood.
  return steps === undefined || steps.length === 0
    ? undefined
    : steps.map(({ tokens, path, old, new: next }) => ({ tokens, path, pair: pairs.at([old], [next]) }))
}

function isPlainlyNull(schema: JsonSchema, pairs: Pairs): boolean | undefined {
  if (targetOf(schema) !== undefined) return isNull(schema, 'old', pairs)
  return typeof schema === 'object' && typeof schema.type === 'string' ? schema.type === 'null' : undefined
}

/**
 * The definition that both are, or null: written alike, so that what differs is different there, and told there once, whoever
 * refers to it.
 */
function nullableOf(pair: Pair, space: Space): string | undefined {
  const [one, other] = [pair.written?.old, pair.written?.new]
  const target = one === undefined ? undefined : nullableTargetOf(one)
  if (one === undefined || other === undefined || target === undefined) return undefined
  return space.areAlike(one, other) && space.isUnstable(target) ? target : undefined
}

type Notes = Readonly<{ pairs: Pairs; flattener: Flattener; space: Space; changes: LocalChange[]; steps: Step[] }>

/** The pairs of one comparison. */
export type Pairs = Readonly<{
  space: Space
  flattener: Flattener
  /** The pair of two lists of schemas; a definition that is written alike in both is not looked into. */
  at: (before: readonly JsonSchema[], after: readonly JsonSchema[]) => Pair
  /** The pair of a definition. */
  named: (name: string) => Pair
}>

/** Makes each pair of one comparison once. */
export function pairsOf(space: Space, flattener: Flattener): Pairs {
  const known = new Map<string, Pair>()
  const byName = new Map<string, Pair>()
  const flats = (before: readonly JsonSchema[], after: readonly JsonSchema[]): Pair => {
    const key = `${flattener.keyOf('old', before)} | ${flattener.keyOf('new', after)}`
    const found = known.get(key)
    if (found !== undefined) return found
    const made = new SchemaPair(key, before, after, { space, flattener })
    known.set(key, made)
    return made
  }
  const named = (name: string): Pair => {
    const found = byName.get(name)
    if (found !== undefined) return found
    const node = space.unchanged?.nodeOf(name)
    const reference = [{ $ref: referenceTo(name) }]
    const made = node === undefined ? flats(reference, reference) : new UnchangedPair(name, node, { space, flattener })
    byName.set(name, made)
    return made
  }
  const at = (before: readonly JsonSchema[], after: readonly JsonSchema[]): Pair => {
    const [one, other] = [before[0], after[0]]
    if (one !== undefined && other !== undefined && before.length === 1 && after.length === 1) {
      const id = space.idOf(one)
      if (id.startsWith('$') && space.idOf(other) === id) return named(id.slice(1))
    }
    return flats(before, after)
  }
  return { space, flattener, at, named }
}

function referenceTo(name: string): string {
  return `#/definitions/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Two lists of schemas; what they demand together is worked out when somebody asks. */
class SchemaPair implements Pair {
  readonly key: string
  readonly written: Written | undefined
  readonly #before: readonly JsonSchema[]
  readonly #after: readonly JsonSchema[]
  readonly #flattener: Flattener

  constructor(
    key: string,
    before: readonly JsonSchema[],
    after: readonly JsonSchema[],
    { space, flattener }: Readonly<{ space: Space; flattener: Flattener }>,
  ) {
    this.key = key
    const [old, next] = [behindReferences('old', before, space), behindReferences('new', after, space)]
    this.written = old === undefined || next === undefined ? undefined : { old, new: next }
    this.#before = before
    this.#after = after
    this.#flattener = flattener
  }

  get old(): Flat {
    return this.#flattener.flat('old', this.#before)
  }

  get new(): Flat {
    return this.#flattener.flat('new', this.#after)
  }
}

/** What a single schema is, behind references; undefined where there are several, or it leads around in a circle. */
function behindReferences(side: Side, schemas: readonly JsonSchema[], space: Space): JsonSchema | undefined {
  if (schemas.length !== 1) return undefined
  let [schema] = schemas
  for (let hops = 0; hops < 20 && schema !== undefined; hops += 1) {
    const name = targetOf(schema)
    if (name === undefined) return schema
    schema = space.definition(side, name)
  }
  return undefined
}

/** A definition that is written alike in both releases; its schemas are made when somebody asks for them. */
class UnchangedPair implements Pair {
  readonly key: string
  readonly node: number
  readonly #name: string
  readonly #space: Space
  readonly #flattener: Flattener

  constructor(name: string, node: number, { space, flattener }: Readonly<{ space: Space; flattener: Flattener }>) {
    // The key that the flats would give.
    this.key = `old:$${name} | new:$${name}`
    this.node = node
    this.#name = name
    this.#space = space
    this.#flattener = flattener
  }

  get written(): Written | undefined {
    const reference = [{ $ref: referenceTo(this.#name) }]
    const [old, next] = [
      behindReferences('old', reference, this.#space),
      behindReferences('new', reference, this.#space),
    ]
    return old === undefined || next === undefined ? undefined : { old, new: next }
  }

  get old(): Flat {
    return this.#flattener.flat('old', [{ $ref: referenceTo(this.#name) }])
  }

  get new(): Flat {
    return this.#flattener.flat('new', [{ $ref: referenceTo(this.#name) }])
  }
}

/** One schema beside a choice of several is a choice of one, so that it meets the branch it became. */
function alike(old: Flat, next: Flat, flattener: Flattener): readonly [Flat, Flat] {
  if (old.choices.length === 0 && isBareChoice(next)) return [asChoice(old, flattener), next]
  if (next.choices.length === 0 && isBareChoice(old)) return [old, asChoice(next, flattener)]
  return [old, next]
}

function isBareChoice(flat: Flat): boolean {
  return (
    flat.choices.length === 1 &&
    flat.values === undefined &&
    flat.types.size >= 5 &&
    flat.members.length + flat.items.length + flat.required.size + flat.conditionals.length + flat.nots.length === 0
  )
}

function asChoice(flat: Flat, flattener: Flattener): Flat {
  const [root, ...others] = flat.roots ?? []
  if (root === undefined || others.length > 0) return flat
  return {
    ...flattener.flat(flat.side, []),
    key: `${flat.key}/as-choice`,
    annotations: flat.annotations,
    choices: [{ kind: 'any', branches: [root] }],
  }
}

/** A choice between one schema and null is that schema, and may be null; a choice of one is no choice. */
function unwrapped(flat: Flat, pairs: Pairs): Flat {
  let current = flat
  let hasNull = false
  for (let rounds = 0; rounds < 10; rounds += 1) {
    const [choice, ...others] = current.choices
    if (choice === undefined || others.length > 0) break
    const rest = choice.branches.filter((branch) => !isNull(branch, current.side, pairs))
    const isNullable = rest.length < choice.branches.length && current.types.has('null')
    if (rest.length === 1) {
      current = pairs.flattener.branch(current, choice, rest)
      hasNull ||= isNullable
    } else if (rest.length < choice.branches.length && rest.length > 0) {
      current = { ...current, key: `${current.key}/no-null`, choices: [{ ...choice, branches: rest }] }
      hasNull ||= isNullable
      break
    } else break
  }
  return hasNull ? withNull(current) : current
}

function isNull(schema: JsonSchema, side: Side, { flattener, space }: Pairs): boolean {
  const name = targetOf(schema)
  // What leads anywhere has members, items or a choice.
  if (name !== undefined && space.leadsOn(name)) return false
  const written = behindReferences(side, [schema], space)
  if (typeof written === 'object' && typeof written.type === 'string' && written.type !== 'null') return false
  const { types } = flattener.flat(side, [schema])
  return types.size === 1 && types.has('null')
}

function withNull(flat: Flat): Flat {
  return {
    ...flat,
    key: `${flat.key}/nullable`,
    types: new Set<JsonType>([...flat.types, 'null']),
    values: flat.values === undefined ? undefined : [...flat.values, null],
  }
}

function compareBases(old: Flat, next: Flat, path: readonly string[], notes: Notes): void {
  // What is written alike demands the same, but for what it refers to.
  if (!isMadeOfTheSame(old, next, notes.space))
    for (const change of keywordChanges(old, next)) notes.changes.push({ ...change, path })
  const step = (
    tokens: readonly string[],
    way: readonly string[],
    before: readonly JsonSchema[],
    after: readonly JsonSchema[],
  ) => {
    const pair = pairOf(before, after, notes)
    if (pair !== undefined) notes.steps.push({ tokens, path: [...path, ...way], pair })
  }
  // What no document of one side can have is not compared: it is gone, or new, with its type.
  const isShared = (type: JsonType) => old.types.has(type) && next.types.has(type)
  const names = isShared('object') ? declaredNames(next) : new Set<string>()
  for (const name of [...declaredNames(old)].filter((entry) => names.has(entry)).sort()) {
    step(
      [name],
      ['properties', name],
      memberSchemas(old.members, name, 'least'),
      memberSchemas(next.members, name, 'least'),
    )
  }
  const others = (flat: Flat) =>
    flat.members.map((entry) => entry.additional).filter((schema) => typeof schema === 'object')
  if (isShared('object') && others(old).length > 0 && others(next).length > 0) {
    step(['*'], ['additionalProperties'], others(old), others(next))
  }
  if (!isShared('array')) return
  const longest = Math.max(0, ...[...old.items, ...next.items].map((entry) => entry.prefix.length))
  for (let index = 0; index < longest; index += 1) {
    step([String(index)], ['prefixItems', String(index)], itemSchemas(old, index), itemSchemas(next, index))
  }
  step(['*'], ['items'], itemSchemas(old, longest), itemSchemas(next, longest))
}

function isMadeOfTheSame(old: Flat, next: Flat, space: Space): boolean {
  return (
    space.undeclared('old') === space.undeclared('new') &&
    old.roots !== undefined &&
    next.roots !== undefined &&
    old.sources.length === next.sources.length &&
    old.sources.every((schema, index) => typeof schema === 'object' && schema === next.sources[index])
  )
}

function pairOf(before: readonly JsonSchema[], after: readonly JsonSchema[], notes: Notes): Pair | undefined {
  const [one] = before
  const [other] = after
  if (before.length === 1 && after.length === 1 && one !== undefined && other !== undefined) {
    if (notes.space.isSame(one, other)) return undefined
  } else if (before.length === after.length) {
    const isSame = before.every((schema, index) => {
      const counterpart = after[index]
      return counterpart !== undefined && notes.space.isSame(schema, counterpart)
    })
    if (isSame) return undefined
  }
  return notes.pairs.at(before, after)
}

function compareChoices(old: Flat, next: Flat, notes: Notes): void {
  if (old.choices.length === 0 && next.choices.length === 0) return
  if (old.choices.length === next.choices.length) {
    old.choices.forEach((choice, index) => {
      const counterpart = next.choices[index]
      if (counterpart !== undefined) compareBranches(old, choice, next, counterpart, notes)
    })
    return
  }
  notes.changes.push({
    member: undefined,
    keyword: keywordOf(old.choices[0] ?? next.choices[0]),
    rule: 'combinator',
    change: 'unknown',
    reach: 'unclear',
    old: namesOf(old),
    new: namesOf(next),
    path: [],
  })
}

function compareBranches(old: Flat, before: Choice, next: Flat, after: Choice, notes: Notes): void {
  const keyword = keywordOf(after)
  if (before.kind !== after.kind) {
    const names = [keywordOf(before), keyword]
    notes.changes.push({
      member: undefined,
      keyword,
      rule: 'combinator',
      change: 'unknown',
      reach: 'unclear',
      old: JSON.stringify(names[0]),
      new: JSON.stringify(names[1]),
      path: [],
    })
  }
  const left = new Set(after.branches.keys())
  const unmatched: number[] = []
  const matched: [number, number][] = []
  before.branches.forEach((branch, index) => {
    const same = [...left].find((at) => notes.space.isSame(branch, after.branches[at] ?? false))
    if (same === undefined) unmatched.push(index)
    else left.delete(same)
  })
  const removed: number[] = []
  for (const index of unmatched) {
    const at = counterpartOf(old, before, index, next, after, left, notes.flattener)
    if (at === undefined) removed.push(index)
    else {
      left.delete(at)
      matched.push([index, at])
    }
  }
  for (const [index, at] of matched) {
    const one = before.branches[index]
    const other = after.branches[at]
    if (one === undefined || other === undefined) continue
    const pair = pairOf([one], [other], notes)
    if (pair !== undefined) notes.steps.push({ tokens: [], path: [keyword, branchName(other, at)], pair })
  }
  const change = (index: number, isRemoved: boolean): LocalChange => {
    const branch = (isRemoved ? before : after).branches[index] ?? true
    const name = JSON.stringify(branchName(branch, index))
    return {
      member: undefined,
      keyword: isRemoved ? keywordOf(before) : keyword,
      rule: 'combinator',
      change: isRemoved ? 'removed' : 'added',
      reach: before.kind === 'any' && after.kind === 'any' ? (isRemoved ? 'narrower' : 'wider') : 'unclear',
      old: isRemoved ? name : null,
      new: isRemoved ? null : name,
      path: [keyword, branchName(branch, index)],
    }
  }
  for (const index of removed) notes.changes.push(change(index, true))
  for (const index of [...left].sort((one, other) => one - other)) notes.changes.push(change(index, false))
}

/** The branch of the new choice that an old branch most likely became: same name, same constants, or most fields in common. */
function counterpartOf(
  old: Flat,
  before: Choice,
  index: number,
  next: Flat,
  after: Choice,
  left: ReadonlySet<number>,
  flattener: Flattener,
): number | undefined {
  const branch = before.branches[index]
  if (branch === undefined) return undefined
  const name = targetOf(branch)
  const namesake =
    name === undefined ? undefined : [...left].find((at) => targetOf(after.branches[at] ?? false) === name)
  if (namesake !== undefined) return namesake
  const own = flattener.flat(old.side, [branch])
  let best: number | undefined
  let bestScore = 0.5
  for (const at of left) {
    const candidate = after.branches[at]
    if (candidate === undefined) continue
    const score = likeness(own, flattener.flat(next.side, [candidate]), flattener) + (at === index ? 0.05 : 0)
    if (score > bestScore) {
      best = at
      bestScore = score
    }
  }
  return best
}

function likeness(one: Flat, other: Flat, flattener: Flattener): number {
  const shared = [...one.types].filter((type) => other.types.has(type)).length
  if (shared === 0) return 0
  const names = declaredNames(one)
  const others = declaredNames(other)
  if (names.size === 0 && others.size === 0) return one.types.size === other.types.size ? 0.6 : 0.51
  const common = [...names].filter((name) => others.has(name))
  const isOther = common.some((name) => {
    const value = constantOf(one, name, flattener)
    const counterpart = constantOf(other, name, flattener)
    return value !== undefined && counterpart !== undefined && value !== counterpart
  })
  return isOther ? 0 : common.length / new Set([...names, ...others]).size
}

function constantOf(flat: Flat, name: string, flattener: Flattener): string | undefined {
  const values = flattener.flat(flat.side, memberSchemas(flat.members, name, 'least')).values
  return values?.length === 1 ? JSON.stringify(values[0]) : undefined
}

function keywordOf(choice: Choice | undefined): string {
  return choice?.kind === 'one' ? 'oneOf' : 'anyOf'
}

function branchName(branch: JsonSchema, index: number): string {
  return targetOf(branch) ?? String(index)
}

function namesOf(flat: Flat): string | null {
  if (flat.choices.length === 0) return null
  return JSON.stringify(flat.choices.map((choice) => ({ [keywordOf(choice)]: choice.branches.map(branchName) })))
}

function distinct(changes: readonly LocalChange[]): readonly LocalChange[] {
  const seen = new Map<string, LocalChange>()
  for (const change of changes) {
    const key = JSON.stringify([change.member, change.keyword, change.change, change.old, change.new, change.path])
    if (!seen.has(key)) seen.set(key, change)
  }
  return [...seen.values()]
}
