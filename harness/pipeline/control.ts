import { join } from 'node:path'
import { Change } from '../model/change.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import type { Rehearsable } from './run.ts'
import { readAllIntegrations, readIntegration, readMapping, readNewestRecording } from './scenario.ts'

/** The release in production against itself, without notes and waivers: whatever is found is no change of a release. */
export async function readControl(folder: string, snapshots: string): Promise<Rehearsable> {
  const integration = await readIntegration(folder)
  const { recording } = await readNewestRecording(folder)
  const { product, release } = recording.header.erp
  const adapter = await loadErp(integration)
  const baseline = await readSnapshotOf(adapter, join(snapshots, `${product}-${release}`), folder)
  return {
    scenario: {
      folder,
      integration,
      mapping: await readMapping(folder),
      mappingDigest: '',
      // A snapshot that was made from a published schema answers nothing stronger.
      change: controlChange(release, baseline.meta.evidence === 'schema' ? 'schema' : 'recorded'),
      waivers: [],
      written: undefined,
      allIntegrations: await readAllIntegrations(`${folder}/..`),
    },
    adapter,
    recording,
    baseline,
    releases: { from: release, to: release },
    candidate: baseline,
    target: { kind: 'mock' },
    reportFolder: '',
    drill: undefined,
    noise: [],
    rehearsed: { state: 'none', text: 'A control rehearses no rollback.' },
    options: {},
  }
}

function controlChange(release: string, evidence: 'recorded' | 'schema'): Change {
  return Change.parse({
    change: {
      id: 'CONTROL',
      title: `Control, ${release} against itself`,
      kind: 'erp-update',
      type: 'standard',
      from: release,
      to: release,
      window: { start: '2000-01-01T00:00Z', end: '2000-01-01T01:00Z' },
      people: { requester: 'the gate', developer: 'nobody', tester: 'the gate', approver: 'the gate' },
    },
    // Nobody installs it, so nobody's duties, dates or credential are asked for.
    policy: { 'evidence-level': evidence, 'segregated-duties': [] },
  })
}
