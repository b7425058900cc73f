import { randomBytes } from 'node:crypto'
import { GateError } from '../base/errors.ts'
import type { Integration } from '../model/integration.ts'
import type { Interaction, SanitizedRecording } from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { type Change, sanitize } from '../record/sanitize.ts'
import { findSecrets } from '../record/secrets.ts'

/** How traffic becomes a recording. */
type Capture = Readonly<{
  integration: Integration
  adapter: ErpAdapter
  recordedAt: string
  onChange?: (change: Change) => void
}>

/** Makes a recording of what the proxy captured. Throws `recording-unusable` and `sanitize-failed`. */
export async function sanitizedCapture(
  interactions: readonly Interaction[],
  capture: Capture,
): Promise<SanitizedRecording> {
  const release = capture.adapter.releaseOf(interactions)
  if (release === undefined) {
    throw new GateError('recording-unusable', 'The recording does not tell which release of the ERP answered.', {
      hint: 'Record from the start of the connector run, with its log-in.',
    })
  }
  return sanitizedTraffic(interactions, { ...capture, release })
}

/**
 * Makes a recording of traffic with the ERP, however it was captured; `known` are digests of the pseudonyms that it has already. Throws
 * `sanitize-failed`.
 */
export async function sanitizedTraffic(
  interactions: readonly Interaction[],
  capture: Capture & Readonly<{ release: string; known?: readonly string[] }>,
): Promise<SanitizedRecording> {
  const { integration, adapter, release, recordedAt, known, onChange } = capture
  return sanitize(
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
      ...(known === undefined ? {} : { known }),
      ...(onChange === undefined ? {} : { onChange }),
    },
  )
}
