import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { decodeRecording } from '../replay/chains.ts'
import { chainsOfShard, lanesOf } from '../replay/lanes.ts'
import { sample } from './fixtures/tryton.ts'
import { runChange } from './run.ts'
import { mergePacks, parseShard, runShard } from './shards.ts'

const ROOT = join(import.meta.dirname, '../..')
const OPTIONS = {
  changeFolder: join(ROOT, 'scenarios/tryton-ap/changes/erp-7.0'),
  target: 'mock',
  snapshots: join(ROOT, 'snapshots'),
}

let folder: string
let packs: readonly string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-'))
  const written: string[] = []
  for (let index = 1; index <= 8; index++) {
    written.push((await runShard({ ...OPTIONS, reports: folder, shard: { index, count: 8 } })).file)
  }
  packs = written
}, 120_000)
afterAll(() => rm(folder, { recursive: true }))

function bytesOf({ meta: _, ...rest }: ChangeAssessment): string {
  return JSON.stringify(rest, null, 1)
}

const merge = (files: readonly string[]) =>
  mergePacks({ packs: files, change: OPTIONS.changeFolder, snapshots: OPTIONS.snapshots, reports: folder })

describe('eight shards', () => {
  test('give the assessment of one machine byte for byte, in whatever order they arrive', async () => {
    const whole = await runChange({ ...OPTIONS, reports: folder })
    const merged = await merge([...packs].reverse())
    expect(bytesOf(merged.assessment)).toBe(bytesOf(whole.assessment))
    expect(merged.assessment.verdict).toBe('no-go')
  })

  test('give the same packs again on the same evidence', async () => {
    const before = await readFile(packs[2] ?? '', 'utf8')
    const again = await mkdtemp(join(tmpdir(), 'change-gate-'))
    const { file } = await runShard({ ...OPTIONS, reports: again, concurrency: 4, shard: { index: 3, count: 8 } })
    const content = (text: string) => text.replace(/"meta":\{[^{}]*\},"seal"/, '"seal"')
    expect(content(before)).not.toBe(before)
    expect(content(await readFile(file, 'utf8'))).toBe(content(before))
    await rm(again, { recursive: true })
  })

  test('deal out every invoice once, and never part what must stay in order', async () => {
    const { adapter, recording, snapshot } = await sample()
    const decoded = decodeRecording(recording.interactions, adapter, snapshot.schema)
    const shards = Array.from({ length: 8 }, (_, index) => chainsOfShard(decoded, { index: index + 1, count: 8 }))
    expect(shards.flatMap((shard) => [...shard]).sort((a, b) => a - b)).toEqual([...decoded.chains.keys()])
    for (const lane of lanesOf(decoded)) {
      expect(shards.filter((shard) => lane.some((index) => shard.has(index)))).toHaveLength(1)
    }
    expect(lanesOf(decoded)).toHaveLength(14)
  })
})

describe('what does not fit together is not decided', () => {
  const refusal = (files: readonly string[]) =>
    merge(files).then(
      () => 'decided',
      (error: unknown) =>
        error instanceof GateError ? `${error.code} ${error.exit}: ${error.message}` : String(error),
    )

  test.each([
    {
      name: 'a missing shard',
      files: () => packs.filter((_, index) => index !== 3),
      message: /^evidence-incomplete 3: .*shard 4 of 8 is missing/,
    },
    {
      name: 'a shard that is there twice',
      files: () => [...packs, packs[0] ?? ''],
      message: /^evidence-mismatch 2: .* are both shard 1\/8/,
    },
  ])('$name', async ({ files, message }) => {
    expect(await refusal(files())).toMatch(message)
  })

  test.each([
    {
      name: 'a pack that was edited',
      edit: (text: string) => text.replace('"active":true', '"active":false'),
      message: /^evidence-mismatch 2: .* is no evidence pack: it was edited after it was written/,
    },
    {
      name: 'a pack of a newer harness',
      edit: (text: string) => text.replace('"version":2}', '"version":3}'),
      message: /^artifact-version 2: .* has version 3; 2 is known/,
    },
    {
      name: 'half a pack',
      edit: (text: string) => text.slice(0, text.length / 2),
      message: /^evidence-mismatch 2: .* is no evidence pack: its last line is cut off/,
    },
    {
      name: 'a pack without its end',
      edit: (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1),
      message: /^evidence-mismatch 2: .* is no evidence pack: its end is missing/,
    },
    {
      name: 'a pack with an invoice less',
      edit: (text: string) => text.replace(/\n\{"key":.*/, ''),
      message: /^evidence-mismatch 2: .* is no evidence pack: it was edited after it was written/,
    },
    {
      name: 'two packs in one file',
      edit: (text: string) => text + text,
      message: /^evidence-mismatch 2: .* is no evidence pack: there is more after its end/,
    },
  ])('$name', async ({ edit, message }) => {
    const file = join(folder, 'spoiled.json')
    const text = await readFile(packs[0] ?? '', 'utf8')
    const edited = edit(text)
    expect(edited).not.toBe(text)
    await writeFile(file, edited)
    expect(await refusal([file, ...packs.slice(1)])).toMatch(message)
  })

  test('packs of another change request', async () => {
    const other = await runShard({
      ...OPTIONS,
      changeFolder: join(ROOT, 'scenarios/tryton-ap/changes/control-6.0'),
      reports: folder,
      shard: { index: 8, count: 8 },
    })
    expect(await refusal([...packs.slice(0, 7), other.file])).toMatch(/^evidence-mismatch 2: .* differ in /)
  })
})

describe('--shard', () => {
  test.each([
    { text: '2/8', env: {}, shard: { index: 2, count: 8 } },
    { text: 'auto', env: { CI_NODE_INDEX: '3', CI_NODE_TOTAL: '8' }, shard: { index: 3, count: 8 } },
    { text: 'auto', env: { CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '4' }, shard: { index: 1, count: 4 } },
    { text: 'auto/8', env: { JOB_COMPLETION_INDEX: '7' }, shard: { index: 8, count: 8 } },
    { text: 'auto', env: { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '2' }, shard: { index: 1, count: 2 } },
  ])('$text with $env is $shard', ({ text, env, shard }) => {
    expect(parseShard(text, env)).toEqual(shard)
  })

  test.each([
    { text: '0/8', env: {} },
    { text: '9/8', env: {} },
    { text: '2', env: { CI_NODE_TOTAL: '8' } },
    { text: 'auto', env: {} },
    { text: 'auto', env: { JOB_COMPLETION_INDEX: '1' } },
    { text: 'half', env: {} },
  ])('$text with $env is refused', ({ text, env }) => {
    expect(() => parseShard(text, env)).toThrow(/is no shard/)
  })
})
