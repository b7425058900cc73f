import { parentPort, workerData } from 'node:worker_threads'
import { type DrillAnswer, type DrillPlace, judgeMutant, mutantsOf, prepareDrill } from './drill.ts'

const place: DrillPlace = workerData
const prepared = prepareDrill(place.scenario, place.snapshots)

parentPort?.on('message', async (id: string) => {
  const ready = await prepared
  const mutant = mutantsOf(ready).find((candidate) => candidate.id === id)
  if (mutant === undefined) throw new Error(`There is no mutant "${id}".`)
  const answer: DrillAnswer = { id, judgement: await judgeMutant(ready, mutant) }
  parentPort?.postMessage(answer)
})
