import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import type { Integration } from '../model/integration.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Credential, ErpAdapter, Identity, Session, Transport, VirtualErp } from '../ports/erp.ts'
import { type RunningSandbox, startSandbox } from '../targets/container.ts'
import { proveSandbox, refuseUndeclared, type TargetClaim } from '../targets/guard.ts'
import { httpTransport } from '../targets/http.ts'
import { pacedTransport } from '../targets/pacing.ts'
import { virtualTransport } from '../targets/virtual-erp.ts'

/** Folder that holds the sandbox images, below the folder in which the gate runs. */
export const SANDBOX_FOLDER = join('ci', 'sandbox')

/** What a person names as a target. */
export type TargetName =
  | Readonly<{ kind: 'mock' }>
  | Readonly<{ kind: 'container'; name: string }>
  | Readonly<{ kind: 'url'; url: string }>

/** A target that is proven to be a sandbox and logged in to. */
export type OpenTarget = Readonly<{
  kind: TargetName['kind']
  url: string
  session: Session
  identity: Identity
  /** What another client of the same ERP needs: how it is sent to, as whom, and where. */
  access: Readonly<{ transport: Transport; credential: Credential; database: string }>
  /** The virtual ERP behind it, when it is mocked. */
  virtual?: VirtualErp
  /** Whether the target is thrown away when it is closed, so that nothing posted needs to be removed. */
  disposable: boolean
  close: () => Promise<void>
}>

/** What a virtual ERP accepts as a credential; it is not a secret. */
export const MOCK_CREDENTIAL: Credential = { user: 'change-gate', password: 'mocked-api' }

/** Reads a target as people write it: `mock`, `container`, `container:NAME` or a URL. Throws `usage`. */
export function parseTarget(text: string, defaultContainer: string): TargetName {
  if (text === 'mock') return { kind: 'mock' }
  if (text === 'container') return { kind: 'container', name: defaultContainer }
  if (text.startsWith('container:')) return { kind: 'container', name: text.slice('container:'.length) }
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return { kind: 'url', url: text }
  throw new GateError('usage', `"${text}" is no target.`, {
    hint: 'Use mock, container, container:NAME or a URL that starts with http:// or https://.',
  })
}

/**
 * Opens a target and proves that it is a sandbox of the release that is asked for, before the first request that could
 * write. Throws `sandbox-not-proven`, `target-wrong-release`, `credential-missing` and what the connection throws.
 */
export async function openTarget(
  options: Readonly<{
    target: TargetName
    adapter: ErpAdapter
    integration: Integration
    allIntegrations: readonly Integration[]
    /** The release that must answer; `undefined` takes any. */
    release: string | undefined
    /** The snapshot that a mocked API serves. */
    snapshot: Snapshot | undefined
    /** A container that was started already, to be used in place of a fresh one. */
    started?: RunningSandbox
    /** Requests per second at most. */
    rate?: number
    onProgress?: (line: string) => void
  }>,
): Promise<OpenTarget> {
  const { target, adapter, integration, allIntegrations } = options
  const opened = await connect(options)
  try {
    const session = await adapter.connect(
      pacedTransport(opened.transport, { rate: options.rate }),
      opened.credential,
      opened.database,
    )
    const identity = await session.identify()
    if (
      identity.product !== integration.erp.product ||
      (options.release !== undefined && identity.release !== options.release)
    ) {
      throw new GateError(
        'target-wrong-release',
        `${opened.transport.url} runs ${identity.product} ${identity.build}; the change request asks for ${integration.erp.product} ${options.release ?? ''}.`,
        { hint: 'Name a sandbox of the target release, or correct from and to in change.yaml.' },
      )
    }
    proveSandbox(opened.claim, identity, integration, allIntegrations)
    return {
      kind: target.kind,
      url: opened.transport.url,
      session,
      identity,
      access: { transport: opened.transport, credential: opened.credential, database: opened.database },
      ...(opened.virtual === undefined ? {} : { virtual: opened.virtual }),
      disposable: target.kind !== 'url',
      close: opened.close,
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

type Connected = Readonly<{
  transport: Transport
  credential: Credential
  database: string
  claim: TargetClaim
  virtual?: VirtualErp
  close: () => Promise<void>
}>

async function connect(options: Parameters<typeof openTarget>[0]): Promise<Connected> {
  const { target, adapter, integration, allIntegrations } = options
  if (target.kind === 'mock') {
    if (options.snapshot === undefined) {
      throw new GateError('snapshot-unusable', 'The mocked API needs a snapshot of the release that is asked for.', {
        hint: 'Capture one: change-gate snapshot --target container:NAME --out FOLDER.',
      })
    }
    const virtual = adapter.virtual(options.snapshot, MOCK_CREDENTIAL, 'erp')
    const transport = virtualTransport(virtual)
    return {
      transport,
      credential: MOCK_CREDENTIAL,
      database: 'erp',
      claim: { url: transport.url, origin: 'started' },
      virtual,
      close: transport.close,
    }
  }
  if (target.kind === 'container') {
    const sandbox =
      options.started ??
      (await startSandbox(target.name, SANDBOX_FOLDER, options.onProgress ? { onProgress: options.onProgress } : {}))
    const transport = httpTransport(sandbox.url)
    return {
      transport,
      credential: { user: sandbox.user, password: sandbox.password },
      database: sandbox.database,
      claim: { url: sandbox.url, origin: 'started' },
      close: async () => {
        await transport.close()
        await sandbox.stop()
      },
    }
  }
  const claim: TargetClaim = { url: target.url, origin: 'named' }
  refuseUndeclared(claim, integration, allIntegrations)
  const host = new URL(target.url).host.toLowerCase()
  const environment = Object.values(integration.erp.environments).find(
    (candidate) => new URL(candidate.url).host.toLowerCase() === host,
  )
  const transport = httpTransport(new URL(target.url).origin)
  return {
    transport,
    credential: credentialOf(integration),
    database: environment?.database ?? '',
    claim,
    close: transport.close,
  }
}

/** The credential of a named sandbox, from the environment variables that integration.yaml names. */
function credentialOf(integration: Integration): Credential {
  const [user, password] = [integration.auth['user-from'], integration.auth['password-from']].map((name) => {
    if (name === undefined) return ''
    const value = process.env[name]
    if (value) return value
    throw new GateError('credential-missing', `The environment variable ${name} is not set.`, {
      hint: `integration.yaml says that it holds the credential of the sandbox; it is owned by ${integration.auth.owner}.`,
    })
  })
  return { user: user ?? '', password: password ?? '' }
}
