import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isOnDemand } from '../base/on-demand.ts'
import har from '../importers/har.ts'
import { DEEPEST } from '../importers/reading/exchange.ts'
import recording from '../importers/recording.ts'
import { harOf } from '../record/har.ts'
import { readRecording } from '../record/store.ts'
import { readDocument } from './import-document.ts'

const SAMPLE = 'scenarios/rest-ap/recordings/2026-10.ndjson'
const IMPORTERS = [har, recording]

let folder: string
let file: string
let traffic: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-import-'))
  file = join(folder, 'traffic.har')
  const archive = JSON.parse(harOf(await readRecording(SAMPLE), { name: 'stranger', version: '1' }))
  const [first, second] = archive.log.entries
  // Readers must sort; and one is cut, which its importer tells.
  archive.log.entries.push({ ...first, startedDateTime: '2020-01-01T00:00:00Z' }, { ...second, response: {} })
  traffic = `\ufeff${JSON.stringify(archive, null, 1)}`
  await writeFile(file, traffic)
})
afterAll(() => rm(folder, { recursive: true }))

async function entriesOf(largestHeld: number) {
  const { document } = await readDocument(file, IMPORTERS, largestHeld)
  const imported = har.read(document)
  if (imported.state !== 'traffic') throw new Error('it is traffic')
  return imported
}

test('a large file is read entry by entry, to the entries of one that is held', async () => {
  const [held, late] = [await entriesOf(Number.MAX_SAFE_INTEGER), await entriesOf(0)]
  expect([held.entries, late.entries].map(isOnDemand)).toEqual([false, true])
  expect({ ...late, entries: [...late.entries] }).toEqual(held)
  expect(late.entries[0]?.startedAt).toBe('2020-01-01T00:00:00Z')
  expect([...late.entries].filter(({ state }) => state === 'refused').map((entry) => entry.name)).toHaveLength(1)
})

test('a large recording of ours is read where it lies', async () => {
  const { document, recordingIn } = await readDocument(SAMPLE, IMPORTERS, 0)
  expect([recording.recognizes(document), document.json]).toEqual([true, undefined])
  expect((await recordingIn()).digest).toBe((await readRecording(SAMPLE)).digest)
})

test('a file that is changed while it is read is told', async () => {
  const { entries } = await entriesOf(0)
  await writeFile(file, traffic.replace('POST', 'PUT '))
  expect(() => [...entries]).toThrow(/traffic\.har was changed while it was read/)
  await writeFile(file, traffic)
})

describe('what is refused of a file that is held is refused of a large one', () => {
  test.each([
    ['a cut file', (text: string) => text.slice(0, -400), /is no whole JSON/],
    ['a cut entry', (text: string) => text.replace('"method": "POST"', '"method": "POST'), /is no whole JSON/],
    ['a comma too many', (text: string) => text.replace(/\}\s*\]\s*\}\s*\}\s*$/, '},]}}'), /is no whole JSON/],
    ['no UTF-8', (text: string) => Buffer.from(text.replace('POST', 'P\u00d8ST'), 'latin1'), /is no text in UTF-8/],
    [
      'deep nesting',
      (text: string) => text.replace('"cache": {}', `"cache": ${'['.repeat(DEEPEST)}${']'.repeat(DEEPEST)}`),
      /is nested deeper than 500 levels/,
    ],
  ])('%s', async (_, spoil, message) => {
    const spoiled = join(folder, 'spoiled.har')
    await writeFile(spoiled, spoil(await readFile(file, 'utf8').then((text) => text.replace('\ufeff', ''))))
    for (const largestHeld of [Number.MAX_SAFE_INTEGER, 0]) {
      const read = async () => {
        const imported = har.read((await readDocument(spoiled, IMPORTERS, largestHeld)).document)
        return imported.state === 'traffic' ? [...imported.entries] : []
      }
      await expect(read()).rejects.toThrow(message)
    }
  })
})
