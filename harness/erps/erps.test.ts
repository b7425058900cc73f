import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import { parseYaml } from '../base/yaml.ts'
import { Integration } from '../model/integration.ts'
import type { RecordedRequest } from '../model/recording.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ErpAdapter, Names } from '../ports/erp.ts'

const scenarios = join(import.meta.dirname, '../../scenarios')
const integrations = readdirSync(scenarios).map((name) => {
  const file = join(scenarios, name, 'integration.yaml')
  return parseYaml(readFileSync(file, 'utf8'), Integration, file)
})

/** Every adapter; one that serves many products is configured as the sample integration that names it says. */
const adapters: [string, ErpAdapter][] = []
for (const file of readdirSync(import.meta.dirname).sort()) {
  if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
  const id = file.slice(0, -3)
  const module: { default: ErpAdapter } = await import(join(import.meta.dirname, file))
  const integration = integrations.find(({ erp }) => erp.adapter === id)
  const configured = integration === undefined ? undefined : module.default.configure?.(integration)
  adapters.push([id, configured ?? module.default])
}

/** Members that an adapter may leave out. */
type Optional = 'configure' | 'arrange' | 'keyed' | 'ledgerCurrency' | 'periods' | 'reversals'

/** Every other member of the port: a new one that an adapter lacks fails here and not in a replay. */
const MEMBERS: Readonly<Record<Exclude<keyof ErpAdapter, Optional>, 'string' | 'object' | 'function'>> = {
  title: 'string',
  capabilities: 'object',
  documentResource: 'string',
  referenceField: 'object',
  documentResources: 'object',
  valueLists: 'object',
  secretsOf: 'function',
  releaseOf: 'function',
  decode: 'function',
  numbering: 'object',
  interpret: 'function',
  sent: 'function',
  facts: 'function',
  listOf: 'function',
  meaning: 'function',
  refusal: 'function',
  connect: 'function',
  virtual: 'function',
  mutants: 'object',
}
const NO_SCHEMA: ErpSchema = {
  format: 'erp-change-gate/schema',
  version: 1,
  source: { kind: 'none', inferred: false },
  resources: {},
  definitions: {},
}
const NO_NAMES: Names = { learn: () => undefined, nameOf: () => undefined, idOf: () => undefined }
const request = (over: Partial<RecordedRequest>): RecordedRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: {},
  ...over,
})

describe.each(adapters)('%s', (id, adapter) => {
  test('has every member of the port and no other', () => {
    const {
      configure: _,
      arrange: __,
      keyed: ___,
      ledgerCurrency: ____,
      periods: ______,
      reversals: _____,
      ...members
    } = adapter
    expect(Object.fromEntries(Object.entries(members).map(([name, member]) => [name, typeof member]))).toEqual(MEMBERS)
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/)
  })

  test('claims capabilities once, and reads documents of its own resource', () => {
    expect(new Set(adapter.capabilities).size).toBe(adapter.capabilities.length)
    expect(adapter.documentResources).toContain(adapter.documentResource)
    const lists = Object.keys(adapter.valueLists)
    expect(lists.length).toBeGreaterThan(0)
    expect(lists.filter((list) => adapter.documentResources.includes(list))).toEqual([])
  })

  test.each<[string, Partial<RecordedRequest>]>([
    ['no body', { method: 'GET', path: '/health' }],
    ['a page', { body: { text: '<html>Wartung</html>' } }],
    ['a file', { body: { base64: '/wD/' } }],
    ['a list', { body: { json: [] } }],
    ['JSON of nobody', { path: '/metrics', body: { json: { up: true } } }],
  ])('refuses to read %s as a call of its own', (_, over) => {
    expect(() => adapter.decode(request(over), NO_SCHEMA, NO_NAMES)).toThrow(GateError)
    expect(() => adapter.decode(request(over), NO_SCHEMA, NO_NAMES)).toThrow(
      expect.objectContaining({ code: 'recording-unusable', exit: 2 }),
    )
  })

  test('finds no release and no secret where there is none', () => {
    const answer = { status: 200, headers: {} }
    expect(adapter.releaseOf([])).toBeUndefined()
    expect(adapter.secretsOf(request({}), answer)).toEqual({ request: [], response: [] })
  })

  test('knows no document of nothing', () => {
    expect(adapter.facts(null)).toMatchObject({ supplier: '', reference: '', gross: '0.00', lines: 0 })
  })
})
