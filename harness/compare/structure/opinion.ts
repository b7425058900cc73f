import type { JsonSchemaObject } from '../../model/schema.ts'
import type { SecondOpinionSummary } from '../../model/structure.ts'
import type { Answer, Question, SecondOpinion } from '../../ports/second-opinion.ts'
import type { Leaf, StructureComparison } from './compare.ts'
import { type Flat, LIMITS } from './flat.ts'
import { dataText } from './space.ts'

/** The most questions that are put to a second engine: it takes some 20 ms for each. */
const MAX_QUESTIONS = 300

/** The changed places that one question is about: what two releases publish alike at many places is asked once. */
export type AskedPlaces = ReadonlyMap<string, readonly Leaf[]>

/** The changed places that a second engine can judge, as questions; the others are counted. */
export function questionsFor(
  comparison: StructureComparison,
  opinion: Pick<SecondOpinion, 'keywords'>,
): Readonly<{ questions: readonly Question[]; places: AskedPlaces; notAsked: number }> {
  const questions: Question[] = []
  const places = new Map<string, Leaf[]>()
  let notAsked = 0
  for (const leaf of comparison.leaves()) {
    const old = plainSchema(leaf.pair.old)
    const next = plainSchema(leaf.pair.new)
    const isKnown = (schema: JsonSchemaObject | undefined) =>
      schema !== undefined && Object.keys(schema).every((keyword) => opinion.keywords.has(keyword))
    if (!isKnown(old) || !isKnown(next) || old === undefined || next === undefined) {
      notAsked += 1
      continue
    }
    const id = `${dataText(old, false)} ${dataText(next, false)}`
    const asked = places.get(id)
    if (asked !== undefined) asked.push(leaf)
    else if (questions.length >= MAX_QUESTIONS) notAsked += 1
    else {
      places.set(id, [leaf])
      questions.push({ id, old, new: next })
    }
  }
  return { questions, places, notAsked }
}

/** Holds the answers of a second engine against ours. A difference is a defect of one of them, and is shown. */
export function summaryOf(
  places: AskedPlaces,
  engine: string,
  answers: readonly Answer[],
  notAsked: number,
): SecondOpinionSummary {
  const disagreed: SecondOpinionSummary['disagreed'][number][] = []
  let agreed = 0
  let silent = 0
  for (const answer of answers) {
    for (const { difference, keepsAll, addsNothing } of places.get(answer.id) ?? []) {
      if ('silent' in answer) {
        silent += 1
        continue
      }
      const ours = wordsFor(!keepsAll, !addsNothing)
      const theirs = wordsFor(answer.lost, answer.gained)
      const { resource, direction, pointer, schemaPointer } = difference
      if (ours === theirs) agreed += 1
      else disagreed.push({ resource, direction, pointer, schemaPointer, ours, theirs })
    }
  }
  return { engine, agreed, disagreed, notAsked: notAsked + silent }
}

function wordsFor(isLost: boolean, isGained: boolean): string {
  if (isLost && isGained) return 'documents lost and gained'
  return isLost ? 'documents lost' : isGained ? 'documents gained' : 'no difference'
}

/** A draft-07 schema of a flat that has nothing nested; undefined for one that has. */
function plainSchema({ ...flat }: Leaf['pair']['old']): JsonSchemaObject | undefined {
  if (flat.never || isNested(flat)) return undefined
  const made: Record<string, unknown> = { type: [...flat.types].sort() }
  if (flat.minimum) made[flat.minimum.exclusive ? 'exclusiveMinimum' : 'minimum'] = flat.minimum.value
  if (flat.maximum) made[flat.maximum.exclusive ? 'exclusiveMaximum' : 'maximum'] = flat.maximum.value
  for (const [name] of LIMITS) {
    const limit = flat.limits[name]
    if (Number.isFinite(limit) && !(limit === 0 && name.startsWith('min'))) made[name] = limit
  }
  // What the engine does not see makes the question one that is not asked.
  if (flat.values !== undefined) made.enum = flat.values
  if (flat.formats.size > 0) made.format = [...flat.formats]
  if (flat.patterns.size > 0) made.pattern = [...flat.patterns]
  if (flat.multiples.length > 0) made.multipleOf = flat.multiples
  if (flat.unique) made.uniqueItems = true
  return made
}

function isNested(flat: Flat): boolean {
  return (
    flat.members.length > 0 ||
    flat.items.length > 0 ||
    flat.contains.length > 0 ||
    flat.names.length > 0 ||
    flat.required.size > 0 ||
    flat.dependentRequired.size > 0 ||
    flat.dependentSchemas.length > 0 ||
    flat.choices.length > 0 ||
    flat.nots.length > 0 ||
    flat.conditionals.length > 0 ||
    flat.opaque.length > 0
  )
}
