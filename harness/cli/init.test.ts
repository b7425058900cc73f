import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exportRecording } from '../pipeline/import.ts'
import { initFromTraffic } from '../pipeline/init.ts'
import { readIntegration, readMapping } from '../pipeline/scenario.ts'
import { Workspace } from './testing/workspace.ts'

const RECORDING = 'scenarios/tryton-ap/recordings/2026-10.ndjson'

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.create()
})
beforeEach(() => rm(join(workspace.folder, 'draft'), { recursive: true, force: true }))
afterAll(() => workspace.remove())

const at = (path: string) => join(workspace.folder, path)
const init = (from: string, invoices?: string) =>
  initFromTraffic({ from: at(from), out: at('draft'), ...(invoices === undefined ? {} : { invoices: at(invoices) }) })

describe('a draft', () => {
  test('of a HAR is the same as of the recording that it was made of', async () => {
    await init(RECORDING)
    const mapping = await workspace.read('draft/mapping.yaml')
    await exportRecording({ recording: at(RECORDING), out: at('2026-10.ndjson.har') })
    await rm(join(workspace.folder, 'draft'), { recursive: true })
    await init('2026-10.ndjson.har')
    expect((await workspace.read('draft/mapping.yaml')).replaceAll('.ndjson.har', '.ndjson')).toBe(mapping)
  })

  test('covers both ends with the approved invoices', async () => {
    const { out } = await workspace.run([
      'init',
      '--from',
      RECORDING,
      '--invoices',
      'scenarios/tryton-ap/invoices',
      '--out',
      'draft',
    ])
    expect(out).toContain('tryton: 48 of account.invoice with 93 lines')
    const mapping = await workspace.read('draft/mapping.yaml')
    expect(mapping).toContain('{ from: /lines/*/department, to: { resource: analytic.account.entry, field: account }')
    expect(mapping).toMatch(/# high: sent 48 of 48 times with 14 values.*SUP-1001.*; from: high, 48 of 48 values agree/)
  }, 120_000)

  test('is refused by the gate until a person has answered what was left open', async () => {
    await init(RECORDING)
    await expect(readIntegration(at('draft'))).rejects.toMatchObject({ code: 'yaml-invalid' })
    await expect(readMapping(at('draft'))).rejects.toMatchObject({
      code: 'yaml-invalid',
      message: expect.stringMatching(/mapping\.yaml:5:\d+: "fields\.0\.from": nobody has said yet/),
    })
    const mapping = await workspace.read('draft/mapping.yaml')
    await workspace.write('draft/mapping.yaml', mapping.replaceAll('from: /?/', 'from: /'))
    expect((await readMapping(at('draft'))).fields).toHaveLength(26)
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
    await init('traffic.har', 'approved')
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
  ['a folder that exists', { from: RECORDING, out: 'scenarios' }, 'usage', /scenarios exists already/],
  ['a file that is not there', { from: 'none.har' }, 'file-missing', /none\.har cannot be read/],
  ['invoices that are not there', { from: RECORDING, invoices: 'none' }, 'file-missing', /none cannot be read/],
  ['a folder without invoices', { from: RECORDING, invoices: 'ci' }, 'file-missing', /ci holds no approved invoice/],
])('%s is refused, and nothing is written', async (_, { from, invoices, out = 'draft' }: Named, code, message) => {
  const options = { from: at(from), out: at(out), ...(invoices === undefined ? {} : { invoices: at(invoices) }) }
  await expect(initFromTraffic(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  await expect(workspace.read('draft/mapping.yaml')).rejects.toThrow()
})

type Named = Readonly<{ from: string; invoices?: string; out?: string }>
