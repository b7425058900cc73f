import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { digestOf } from '../base/fingerprint.ts'
import type { Interaction } from '../model/recording.ts'
import { keepRecording } from './keep.ts'
import { scan } from './secrets.ts'
import { brand, textOf } from './store.ts'

vi.mock('./secrets.ts', { spy: true })

const HEADER = {
  format: 'erp-change-gate/recording' as const,
  version: 1,
  integration: 'tryton-ap',
  erp: { product: 'tryton', release: '6.0' },
  connector: { name: 'tryton-ap-connector', release: '1.0.0' },
  recordedAt: '2026-10-31T18:00:00Z',
  sanitizing: [],
}
const INTERACTION: Interaction = {
  seq: 1,
  request: { method: 'GET', path: '/v1/me', query: '', headers: {} },
  response: { status: 200, headers: {} },
  durationMs: 5,
}
const recordingOf = (interactions: readonly Interaction[], text = textOf(HEADER, [INTERACTION])) =>
  brand({ header: HEADER, interactions, digest: digestOf(text) })

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-keep-'))
  file = join(folder, '2026-10.ndjson')
})
afterEach(async () => {
  vi.mocked(scan).mockReset()
  await rm(folder, { recursive: true })
})

test('a recording has its name once it was scanned, and not before', async () => {
  const seen: (readonly string[])[] = []
  vi.mocked(scan).mockImplementation(async () => {
    seen.push(await readdir(folder))
    return []
  })
  await keepRecording(file, recordingOf([INTERACTION]))
  expect([seen, await readdir(folder)]).toEqual([[['2026-10.ndjson.unscanned.tmp']], ['2026-10.ndjson']])
})

const broken: readonly Interaction[] = Object.assign([], {
  [Symbol.iterator]: function* () {
    yield INTERACTION
    throw new Error('the capture cannot be read')
  },
})

test.each<[string, () => void, ReturnType<typeof recordingOf>, RegExp]>([
  [
    'the scan fails',
    () => vi.mocked(scan).mockRejectedValue(new Error('no rule')),
    recordingOf([INTERACTION]),
    /no rule/,
  ],
  [
    'a secret is found',
    () => vi.mocked(scan).mockResolvedValue(['ghp']),
    recordingOf([INTERACTION]),
    /finds 1 secrets/,
  ],
  ['other bytes were written', () => {}, recordingOf([INTERACTION], 'other'), /not what was sanitized/],
  ['writing fails', () => {}, recordingOf(broken), /the capture cannot be read/],
])('where %s, nothing of it is left and what was there stays', async (_, prepare, recording, message) => {
  await writeFile(file, 'kept last week')
  prepare()
  await expect(keepRecording(file, recording)).rejects.toThrow(message)
  expect([await readdir(folder), await readFile(file, 'utf8')]).toEqual([['2026-10.ndjson'], 'kept last week'])
})
