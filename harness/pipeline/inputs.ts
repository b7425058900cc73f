import { fingerprintOf } from '../base/fingerprint.ts'
import { toJson } from '../base/json.ts'
import { HARNESS } from './harness.ts'
import type { Subject } from './run.ts'

/** Digests of everything that an assessment rests on besides the target's answers. */
export type Inputs = Readonly<Record<string, string>>

/** Digests by which two runs, or two shards of one run, are known to be about the same thing. */
export function inputsOf({ scenario, recording, baseline, candidate }: Subject): Inputs {
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
