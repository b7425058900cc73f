import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { mapped } from '../base/on-demand.ts'
import { compareDocuments } from '../compare/documents.ts'
import { learnNoise } from '../compare/noise.ts'
import type { Noise } from '../model/noise.ts'
import type { Answered, Observation, OperationObservation } from '../ports/observation.ts'
import { readControl } from './control.ts'
import { writeNoise } from './noise-file.ts'
import { type Rehearsable, type RunOptions, rehearse } from './run.ts'
import { scenarioName } from './scenario.ts'
import { parseTarget } from './target.ts'

/** Learns the noise of the release in production and writes it beside its snapshot. Throws what the target is at fault for. */
export async function learnNoiseOf(
  options: Readonly<{ scenario: string; snapshots: string; reports: string; target: string }> &
    Pick<RunOptions, 'onStage' | 'onProgress'>,
): Promise<Readonly<{ noise: Noise; file: string }>> {
  const control = await readControl(options.scenario, options.snapshots)
  const { product, release } = control.recording.header.erp
  const noise = await noiseOf({
    ...control,
    target: parseTarget(options.target, `${product}-${release}`),
    reportFolder: join(options.reports, scenarioName(options.scenario)),
    options,
  })
  const file = await writeNoise(join(options.snapshots, `${product}-${release}`), noise)
  return { noise, file }
}

/** Replays twice and learns what differs between the two. */
export async function noiseOf(control: Rehearsable): Promise<Noise> {
  const observations: Observation[] = []
  for (const nth of ['first', 'second']) {
    control.options.onStage?.(`replaying for the ${nth} time`)
    const { asIs } = await rehearse({
      ...control,
      // Two replays are held against each other; the mocked API has no part in it when it is not the target.
      candidate: control.target.kind === 'mock' ? control.candidate : undefined,
      reportFolder: join(control.reportFolder, `noise-${nth}`),
    })
    const { observation } = asIs
    if (observation.fault !== undefined) {
      throw new GateError(
        'target-fault',
        `The connection failed at interaction ${observation.fault.seq}: ${observation.fault.message}`,
        { hint: 'Learn again when the sandbox answers; nothing was written.' },
      )
    }
    observations.push(observation)
  }
  const [first, second] = observations
  return first === undefined || second === undefined ? { noise: [], refused: [] } : noiseBetween(first, second, control)
}

/** Learns what differs between two replays of one recording. Invoices that are read on demand are held one at a time. */
export function noiseBetween(
  first: Observation,
  second: Observation,
  { baseline, adapter }: Pick<Rehearsable, 'baseline' | 'adapter'>,
): Noise {
  const { documents, interactions } = compareDocuments({
    observation: against(first, second),
    baseline: mapped(first.invoices, ({ key, sent = null, stages }) => ({ key, sent, stages })),
    baselineSchema: baseline.schema,
    documentResource: adapter.documentResource,
    meaning: adapter.meaning,
  })
  return learnNoise([...documents, ...interactions], second.invoices.length)
}

/** The second replay, with what the first was answered in the place of what was recorded. */
function against(first: Observation, second: Observation): Observation {
  const held = (others: readonly OperationObservation[], own: readonly OperationObservation[]) =>
    mapped(own, (operation, index) => {
      const answer = others[index]?.replayed
      return answer !== undefined && isAnswer(answer) ? { ...operation, recorded: answer } : operation
    })
  return {
    ...second,
    shared: held(first.shared, second.shared),
    invoices: mapped(second.invoices, (invoice, index) => ({
      ...invoice,
      operations: held(first.invoices[index]?.operations ?? [], invoice.operations),
    })),
  }
}

function isAnswer(answer: OperationObservation['replayed']): answer is Answered {
  return answer.state !== 'not-reached' && answer.state !== 'unresolved'
}
