import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { serveSnapshot } from '../pipeline/serve.ts'
import { Workspace } from './testing/workspace.ts'

const SCENARIO = 'scenarios/rest-ap'
const CONTROL = `${SCENARIO}/changes/control`
const UPDATE = `${SCENARIO}/changes/api-2026-2`
const INTEGRATION = `${SCENARIO}/integration.yaml`
const VALUES = `${SCENARIO}/values/norvik.yaml`
const specification = (release: string) => `${SCENARIO}/specifications/norvik-${release}.yaml`

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(() => workspace.remove())

describe('an ERP that is onboarded by configuration', () => {
  test('takes fewer than 60 lines of YAML', async () => {
    const text = await workspace.read(INTEGRATION)
    const lines = text.split('\n')
    const at = (start: RegExp) => lines.findIndex((line) => start.test(line))
    expect(at(/^connector:/) - at(/^erp:/)).toBeLessThan(60)
    expect(Object.keys(parse(text).erp)).toEqual(['product', 'adapter', 'environments', 'api'])
  })

  test('the release in production against itself is a go with no finding, twice in a row, with the same bytes', async () => {
    const runs: string[] = []
    for (let run = 0; run < 2; run++) {
      const { status, out } = await workspace.run(['run', CONTROL])
      expect([status, out.split(' ')[0]]).toEqual([0, 'GO'])
      const { meta: _, ...rest } = await workspace.assessed('control', 'rest-ap')
      expect(rest.findings).toEqual([])
      expect(rest.accounting).toMatchObject({ recorded: 15, compared: 15, interactionsNotReached: 0, reconciles: true })
      expect(rest.evidence.level).toBe('schema')
      runs.push(JSON.stringify(rest))
    }
    expect(runs[0]).toBe(runs[1])
  })

  test('a release with a renamed field, a narrower list and a new required field is a no-go that names each, with the invoices', async () => {
    const { status } = await workspace.run(['run', UPDATE])
    expect(status).toBe(1)
    const { verdict, findings, accounting, invoices } = await workspace.assessed('api-2026-2', 'rest-ap')
    expect(verdict).toBe('no-go')
    expect(accounting).toMatchObject({ recorded: 15, compared: 15, reconciles: true })
    const blocking = findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ loudness, check, resource, pointer, message, invoices, status: found }) => {
        const code = check === 'invoice-refused' ? ` ${/with (.*)\.$/.exec(message)?.[1]}` : ''
        return `${loudness} ${check} ${resource}${pointer}${code}: ${invoices.length} ${found}`
      })
    expect(blocking.sort()).toEqual([
      'loud field-removed bill.lines/projectCode: 5 expected',
      'loud field-renamed bill.lines/projectCode: 5 unexpected',
      'loud invoice-newly-accepted bill/create: 1 unexpected',
      'loud invoice-refused bill/create enum /paymentMethod: 2 unexpected',
      'loud invoice-refused bill/create required /lines/*/costCenter: 3 unexpected',
      'loud mapped-field-removed bill.lines/projectCode: 5 expected',
      'loud send-narrowed bill.lines/costCenter: 12 unexpected',
      'loud send-narrowed bill/paymentMethod: 14 unexpected',
      'silent field-required bill.lines/costCenter: 3 unexpected',
      'silent stored-coding-changed bill.lines/projectCode: 4 unexpected',
    ])
    const of = (outcome: string) => invoices.filter((each) => each.outcome === outcome).map(({ key }) => key)
    expect(of('refused')).toEqual([
      'S-1002 NK-2026-10-772',
      'S-1004 KH-5520',
      'S-1004 KH-5521',
      'S-1005 FA-1008',
      'S-1006 LUM-EU-30991',
    ])
    expect(of('newly-accepted')).toEqual(['S-1005 FA-1012'])
    const lost = findings.find(({ check }) => check === 'stored-coding-changed')
    expect(lost?.invoices).toEqual(['S-1003 TF/26/4410', 'S-1003 TF/26/4411', 'S-1005 FA-1007', 'S-1006 LUM-EU-30992'])
  })

  test('what is made from a specification is no recorded evidence, whatever the policy hopes for', async () => {
    await workspace.edit(`${CONTROL}/change.yaml`, /\npolicy: .*/, '')
    const { status, out } = await workspace.run(['run', CONTROL])
    expect([status, out.split(' ')[0]]).toEqual([3, 'UNDECIDED'])
    expect(out).toContain('The evidence is schema; the policy asks for recorded.')
  })

  test('a sandbox over HTTP is replayed against, agrees with the mocked API, and is cleaned up after', async () => {
    const folder = (path: string) => join(workspace.folder, path)
    const served = await serveSnapshot({
      snapshot: folder('snapshots/norvik-2026-1'),
      scenario: folder(SCENARIO),
      port: 0,
    })
    try {
      await workspace.edit(INTEGRATION, 'http://127.0.0.1:8090', served.url)
      const env = { NORVIK_TOKEN: served.password }
      const { status, err } = await workspace.run(['run', CONTROL, '--target', served.url], env)
      expect([status, err.match(/error .*/)?.[0]]).toEqual([0, undefined])
      const { findings, leftBehind, evidence } = await workspace.assessed('control', 'rest-ap')
      expect([findings, leftBehind, evidence.level]).toEqual([[], [], 'schema'])
      expect(evidence.agreement?.disagreements).toEqual([])
      expect(evidence.target.proof).toBe('GET /me answers "sandbox" at /environment')
    } finally {
      await served.close()
    }
  })
})

describe('a wrong place in the configuration is refused with file and line', () => {
  test.each([
    {
      name: 'an operation',
      from: 'create: POST /bills\n',
      to: 'create: POST /bill\n',
      message:
        /integration\.yaml:15:15: "erp\.api\.operations\.create": "POST \/bill" is no operation .* POST \/bills,/,
    },
    {
      name: 'a pointer',
      from: 'gross: /totals/gross }',
      to: 'gross: /totals/total }',
      message:
        /integration\.yaml:38:\d+: "erp\.api\.document\.totals\.gross": "\/totals\/total" leads nowhere .* has tax, net, gross/,
    },
    {
      name: 'a pointer that is none',
      from: 'state: /status\n',
      to: 'state: status\n',
      message: /integration\.yaml:28:14: "erp\.api\.document\.state": must be a JSON Pointer/,
    },
    {
      name: 'a list',
      from: 'costCenters/code',
      to: 'departments/code',
      message: /integration\.yaml:45:30: .*there is no list "departments" in erp\.api\.lists/,
    },
    {
      name: 'a key that nobody knows',
      from: 'currency: /currency\n',
      to: 'currency: /currency\n      curency: /currency\n',
      message: /integration\.yaml:35:7: "erp\.api\.document"/,
    },
    {
      name: 'no api at all',
      from: /\n {2}api:\n(?: {4}.*\n)+/,
      to: '\n',
      message: /integration\.yaml:\d+:\d+: "erp": adapter: openapi-rest and api: go together/,
    },
  ])('$name', async ({ from, to, message }) => {
    await workspace.edit(INTEGRATION, from, to)
    const { status, out, err } = await workspace.run(['run', CONTROL])
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(err).toMatch(/^ {2}next: .+/m)
  })
})

describe('a snapshot from what is published', () => {
  const make = (release: string, ...more: readonly string[]) =>
    workspace.run([
      ...['snapshot', '--schema', specification(release), '--scenario', SCENARIO, '--out', `made/norvik-${release}`],
      ...more,
    ])

  test('is the one that is stored, byte for byte, without the time of day', async () => {
    await mkdir(join(workspace.folder, 'made'))
    const first = await make('2026-1', '--values', VALUES)
    expect(first.out).toBe(
      'made/norvik-2026-1: norvik 2026-1, made from the published norvik-2026-1.yaml; no ERP was asked',
    )
    expect((await make('2026-2', '--values', VALUES, '--baseline', 'made/norvik-2026-1')).status).toBe(0)
    for (const release of ['2026-1', '2026-2']) {
      for (const file of ['schema.json', 'values.json', 'documents.ndjson']) {
        const [made, stored] = [`made/norvik-${release}/${file}`, `snapshots/norvik-${release}/${file}`]
        expect(await workspace.read(made)).toBe(await workspace.read(stored))
      }
    }
  })

  test('takes value lists from recorded look-ups where none are written', async () => {
    expect((await make('2026-1')).err).toMatch(/^$|^(?!.*error)/)
    const [made, stored] = await Promise.all(
      ['made', 'snapshots'].map(async (folder) =>
        JSON.parse(await workspace.read(`${folder}/norvik-2026-1/values.json`)),
      ),
    )
    expect(Object.keys(made)).toEqual(Object.keys(stored))
    expect(made.suppliers).toEqual(stored.suppliers)
    // The connector asked for active cost centers only.
    expect(made.costCenters.map(({ code }: { code: string }) => code)).toEqual(['CC100', 'CC210', 'CC220', 'CC300'])
  })

  test.each([
    {
      name: 'another release without the snapshot of the recorded one',
      args: ['--values', VALUES],
      message: /error snapshot-unusable: The recording is of release 2026-1, and .* is of 2026-2/,
    },
    {
      name: 'a target and a schema at once',
      args: ['--target', 'http://127.0.0.1:8090'],
      message: /error usage: A snapshot is taken of a --target, or made from a --schema/,
    },
  ])('is refused for $name', async ({ args, message }) => {
    const { status, err } = await make('2026-2', ...args)
    expect(status).toBe(2)
    expect(err).toMatch(message)
  })

  test.each([
    {
      name: 'a list that nobody named',
      from: 'projects:',
      to: 'projekts:',
      message: /norvik\.yaml:\d+:\d+: "projekts": the integration has no such list/,
    },
    {
      name: 'a code that is there twice',
      from: 'code: S-1002',
      to: 'code: S-1001',
      message: /norvik\.yaml:4:\d+: "suppliers\.1\.code": S-1001 is listed twice/,
    },
    {
      name: 'a row without a code',
      from: '{ code: S-1002, ',
      to: '{ ',
      message: /norvik\.yaml:4:\d+: "suppliers\.1\.code"/,
    },
  ])('is refused for $name', async ({ from, to, message }) => {
    await workspace.edit(VALUES, from, to)
    const { status, err } = await make('2026-1', '--values', VALUES)
    expect(status).toBe(2)
    expect(err).toMatch(message)
  })
})
