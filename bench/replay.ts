/**
 * How much a replay adds to sending the same requests.
 *
 * 1. A replay of the sample recording over HTTP against a served virtual ERP, against a bare undici loop that sends the
 *    same bytes to another one: bare time / replay time. Goal: at least 0.7.
 * 2. A replay against an ERP that takes 20 ms for every answer, 16 lanes at a time. The rate that is possible is that of 16
 *    connections on which nothing takes time but the ERP: 16 / 20 ms, and no more than 16 / the mean time that the ERP
 *    measured itself to have held a request. Goal: at least 95 % of it.
 * 3. The same requests sent by newman from a Postman collection, where newman is installed: npm install --prefix bench.
 *
 * Rounds of the one and of the other take turns, and who is first takes turns too; a round before them, which is not counted,
 * meets the code that is not compiled yet. What is said is the median of all rounds, with the best and the processor time
 * beside it, because a machine that does other work as well spoils a round, and not all of them.
 * Ratios of one run on one machine; nothing here is a test that waits for a number of seconds.
 * Run: node bench/replay.ts; node bench/replay.ts latency measures the second alone.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Agent, request as send } from 'undici'
import { isJsonObject } from '../harness/base/json.ts'
import { bytesOf } from '../harness/model/body.ts'
import type { RecordedRequest } from '../harness/model/recording.ts'
import { type Bench, CREDENTIAL, replayOn, sample, virtualOf } from '../harness/pipeline/fixtures/tryton.ts'
import type { ErpAdapter, Session, Transport } from '../harness/ports/erp.ts'
import { NO_SCHEMA, recordingOf, SMALL_ERP, SmallErp } from '../harness/replay/fixtures/small-erp.ts'
import { noJournal } from '../harness/replay/journal.ts'
import { replay } from '../harness/replay/replay.ts'
import { httpTransport } from '../harness/targets/http.ts'
import { pacedTransport } from '../harness/targets/pacing.ts'
import { serveVirtualErp } from '../harness/targets/virtual-erp.ts'
import { type SlowErp, SUPPLIERS, startSlowErp } from './slow-erp.ts'

const ROUNDS = 7
const NEWMAN_ROUNDS = 3
const SLOW_ROUNDS = 5
const LATENCY = 20
const LANES = 16
/** Invoices of each supplier in the second part. */
const EXPORTS = 25

if (process.argv[2] === 'serve') {
  const served = await serveVirtualErp(virtualOf(await sample()), 0)
  process.send?.(served.url)
} else {
  if (process.argv[2] !== 'latency') await throughput()
  await underLatency()
}

async function throughput(): Promise<void> {
  const bench = await sample()
  const rounds: { bare: Took; replayed: Took; newman: number | undefined }[] = []
  let { sent } = await replayed(bench)
  for (let round = 0; round <= ROUNDS; round++) {
    const isFirst = round % 2 === 0
    const before = isFirst ? await bare(sent) : undefined
    const replay = await replayed(bench)
    sent = replay.sent
    const loop = before ?? (await bare(sent))
    const newman = round < NEWMAN_ROUNDS ? await withServer((url) => newmanTime(sent, url)) : undefined
    if (round > 0) rounds.push({ bare: loop, replayed: replay.took, newman })
  }
  const [loops, replays] = [rounds.map((round) => round.bare), rounds.map((round) => round.replayed)]
  const shares = rounds.map((round) => round.bare.time / round.replayed.time)
  const best = Math.min(...loops.map(({ time }) => time)) / Math.min(...replays.map(({ time }) => time))
  console.log(
    `${sent.length} requests: a replay has ${median(shares).toFixed(2)} of the throughput of a bare undici loop, ${best.toFixed(2)} by the best round of each (goal 0.70)`,
  )
  const busy = (took: readonly Took[]) => (median(took.map((each) => each.busy)) / sent.length).toFixed(2)
  console.log(`  ms of processor time for each request: ${busy(replays)} replayed, ${busy(loops)} bare`)
  const newman = rounds.flatMap((round) =>
    round.newman === undefined ? [] : [round.newman / Math.min(...replays.map(({ time }) => time))],
  )
  console.log(
    newman.length === 0
      ? '  newman is not installed: npm install --prefix bench'
      : `  newman takes ${Math.min(...newman).toFixed(1)} times as long as the replay for the same requests`,
  )
  console.log(`  rounds: ${shares.map((share) => share.toFixed(2)).join(' ')}`)
}

/** Milliseconds that requests took, and of those the processor time of whoever sent them. */
type Took = Readonly<{ time: number; busy: number }>

async function timed(work: () => Promise<unknown>): Promise<Took> {
  const before = process.cpuUsage()
  const started = performance.now()
  await work()
  const time = performance.now() - started
  const { user, system } = process.cpuUsage(before)
  return { time, busy: (user + system) / 1000 }
}

function replayed(bench: Bench): Promise<Readonly<{ took: Took; sent: readonly RecordedRequest[] }>> {
  const sent: RecordedRequest[] = []
  return withServer(async (url) => {
    const http = httpTransport(url)
    const paced = pacedTransport(http, {})
    const transport: Transport = {
      ...paced,
      send: (request, repeatable) => {
        sent.push(request)
        return paced.send(request, repeatable)
      },
    }
    const took = await timed(async () => {
      const { fault } = await replayOn(bench, transport)
      if (fault !== undefined) throw new Error(fault.message)
    })
    await http.close()
    return { took, sent }
  })
}

/** A fresh virtual ERP gives out the same ids and the same session key, so the same bytes mean the same. */
function bare(sent: readonly RecordedRequest[]): Promise<Took> {
  return withServer(async (url) => {
    const dispatcher = new Agent()
    const bodies = sent.map((request) => ({ ...request, body: bytesOf(request.body) }))
    const took = await timed(async () => {
      for (const { path, method, headers, body } of bodies) {
        const answer = await send(new URL(path, url), { method, headers, body, dispatcher })
        await answer.body.arrayBuffer()
        if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`)
      }
    })
    await dispatcher.close()
    return took
  })
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

async function underLatency(): Promise<void> {
  const erp = await startSlowErp(LATENCY)
  try {
    const rounds: { replayed: Paced; bare: Paced }[] = []
    for (let round = 0; round <= SLOW_ROUNDS; round++) {
      const measure = { replayed: () => replayPace(erp), bare: () => barePace(erp) }
      const [first, second] = round % 2 === 0 ? (['replayed', 'bare'] as const) : (['bare', 'replayed'] as const)
      const paces = { [first]: await measure[first](), [second]: await measure[second]() }
      if (round > 0) rounds.push(paces as (typeof rounds)[number])
    }
    const nominal = (LANES * 1000) / LATENCY
    const told = (name: 'replayed' | 'bare') => {
      const paces = rounds.map((round) => round[name])
      const share = (of: (pace: Paced) => number) => {
        const shares = paces.map((pace) => (100 * pace.rate) / of(pace))
        return `${median(shares).toFixed(1)} % (best ${Math.max(...shares).toFixed(1)} %)`
      }
      return [
        `${median(paces.map(({ rate }) => rate)).toFixed(0)} requests per second`,
        `${share(({ held }) => Math.min(nominal, (LANES * 1000) / held))} of what is possible`,
        `${share(() => nominal)} of ${nominal}`,
        `${median(paces.map(({ busy }) => busy)).toFixed(2)} ms of processor time for each`,
      ].join(', ')
    }
    console.log(
      `${rounds[0]?.replayed.requests} requests at ${LATENCY} ms, ${LANES} lanes at a time: a replay reaches (goal 95 %)`,
    )
    console.log(`  ${told('replayed')}`)
    console.log(`  16 bare undici loops: ${told('bare')}`)
    const held = rounds.flatMap(({ replayed, bare }) => [replayed.held, bare.held])
    console.log(`  the ERP held a request for ${median(held).toFixed(2)} ms`)
    console.log(
      `  rounds: ${rounds.map(({ replayed, bare }) => `${replayed.rate.toFixed(0)}/${bare.rate.toFixed(0)}`).join(' ')}`,
    )
  } finally {
    erp.stop()
  }
}

/** What a round came to: requests per second, milliseconds that the ERP held one, and processor time for one. */
type Paced = Readonly<{ requests: number; rate: number; held: number; busy: number }>

async function replayPace(erp: SlowErp): Promise<Paced> {
  const exports = Array.from({ length: EXPORTS }, (_, nth) =>
    SUPPLIERS.map((supplier) => ({ supplier, reference: `RE-${nth}` })),
  )
  const recording = recordingOf(exports.flat(), new SmallErp({ firstId: 1, suppliers: SUPPLIERS }))
  const transport = httpTransport(erp.url)
  const own = new SmallErp({ firstId: 900, suppliers: SUPPLIERS }).session()
  await erp.forget()
  let [requests, shared, first] = [0, 0, 0]
  let before = process.cpuUsage()
  const session: Session = {
    ...own,
    send: async (request, readsOnly) => {
      requests += 1
      const json = request.body !== undefined && 'json' in request.body ? request.body.json : null
      if (first === 0 && isJsonObject(json) && json.op === 'find') {
        // What was looked up for all invoices, one after the other, is not what is measured.
        void erp.held()
        shared = requests - 1
        before = process.cpuUsage()
        first = performance.now()
      }
      return transport.send(request, readsOnly ? { isWhole: () => true } : undefined)
    },
  }
  const observation = await replay({
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
  const pace = await paceOf(requests - shared, first, before, erp)
  if (observation.fault !== undefined) throw new Error(observation.fault.message)
  await transport.close()
  return pace
}

/** As many bare loops. */
async function barePace(erp: SlowErp): Promise<Paced> {
  const dispatcher = new Agent()
  const body = JSON.stringify({ op: 'find', supplier: 9000, reference: 'RE-1' })
  const requests = 4 * EXPORTS * SUPPLIERS.length
  await erp.forget()
  let left = requests
  const before = process.cpuUsage()
  const started = performance.now()
  const loop = async () => {
    while (left-- > 0) {
      const answer = await send(erp.url, { method: 'POST', body, dispatcher })
      await answer.body.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: LANES }, loop))
  const pace = await paceOf(requests, started, before, erp)
  await dispatcher.close()
  return pace
}

async function paceOf(requests: number, since: number, before: NodeJS.CpuUsage, erp: SlowErp): Promise<Paced> {
  const took = performance.now() - since
  const { user, system } = process.cpuUsage(before)
  const { mean } = await erp.held()
  return { requests, rate: (requests * 1000) / took, held: mean, busy: (user + system) / 1000 / requests }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function withServer<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['serve'])
  try {
    const url = await new Promise<string>((resolve) => child.once('message', (message) => resolve(String(message))))
    return await work(url)
  } finally {
    child.kill()
  }
}
