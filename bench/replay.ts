/**
 * How much a replay adds to sending the same requests.
 *
 * 1. A replay of the sample recording over HTTP against a served virtual ERP, against a bare undici loop that sends the
 *    same bytes to another one: bare time / replay time, each the best of several rounds. Goal: at least 0.7.
 * 2. A replay against an ERP that takes 20 ms for every answer, 16 lanes at a time: percent of the rate that 16
 *    connections allow, and of what 16 bare undici loops reach on the same machine. Goal: at least 95.
 * 3. The same requests sent by newman from a Postman collection, where newman is installed: npm install --prefix bench.
 *
 * Ratios of one run on one machine; nothing here is a test that waits for a number of seconds.
 * Run: node bench/replay.ts; node bench/replay.ts latency measures the second alone.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Agent, request as send } from 'undici'
import { type Json, parseJson, writeJson } from '../harness/base/json.ts'
import { bytesOf } from '../harness/model/body.ts'
import type { RecordedRequest } from '../harness/model/recording.ts'
import { CREDENTIAL, replayOn, sample, virtualOf } from '../harness/pipeline/fixtures/tryton.ts'
import type { ErpAdapter, Session, Transport } from '../harness/ports/erp.ts'
import { NO_SCHEMA, recordingOf, SMALL_ERP, SmallErp } from '../harness/replay/fixtures/small-erp.ts'
import { noJournal } from '../harness/replay/journal.ts'
import { replay } from '../harness/replay/replay.ts'
import { httpTransport } from '../harness/targets/http.ts'
import { pacedTransport } from '../harness/targets/pacing.ts'
import { serveVirtualErp } from '../harness/targets/virtual-erp.ts'

const ROUNDS = 5
const LATENCY = 20
const LANES = 16
const SUPPLIERS = Array.from({ length: 64 }, (_, nth) => `S-${nth}`)

if (process.argv[2] === 'serve') {
  const served = await serveVirtualErp(virtualOf(await sample()), 0)
  process.send?.(served.url)
} else if (process.argv[2] === 'serve-slowly') {
  process.send?.(await serveSlowly())
} else {
  if (process.argv[2] !== 'latency') await throughput()
  await underLatency()
}

async function throughput(): Promise<void> {
  const bench = await sample()
  const times: { bare: number; replayed: number; newman: number | undefined }[] = []
  let counted = 0
  for (let round = 0; round < ROUNDS; round++) {
    const sent: RecordedRequest[] = []
    const replayed = await withServer(async (url) => {
      const http = httpTransport(url)
      const paced = pacedTransport(http, {})
      const transport: Transport = {
        ...paced,
        send: (request, repeatable) => {
          sent.push(request)
          return paced.send(request, repeatable)
        },
      }
      const started = performance.now()
      const observation = await replayOn(bench, transport)
      const took = performance.now() - started
      if (observation.fault !== undefined) throw new Error(observation.fault.message)
      await http.close()
      return took
    })
    // A fresh virtual ERP gives out the same ids and the same session key, so the same bytes mean the same.
    const bare = await withServer(async (url) => {
      const dispatcher = new Agent()
      const bodies = sent.map((request) => ({ ...request, body: bytesOf(request.body) }))
      const started = performance.now()
      for (const { path, method, headers, body } of bodies) {
        const answer = await send(new URL(path, url), { method, headers, body, dispatcher })
        await answer.body.arrayBuffer()
        if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`)
      }
      const took = performance.now() - started
      await dispatcher.close()
      return took
    })
    const newman = await withServer((url) => newmanTime(sent, url))
    counted = sent.length
    times.push({ bare, replayed, newman })
  }
  const ratio = Math.min(...times.map(({ bare }) => bare)) / Math.min(...times.map(({ replayed }) => replayed))
  console.log(
    `${counted} requests: a replay has ${ratio.toFixed(2)} of the throughput of a bare undici loop (goal 0.70)`,
  )
  const newman = times.flatMap((time) => time.newman ?? [])
  console.log(
    newman.length === 0
      ? '  newman is not installed: npm install --prefix bench'
      : `  newman takes ${(Math.min(...newman) / Math.min(...times.map(({ replayed }) => replayed))).toFixed(1)} times as long as the replay for the same requests`,
  )
  console.log(`  rounds: ${times.map(({ bare, replayed }) => (bare / replayed).toFixed(2)).join(' ')}`)
}

/** Milliseconds that newman takes for the same requests from a collection, `undefined` where it is not installed. */
async function newmanTime(requests: readonly RecordedRequest[], url: string): Promise<number | undefined> {
  const require = createRequire(import.meta.url)
  try {
    require.resolve('newman')
  } catch {
    return undefined
  }
  const newman = require('newman')
  const item = requests.map(({ method, path, headers, body }, index) => ({
    name: String(index + 1),
    request: {
      method,
      url: new URL(path, url).href,
      header: Object.entries(headers).map(([key, value]) => ({ key, value })),
      ...(body === undefined ? {} : { body: { mode: 'raw', raw: bytesOf(body)?.toString('utf8') } }),
    },
  }))
  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'
  const collection = { info: { name: 'the same requests', schema }, item }
  const started = performance.now()
  await new Promise<void>((resolve, reject) => {
    newman.run({ collection, reporters: [] }, (error: Error | null, summary: { run: { failures: unknown[] } }) => {
      if (error !== null) reject(error)
      else if (summary.run.failures.length > 0) reject(new Error(`newman: ${summary.run.failures.length} failures`))
      else resolve()
    })
  })
  return performance.now() - started
}

/** An ERP that takes its time for every answer, in a process of its own: the replay must not wait for its work. */
async function serveSlowly(): Promise<string> {
  const erp = new SmallErp({ firstId: 900, suppliers: SUPPLIERS })
  const server = createServer(async (incoming, outgoing) => {
    const due = performance.now() + LATENCY
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const json: Json = parseJson(Buffer.concat(chunks).toString('utf8'))
    const answer = erp.answer({ method: 'POST', path: '/', query: '', headers: {}, body: { json } })
    const body = answer.body !== undefined && 'json' in answer.body ? writeJson(answer.body.json) : ''
    await sleep(Math.max(0, due - performance.now()))
    outgoing.writeHead(answer.status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

function underLatency(): Promise<void> {
  return withServer(measureUnderLatency, 'serve-slowly')
}

async function measureUnderLatency(url: string): Promise<void> {
  // Before and after: whoever is first meets code that is not compiled yet.
  const before = await bareRate(url)
  const erp = new SmallErp({ firstId: 900, suppliers: SUPPLIERS })
  const exports = Array.from({ length: 25 }, (_, nth) =>
    SUPPLIERS.map((supplier) => ({ supplier, reference: `RE-${nth}` })),
  )
  const recording = recordingOf(exports.flat(), new SmallErp({ firstId: 1, suppliers: SUPPLIERS }))
  const transport = httpTransport(url)
  let requests = 0
  const own = erp.session()
  let first = 0
  let shared = 0
  const session: Session = {
    ...own,
    send: (request, readsOnly) => {
      const json = request.body !== undefined && 'json' in request.body ? writeJson(request.body.json) : ''
      requests += 1
      if (first === 0 && json.includes('"find"')) {
        first = performance.now()
        shared = requests - 1
      }
      return transport.send(request, readsOnly ? { isWhole: () => true } : undefined)
    },
  }
  await replay({
    recording,
    adapter: SMALL_ERP as ErpAdapter,
    session,
    recordedSchema: NO_SCHEMA,
    schema: NO_SCHEMA,
    values: {},
    identity: {
      product: 'small',
      release: '1.0',
      build: '1.0',
      environment: 'sandbox',
      proof: '',
      simulated: true,
      principal: CREDENTIAL.user,
    },
    plan: [],
    journal: noJournal,
    runTag: '',
    removePosted: false,
    concurrency: LANES,
  })
  const took = performance.now() - first
  const sent = requests - shared
  const possible = (LANES * 1000) / LATENCY
  const rate = (sent * 1000) / took
  const bare = (before + (await bareRate(url))) / 2
  await transport.close()
  console.log(
    `${sent} requests at ${LATENCY} ms, ${LANES} lanes at a time: ${rate.toFixed(0)} of ${possible} requests per second possible, ${((100 * rate) / possible).toFixed(1)} % (goal 95 %)`,
  )
  console.log(`  16 bare undici loops reach ${bare.toFixed(0)} here: ${((100 * rate) / bare).toFixed(1)} % of it`)
}

/** Requests per second that as many bare loops reach. */
async function bareRate(url: string, count = 3200): Promise<number> {
  const dispatcher = new Agent()
  const body = JSON.stringify({ op: 'find', supplier: 9000, reference: 'RE-1' })
  let left = count
  const started = performance.now()
  const loop = async () => {
    while (left-- > 0) {
      const answer = await send(url, { method: 'POST', body, dispatcher })
      await answer.body.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: LANES }, loop))
  const took = performance.now() - started
  await dispatcher.close()
  return (count * 1000) / took
}

async function withServer<Result>(work: (url: string) => Promise<Result>, kind = 'serve'): Promise<Result> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [kind])
  try {
    const url = await new Promise<string>((resolve) => child.once('message', (message) => resolve(String(message))))
    return await work(url)
  } finally {
    child.kill()
  }
}
