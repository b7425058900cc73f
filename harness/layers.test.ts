import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Which room may import which. A new edge needs a record in `decisions/`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  ports: ['base', 'model'],
  erps: ['base', 'model', 'ports'],
  'schema-sources': ['base', 'model', 'ports'],
  'second-opinions': ['base', 'model', 'ports'],
  'note-sources': ['base', 'model', 'ports'],
  importers: ['base', 'model', 'ports'],
  discover: ['base', 'model', 'ports'],
  record: ['base', 'model', 'ports'],
  targets: ['base', 'model', 'ports'],
  replay: ['base', 'model', 'ports'],
  connector: ['base', 'model', 'ports'],
  failures: ['ports'],
  compare: ['base', 'model', 'ports'],
  checks: ['base', 'model', 'ports'],
  reconcile: ['base', 'model', 'ports'],
  decide: ['base', 'model', 'ports'],
  reporters: ['base', 'model', 'ports'],
  attest: ['base', 'model'],
  pipeline: [
    'base',
    'model',
    'ports',
    'erps',
    'schema-sources',
    'second-opinions',
    'note-sources',
    'importers',
    'discover',
    'record',
    'targets',
    'replay',
    'connector',
    'failures',
    'compare',
    'checks',
    'reconcile',
    'decide',
    'reporters',
    'attest',
  ],
  cli: ['base', 'pipeline'],
  vitest: ['base', 'model', 'pipeline'],
}

/** Rooms that are synchronous and pure: no network, disk, clock, randomness or environment. */
const PURE = [
  'compare',
  'checks',
  'reconcile',
  'decide',
  'reporters',
  'importers',
  'discover',
  'attest',
  'model',
  'note-sources',
]

/** What a pure file may import from the platform: digests and decompression of bytes that it was given. */
const PURE_IMPORTS = ['node:buffer', 'node:crypto', 'node:zlib', 'node:worker_threads']

const sources = filesBelow(import.meta.dirname).filter((file) => !/\.test\.ts$|fixtures/.test(file))

describe('rooms', () => {
  test('every room stands in the table', () => {
    const rooms = new Set(sources.map(roomOf).filter((room) => room !== undefined))
    expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort())
  })

  test.each(sources)('%s imports only what its room may', (file) => {
    const room = roomOf(file)
    if (room === undefined) return
    const foreign = importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => roomOf(relative(import.meta.dirname, join(import.meta.dirname, file, '..', specifier))))
      .filter((other) => other !== room && !MAY_IMPORT[room]?.includes(other ?? ''))
    expect(foreign).toEqual([])
  })

  test.each(sources.filter((file) => PURE.includes(roomOf(file) ?? '')))('%s is pure', (file) => {
    const text = codeOf(file)
    const effects = importsOf(file).filter(
      (specifier) => specifier.startsWith('node:') && !PURE_IMPORTS.includes(specifier),
    )
    expect(effects).toEqual([])
    expect(text).not.toMatch(/\bprocess\.|\bDate\.now\(|new Date\(\)|Math\.random|\bfetch\(|performance\.now/)
  })

  test.each(sources.filter((file) => roomOf(file) !== 'cli'))('%s is silent', (file) => {
    expect(codeOf(file)).not.toMatch(/\bconsole\.|process\.(argv|exitCode|exit|stdout|stderr)/)
  })
})

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
}

function roomOf(file: string): string | undefined {
  const [room, ...rest] = file.split(sep)
  return rest.length === 0 ? undefined : room
}

function importsOf(file: string): readonly string[] {
  return [...codeOf(file).matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g)].map(
    ([, fixed, lazy]) => fixed ?? lazy ?? '',
  )
}

function codeOf(file: string): string {
  return readFileSync(join(import.meta.dirname, file), 'utf8')
}
