import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isOnDemand } from '../base/on-demand.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import { readRecording, writeRecording } from '../record/store.ts'
import { decodeRecording } from './chains.ts'
import { NO_SCHEMA, recordingOf, SMALL_ERP, SmallErp } from './fixtures/small-erp.ts'
import { lanesOf } from './lanes.ts'

const SUPPLIERS = ['S-104', 'S-200', 'S-301']
const EXPORTS = ['RE-1', 'RE-2', 'RE-1'].flatMap((reference) => SUPPLIERS.map((supplier) => ({ supplier, reference })))

let folder = ''
let held: SanitizedRecording
let onDemand: SanitizedRecording
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chains-'))
  const file = join(folder, '2026-10.ndjson')
  await writeRecording(file, recordingOf(EXPORTS, new SmallErp({ firstId: 1, suppliers: SUPPLIERS })))
  held = await readRecording(file)
  onDemand = await readRecording(file, 0)
})
afterAll(() => rm(folder, { recursive: true }))

test('a recording that is read on demand is decoded like one that is held', () => {
  const [one, other] = [held, onDemand].map(({ interactions }) => decodeRecording(interactions, SMALL_ERP, NO_SCHEMA))
  expect([isOnDemand(held.interactions), isOnDemand(onDemand.interactions)]).toEqual([false, true])
  expect(one?.chains.map(({ key }) => key)).toHaveLength(EXPORTS.length)
  expect(other?.shared).toEqual(one?.shared)
  expect(other?.chains.map(({ key, created, steps }) => ({ key, created, steps }))).toEqual(
    one?.chains.map(({ key, created, steps }) => ({ key, created, steps })),
  )
  expect(other?.resources).toEqual(one?.resources)
  expect(lanesOf({ chains: other?.chains ?? [] })).toEqual(lanesOf({ chains: one?.chains ?? [] }))
})

test('steps of a large recording are decoded again each time, and not those of a small one', () => {
  const [one, other] = [held, onDemand].map(
    ({ interactions }) => decodeRecording(interactions, SMALL_ERP, NO_SCHEMA).chains[0],
  )
  expect(one?.steps[0]).toBe(one?.steps[0])
  expect(other?.steps[0]).not.toBe(other?.steps[0])
})

test('a recording is decoded once by one adapter and schema', () => {
  const decoded = decodeRecording(held.interactions, SMALL_ERP, NO_SCHEMA)
  expect(decodeRecording(held.interactions, { ...SMALL_ERP }, NO_SCHEMA)).toBe(decoded)
  expect(decodeRecording(held.interactions, SMALL_ERP, { ...NO_SCHEMA })).not.toBe(decoded)
})
