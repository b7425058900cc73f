/** The process of `RecordingSpare`. It writes nothing unless the recorder is gone. */
import { keepRecording } from '../record/keep.ts'
import { type Exchange, interactionsOf } from '../record/recorder.ts'
import { sanitizedCapture } from './captured.ts'
import { loadErp } from './erp.ts'
import { cutOffFile, type Told } from './recording-spare.ts'
import { readIntegration } from './scenario.ts'

let task: Told['task'] | undefined
const exchanges = new Map<number, Exchange>()

process.on('message', (told: Told) => {
  task = told.task
  for (const exchange of told.exchanges) exchanges.set(exchange.nth, exchange)
})
process.once('disconnect', save)
// A recorder that was killed at once is gone before anybody listens.
if (!process.connected) setImmediate(save)

async function save(): Promise<void> {
  const interactions = interactionsOf([...wholePart()])
  if (task === undefined || interactions.length === 0) return
  const { scenario, out, recordedAt } = task
  const integration = await readIntegration(scenario)
  const adapter = await loadErp(integration)
  await keepRecording(cutOffFile(out), await sanitizedCapture(interactions, { integration, adapter, recordedAt }))
}

/** What passed before the first request that has no answer: with a hole in it, a recording cannot be replayed. */
function* wholePart(): Generator<Exchange> {
  for (let nth = 1; ; nth++) {
    const exchange = exchanges.get(nth)
    if (exchange === undefined) return
    yield exchange
  }
}
