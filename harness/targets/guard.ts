import { GateError } from '../base/errors.ts'
import type { Integration } from '../model/integration.ts'
import type { Identity } from '../ports/erp.ts'

/** What is known of a target before anything is posted to it. */
export type TargetClaim = Readonly<{
  url: string
  /** `started` by the gate itself, from its own sandbox image or snapshot; `named` by a person. */
  origin: 'started' | 'named'
}>

/**
 * Proves that a target may be posted to: it is declared a sandbox, it says itself that it is one, and its host is no
 * production host of any integration. Throws `sandbox-not-proven` (nothing has been written then). No flag overrides it.
 */
export function proveSandbox(
  claim: TargetClaim,
  identity: Identity,
  integration: Integration,
  allIntegrations: readonly Integration[],
): void {
  refuseUndeclared(claim, integration, allIntegrations)
  if (identity.environment !== 'sandbox') {
    throw refused(
      `${claim.url} does not prove that it is a sandbox: ${identity.proof}.`,
      'See docs/sandbox.md for how a sandbox is marked. Never mark a production database.',
    )
  }
}

/**
 * The part of the proof that needs no answer from the target. Called before the first request of any kind.
 * Throws `sandbox-not-proven`.
 */
export function refuseUndeclared(
  claim: TargetClaim,
  integration: Integration,
  allIntegrations: readonly Integration[],
): void {
  const { username, password } = new URL(claim.url)
  if (username !== '' || password !== '') {
    throw refused(
      `The URL of the target at ${hostOf(claim.url)} holds a credential, which would be printed in reports.`,
      'Take it out of the URL and set it in the environment.',
    )
  }
  const host = hostOf(claim.url)
  for (const other of allIntegrations) {
    for (const [name, environment] of Object.entries(other.erp.environments)) {
      if (environment.kind === 'production' && hostOf(environment.url) === host) {
        throw refused(
          `${host} is the ${name} host of integration "${other.id}", which is production.`,
          'Name a sandbox. There is no flag to override this.',
        )
      }
    }
  }
  if (claim.origin === 'started') return
  const declared = Object.values(integration.erp.environments).some(
    (environment) => environment.kind === 'sandbox' && hostOf(environment.url) === host,
  )
  if (!declared) {
    throw refused(
      `${host} is not declared as a sandbox of integration "${integration.id}".`,
      'Add it to erp.environments in integration.yaml with kind: sandbox, if it is one.',
    )
  }
}

/** Host and port. A name that ends in a dot is the same name; a port that the scheme implies is left out. */
function hostOf(url: string): string {
  const { hostname, port } = new URL(url)
  const name = hostname.toLowerCase().replace(/\.$/, '')
  return port === '' ? name : `${name}:${port}`
}

function refused(message: string, hint: string): GateError {
  return new GateError('sandbox-not-proven', message, { hint })
}
