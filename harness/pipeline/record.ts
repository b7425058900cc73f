import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { keepRecording } from '../record/keep.ts'
import { startForwardProxy, startProxy } from '../record/proxy.ts'
import { type Change, sanitize } from '../record/sanitize.ts'
import { findSecrets } from '../record/secrets.ts'
import { refuseInRepository } from './decision.ts'
import { loadErp } from './erp.ts'
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
      /** Every replacement that the sanitizer made. */
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
  const proxyOptions = {
    upstream: options.upstream,
    port: options.port,
    ...(options.onInteraction === undefined ? {} : { onInteraction: options.onInteraction }),
  }
  const proxy =
    authority === undefined ? await startProxy(proxyOptions) : await startForwardProxy({ ...proxyOptions, authority })
  return {
    url: proxy.url,
    ...(authority === undefined ? {} : { trust: authority.file }),
    finish: async () => {
      await proxy.stop()
      const interactions = proxy.interactions()
      if (interactions.length === 0) {
        throw new GateError('recording-unusable', 'Nothing was recorded: no request reached the proxy.', {
          hint:
            authority === undefined
              ? `Point the connector at ${proxy.url} while recording.`
              : `Set HTTPS_PROXY and HTTP_PROXY of the connector to ${proxy.url}; requests to other hosts than ${options.upstream} are not recorded.`,
        })
      }
      const release = adapter.releaseOf(interactions)
      if (release === undefined) {
        throw new GateError('recording-unusable', 'The recording does not tell which release of the ERP answered.', {
          hint: 'Record from the start of the connector run, with its log-in.',
        })
      }
      const changes: Change[] = []
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
          found: await findSecrets(interactions),
          onChange: (change) => changes.push(change),
        },
      )
      if (!options.dryRun) await keepRecording(options.out, recording)
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
