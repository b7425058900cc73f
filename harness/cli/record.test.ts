import { readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GateError } from '../base/errors.ts'
import { exists } from '../base/files.ts'
import { startRecording } from '../pipeline/record.ts'
import { withCutOff } from '../pipeline/recording-spare.ts'
import { readRecording } from '../record/store.ts'
import { Workspace } from './testing/workspace.ts'

const PASSWORD = 'Sommerregen-26'
const ANSWERS: Readonly<Record<string, unknown>> = {
  'common.server.version': '6.0.29',
  'common.db.login': [2, 'f00dfeedf00dfeed'],
  'model.party.party.read': [{ email: 'kreditor@halden.example' }],
}

let workspace: Workspace
let erp: Server
let upstream: string
beforeAll(async () => {
  workspace = await Workspace.create()
  erp = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method } = JSON.parse(Buffer.concat(chunks).toString())
      if (ANSWERS[method] === undefined) outgoing.destroy()
      else outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ result: ANSWERS[method] }))
    })
  })
  await new Promise<void>((resolve) => erp.listen(0, '127.0.0.1', resolve))
  const address = erp.address()
  upstream = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(async () => {
  erp.closeAllConnections()
  erp.close()
  await workspace.remove()
})

const scenario = 'scenarios/tryton-ap'
const OUT = 'scenarios/tryton-ap/recordings/2026-11.ndjson'
/** Starts a recorder and sends calls through it. */
async function recording(methods: readonly string[]) {
  const recorder = workspace.start([
    'record',
    '--upstream',
    upstream,
    '--listen',
    '0',
    '--out',
    OUT,
    '--scenario',
    scenario,
  ])
  const url = await new Promise<string>((resolve) => {
    let told = ''
    recorder.stderr?.on('data', (chunk: Buffer) => {
      told += chunk
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(told) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  await callAll(url, methods)
  return { recorder }
}

async function callAll(url: string, methods: readonly string[]): Promise<void> {
  for (const [id, method] of methods.entries()) {
    const params = method === 'common.db.login' ? ['ap', { password: PASSWORD }, 'en'] : [[7], ['email']]
    const answer = await fetch(`${url}/erp/`, { method: 'POST', body: JSON.stringify({ id, method, params }) })
    await answer.text()
  }
}

test('what was recorded when the recorder is killed is not lost, is sanitized, and is not recorded over', async () => {
  // A request that gets no answer: what was recorded before it is whole.
  const { recorder } = await recording([...Object.keys(ANSWERS), 'model.account.invoice.read', 'common.server.version'])
  // What passed in the last milliseconds is not told yet.
  await sleep(100)
  recorder.kill('SIGKILL')
  await recorder
  const left = join(workspace.folder, `${OUT}.cut-off`)
  await expect.poll(() => exists(left), { timeout: 20_000 }).toBe(true)
  const { interactions } = await readRecording(left)
  expect(interactions.map(({ request }) => request.body)).toMatchObject(
    Object.keys(ANSWERS).map((method) => ({ json: { method } })),
  )
  const text = await workspace.read(`${OUT}.cut-off`)
  for (const secret of [PASSWORD, 'f00dfeedf00dfeed', 'kreditor@halden']) expect(text).not.toContain(secret)
  const out = join(workspace.folder, OUT)
  await expect(startRecording({ upstream, port: 0, out, scenario })).rejects.toMatchObject({
    code: 'recording-unusable',
    message: `An earlier recording was cut off; what it had is in ${out}.cut-off.`,
  })
  await rm(left)
})

test('a recorder that is stopped leaves its recording and nothing else', async () => {
  const out = join(workspace.folder, 'recordings/2026-12.ndjson')
  const { url, finish } = await startRecording({ upstream, port: 0, out, scenario })
  await callAll(url, Object.keys(ANSWERS))
  expect((await finish()).interactions).toBe(3)
  expect(await readdir(join(workspace.folder, 'recordings'))).toEqual(['2026-12.ndjson'])
})

test('the refusal of a recording with a hole says where what passed before it is kept', () => {
  const refusal = new GateError('recording-unusable', 'Request 4 got no answer (cut off).', { hint: 'Record again.' })
  expect(withCutOff(refusal, '2026-11.ndjson')).toMatchObject({
    code: 'recording-unusable',
    message: refusal.message,
    hint: 'Record again. What passed before it is sanitized and kept as 2026-11.ndjson.cut-off.',
  })
})
