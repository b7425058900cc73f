import { fingerprintOf } from '../base/fingerprint.ts'
import { toJson } from '../base/json.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { HARNESS } from './harness.ts'
import type { Scenario } from './scenario.ts'

/** Digests of everything that an assessment rests on besides the target's answers. */
export type Inputs = Readonly<Record<string, string>>

/** Digests by which two runs, or two shards of one run, are known to be about the same thing. */
export function inputsOf(
  scenario: Scenario,
  recording: SanitizedRecording,
  baseline: Snapshot,
  candidate: Snapshot | undefined,
): Inputs {
  const { change, notes, policy } = scenario.change
  return {
    baseline: baseline.digest,
    candidate: candidate?.digest ?? 'none',
    change: fingerprintOf(toJson({ change, notes })),
    harness: HARNESS,
    integration: fingerprintOf(toJson(scenario.integration)),
    mapping: fingerprintOf(toJson(scenario.mapping)),
    policy: fingerprintOf(toJson(policy)),
    recording: recording.digest,
    waivers: fingerprintOf(toJson(scenario.waivers)),
  }
}
