/**
 * An ERP that holds every request for the same time, in a process of its own, and measures how long it really held them.
 *
 * Timers of Node are whole milliseconds, which would make 20 ms of latency 20 to 21 ms and let the answers to all lanes go
 * out in bursts. So a thread that does nothing else sleeps until the first answer is due: that is exact to a tenth of a
 * millisecond or so and, unlike looking at the clock again and again, leaves the processor to the others.
 *
 * `startSlowErp` starts it; nothing else here is for whoever measures.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { parseJson, writeJson } from '../harness/base/json.ts'
import { SmallErp } from '../harness/replay/fixtures/small-erp.ts'

/** What the suppliers of the ERP are called. */
export const SUPPLIERS = Array.from({ length: 64 }, (_, nth) => `S-${nth}`)

/** How many requests were held, and for how many milliseconds in the mean. */
export type Held = Readonly<{ requests: number; mean: number }>

/** An ERP that is slow. */
export type SlowErp = Readonly<{
  url: string
  /** Forgets every document and what was measured. */
  forget: () => Promise<Held>
  /** What was measured since the last time that this was asked. */
  held: () => Promise<Held>
  stop: () => void
}>

/** Starts an ERP that takes so many milliseconds for every answer. */
export async function startSlowErp(latency: number): Promise<SlowErp> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [String(latency)])
  const answer = () => new Promise<unknown>((resolve) => child.once('message', resolve))
  const url = String(await answer())
  const ask = async (what: 'forget' | 'held') => {
    const answered = answer()
    child.send(what)
    const { requests, total } = (await answered) as { requests: number; total: number }
    return { requests, mean: total / requests }
  }
  return { url, forget: () => ask('forget'), held: () => ask('held'), stop: () => child.kill() }
}

const SERVES = process.argv[1] === fileURLToPath(import.meta.url)
if (!isMainThread) wakeWhenDue()
else if (SERVES) process.send?.(await serve(Number(process.argv[2])))

async function serve(latency: number): Promise<string> {
  let erp = new SmallErp({ firstId: 900, suppliers: SUPPLIERS })
  let measured = { requests: 0, total: 0 }
  const hold = holding(latency)
  const server = createServer((incoming, outgoing) => {
    const since = performance.now()
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const json = parseJson(Buffer.concat(chunks).toString('utf8'))
      const answer = erp.answer({ method: 'POST', path: '/', query: '', headers: {}, body: { json } })
      const body = Buffer.from(answer.body !== undefined && 'json' in answer.body ? writeJson(answer.body.json) : '')
      const headers = { 'content-type': 'application/json', 'content-length': body.length }
      hold(since, () => {
        // An answer is not given before it is written.
        outgoing.writeHead(answer.status, headers).end(body, () => {
          measured.requests += 1
          measured.total += performance.now() - since
        })
      })
    })
  })
  process.on('message', (what) => {
    if (what === 'forget') erp = new SmallErp({ firstId: 900, suppliers: SUPPLIERS })
    process.send?.(measured)
    measured = { requests: 0, total: 0 }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

/** Calls back so many milliseconds after an instant. Every hold is as long as the others, so the first to begin ends first. */
function holding(latency: number): (since: number, release: () => void) => void {
  const waiting: { due: number; release: () => void }[] = []
  const alarm = new Int32Array(new SharedArrayBuffer(4))
  const dueAt = new BigInt64Array(new SharedArrayBuffer(8))
  const thread = new Worker(new URL(import.meta.url), { workerData: { alarm, dueAt } })
  const setAlarm = () => {
    const [first] = waiting
    if (first === undefined) return
    const rest = BigInt(Math.round(Math.max(0, first.due - performance.now()) * 1e6))
    Atomics.store(dueAt, 0, process.hrtime.bigint() + rest)
    Atomics.add(alarm, 0, 1)
    Atomics.notify(alarm, 0)
  }
  thread.on('message', () => {
    while (waiting[0] !== undefined && waiting[0].due <= performance.now()) waiting.shift()?.release()
    setAlarm()
  })
  return (since, release) => {
    waiting.push({ due: since + latency, release })
    if (waiting.length === 1) setAlarm()
  }
}

/** Sleeps until an alarm is due and tells of it, again and again. */
function wakeWhenDue(): void {
  const { alarm, dueAt }: { alarm: Int32Array; dueAt: BigInt64Array } = workerData
  for (let told = 0; ; ) {
    const set = Atomics.load(alarm, 0)
    const rest =
      set === told ? Number.POSITIVE_INFINITY : Number(Atomics.load(dueAt, 0) - process.hrtime.bigint()) / 1e6
    if (rest > 0 && Atomics.wait(alarm, 0, set, rest) !== 'timed-out') continue
    told = set
    parentPort?.postMessage('due')
  }
}
