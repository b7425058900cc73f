import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isJsonObject, type Json, toJson } from '../base/json.ts'
import { valueAt } from '../base/pointer.ts'
import { type Passing, passOn, startFaultProxy } from '../cli/testing/fault-proxy.ts'
import { answer, on, resetAfter } from '../cli/testing/faults.ts'
import { Workspace } from '../cli/testing/workspace.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { Interaction } from '../model/recording.ts'
import { brand, readRecording, writeRecording } from '../record/store.ts'
import { runChange } from './run.ts'
import { serveSnapshot } from './serve.ts'

const SCENARIO = 'scenarios/rest-ap'
const INTEGRATION = `${SCENARIO}/integration.yaml`
const SPECIFICATION = `${SCENARIO}/specifications/norvik-2026-1.yaml`
const RECORDING = `${SCENARIO}/recordings/2026-10.ndjson`
const SNAPSHOT = 'snapshots/norvik-2026-1'

const JOBS = `  /jobs/{jobId}:
    get:
      operationId: getJob
      parameters: [{ name: jobId, in: path, required: true, schema: { type: string } }]
      responses:
        "200":
          description: What became of a write
          content:
            application/json:
              schema:
                type: object
                required: [state]
                properties:
                  state: { type: string, enum: [running, done, failed] }
                  billId: { type: string, format: uuid }
                  errors: { type: array, items: { type: object, properties: { code: { type: string }, message: { type: string }, pointer: { type: string } } } }
`
const CONFIGURED = `auth: bearer
    jobs: { of: [create], status: "GET /jobs/{jobId}", state: /state, done: done, failed: failed, document: /billId }
`

let workspace: Workspace
let integration: string
const closers: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  workspace = await Workspace.create()
  await workspace.edit(SPECIFICATION, '  /bills/{billId}/approve:\n', `${JOBS}  /bills/{billId}/approve:\n`)
  await workspace.edit(
    SPECIFICATION,
    /(operationId: createBill[\s\S]*?)"201":\n {10}description: Created\n {10}content:\n.*\n.*\n/,
    '$1"202": { description: Accepted }\n',
  )
  await workspace.edit(INTEGRATION, 'auth: bearer\n', CONFIGURED)
  const file = join(workspace.folder, RECORDING)
  const { header, interactions } = await readRecording(file)
  const deferred = interactions.flatMap(asJob).map((each, index) => ({ ...each, seq: index + 1 }))
  await writeRecording(file, brand({ header, interactions: deferred, digest: '' }))
  await rm(join(workspace.folder, SNAPSHOT), { recursive: true })
  const made = await workspace.run([
    ...['snapshot', '--schema', SPECIFICATION, '--values', `${SCENARIO}/values/norvik.yaml`],
    ...['--scenario', SCENARIO, '--out', SNAPSHOT],
  ])
  expect([made.status, made.err.match(/error .*/)?.[0]]).toEqual([0, undefined])
  integration = await workspace.read(INTEGRATION)
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
afterAll(() => workspace.remove())

/** The recorded create as an ERP answers that does it later, and the connector's questions after it. */
function asJob(interaction: Interaction): readonly Interaction[] {
  const { request, response, seq } = interaction
  if (request.method !== 'POST' || request.path !== '/v1/bills') return [interaction]
  const body = response.body !== undefined && 'json' in response.body ? response.body.json : {}
  const location = `/v1/jobs/J-${seq}`
  const asked = (state: Json): Interaction => ({
    ...interaction,
    request: { method: 'GET', path: location, query: '', headers: request.headers },
    response: { status: 200, headers: { 'content-type': 'application/json' }, body: { json: state } },
  })
  const done =
    response.status === 201
      ? { state: 'done', billId: valueAt(body, '/data/id') ?? '' }
      : { ...(isJsonObject(body) ? body : {}), state: 'failed' }
  return [
    { ...interaction, response: { status: 202, headers: { location } } },
    asked({ state: 'running' }),
    asked(toJson(done)),
  ]
}

async function rehearsed(spoil: (passing: Passing) => Promise<void>): Promise<ChangeAssessment> {
  const folder = (path: string) => join(workspace.folder, path)
  const served = await serveSnapshot({ snapshot: folder(SNAPSHOT), scenario: folder(SCENARIO), port: 0 })
  const proxy = await startFaultProxy(served.url, spoil)
  closers.push(proxy.close, served.close)
  await workspace.write(INTEGRATION, integration.replace('http://127.0.0.1:8090', proxy.url))
  process.env.NORVIK_TOKEN = served.password
  const { assessment } = await runChange({
    changeFolder: folder(`${SCENARIO}/changes/control`),
    target: proxy.url,
    snapshots: folder('snapshots'),
    reports: folder('reports'),
    timing: { settle: 20, pause: 5, poll: 5, jobWithin: 400 },
  })
  return assessment
}

const ASKED = /^GET \/v1\/jobs\//
const state =
  (text: string) =>
  async ({ outgoing }: Passing) =>
    void outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ state: text }))

describe('an ERP that creates documents later', { timeout: 120_000 }, () => {
  test('is asked until the job is done, and the release in production is a go against itself', async () => {
    let asked = 0
    const assessment = await rehearsed((passing) => {
      if (!ASKED.test(passing.method)) return passOn(passing)
      asked += 1
      return asked % 3 === 0 ? passOn(passing) : state('running')(passing)
    })
    expect([assessment.verdict, assessment.reasons, assessment.findings]).toEqual(['go', [], []])
    expect(assessment.accounting).toMatchObject({
      recorded: 15,
      compared: 15,
      interactionsNotReached: 0,
      reconciles: true,
    })
    expect(assessment.leftBehind).toEqual([])
    // 13 bills and a refused one, each asked for three times.
    expect(asked).toBe(42)
  })

  test('a job that fails is a refusal of its invoice, and a document that is there all the same is seen', async () => {
    const failed = on(
      ASKED,
      async ({ outgoing }) =>
        void outgoing
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ state: 'failed', errors: [{ code: 'period-closed', message: '2026-10 is closed' }] })),
      (nth) => nth === 4,
    )
    const assessment = await rehearsed(failed)
    expect(assessment.verdict).toBe('no-go')
    expect(assessment.findings.map(({ check, invoices }) => [check, invoices])).toEqual([
      ['document-duplicated', ['S-1003 TF/26/4410']],
      ['invoice-refused', ['S-1003 TF/26/4410']],
    ])
    expect(assessment.findings.at(-1)?.message).toContain('period-closed')
    expect(assessment.leftBehind).toEqual([])
  })

  test.each([
    {
      name: 'a job that is never done',
      spoil: on(ASKED, state('running'), (nth) => nth >= 4),
      text: /still works on job job-5/,
    },
    { name: 'a job that nobody knows', spoil: on(ASKED, answer(404, '{}'), (nth) => nth >= 4), text: /HTTP 404/ },
    {
      name: 'a page in place of a job',
      spoil: on(ASKED, answer(200, '<html>'), (nth) => nth >= 4),
      text: /holds no state/,
    },
  ])('$name: undecided, and what it may have stored is removed', async ({ spoil, text }) => {
    const assessment = await rehearsed(spoil)
    expect([assessment.verdict, assessment.findings]).toEqual(['undecided', []])
    expect(assessment.reasons.find(({ code }) => code === 'connection-fault')?.text).toMatch(text)
    expect(assessment.leftBehind).toEqual([])
  })

  test('a create whose answer is lost before it is done is never sent again without a key', async () => {
    let creates = 0
    const lost = on(
      /^POST \/v1\/bills$/,
      async ({ outgoing }) => void outgoing.destroy(),
      (nth) => nth === 4,
    )
    const assessment = await rehearsed((passing) => {
      if (passing.method === 'POST /v1/bills') creates += 1
      return lost(passing)
    })
    expect([assessment.verdict, assessment.findings, creates]).toEqual(['undecided', [], 5])
    expect(assessment.reasons.find(({ code }) => code === 'connection-fault')?.text).toMatch(/may still be at work/)
  })

  test('a create whose answer is lost after it is done is found by its reference', async () => {
    const assessment = await rehearsed(on(/^POST \/v1\/bills$/, resetAfter))
    expect([assessment.verdict, assessment.findings, assessment.leftBehind]).toEqual(['go', [], []])
  })
})
