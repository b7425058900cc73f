import { parentPort, workerData } from 'node:worker_threads'
import engine from 'json-schema-diff'
import type { Answer, Question } from '../../ports/second-opinion.ts'

/** Absorption takes minutes on ordinary objects and makes no answer more correct on those that are asked. */
process.env.JSON_SCHEMA_DIFF_APPLY_ABSORPTION_IN_CARTESIAN_PRODUCT = 'false'

const questions: readonly Question[] = workerData

for (const question of questions) {
  parentPort?.postMessage(await answerTo(question))
}

async function answerTo({ id, old, new: next }: Question): Promise<Answer> {
  try {
    // The engine writes into what it is given.
    const { removalsFound, additionsFound } = await engine.diffSchemas({
      sourceSchema: structuredClone(old),
      destinationSchema: structuredClone(next),
    })
    return { id, lost: removalsFound, gained: additionsFound }
  } catch (error) {
    return { id, silent: error instanceof Error ? error.message : String(error) }
  }
}
