import { homedir } from 'node:os'
import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { keepRecording } from '../record/keep.ts'
import { startForwardProxy, startProxy } from '../record/proxy.ts'
import type { Change } from '../record/sanitize.ts'
import { sanitizedCapture } from './captured.ts'
import { refuseInRepository } from './decision.ts'
import { loadErp } from './erp.ts'
import { RecordingSpare, refuseCutOff, withCutOff } from './recording-spare.ts'
import { readIntegration } from './scenario.ts'

/** A recording in progress. */
export type RecordingInProgress = Readonly<{
  /** Where the connector must be pointed at, or the proxy that it must be told of. */
  url: string
  /** File with the certificate that the connector must trust; absent where it talks to the proxy in plain text. */
  trust?: string
  /** Stops, sanitizes and writes. Returns how many interactions were written and what the sanitizer did. */
  finish: () => Promise<
    Readonly<{
      interactions: number
      sanitizing: readonly Readonly<{ rule: string; count: number }>[]
      /** Connections to other hosts that passed and were not recorded, by host. */
      others: ReadonlyMap<string, number>
      /** Every replacement that the sanitizer made, where nothing is written. */
      changes: readonly Change[]
    }>
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
    /** Listens as a forward proxy, for a connector that keeps its URL. */
    forward?: boolean
    /** Writes nothing. */
    dryRun?: boolean
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
  // What writes certificates takes long to load, and no other command needs it.
  const authority = options.forward
    ? await (await import('../record/authority.ts')).openAuthority(await authorityFolder())
    : undefined
  if (!options.dryRun) await refuseCutOff(options.out)
  const { scenario, out } = options
  const spare = options.dryRun ? undefined : new RecordingSpare({ scenario, out, recordedAt })
  const proxyOptions = {
    upstream: options.upstream,
    port: options.port,
    ...(spare === undefined ? {} : { onPassed: spare.keep }),
    ...(options.onInteraction === undefined ? {} : { onInteraction: options.onInteraction }),
  }
  const proxy =
    authority === undefined ? await startProxy(proxyOptions) : await startForwardProxy({ ...proxyOptions, authority })
  return {
    url: proxy.url,
    ...(authority === undefined ? {} : { trust: authority.file }),
    finish: async () => {
      await proxy.stop().catch((error: unknown) => {
        throw spare === undefined ? error : withCutOff(error, out)
      })
      const interactions = proxy.interactions()
      if (interactions.length === 0) {
        throw new GateError('recording-unusable', 'Nothing was recorded: no request reached the proxy.', {
          hint:
            authority === undefined
              ? `Point the connector at ${proxy.url} while recording.`
              : `Set HTTPS_PROXY and HTTP_PROXY of the connector to ${proxy.url}; requests to other hosts than ${options.upstream} are not recorded.`,
        })
      }
      const changes: Change[] = []
      const recording = await sanitizedCapture(interactions, {
        ...{ integration, adapter, recordedAt },
        ...(options.dryRun ? { onChange: (change: Change) => changes.push(change) } : {}),
      })
      if (!options.dryRun) await keepRecording(options.out, recording)
      await spare?.dismiss()
      return {
        interactions: interactions.length,
        sanitizing: recording.header.sanitizing,
        others: proxy.others(),
        changes,
      }
    },
  }
}

/** Where the authority of the forward proxy lies: outside every repository, since its key must never be committed. */
async function authorityFolder(): Promise<string> {
  const config = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config')
  const folder = process.env.CHANGE_GATE_CA_FOLDER ?? join(config, 'erp-change-gate', 'ca')
  await refuseInRepository(folder)
  return folder
}
