import { expect, test } from 'vitest'
import { isOnDemand } from '../base/on-demand.ts'
import { readRecording } from '../record/store.ts'
import { readSubject, rehearseChange, targetOf } from './run.ts'
import { readSnapshot } from './snapshot-store.ts'

test('what is read on demand is assessed like what is held, byte for byte', async () => {
  const options = {
    changeFolder: 'scenarios/rest-ap/changes/api-2026-2',
    target: 'mock',
    snapshots: 'snapshots',
    reports: 'reports',
  }
  const held = await readSubject(options)
  const recording = await readRecording('scenarios/rest-ap/recordings/2026-10.ndjson', 0)
  const { documents } = await readSnapshot('snapshots/norvik-2026-1', 0)
  const onDemand = { ...held, recording, baseline: { ...held.baseline, documents } }
  expect([recording.interactions, documents, held.recording.interactions].map(isOnDemand)).toEqual([true, true, false])
  const assessments: string[] = []
  for (const subject of [held, onDemand]) {
    const target = await targetOf(subject, options)
    const assessment = await rehearseChange({ ...subject, target, options: { concurrency: 4 } })
    assessments.push(JSON.stringify({ ...assessment, meta: null }))
  }
  expect(assessments[1]).toBe(assessments[0])
})
