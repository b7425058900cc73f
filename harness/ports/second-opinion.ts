import type { JsonSchema } from '../model/schema.ts'

/** Two schemas of one place, self-contained: no references and no choices. */
export type Question = Readonly<{ id: string; old: JsonSchema; new: JsonSchema }>

/** What the engine says: whether documents are lost, and whether others are gained. `silent` when it fails or takes too long. */
export type Answer = Readonly<{ id: string; lost: boolean; gained: boolean } | { id: string; silent: string }>

/** Another engine that compares schemas on its own, so that the gate's answer can be checked against it. */
export type SecondOpinion = Readonly<{
  /** Name of the engine as it is published. */
  engine: string
  /** Keywords whose change the engine sees; a question with any other is not put to it. */
  keywords: ReadonlySet<string>
  /** Answers in the order of the questions, within the time and memory it is given. */
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>
}>
