import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseYaml } from '../base/yaml.ts'
import restAdapter from '../erps/openapi-rest.ts'
import { Integration } from '../model/integration.ts'
import { readRecording } from '../record/store.ts'
import { usesOf } from './uses.ts'

const FOLDER = join(import.meta.dirname, '../../scenarios/rest-ap')
const EMPTY = {
  format: 'erp-change-gate/schema' as const,
  version: 1 as const,
  source: { kind: 'none', inferred: false },
  resources: {},
  definitions: {},
}

async function uses() {
  const file = join(FOLDER, 'integration.yaml')
  const adapter = restAdapter.configure?.(parseYaml(await readFile(file, 'utf8'), Integration, file))
  if (adapter === undefined) throw new Error('openapi-rest is configurable.')
  return usesOf(await readRecording(join(FOLDER, 'recordings/2026-10.ndjson')), adapter, EMPTY)
}

test('an invoice lacks a field when one of its records does, though another has it', async () => {
  const known = await uses()
  expect([...known.lacking('bill.lines', 'costCenter')]).toEqual([
    'S-1002 NK-2026-10-772',
    'S-1005 FA-1008',
    'S-1006 LUM-EU-30991',
  ])
  expect([...(known.field('send', 'bill.lines', 'costCenter') ?? [])]).toContain('S-1005 FA-1008')
  expect([...known.lacking('bill', 'reference')]).toEqual([])
})

test('a listed value is used by who names it, by its id or by its code', async () => {
  const known = await uses()
  expect([...known.value('suppliers', 'S-1004')]).toEqual(['S-1004 KH-5520', 'S-1004 KH-5521'])
  expect([...known.value('projects', 'P-044')]).toEqual(['S-1003 TF/26/4410', 'S-1005 FA-1007'])
})

test('an operation is called without a body by those who send nothing with it, and known by its whole name', async () => {
  const known = await uses()
  const approve = 'POST /bills/{billId}/approve'
  expect(known.withoutBody(approve).size).toBe(known.field('read', approve, '')?.size)
  expect(known.withoutBody(approve).size).toBeGreaterThan(0)
  expect(known.withoutBody('POST /bills').size).toBe(0)
  expect(known.places).toContainEqual({ direction: 'read', resource: approve, field: '' })
})
