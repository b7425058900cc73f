import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadPlugIn } from '../pipeline/registry.ts'
import { readSnapshot } from '../pipeline/snapshot-store.ts'
import { serveVirtualErp } from '../targets/virtual-erp.ts'
import { type Ended, Workspace } from './testing/workspace.ts'

const UPDATE = 'scenarios/tryton-ap/changes/erp-7.0'
const INTEGRATION = 'scenarios/tryton-ap/integration.yaml'
const CREDENTIAL = { TRYTON_USER: 'ap_connector', TRYTON_PASSWORD: 'sandbox-only' }

let workspace: Workspace
const closers: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  workspace = await Workspace.create()
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
  await workspace.remove()
})

/** One clear message with the code, no stack, and what to do next. */
function expectRefusal(ended: Ended, status: 2 | 3, message: string | RegExp): void {
  expect(ended.status).toBe(status)
  expect(ended.err).toMatch(message)
  expect(ended.err).toMatch(/^ {2}next: .+/m)
  expect(ended.err + ended.out).not.toMatch(/^\s+at .*\.ts:\d+/m)
  expect(ended.out).toBe('')
}

describe('bad input', () => {
  test.each([
    {
      name: 'a change folder that is not there',
      args: ['run', 'scenarios/tryton-ap/changes/erp-8.0'],
      status: 2,
      message: /error file-missing: .*changes\/erp-8\.0\/change\.yaml cannot be read\./,
    },
    {
      name: 'a target that is none',
      args: ['run', UPDATE, '--target', 'production'],
      status: 2,
      message: /error usage: "production" is no target\./,
    },
    { name: 'a command that is none', args: ['rnu'], status: 2, message: /error usage: unknown command 'rnu'/ },
    {
      name: 'an option that is none',
      args: ['run', UPDATE, '--force'],
      status: 2,
      message: /error usage: unknown option '--force'/,
    },
    {
      name: 'a snapshot folder that is not there',
      args: ['run', UPDATE, '--snapshots', 'elsewhere'],
      status: 2,
      message: /error file-missing: elsewhere\/tryton-6\.0\/meta\.json cannot be read\./,
    },
    {
      name: 'a sandbox that is none',
      args: ['sandbox', 'up', 'tryton-5.0'],
      status: 2,
      message:
        /error plug-in-unknown: There is no sandbox "tryton-5\.0"\.\n {2}next: Choose one of: tryton-6\.0, tryton-7\.0\./,
    },
    {
      name: 'a port that is none',
      args: ['record', '--upstream', 'http://127.0.0.1:1', '--listen', '99999', '--out', 'x.ndjson'],
      status: 2,
      message: /a port is a number from 0 to 65535/,
    },
  ] as const)('$name', async ({ args, status, message }) => {
    expectRefusal(await workspace.run(args), status, message)
  })

  test.each([
    {
      name: 'a wrong key',
      file: `${UPDATE}/change.yaml`,
      from: '  type: normal\n',
      to: '  typ: normal\n',
      message: /change\.yaml:\d+:\d+: "change/,
    },
    {
      name: 'a wrong value',
      file: `${UPDATE}/change.yaml`,
      from: 'kind: erp-update',
      to: 'kind: erp-upgrade',
      message: /change\.yaml:6:\d+: "change\.kind"/,
    },
    {
      name: 'broken syntax',
      file: INTEGRATION,
      from: 'schedule: ',
      to: 'schedule: [',
      message: /integration\.yaml:\d+:\d+: /,
    },
    {
      name: 'a note without a reason',
      file: `${UPDATE}/change.yaml`,
      from: /\n {4}because: We pay.*\n/,
      to: '\n',
      message: /change\.yaml:\d+:\d+: "notes\.8.*because/,
    },
    {
      name: 'an expectation that does not exist',
      file: `${UPDATE}/change.yaml`,
      from: 'warning-added:',
      to: 'warning-adde:',
      message: /error expectation-unknown: Note RN-3 expects "warning-adde", which does not exist\./,
    },
    {
      name: 'a snapshot that was edited',
      file: 'snapshots/tryton-7.0/values.json',
      from: '"VAT25"',
      to: '"VAT26"',
      message: /error snapshot-unusable: snapshots\/tryton-7\.0\/values\.json is not the file that was captured/,
    },
    {
      name: 'a recording of another integration',
      file: INTEGRATION,
      from: 'id: tryton-ap',
      to: 'id: odoo-ap',
      message: /error recording-unusable: .*this is a recording of integration "tryton-ap", not of "odoo-ap"/,
    },
    {
      name: 'a change from another release than was recorded',
      file: `${UPDATE}/change.yaml`,
      from: 'from: "6.0"',
      to: 'from: "7.0"',
      message: /error recording-unusable: .*recorded on release 6\.0/,
    },
  ] as const)('$name', async ({ file, from, to, message }) => {
    await workspace.edit(file, from, to)
    expectRefusal(await workspace.run(['run', UPDATE]), 2, message)
  })
})

describe('what is not proven to be a sandbox is refused before anything could be written', () => {
  test('a host that is production of this integration', async () => {
    const ended = await workspace.run(['run', UPDATE, '--target', 'https://erp.halden-soen.example'], CREDENTIAL)
    expectRefusal(
      ended,
      2,
      /error sandbox-not-proven: erp\.halden-soen\.example is the production host of integration "tryton-ap", which is production\./,
    )
  })

  test('a host that nobody declared', async () => {
    const ended = await workspace.run(['run', UPDATE, '--target', 'http://127.0.0.1:9'], CREDENTIAL)
    expectRefusal(
      ended,
      2,
      /error sandbox-not-proven: 127\.0\.0\.1:9 is not declared as a sandbox of integration "tryton-ap"\./,
    )
  })

  test('an ERP that is declared a sandbox and does not prove it: no request that could write reaches it', async () => {
    const seen: string[] = []
    const answers: Record<string, unknown> = {
      'common.server.version': '7.0.30',
      'common.db.login': [5, 'key'],
      'model.res.user.get_preferences': { company: 4 },
      'model.party.party.search_count': 0,
    }
    const url = await listen(
      createServer(async (incoming, outgoing) => {
        let text = ''
        for await (const chunk of incoming) text += chunk
        const { id, method } = JSON.parse(text)
        seen.push(method)
        outgoing.setHeader('content-type', 'application/json')
        outgoing.end(JSON.stringify({ id, result: answers[method] ?? null }))
      }),
    )
    await workspace.edit(INTEGRATION, 'http://127.0.0.1:8000', url)
    const ended = await workspace.run(['run', UPDATE, '--target', url], CREDENTIAL)
    expectRefusal(
      ended,
      2,
      /error sandbox-not-proven: .* does not prove that it is a sandbox: party CHANGE-GATE-SANDBOX does not exist/,
    )
    expect([...new Set(seen)].sort()).toEqual(Object.keys(answers).sort())
  })

  test('a sandbox of another release', async () => {
    const url = await virtual('tryton-6.0')
    await workspace.edit(INTEGRATION, 'http://127.0.0.1:8000', url)
    const ended = await workspace.run(['run', UPDATE, '--target', url], CREDENTIAL)
    expectRefusal(
      ended,
      2,
      /error target-wrong-release: .* runs tryton 6\.0\.29; the change request asks for tryton 7\.0\./,
    )
  })
})

describe('a target that cannot be asked', () => {
  test('nothing listens', async () => {
    const ended = await workspace.run(['run', UPDATE, '--target', 'http://127.0.0.1:8000'], CREDENTIAL)
    expectRefusal(ended, 3, /error target-unreachable: http:\/\/127\.0\.0\.1:8000 does not answer/)
  })

  test('the credential is not set', async () => {
    const ended = await workspace.run(['run', UPDATE, '--target', 'http://127.0.0.1:8000'], {
      TRYTON_USER: '',
      TRYTON_PASSWORD: '',
    })
    expectRefusal(ended, 2, /error credential-missing: The environment variable TRYTON_USER is not set\./)
  })

  test('the credential is wrong', async () => {
    const url = await virtual('tryton-7.0')
    await workspace.edit(INTEGRATION, 'http://127.0.0.1:8000', url)
    const ended = await workspace.run(['run', UPDATE, '--target', url], {
      ...CREDENTIAL,
      TRYTON_PASSWORD: 'hunter2-of-last-year',
    })
    expectRefusal(ended, 3, /error target-refused-login: .* did not log in user "ap_connector"/)
    expect(ended.err).not.toContain('hunter2-of-last-year')
  })
})

describe('the virtual ERP over HTTP', () => {
  test('is replayed against like any sandbox, cleaned up after, and is never called live', async () => {
    const url = await virtual('tryton-7.0')
    await workspace.edit(INTEGRATION, 'http://127.0.0.1:8000', url)
    const { status, err } = await workspace.run(['run', UPDATE, '--target', url], CREDENTIAL)
    expect([status, err.match(/error .*/)?.[0]]).toEqual([1, undefined])
    const assessment = await workspace.assessment('erp-7.0')
    expect(assessment.evidence).not.toMatchObject({ level: 'live' })
    expect(assessment.leftBehind).toEqual([])
    expect(await workspace.read('reports/tryton-ap/erp-7.0/journal.ndjson')).toContain(
      '"about-to":"account.invoice.create"',
    )
    // It starts a server and is a whole rehearsal against it, over HTTP.
  }, 60_000)
})

async function virtual(name: string): Promise<string> {
  const adapter = await loadPlugIn('erps', 'tryton')
  const snapshot = await readSnapshot(join(workspace.folder, 'snapshots', name))
  const served = await serveVirtualErp(
    adapter.virtual(snapshot, { user: 'ap_connector', password: 'sandbox-only' }, 'erp'),
    0,
  )
  closers.push(served.close)
  return served.url
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}
