import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf } from '../base/fingerprint.ts'
import { toPlain } from '../base/json.ts'
import { Workspace } from '../cli/testing/workspace.ts'
import { type ReleaseSchema, releaseSchema } from '../pipeline/suite.ts'
import { readRecording } from '../record/store.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Adds a release that answers single invoices otherwise than the one in production, and a change to it. */
async function addRelease(
  release: string,
  change: string,
  edits: Readonly<Record<string, (stages: string) => string>>,
): Promise<void> {
  const snapshot = `snapshots/norvik-${release}`
  await cp(at('snapshots/norvik-2026-1'), at(snapshot), { recursive: true })
  const documents = await workspace.read(`${snapshot}/documents.ndjson`)
  const edited = documents
    .split('\n')
    .map((line) => {
      const edit = edits[/^\{"key":"([^"]*)"/.exec(line)?.[1] ?? '']
      return edit === undefined ? line : line.replace(/"stages".*/, edit)
    })
    .join('\n')
  await workspace.write(`${snapshot}/documents.ndjson`, edited)
  await workspace.edit(`${snapshot}/meta.json`, digestOf(documents), digestOf(edited))
  await workspace.edit(`${snapshot}/meta.json`, '"release": "2026-1"', `"release": "${release}"`)
  await workspace.edit(`${snapshot}/meta.json`, '"build": "2026-1"', `"build": "${release}"`)
  await mkdir(at(`scenarios/rest-ap/changes/${change}`))
  const control = await workspace.read('scenarios/rest-ap/changes/control/change.yaml')
  await workspace.write(
    `scenarios/rest-ap/changes/${change}/change.yaml`,
    control.replace('to: 2026-1', `to: ${release}`),
  )
}

const anotherCostCenter = (stages: string) => stages.replaceAll('"costCenter":"CC300"', '"costCenter":"CC100"')
const lineTwice = (stages: string) => stages.replaceAll(/"lines":\[(\{[^{}]*\})\]/g, '"lines":[$1,$1]')
const REFUSED =
  '{"after":"post","error":{"status":422,"body":{"errors":[{"code":"not-approved","message":"Bill needs a second approval"}]}},"outcome":"rejected"}]}'
const postRefused = (stages: string) => stages.replace(/\{"after":"post".*/, REFUSED)

/** A suite as a connector team writes it, beside its own handlers of msw and nock. */
const SUITE = `
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { changeGate, erpSchema, rehearse } from 'erp-change-gate/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'

const server = setupServer(http.get('https://ap.example/approved', () => HttpResponse.json(['KF-1'])))
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterAll(() => server.close())

changeGate('scenarios/rest-ap/changes/control')
changeGate('scenarios/rest-ap/changes/api-2026-2')
changeGate('scenarios/rest-ap/changes/one-cost-center')

test('its own handlers of msw answer', async () => {
  expect(await (await fetch('https://ap.example/approved')).json()).toEqual(['KF-1'])
})

test('the control is a go', async () => {
  expect((await rehearse('scenarios/rest-ap/changes/control')).assessment).toBeGo()
})

test('the new API is a go', async () => {
  expect((await rehearse('scenarios/rest-ap/changes/api-2026-2')).assessment).toBeGo()
})

test('an invoice is stored as it was sent', async () => {
  const { invoices } = await rehearse('scenarios/rest-ap/changes/control')
  expect([...invoices.values()][0]).toStoreWhatWasSent()
})

test('an invoice is stored with another project', async () => {
  const { invoices } = await rehearse('scenarios/rest-ap/changes/api-2026-2')
  expect(invoices.get('S-1003 TF/26/4410')).toStoreWhatWasSent()
})

const spoiled = rehearse('scenarios/rest-ap/changes/line-twice')
test('an invoice is stored with its line twice', async () => {
  const { invoices } = await spoiled
  expect(invoices.get('S-1001 BP-88121')).toStoreWhatWasSent()
})

test('an invoice stays a draft', async () => {
  const { invoices } = await spoiled
  expect(invoices.get('S-1003 TF/26/4410')).toStoreWhatWasSent()
})

const bill = JSON.parse(process.env.BILL ?? '')
test('the request fits the release in production', async () => {
  const schema = await erpSchema('snapshots/norvik-2026-1', 'scenarios/rest-ap')
  expect({ method: 'POST', path: '/v1/bills', body: bill }).toMatchErpSchema(schema)
})
test('a request with a wrong field', async () => {
  const schema = await erpSchema('snapshots/norvik-2026-1', 'scenarios/rest-ap')
  const { currency, ...rest } = bill
  expect({ method: 'POST', path: '/v1/bills', body: { ...rest, paymentMethod: 'gold', colour: 'red' } }).toMatchErpSchema(schema)
})
`

const NOCK = `
import nock from 'nock'
import { changeGate } from 'erp-change-gate/vitest'
import { afterAll, beforeAll, expect, test } from 'vitest'
beforeAll(() => { nock.disableNetConnect() })
afterAll(() => { nock.restore() })
changeGate('scenarios/rest-ap/changes/control')
test('nock answers', async () => {
  const scope = nock('https://ap.example').get('/approved').reply(200, ['KF-1'])
  expect(await (await fetch('https://ap.example/approved')).json()).toEqual(['KF-1'])
  scope.done()
})
`

const CONFIG = `
export default {
  resolve: { alias: { 'erp-change-gate/vitest': '${join(ROOT, 'harness/vitest/index.ts')}' } },
  test: { include: ['*.test.ts'], testTimeout: 120_000 },
}
`

type Result = Readonly<{ fullName: string; status: string; failureMessages: readonly string[] }>

let workspace: Workspace
let results: readonly Result[] = []
const at = (path: string) => join(workspace.folder, path)

beforeAll(async () => {
  workspace = await Workspace.create()
  await addRelease('2026-9', 'one-cost-center', { 'S-1005 FA-1007': anotherCostCenter })
  await addRelease('2026-8', 'line-twice', { 'S-1001 BP-88121': lineTwice, 'S-1003 TF/26/4410': postRefused })
  await symlink(join(ROOT, 'node_modules'), join(workspace.folder, 'node_modules'))
  const { interactions } = await readRecording(join(ROOT, 'scenarios/rest-ap/recordings/2026-10.ndjson'))
  const created = interactions.find(({ request }) => request.method === 'POST')?.request.body
  await workspace.write('vitest.config.mjs', CONFIG)
  await workspace.write('package.json', '{"type":"module"}')
  await workspace.write('gate.test.ts', SUITE)
  await workspace.write('nock.test.ts', NOCK)
  const bill = created !== undefined && 'json' in created ? JSON.stringify(toPlain(created.json)) : ''
  const ended = await execa(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', '--outputFile=out.json', '--maxWorkers=1'],
    { cwd: workspace.folder, reject: false, env: { BILL: bill, VITEST: undefined, NODE_ENV: undefined } },
  )
  const written = await workspace.read('out.json').catch(() => '')
  if (written === '') throw new Error(`The suite did not run: ${ended.stdout} ${ended.stderr}`)
  const report = JSON.parse(written) as {
    testResults: readonly { assertionResults: readonly Result[]; message: string }[]
  }
  results = report.testResults.flatMap(({ assertionResults, message }) =>
    assertionResults.length === 0
      ? [{ fullName: 'suite', status: 'failed', failureMessages: [message] }]
      : assertionResults,
  )
}, 240_000)
afterAll(() => workspace.remove())

const CONTROL = 'change-gate scenarios/rest-ap/changes/control'
const CHANGE = 'change-gate scenarios/rest-ap/changes/api-2026-2'
const QUIET = 'change-gate scenarios/rest-ap/changes/one-cost-center'
const named = (name: string) => results.find(({ fullName }) => fullName === name)
const messageOf = (name: string) => named(name)?.failureMessages.join('\n') ?? ''
const of = (change: string) => results.filter(({ fullName }) => fullName.startsWith(change))

describe('every recorded invoice is a test', () => {
  test('of the control all pass, and so does the verdict, beside msw and beside nock', () => {
    // 15 invoices and the verdict, in both suites.
    expect(of(CONTROL)).toHaveLength(32)
    expect(of(CONTROL).filter(({ status }) => status !== 'passed')).toEqual([])
    expect([named('its own handlers of msw answer')?.status, named('nock answers')?.status]).toEqual([
      'passed',
      'passed',
    ])
  })

  test('an invoice that is stored otherwise fails its own test and no other', () => {
    const failed = of(QUIET).filter(({ status }) => status !== 'passed')
    expect(failed.map(({ fullName }) => fullName)).toEqual([
      `${QUIET} S-1005 FA-1007`,
      expect.stringContaining('the release may be installed'),
    ])
    expect(messageOf(`${QUIET} S-1005 FA-1007`)).toContain(
      'bill.lines /costCenter after create, post (stored-coding-changed, silent): at /lines/0/costCenter: sent CC300, CC300 before, CC100 now',
    )
  })

  test('a failing invoice names the field, what was sent and what is stored now', () => {
    expect(messageOf(`${CHANGE} S-1003 TF/26/4410`)).toContain(
      'bill.lines /projectCode after create, post (stored-coding-changed, silent): at /lines/0/projectCode: sent P-044, P-044 before, ',
    )
  })

  test('the verdict fails with its reasons', () => {
    const failed = of(CHANGE).at(-1)?.failureMessages.join('\n')
    expect(failed).toContain('no-go: CHG-0051')
    expect(failed).toContain('unexpected-silent-change: “Project” (bill.lines projectCode)')
  })
})

describe('matchers', () => {
  test('toBeGo', () => {
    expect(named('the control is a go')?.status).toBe('passed')
    expect(messageOf('the new API is a go')).toContain('no-go: CHG-0051')
  })

  test('toStoreWhatWasSent', () => {
    expect(named('an invoice is stored as it was sent')?.status).toBe('passed')
    expect(messageOf('an invoice is stored with another project')).toMatch(
      /S-1003 TF\/26\/4410: bill\.lines \/lines\/0\/projectCode: sent P-044, stored /,
    )
    expect(messageOf('an invoice is stored with its line twice')).toMatch(
      /S-1001 BP-88121: bill \/lines\/1: sent nothing, stored account 4010, /,
    )
    expect(messageOf('an invoice stays a draft')).toContain(
      'S-1003 TF/26/4410: bill.post was rejected: Bill needs a second approval',
    )
  })

  test('toMatchErpSchema', () => {
    expect(named('the request fits the release in production')?.status).toBe('passed')
    expect(messageOf('a request with a wrong field').split('\n    at ')[0]).toBe(
      [
        'Error: norvik 2026-1:',
        'bill paymentMethod (/paymentMethod): gold must be equal to one of the allowed values: ["bank","card","giro","cheque"]',
        'bill colour (/colour): this release has no such field to send',
        'bill currency (/currency): it is required and not sent',
      ].join('\n  '),
    )
  })
})

describe('a release takes no request that it could not be shown to take', () => {
  const schemaOf = (snapshot: string, scenario: string) =>
    releaseSchema(join(ROOT, 'snapshots', snapshot), join(ROOT, 'scenarios', scenario))
  const call = (method: string, params: unknown) => ({ path: '/erp/', body: { id: 1, method, params } })
  const create = (params: unknown) => call('model.account.invoice.create', params)

  test.each([
    ['tryton-6.0', 'tryton-ap', /^model\.account\.invoice\.(create|validate_invoice|post|cancel)$/],
    ['norvik-2026-1', 'rest-ap', /^POST \/v1\/bills/],
  ])('%s takes every write that was recorded of it', async (snapshot, scenario, writes) => {
    const schema = await schemaOf(snapshot, scenario)
    const { interactions } = await readRecording(join(ROOT, `scenarios/${scenario}/recordings/2026-10.ndjson`))
    const sent = [...interactions].flatMap(({ request: { method, path, body } }) => {
      const json = body !== undefined && 'json' in body ? toPlain(body.json) : undefined
      const name = scenario === 'rest-ap' ? `${method} ${path}` : String(Reflect.get(Object(json), 'method'))
      return writes.test(name) ? [{ method, path, body: json }] : []
    })
    expect(sent.length).toBeGreaterThan(20)
    expect(sent.flatMap((request) => schema.faultsOf(request))).toEqual([])
  })

  test.each<[string, Parameters<ReleaseSchema['faultsOf']>[0], string]>([
    ['an empty invoice', create([[{}], {}]), 'account.invoice: it sends nothing'],
    ['no invoice', create([[], {}]), 'account.invoice: it sends nothing'],
    [
      'an empty line',
      create([[{ reference: 'KF-1', lines: [['create', [{}]]] }], {}]),
      'account.invoice /params/0/0/lines/0/1/0: it sends nothing',
    ],
    [
      'a second, empty invoice',
      create([[{ reference: 'KF-1' }, {}], {}]),
      'account.invoice /params/0/1: it sends nothing',
    ],
    [
      'an unknown method',
      call('model.account.invoice.aprove', [[7], {}]),
      'account.invoice.aprove: nothing shows that this release has it',
    ],
    ['an unknown call', call('common.frobnicate', []), 'common.frobnicate: the release publishes nothing about it'],
  ])('%s', async (_, request, fault) => {
    expect((await schemaOf('tryton-6.0', 'tryton-ap')).faultsOf(request)).toContain(fault)
  })

  test('an empty bill lacks everything that is required', async () => {
    const faults = (await schemaOf('norvik-2026-1', 'rest-ap')).faultsOf({ path: '/v1/bills', body: {} })
    expect(faults[0]).toBe('bill: it sends nothing')
    expect(faults).toContain('bill supplierId (/supplierId): it is required and not sent')
  })
})

test('nothing else happened in the suites', () => {
  const failed = results.filter(
    ({ status, fullName }) => status !== 'passed' && !fullName.startsWith(CHANGE) && !fullName.startsWith(QUIET),
  )
  expect(failed.map(({ fullName }) => fullName)).toEqual([
    'the new API is a go',
    'an invoice is stored with another project',
    'an invoice is stored with its line twice',
    'an invoice stays a draft',
    'a request with a wrong field',
  ])
})
