import { pointerOf } from '../../base/pointer.ts'
import { type ErpResource, type ErpSchema, type JsonSchema, PARAMETERS, type Unchanged } from '../../model/schema.ts'
import type { Direction, StructureDifference } from '../../model/structure.ts'
import { type Prover, proverOf } from './contained.ts'
import { type Flat, type Flattener, flattenerOf, itemSchemas, memberSchemas } from './flat.ts'
import { declaredNames } from './keywords.ts'
import { type Root, type Visit, visit } from './reach.ts'
import { type Side, type Space, spaceOf } from './space.ts'
import { type Explanation, explain, type LocalChange, type Pair, type Pairs, pairsOf } from './walk.ts'
import { effectOf } from './words.ts'

/** Whether the documents of one resource stay accepted, and whether others are accepted in addition. */
export type ResourceProof = Readonly<{
  resource: string
  direction: Direction
  /** `no`: every document that was accepted still is. `not-proven` where that could not be shown. */
  narrowed: 'no' | 'not-proven'
  /** `no`: no document is accepted that was not before. */
  widened: 'no' | 'not-proven'
}>

/** What is different between two releases, and where in the documents each difference is met. */
export type StructureComparison = Readonly<{
  differences: readonly StructureDifference[]
  /** What is proven of each resource that changed, whole. Takes longer than the differences, so it is only done when asked. */
  proofs: () => readonly ResourceProof[]
  /** Indexes of the differences that a place of a document meets, on the way to it or at it. */
  at: (resource: string, direction: Direction, tokens: readonly string[]) => readonly number[]
  /** What was published at the place of a difference: before, when it was removed, else now. */
  schemasOf: (index: number) => readonly JsonSchema[]
  /** A resource as one release publishes it. */
  resource: (side: Side, name: string) => ErpResource | undefined
  /** What schemas of one release demand together. */
  flat: Flattener['flat']
  /** Changed places without anything nested, with what is proven about them: what a second engine can judge. */
  leaves: () => readonly Leaf[]
}>

/** One changed place. */
export type Leaf = Readonly<{
  /** One of the differences there. */
  difference: StructureDifference
  pair: Pair
  keepsAll: boolean
  addsNothing: boolean
}>

/** All differences between what two releases publish. Equal parts are skipped, shared ones are compared once. */
export function compareStructure(baseline: ErpSchema, candidate: ErpSchema): readonly StructureDifference[] {
  return structureComparison(baseline, candidate).differences
}

/** The same, with the proofs and the way from a document to its differences. */
export function structureComparison(
  baseline: ErpSchema,
  candidate: ErpSchema,
  unchanged?: Unchanged,
): StructureComparison {
  const space = spaceOf(baseline, candidate, unchanged)
  const flattener = flattenerOf(space)
  const engine: Engine = {
    space,
    flattener,
    pairs: pairsOf(space, flattener),
    prover: proverOf(space, flattener),
    explained: new Map(),
  }
  const found: Found[] = []
  const changed: (Root & { readonly direction: Direction })[] = []
  const names = [...new Set([...Object.keys(baseline.resources), ...Object.keys(candidate.resources)])].sort()
  for (const direction of ['read', 'send'] as const) {
    const roots = rootsOf(baseline, candidate, names, direction, engine, found)
    for (const root of roots) changed.push({ ...root, direction })
    found.push(...differencesBelow(roots, direction, engine))
  }
  found.sort((left, right) => compareKeys(left.order, right.order))
  return {
    differences: found.map(({ difference }) => difference),
    proofs: () =>
      changed.map(({ resource, direction, pair }) => ({
        resource,
        direction,
        narrowed: engine.prover.isContained(pair.old, pair.new) ? 'no' : 'not-proven',
        widened: engine.prover.isContained(pair.new, pair.old) ? 'no' : 'not-proven',
      })),
    at: locator(baseline, candidate, engine, found),
    schemasOf: (index) => {
      const entry = found[index]
      if (entry?.member === undefined || entry.mounted === undefined) return []
      const flat = entry.difference.change === 'removed' ? entry.mounted.old : entry.mounted.new
      // As they are written: schemas that demand the same share a flat, whatever they are called.
      return memberSchemas(flat.members, entry.member, 'least')
    },
    resource: (side, name) => publishedIn(side === 'old' ? baseline : candidate, name),
    flat: flattener.flat,
    leaves: () => leavesOf(found, engine),
  }
}

function leavesOf(found: readonly Found[], engine: Engine): readonly Leaf[] {
  const leaves = new Map<Pair, Leaf>()
  for (const { difference, mounted } of found) {
    if (mounted === undefined || leaves.has(mounted) || explanationOf(mounted, engine).steps.length > 0) continue
    const proof = proofOf(mounted, engine)
    leaves.set(mounted, { difference, pair: mounted, keepsAll: proof.keepsAll(), addsNothing: proof.addsNothing() })
  }
  return [...leaves.values()]
}

type Engine = Readonly<{
  space: Space
  flattener: Flattener
  pairs: Pairs
  prover: Prover
  explained: Map<Pair, Explanation>
}>

/** A difference with the pair it belongs to, and what it is sorted by. */
type Found = Readonly<{
  difference: StructureDifference
  order: readonly string[]
  mounted: Pair | undefined
  member: string | undefined
}>

function rootsOf(
  baseline: ErpSchema,
  candidate: ErpSchema,
  names: readonly string[],
  direction: Direction,
  engine: Engine,
  found: Found[],
): readonly Root[] {
  const roots: Root[] = []
  for (const resource of names) {
    const old = publishedIn(baseline, resource)
    const next = publishedIn(candidate, resource)
    const before = old?.[direction]
    const after = next?.[direction]
    if (direction === 'send' && old !== undefined && next !== undefined)
      found.push(...changesOfBody(resource, old, next))
    if (before !== undefined && after !== undefined) {
      if (old?.deprecated !== next?.deprecated) {
        found.push(wholeResource(resource, direction, 'deprecated', next?.deprecated === true))
      }
      if (!engine.space.isSame(before, after)) {
        roots.push({ resource, pair: engine.pairs.at([before], [after]) })
      }
    } else if (before !== undefined || after !== undefined) {
      const isOther = old !== undefined && next !== undefined
      found.push(wholeResource(resource, direction, isOther ? direction : 'resource', after !== undefined))
    }
  }
  return roots
}

/** A resource of a release. An operation without parameters has none of them, rather than no such resource. */
function publishedIn({ resources }: ErpSchema, name: string): ErpResource | undefined {
  if (Object.hasOwn(resources, name)) return resources[name]
  const isThere = name.endsWith(PARAMETERS) && Object.hasOwn(resources, name.slice(0, -PARAMETERS.length))
  return isThere ? NO_PARAMETERS : undefined
}

const NO_PARAMETERS: ErpResource = { send: { type: 'object', properties: {}, additionalProperties: false } }

/** Whether an operation that both releases have must be given a body, or need not be any more. */
function changesOfBody(resource: string, old: ErpResource, next: ErpResource): readonly Found[] {
  const [was, is] = [old.bodyRequired === true, next.bodyRequired === true]
  // A body that is gone is told as such.
  if (was === is || (!is && next.send === undefined)) return []
  // A release that says nothing of bodies and takes one may have asked for it all along.
  const isKnown = old.bodyRequired !== undefined || old.send === undefined
  return [wholeResource(resource, 'send', 'body', is, is && !isKnown ? 'unknown' : undefined)]
}

function wholeResource(
  resource: string,
  direction: Direction,
  keyword: string,
  isAdded: boolean,
  effect: StructureDifference['effect'] = isBreak(keyword, isAdded) ? 'breaking' : 'compatible',
): Found {
  const verb = direction === 'send' ? 'sent' : 'read'
  const [added, removed] =
    keyword === 'deprecated'
      ? ['It still works and is going to be removed.', 'It is not announced for removal any more.']
      : keyword === 'body'
        ? ['It is refused without a body now.', 'It works without a body, too.']
        : [`The record can be ${verb} now.`, `The record can no longer be ${verb}.`]
  const difference: StructureDifference = {
    resource,
    direction,
    pointer: '',
    schemaPointer: '',
    keyword,
    change: isAdded ? 'added' : 'removed',
    old: isAdded ? null : 'true',
    new: isAdded ? 'true' : null,
    effect,
    why: isAdded ? added : removed,
    shared: null,
    also: 0,
  }
  return { difference, order: orderOf(difference), mounted: undefined, member: undefined }
}

/** A record that is gone breaks its users, and a body that is asked for those who send none. */
function isBreak(keyword: string, isAdded: boolean): boolean {
  return keyword === 'body' ? isAdded : !isAdded && keyword !== 'deprecated'
}

function orderOf(difference: StructureDifference): readonly string[] {
  const { resource, direction, pointer, schemaPointer, keyword, change } = difference
  return [resource, direction, pointer, schemaPointer, keyword, change, difference.old ?? '', difference.new ?? '']
}

function compareKeys(left: readonly string[], right: readonly string[]): number {
  for (const [index, text] of left.entries()) {
    const other = right[index] ?? ''
    if (text !== other) return text < other ? -1 : 1
  }
  return 0
}

/** Visits every differing pair once, at the shortest place where it is met, and says what is different there. */
function differencesBelow(roots: readonly Root[], direction: Direction, engine: Engine): readonly Found[] {
  const visits = visit(roots, direction, engine.pairs, (pair) => explanationOf(pair, engine))
  // From the leaves up, so that a proof finds the smaller ones done.
  const upwards = [...visits].reverse()
  const found: Found[] = []
  const why: Why = { told: new Set(), leading: new Set() }
  for (const met of upwards) {
    const proof = proofOf(met.pair, engine)
    for (const change of explanationOf(met.pair, engine).changes) {
      // Whether a field may be sent is nothing to those who read it.
      if (direction === 'read' && change.rule === 'read-only') continue
      const here = foundAt(met, direction, change, effectOf(change, direction, proof))
      found.push(here)
      if (tellsWhy(here.difference)) why.told.add(met.pair)
    }
  }
  for (const met of upwards) {
    const { isTransparent, changes } = explanationOf(met.pair, engine)
    if (isTransparent || isHarmless(changes, met.pair, direction, engine)) continue
    if (!isUnexplained(met.pair, why, direction, engine)) continue
    found.push(foundAt(met, direction, UNEXPLAINED, DOUBT))
    why.told.add(met.pair)
  }
  return found
}

const UNEXPLAINED: LocalChange = {
  member: undefined,
  keyword: 'schema',
  rule: 'rule',
  change: 'unknown',
  reach: 'unclear',
  old: null,
  new: null,
  path: [],
}

const DOUBT = {
  effect: 'unknown' as const,
  why: 'No single keyword explains it, and no engine can prove that documents are not affected; only a replay shows it.',
}

/**
 * Whether nothing at a pair can break the direction but what is below it, told from the keywords alone: each of them is
 * unchanged or changed to the harmless side, and none reaches from one member into another.
 */
function isHarmless(changes: readonly LocalChange[], pair: Pair, direction: Direction, engine: Engine): boolean {
  // Two schemas that differ and show no difference are not understood.
  if (changes.length === 0 && explanationOf(pair, engine).steps.length === 0) return false
  const harmless = direction === 'send' ? 'wider' : 'narrower'
  if (changes.some(({ reach }) => reach !== harmless && reach !== 'none')) return false
  return [pair.old, pair.new].every((flat) => {
    const reaching = [flat.nots, flat.conditionals, flat.contains, flat.names, flat.dependentSchemas, flat.opaque]
    return (
      reaching.every((list) => list.length === 0) &&
      flat.choices.every((choice) => choice.kind === 'any') &&
      flat.choices.length <= 1 &&
      flat.members.every((entry) => entry.patterns.size === 0 && typeof entry.additional === 'boolean') &&
      flat.items.length <= 1 &&
      !flat.never &&
      engine.space.undeclared(flat.side) === engine.space.undeclared('old')
    )
  })
}

/**
 * Whether a difference says why a proof fails. A reader is not broken by a field that is answered in addition, although more
 * documents are possible then.
 */
function tellsWhy({ effect, direction, keyword, change }: StructureDifference): boolean {
  return effect !== 'compatible' || (direction === 'read' && keyword === 'property' && change === 'added')
}

/** Whether the proof fails at a pair although nothing that was found there, or below, says why. */
function isUnexplained(pair: Pair, why: Why, direction: Direction, engine: Engine): boolean {
  if (why.told.has(pair)) return false
  const holds = (at: Pair) => {
    const proof = proofOf(at, engine)
    return direction === 'send' ? proof.keepsAll() : proof.addsNothing()
  }
  // What is below was asked before, and mostly says why: the proof of all together takes longest. Records that lead to each
  // other fail together, so it takes something that was told as well.
  const areAllProven = explanationOf(pair, engine).steps.every((step) => holds(step.pair))
  return (areAllProven || !leadsToWhy(pair, why, engine)) && !holds(pair)
}

/** Pairs where something was told that says why a proof fails, and pairs that are known to lead there. */
type Why = Readonly<{ told: Set<Pair>; leading: Set<Pair> }>

function leadsToWhy(pair: Pair, { told, leading }: Why, engine: Engine): boolean {
  const seen = new Set([pair])
  for (const at of seen) {
    if (told.has(at) || leading.has(at)) {
      leading.add(pair)
      return true
    }
    for (const step of explanationOf(at, engine).steps) seen.add(step.pair)
  }
  return false
}

function proofOf(pair: Pair, engine: Engine): Readonly<{ keepsAll: () => boolean; addsNothing: () => boolean }> {
  return {
    keepsAll: () => engine.prover.isContained(pair.old, pair.new),
    addsNothing: () => engine.prover.isContained(pair.new, pair.old),
  }
}

function explanationOf(pair: Pair, engine: Engine): Explanation {
  const known = engine.explained.get(pair)
  if (known !== undefined) return known
  const made = explain(pair, engine.pairs)
  engine.explained.set(pair, made)
  return made
}

function foundAt(
  met: Visit,
  direction: Direction,
  change: LocalChange,
  verdict: Readonly<{ effect: StructureDifference['effect']; why: string }>,
): Found {
  const { resource, steps, shared } = met.place()
  const tokens = [...steps.flatMap((step) => step.tokens), ...(change.member === undefined ? [] : [change.member])]
  const difference: StructureDifference = {
    resource,
    direction,
    pointer: pointerOf(tokens),
    schemaPointer: pointerOf([
      ...steps.flatMap((step) => step.path),
      ...change.path,
      ...(change.member === undefined ? [] : ['properties', change.member]),
    ]),
    keyword: change.keyword,
    change: change.change,
    old: change.old,
    new: change.new,
    effect: verdict.effect,
    why: verdict.why,
    shared,
    also: met.also,
  }
  return { difference, order: orderOf(difference), mounted: met.pair, member: change.member }
}

/** Follows a place of a document through both schemas and collects the differences it meets. */
function locator(
  baseline: ErpSchema,
  candidate: ErpSchema,
  engine: Engine,
  found: readonly Found[],
): StructureComparison['at'] {
  const byPair = new Map<string, number[]>()
  found.forEach((entry, index) => {
    const { direction, resource } = entry.difference
    const key = `${direction} ${entry.mounted === undefined ? `resource ${resource}` : entry.mounted.key}`
    byPair.set(key, [...(byPair.get(key) ?? []), index])
  })
  const isMet = (index: number, next: string | undefined): boolean => {
    const entry = found[index]
    if (entry === undefined) return false
    // A new duty concerns everyone who sends the record, whether he sends the member or not.
    if (entry.difference.keyword === 'required' && entry.difference.change === 'added') return true
    // What is said of undeclared members is nothing to those who go to one that both releases declare.
    if (entry.difference.keyword === 'additionalProperties' && next !== undefined && entry.mounted !== undefined)
      return ![entry.mounted.old, entry.mounted.new].every((flat) => declaredNames(flat).has(next))
    // What is about one member is met by those who go there, or who take the whole record.
    return entry.member === undefined || next === undefined || entry.member === next
  }
  return (resource, direction, tokens) => {
    // Who sends something is not concerned by having to send something.
    const isConcerned = (index: number) => tokens.length === 0 || found[index]?.difference.keyword !== 'body'
    const met = new Set(byPair.get(`${direction} resource ${resource}`)?.filter(isConcerned) ?? [])
    const before = publishedIn(baseline, resource)?.[direction]
    const after = publishedIn(candidate, resource)?.[direction]
    if (before === undefined || after === undefined) return [...met]
    const visit = (pair: Pair, at: number, depth: number): void => {
      for (const index of byPair.get(`${direction} ${pair.key}`) ?? []) {
        if (isMet(index, tokens[at])) met.add(index)
      }
      if (depth > 100) return
      const { steps } = explanationOf(pair, engine)
      let isFollowed = at >= tokens.length
      for (const step of steps) {
        if (step.tokens.length === 0) visit(step.pair, at, depth + 1)
        else if (at < tokens.length && isSameToken(step.tokens[0], tokens[at])) {
          isFollowed = true
          visit(step.pair, at + 1, depth + 1)
        }
      }
      // An unchanged field may still lead to another record, which may have changed.
      const { old, new: next } = pair
      const below = isFollowed ? [] : [childOf(old, tokens[at]), childOf(next, tokens[at])]
      const [one = [], other = []] = below
      if (one.length > 0 && other.length > 0) visit(engine.pairs.at(one, other), at + 1, depth + 1)
      const relation = relationOf(old) ?? relationOf(next)
      let rest = at
      while (/^(\d+|\*)$/.test(tokens[rest] ?? '')) rest += 1
      if (relation === undefined || rest >= tokens.length) return
      const start = publishedIn(baseline, relation)?.[direction]
      const end = publishedIn(candidate, relation)?.[direction]
      for (const index of byPair.get(`${direction} resource ${relation}`) ?? []) met.add(index)
      if (start !== undefined && end !== undefined) visit(engine.pairs.at([start], [end]), rest, depth + 1)
    }
    visit(engine.pairs.at([before], [after]), 0, 0)
    return [...met].sort((left, right) => left - right)
  }
}

function childOf(flat: Flat, token: string | undefined): readonly JsonSchema[] {
  if (token === undefined) return []
  if (flat.items.length > 0 && /^(\d+|\*)$/.test(token)) return itemSchemas(flat, token === '*' ? 0 : Number(token))
  return memberSchemas(flat.members, token, 'least')
}

function isSameToken(step: string | undefined, token: string | undefined): boolean {
  if (step === token || token === '*') return true
  return step === '*' && token !== undefined
}

function relationOf(flat: Flat): string | undefined {
  const relation = flat.annotations.get('x-relation')
  return typeof relation === 'string' ? relation : undefined
}

/** The schema of one place, for those who need more than the differences: what a field looked like in one release. */
export function placeIn(
  schema: ErpSchema,
  resource: string,
  direction: Direction,
  tokens: readonly string[],
): readonly JsonSchema[] {
  const root = publishedIn(schema, resource)?.[direction]
  if (root === undefined) return []
  const flattener = flattenerOf(spaceOf(schema, schema))
  let flat = flattener.flat('old', [root])
  for (const token of tokens) {
    const schemas = childOf(flat, token)
    if (schemas.length === 0) return []
    flat = flattener.flat('old', schemas)
  }
  return flat.sources
}
