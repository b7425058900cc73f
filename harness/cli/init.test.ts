import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Workspace } from './testing/workspace.ts'

const RECORDING = 'scenarios/tryton-ap/recordings/2026-10.ndjson'

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.create()
})
beforeEach(() => rm(join(workspace.folder, 'draft'), { recursive: true, force: true }))
afterAll(() => workspace.remove())

const init = (...args: readonly string[]) => workspace.run(['init', ...args, '--out', 'draft'])

describe('a draft', () => {
  test('of a HAR is the same as of the recording that it was made of', async () => {
    expect(await init('--from', RECORDING)).toMatchObject({ status: 0 })
    const mapping = await workspace.read('draft/mapping.yaml')
    await workspace.run(['export', RECORDING, '--format', 'har', '--out', '2026-10.ndjson.har'])
    await rm(join(workspace.folder, 'draft'), { recursive: true })
    await init('--from', '2026-10.ndjson.har')
    expect((await workspace.read('draft/mapping.yaml')).replaceAll('.ndjson.har', '.ndjson')).toBe(mapping)
  })

  test('covers both ends with the approved invoices', async () => {
    const { out } = await init('--from', RECORDING, '--invoices', 'scenarios/tryton-ap/invoices')
    expect(out).toContain('tryton: 48 of account.invoice with 93 lines')
    const mapping = await workspace.read('draft/mapping.yaml')
    expect(mapping).toContain('{ from: /lines/*/department, to: { resource: analytic.account.entry, field: account }')
    expect(mapping).toMatch(/# high: sent 48 of 48 times with 14 values.*SUP-1001.*; from: high, 48 of 48 values agree/)
  })

  test('is refused by the gate until a person has answered what was left open', async () => {
    await init('--from', RECORDING)
    await mkdir(join(workspace.folder, 'draft/changes/erp-7.0'), { recursive: true })
    await workspace.write(
      'draft/changes/erp-7.0/change.yaml',
      await workspace.read('scenarios/tryton-ap/changes/erp-7.0/change.yaml'),
    )
    const run = () => workspace.run(['run', 'draft/changes/erp-7.0'])
    expect(await run()).toMatchObject({
      status: 2,
      err: expect.stringMatching(/draft\/integration\.yaml:\d+:\d+: "title"/),
    })
    await workspace.write('draft/integration.yaml', await workspace.read('scenarios/tryton-ap/integration.yaml'))
    expect(await run()).toMatchObject({
      status: 2,
      err: expect.stringMatching(/draft\/mapping\.yaml:\d+:\d+: "fields\.0\.from": nobody has said yet/),
    })
  })

  test('holds no secret and nothing personal of the traffic', async () => {
    const call = (id: number, method: string, params: unknown, result: unknown) => ({
      startedDateTime: `2026-10-31T18:00:0${id}.000Z`,
      time: 5,
      request: {
        method: 'POST',
        url: 'https://erp.halden.example/erp/',
        headers: [{ name: 'Authorization', value: 'Session YWE6MjpmMDBkZmVlZA==' }],
        postData: { text: JSON.stringify({ id, method, params }) },
      },
      response: { status: 200, headers: [], content: { size: -1, text: JSON.stringify({ id, result }) } },
    })
    const comments = ['Ask kreditor@halden.example', 'Pay to DE89370400440532013000', 'Call +47 22 33 44 55']
    const entries = [
      call(0, 'common.server.version', [], '6.0.29'),
      call(1, 'common.db.login', ['ap', { password: 'Sommerregen-26' }, 'en'], [2, 'f00dfeedf00dfeed']),
      ...comments.map((comment, nth) =>
        call(2 + nth, 'model.account.invoice.create', [[{ reference: `KF-${nth}`, comment }]], [70 + nth]),
      ),
    ]
    await workspace.write('traffic.har', JSON.stringify({ log: { version: '1.2', entries } }))
    await mkdir(join(workspace.folder, 'approved'), { recursive: true })
    await workspace.write('approved/a.json', JSON.stringify(comments.map((note, nth) => ({ no: `KF-${nth}`, note }))))
    expect(await init('--from', 'traffic.har', '--invoices', 'approved')).toMatchObject({ status: 0 })
    const files = await Promise.all(
      ['integration.yaml', 'mapping.yaml', 'questions.md'].map((name) => workspace.read(`draft/${name}`)),
    )
    expect(files[0]).toContain('production: { url: https://erp.halden.example, kind: production }')
    // Both ends were sanitized alike, so they still agree.
    expect(files[1]).toContain('{ from: /note, to: { resource: account.invoice, field: comment }')
    for (const secret of ['Sommerregen', 'f00dfeed', 'YWE6Mjpm', 'kreditor@halden', '370400440532', '22 33 44 55']) {
      expect(files.join('\n')).not.toContain(secret)
    }
  })
})

test.each([
  ['a folder that exists', ['--from', RECORDING, '--out', 'scenarios'], /error usage: scenarios exists already/],
  [
    'a file that is not there',
    ['--from', 'none.har', '--out', 'draft'],
    /error file-missing: none\.har cannot be read/,
  ],
  [
    'invoices that are not there',
    ['--from', RECORDING, '--invoices', 'none', '--out', 'draft'],
    /error file-missing: none cannot/,
  ],
  [
    'a folder without invoices',
    ['--from', RECORDING, '--invoices', 'ci', '--out', 'draft'],
    /error file-missing: ci holds no approved invoice/,
  ],
])('%s is refused, and nothing is written', async (_, args, message) => {
  const { status, err } = await workspace.run(['init', ...args])
  expect([status, err]).toEqual([2, expect.stringMatching(message)])
  await expect(workspace.read('draft/mapping.yaml')).rejects.toThrow()
})
