/**
 * How much the recording proxy slows a connector.
 *
 * A connector that sends one request after the other over one kept connection, to an ERP in another process: directly, through the
 * reverse proxy, and through the forward proxy over TLS. The three take turns, request by request, so that whatever else the machine does
 * meets all of them alike. The proxy runs in a process of its own, as it does for people. Two ratios are printed: of the medians, and of
 * the tenth that was fastest, which says what the proxy costs where nothing else wants the processor.
 *
 * - With an ERP that takes 28 ms for an answer, the mean of the sample recording of a real Tryton 6.0: goal, at most 1.05.
 *   A bare relay of bytes, which reads nothing, is measured beside them: what any process between the two costs on this machine.
 * - With an ERP that answers at once: what the proxy itself costs, in microseconds; a ratio of nearly nothing is no measure.
 *
 * Run: node bench/proxy.ts
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, createServer as createRelay } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Agent, type Dispatcher, ProxyAgent, request as send } from 'undici'
import { RecordingSpare } from '../harness/pipeline/recording-spare.ts'
import { openAuthority } from '../harness/record/authority.ts'
import { startForwardProxy, startProxy } from '../harness/record/proxy.ts'

const ROUNDS = 400
const WARM_UP = 50
const BODY = JSON.stringify({
  reference: 'KF-44817',
  lines: Array.from({ length: 20 }, (_, line) => ({ account: '5100', quantity: line, unitPrice: '12.345' })),
})

const [role, ...args] = process.argv.slice(2)
if (role === 'erp') await serve(args[0] ?? '')
else if (role === 'proxy') await proxy(args[0] ?? '', args[1] ?? '', args[2] ?? '')
else await measure()

/** An ERP that waits as long as its path says; in plain text and over TLS. */
async function serve(folder: string): Promise<void> {
  const answer: Parameters<typeof createServer>[1] = (incoming, outgoing) => {
    incoming.resume()
    incoming.on('end', () => {
      const end = () => outgoing.writeHead(200, { 'content-type': 'application/json' }).end(BODY)
      const wait = Number(incoming.url?.split('/')[1])
      if (wait > 0) setTimeout(end, wait)
      else end()
    })
  }
  const authority = await openAuthority(folder)
  const servers = [createServer(answer), createSecureServer(await authority.certify('localhost'), answer)]
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.keepAliveTimeout = 60_000
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve(typeof address === 'object' && address !== null ? address.port : 0)
          })
        }),
    ),
  )
  process.send?.(ports)
}

async function proxy(kind: string, upstream: string, folder: string): Promise<void> {
  if (kind === 'relay') {
    const relay = createRelay({ noDelay: true }, (near) => {
      const far = connect({ port: Number(new URL(upstream).port), host: '127.0.0.1', noDelay: true })
      near.pipe(far).pipe(near)
    })
    relay.listen(0, '127.0.0.1', () => {
      const address = relay.address()
      process.send?.(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`)
    })
    return
  }
  const authority = await openAuthority(folder)
  // As `change-gate record` has it, every exchange is told to a second process.
  const { keep } = new RecordingSpare({ scenario: 'none', out: join(folder, kind), recordedAt: '2026-10-31T18:00:00Z' })
  const options = { upstream, port: 0, ca: authority.certificate, onPassed: keep }
  const started = kind === 'forward' ? await startForwardProxy({ ...options, authority }) : await startProxy(options)
  process.send?.(started.url)
}

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'change-gate-bench-'))
  const authority = await openAuthority(join(folder, 'ca'))
  const children: ChildProcess[] = []
  const start = async <Told>(...of: readonly string[]): Promise<Told> => {
    const child = fork(fileURLToPath(import.meta.url), of)
    children.push(child)
    return new Promise((resolve) => child.once('message', (message) => resolve(message as Told)))
  }
  try {
    const [plain, secure] = await start<readonly [number, number]>('erp', join(folder, 'ca'))
    const plainUrl = `http://127.0.0.1:${plain}`
    const secureUrl = `https://localhost:${secure}`
    const reverse = await start<string>('proxy', 'reverse', plainUrl, join(folder, 'ca'))
    const relay = await start<string>('proxy', 'relay', plainUrl, '')
    const forward = await start<string>('proxy', 'forward', secureUrl, join(folder, 'ca'))
    const tls = { ca: authority.certificate }
    const direct = new Agent({ connect: tls })
    const tunnel = new ProxyAgent({ uri: forward, requestTls: tls })
    for (const wait of [28, 0]) {
      const ways: readonly (readonly [string, string, Dispatcher])[] = [
        ['direct, plain text', plainUrl, direct],
        ['reverse proxy', reverse, direct],
        ['bare relay', relay, direct],
        ['direct, TLS', secureUrl, direct],
        ['forward proxy, TLS', secureUrl, tunnel],
      ]
      const times = ways.map((): number[] => [])
      for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
        for (const [index, [, url, dispatcher]] of ways.entries()) {
          const began = performance.now()
          const { body } = await send(`${url}/${wait}/erp`, { method: 'POST', body: BODY, dispatcher })
          await body.arrayBuffer()
          if (round >= WARM_UP) times[index]?.push(performance.now() - began)
        }
      }
      console.log(`ERP that takes ${wait} ms, ${ROUNDS} rounds of ${BODY.length} bytes each way:`)
      for (const [share, of] of [
        [0.5, 'median'],
        [0.1, 'fastest tenth'],
      ] as const) {
        const [plainly = 0, reversed = 0, relayed = 0, securely = 0, forwarded = 0] = times.map((each) =>
          quantile(each, share),
        )
        for (const [title, base, through] of [
          ['bare relay   ', plainly, relayed],
          ['reverse proxy', plainly, reversed],
          ['forward proxy', securely, forwarded],
        ] as const) {
          const ratio = (through / base).toFixed(3)
          const more = Math.round((through - base) * 1000)
          const told = `${base.toFixed(2)} ms direct, ${through.toFixed(2)} ms through it`
          console.log(`  ${title}, ${of}: ${told}: ratio ${ratio}, ${more} µs more`)
        }
      }
    }
    await direct.close()
    await tunnel.close()
  } finally {
    for (const child of children) child.kill()
    await rm(folder, { recursive: true })
  }
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length * share)] ?? 0
}
