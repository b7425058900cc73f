import { randomBytes } from 'node:crypto'
import { GateError } from '../base/errors.ts'
import { startProxy } from '../record/proxy.ts'
import { sanitize } from '../record/sanitize.ts'
import { writeRecording } from '../record/store.ts'
import { loadErp } from './erp.ts'
import { readIntegration } from './scenario.ts'

/** A recording in progress. */
export type RecordingInProgress = Readonly<{
  /** Where the connector must be pointed at. */
  url: string
  /** Stops, sanitizes and writes. Returns how many interactions were written and what the sanitizer did. */
  finish: () => Promise<
    Readonly<{ interactions: number; sanitizing: readonly Readonly<{ rule: string; count: number }>[] }>
  >
}>

/** Starts recording what a connector exports. Nothing is written before `finish` has sanitized it. */
export async function startRecording(
  options: Readonly<{
    upstream: string
    port: number
    out: string
    /** Folder of the integration, for its id and its sanitizing rules. */
    scenario: string
    onInteraction?: (count: number) => void
  }>,
): Promise<RecordingInProgress> {
  if (!/^https?:\/\//.test(options.upstream) || !URL.canParse(options.upstream)) {
    throw new GateError('usage', `--upstream "${options.upstream}" is no URL.`, {
      hint: 'Write it like http://erp.example:8000.',
    })
  }
  const integration = await readIntegration(options.scenario)
  const adapter = await loadErp(integration)
  const recordedAt = new Date().toISOString()
  const proxy = await startProxy({
    upstream: options.upstream,
    port: options.port,
    ...(options.onInteraction === undefined ? {} : { onInteraction: options.onInteraction }),
  })
  return {
    url: proxy.url,
    finish: async () => {
      await proxy.stop()
      const interactions = proxy.interactions()
      if (interactions.length === 0) {
        throw new GateError('recording-unusable', 'Nothing was recorded: no request reached the proxy.', {
          hint: `Point the connector at ${proxy.url} while recording.`,
        })
      }
      const release = adapter.releaseOf(interactions)
      if (release === undefined) {
        throw new GateError('recording-unusable', 'The recording does not tell which release of the ERP answered.', {
          hint: 'Record from the start of the connector run, with its log-in.',
        })
      }
      const recording = sanitize(
        {
          header: {
            format: 'erp-change-gate/recording',
            version: 1,
            integration: integration.id,
            erp: { product: integration.erp.product, release },
            connector: { name: integration.connector.name, release: integration.connector.release },
            recordedAt,
          },
          interactions,
        },
        {
          fields: integration.sanitize.fields,
          key: process.env.CHANGE_GATE_PSEUDONYM_KEY ?? randomBytes(32).toString('hex'),
          secretsOf: adapter.secretsOf,
        },
      )
      await writeRecording(options.out, recording)
      return { interactions: interactions.length, sanitizing: recording.header.sanitizing }
    },
  }
}
