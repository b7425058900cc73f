import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import { parseJson, writeJson } from '../base/json.ts'
import { isOnDemand } from '../base/on-demand.ts'
import type { Interaction } from '../model/recording.ts'
import { brand, parseRecording, readRecording, textOf, writeRecording } from './store.ts'

const HEADER = {
  format: 'erp-change-gate/recording' as const,
  version: 1,
  integration: 'tryton-ap',
  erp: { product: 'tryton', release: '6.0' },
  connector: { name: 'tryton-ap-connector', release: '1.0.0' },
  recordedAt: '2026-10-31T18:00:00Z',
  sanitizing: [{ rule: 'iban', count: 2 }],
}

/** Amounts whose digits a float would lose, a number above 2^53, and a supplier whose name is not ASCII. */
const BODY =
  '{"supplier":"Halden & Søn \\"Rør\\"","gross":100.10,"rate":1.0E-2,"unit":0.000000001,"count":3.0,"id":90071992547409931234,"credit":-0.00}'

const interaction = (seq: number, body = BODY): Interaction => ({
  seq,
  request: {
    method: 'POST',
    path: '/erp/',
    query: '?dry=1',
    headers: { 'x-run': '1' },
    body: { json: parseJson(body) },
  },
  response:
    seq === 2
      ? { status: 500, headers: {}, body: { text: 'Wartung\nbis 18 Uhr' } }
      : seq === 3
        ? { status: 204, headers: {} }
        : { status: 200, headers: { 'content-type': 'application/json' }, body: { base64: '/wD/' } },
  durationMs: 12,
})
const RECORDED = [interaction(1), interaction(2), interaction(3, '{"gross":1250.40}'), interaction(4)]
const TEXT = textOf(HEADER, RECORDED)
const lines = TEXT.trimEnd().split('\n')
const joined = (parts: readonly string[]) => `${parts.join('\n')}\n`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recording-'))
})
afterAll(() => rm(folder, { recursive: true }))

function faultOf(text: string): string {
  try {
    parseRecording(text, '2026-10.ndjson')
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    expect(error.hint).not.toBe('')
    expect(error.exit).toBe(2)
    return `${error.code} ${error.message}`
  }
  return 'whole'
}

describe('round trip', () => {
  test('a recording is read as it was written', async () => {
    const file = join(folder, 'recordings', '2026-10.ndjson')
    const recording = brand({ header: HEADER, interactions: RECORDED, digest: '' })
    await writeRecording(file, recording)
    const read = await readRecording(file)
    expect(read).toEqual({ ...recording, digest: read.digest })
    expect(await readFile(file, 'utf8')).toBe(TEXT)
    expect(textOf(read.header, read.interactions)).toBe(TEXT)
  })

  test('numbers keep the digits that they were sent with', () => {
    const body = parseRecording(TEXT, 'x').interactions[0]?.request.body
    expect(body !== undefined && 'json' in body ? writeJson(body.json) : '').toBe(BODY)
  })

  test('a recording of no interaction is whole', () => expect(faultOf(textOf(HEADER, []))).toBe('whole'))

  test('the digest is that of the bytes', () => {
    expect(parseRecording(TEXT, 'x').digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(parseRecording(TEXT, 'x').digest).not.toBe(parseRecording(textOf(HEADER, []), 'x').digest)
  })

  test('a large recording is read when it is asked for, and says so when the file is another one by then', async () => {
    const file = join(folder, 'large.ndjson')
    await writeFile(file, TEXT)
    const [held, large] = [await readRecording(file), await readRecording(file, TEXT.length - 1)]
    expect([isOnDemand(held.interactions), isOnDemand(large.interactions)]).toEqual([false, true])
    expect(large).toEqual(held)
    await writeFile(file, TEXT.replace('1250.40', '1260.40'))
    expect(large.interactions[1]).toEqual(RECORDED[1])
    expect(() => large.interactions[2]).toThrow(`${file}:4: this line or the one before it was edited`)
  })

  test('a missing file says how to record one', async () => {
    await expect(readRecording(join(folder, 'none.ndjson'))).rejects.toMatchObject({ code: 'file-missing' })
  })

  test('the file is named in a fault', async () => {
    const file = join(folder, 'cut.ndjson')
    await writeFile(file, TEXT.slice(0, -30))
    await expect(readRecording(file)).rejects.toThrow(`${file}:6: `)
  })
})

describe('damage', () => {
  const half = (line: string) => line.slice(0, Math.floor(line.length / 2))
  const without = (index: number) => joined(lines.filter((_, at) => at !== index))
  const replaced = (index: number, change: (line: string) => string) =>
    joined(lines.map((line, at) => (at === index ? change(line) : line)))

  test.each<[string, string, RegExp]>([
    ['nothing is wrong', TEXT, /^whole$/],
    ['an interaction is taken out', without(2), /:3: interaction 2 is missing: this line is interaction 3/],
    ['the first interaction is taken out', without(1), /:2: interaction 1 is missing/],
    ['the last interaction is taken out', without(4), /:5: the trailer counts 4 interactions, and 3 are there/],
    [
      'two interactions change places',
      joined([0, 1, 3, 2, 4, 5].map((at) => lines[at] ?? '')),
      /:3: interaction 2 is miss/,
    ],
    [
      'an interaction stands twice',
      joined([0, 1, 1, 2, 3, 4, 5].map((at) => lines[at] ?? '')),
      /:3: interaction 2 is miss/,
    ],
    ['half a line is cut', replaced(2, half), /:3: the line is not whole/],
    ['half of the last line is cut', TEXT.slice(0, -20), /:6: the last line is cut off/],
    [
      'half of an interaction is the end',
      joined(lines.slice(0, 2)) + half(lines[2] ?? ''),
      /:3: the last line is cut off/,
    ],
    [
      'one digit of an amount is edited',
      replaced(3, (line) => line.replace('1250.40', '1260.40')),
      /:4: this line .* edited/,
    ],
    [
      'a zero is added to an amount',
      replaced(3, (line) => line.replace('1250.40', '1250.400')),
      /:4: this line .* edited/,
    ],
    [
      'the status is edited',
      replaced(2, (line) => line.replace('"status":500', '"status":200')),
      /:3: this line .* edited/,
    ],
    ['a header is edited', replaced(0, (line) => line.replace('"6.0"', '"7.0"')), /:1: this line .* edited/],
    [
      'the sanitizing counts are edited',
      replaced(0, (line) => line.replace('"count":2', '"count":0')),
      /:1: .* edited/,
    ],
    ['the chain of a line is taken out', replaced(3, (line) => line.replace(/,"chain":"\w+"/, '')), /:4: .* edited/],
    ['the trailer is cut', joined(lines.slice(0, -1)), /:6: the trailer is missing/],
    [
      'the trailer counts less',
      replaced(5, (line) => line.replace('"count":4', '"count":3')),
      /:6: the trailer counts 3/,
    ],
    ['a line is appended', TEXT + joined([lines[4] ?? '']), /:7: there is more after the trailer/],
    ['an empty line is appended', `${TEXT}\n`, /:7: there is more after the trailer/],
    ['bytes are appended', `${TEXT}{"seq"`, /:7: the last line is cut off/],
    ['an empty line is in the middle', replaced(2, (line) => `\n${line}`), /:3: the line is not whole/],
    ['a line is a number', replaced(2, () => '5'), /:3: the line is not a JSON object/],
    ['the line ends are those of Windows', TEXT.replaceAll('\n', '\r\n'), /:1: this line .* edited/],
    ['there is no header', joined(lines.slice(1)), /:1: not the header of a recording/],
    ['another kind of file', '{"log":{"version":"1.2"}}\n', /:1: not the header of a recording/],
    ['an empty file', '', /:1: the file is empty|:1: the last line/],
    ['a request is taken out', replaced(2, (line) => line.replace('"request"', '"asked"')), /:3: not an interaction/],
    ['a body of no known kind', replaced(2, (line) => line.replace('"text"', '"html"')), /:3: a body is neither/],
  ])('%s', (_, text, fault) => {
    const found = faultOf(text)
    expect(found).toMatch(fault)
    if (found !== 'whole') expect(found).toMatch(/^recording-damaged 2026-10\.ndjson:\d+: /)
  })

  test('a newer version asks for a newer harness', () => {
    expect(faultOf(replaced(0, (line) => line.replace('"version":1', '"version":2')))).toBe(
      'artifact-version 2026-10.ndjson:1: this recording has version 2; 1 is known.',
    )
  })

  test('every single byte that is changed is found', () => {
    const missed: number[] = []
    for (let at = 0; at < TEXT.length; at += 7) {
      const other = TEXT[at] === 'x' ? 'y' : 'x'
      if (faultOf(TEXT.slice(0, at) + other + TEXT.slice(at + 1)) === 'whole') missed.push(at)
    }
    expect(missed).toEqual([])
  })
})
