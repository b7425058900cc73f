import { fork } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

test.each([
  [
    'and fits, because it is read on demand',
    [],
    {
      invoices: 100,
      same: 100 * 5,
      characters: expect.any(Number),
      merged: { invoices: 100, same: 100 * 5, characters: expect.any(Number) },
    },
  ],
  ['and would not fit if it were held', [String(1024 ** 3)], 'ended'],
])(
  'a recording of 40 MB is replayed, exported, merged from eight shards and walked over in a heap of 48 MB, %s',
  async (_, largestHeld, expected) => {
    const folder = await mkdtemp(join(tmpdir(), 'large-'))
    try {
      const child = fork(join(import.meta.dirname, 'fixtures/large-replay.ts'), [folder, ...largestHeld], {
        execArgv: ['--max-old-space-size=48'],
        silent: true,
      })
      const told = await new Promise((resolve) => {
        child.once('message', resolve)
        child.once('exit', () => resolve('ended'))
      })
      if (typeof expected === 'string') expect(told).toBe(expected)
      else {
        expect(told).toMatchObject(expected)
        expect((await stat(join(folder, '2026-10.har'))).size).toBeGreaterThan(40_000_000)
      }
      expect((await stat(join(folder, '2026-10.ndjson'))).size).toBeGreaterThan(40_000_000)
    } finally {
      await rm(folder, { recursive: true })
    }
  },
  60_000,
)
