import { type StructureComparison, structureComparison } from '../compare/structure/compare.ts'
import { questionsFor, summaryOf } from '../compare/structure/opinion.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { SecondOpinionSummary } from '../model/structure.ts'
import type { SecondOpinion } from '../ports/second-opinion.ts'
import { jsonSchemaDiff } from '../second-opinions/json-schema-diff.ts'

/** What is different between two published schemas, and what a second engine says to it. */
export type ComparedSchemas = Readonly<{
  comparison: StructureComparison
  /** Asked once and in the background; never rejects: an engine that fails has no opinion. */
  opinion: () => Promise<SecondOpinionSummary>
}>

const known = new WeakMap<ErpSchema, WeakMap<ErpSchema, ComparedSchemas>>()

/** Compares two schemas once, however often they are asked for: a replay as is and one with the plan meet the same two. */
export function comparedSchemas(baseline: ErpSchema, candidate: ErpSchema): ComparedSchemas {
  const others = known.get(baseline) ?? new WeakMap<ErpSchema, ComparedSchemas>()
  known.set(baseline, others)
  const found = others.get(candidate)
  if (found !== undefined) return found
  const comparison = structureComparison(baseline, candidate)
  let asked: Promise<SecondOpinionSummary> | undefined
  const made: ComparedSchemas = {
    comparison,
    opinion: () => {
      asked ??= secondOpinionOn(comparison, jsonSchemaDiff)
      return asked
    },
  }
  others.set(candidate, made)
  return made
}

/** Puts the changed places that a second engine can judge to it, and holds its answers against ours. */
export async function secondOpinionOn(
  comparison: StructureComparison,
  opinion: SecondOpinion,
): Promise<SecondOpinionSummary> {
  const { questions, places, notAsked } = questionsFor(comparison, opinion)
  const answers = questions.length === 0 ? [] : await opinion.ask(questions)
  return summaryOf(places, opinion.engine, answers, notAsked)
}
