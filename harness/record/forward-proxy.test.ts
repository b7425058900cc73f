import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { ProxyAgent, request } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Authority, openAuthority } from './authority.ts'
import { type RecordingProxy, startForwardProxy } from './proxy.ts'

let folder = ''
/** What the connector is told to trust, and what the ERP's own certificate is signed by. */
let ours: Authority
let theirs: Authority
let erp: Server
let bank: Server
let served = 0
let erpUrl = ''
let bankUrl = ''
let proxy: RecordingProxy
let agent: ProxyAgent

const LARGE = Buffer.from(
  JSON.stringify({ lines: Array.from({ length: 60_000 }, (_, line) => ({ line, net: `${line}.10` })) }),
)

/** An ERP that answers each request by its number, in the way that its path names, and counts what it got. */
async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  served += 1
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const [, way = '', number = ''] = (incoming.url ?? '').split('/')
  const text = Buffer.from(JSON.stringify({ number, got: Buffer.concat(chunks).length }))
  const json = { 'content-type': 'application/json' }
  switch (way) {
    case 'gzip':
      outgoing.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(text))
      return
    case 'br':
      outgoing.writeHead(200, { ...json, 'content-encoding': 'br' }).end(brotliCompressSync(text))
      return
    case 'chunked':
      outgoing.writeHead(200, json).write(text.subarray(0, 5))
      setTimeout(() => outgoing.end(text.subarray(5)), 3)
      return
    case 'large':
      outgoing.writeHead(200, json).end(LARGE)
      return
    case 'close':
      outgoing.writeHead(200, { ...json, connection: 'close' }).end(text)
      return
    default:
      outgoing.writeHead(200, json).end(text)
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'change-gate-ca-'))
  ours = await openAuthority(join(folder, 'ours'))
  theirs = await openAuthority(join(folder, 'theirs'))
  erp = createServer(await theirs.certify('localhost'), answer)
  bank = createServer(await theirs.certify('localhost'), (_, outgoing) => outgoing.end('bank'))
  erpUrl = `https://localhost:${await listening(erp)}`
  bankUrl = `https://localhost:${await listening(bank)}`
})
beforeEach(async () => {
  served = 0
  proxy = await startForwardProxy({ upstream: erpUrl, port: 0, ca: theirs.certificate, authority: ours })
  agent = new ProxyAgent({ uri: proxy.url, requestTls: { ca: ours.certificate } })
})
afterEach(async () => {
  await agent.close()
  await proxy.stop().catch(() => undefined)
})
afterAll(async () => {
  for (const server of [erp, bank]) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true })
})

const get = async (path: string, body?: Buffer) => {
  const response = await request(`${erpUrl}${path}`, {
    dispatcher: agent,
    ...(body === undefined ? {} : { method: 'POST', body }),
  })
  return Buffer.from(await response.body.arrayBuffer())
}

describe('what goes to the ERP', () => {
  test('is opened, forwarded as it is and recorded', async () => {
    const sent = Buffer.from('{"reference":"KF-44817"}')
    expect((await get('/erp/1?filter=name%20eq%20%27S%C3%B8n%27', sent)).toString()).toContain('"got":24')
    await proxy.stop()
    expect(proxy.interactions()).toEqual([
      expect.objectContaining({
        seq: 1,
        request: expect.objectContaining({
          method: 'POST',
          path: '/erp/1',
          query: '?filter=name%20eq%20%27S%C3%B8n%27',
          body: { json: { reference: 'KF-44817' } },
        }),
        response: expect.objectContaining({ status: 200 }),
      }),
    ])
  })

  test('a body of some megabytes passes whole, both ways', async () => {
    expect((await get('/large/1')).equals(LARGE)).toBe(true)
    expect((await get('/echo/2', LARGE)).toString()).toContain(`"got":${LARGE.length}`)
    await proxy.stop()
    expect(proxy.interactions()).toHaveLength(2)
  })

  test('none of many requests at the same time is lost: as many as the ERP itself counted, each with its own answer', async () => {
    const ways = ['gzip', 'br', 'chunked', 'close', 'plain', 'plain', 'plain', 'plain']
    const paths = Array.from({ length: 800 }, (_, number) => `/${ways[number % ways.length]}/${number}`)
    const waiting = [...paths]
    // Each of forty workers keeps its connection and takes the next request when it has the answer.
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
          await get(path, path.length % 2 === 0 ? Buffer.from('{"net":100.10}') : undefined)
        }
      }),
    )
    await proxy.stop()
    const recorded = proxy.interactions()
    expect(served).toBe(800)
    expect(recorded).toHaveLength(served)
    expect(recorded.map(({ seq }) => seq)).toEqual(Array.from({ length: 800 }, (_, index) => index + 1))
    expect(recorded.map(({ request: { path } }) => path).sort()).toEqual([...paths].sort())
    for (const {
      request: { path },
      response,
    } of recorded) {
      expect(response.body).toMatchObject({ json: { number: path.split('/')[2] } })
    }
  })

  test('is recorded although the connector goes away before its answer is whole', async () => {
    const { body } = await request(`${erpUrl}/large/1`, { dispatcher: agent })
    const gone = new Promise((resolve) => body.once('error', resolve))
    body.once('data', () => body.destroy())
    await gone
    await expect.poll(() => proxy.interactions().length).toBe(1)
    await proxy.stop()
    expect(proxy.interactions()[0]?.response.body).toEqual({ json: expect.anything() })
  })

  test('a connector with the usual variables alone is recorded', async () => {
    const code = `const answer = await fetch('${erpUrl}/erp/7'); console.log(answer.status, (await answer.json()).number)`
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', code], {
      env: {
        HTTPS_PROXY: proxy.url,
        HTTP_PROXY: proxy.url,
        NO_PROXY: '',
        NODE_USE_ENV_PROXY: '1',
        NODE_EXTRA_CA_CERTS: ours.file,
      },
    })
    expect(stdout).toBe('200 7')
    await proxy.stop()
    expect(proxy.interactions().map(({ request: { path } }) => path)).toEqual(['/erp/7'])
  })

  test('without the certificate being trusted, nothing passes', async () => {
    const stranger = new ProxyAgent({ uri: proxy.url, requestTls: { ca: theirs.certificate } })
    await expect(request(`${erpUrl}/erp/1`, { dispatcher: stranger })).rejects.toThrow()
    expect(served).toBe(0)
    await stranger.close()
  })

  test('an ERP whose certificate is not trusted is not asked, and the recording is unusable', async () => {
    const careful = await startForwardProxy({ upstream: erpUrl, port: 0, authority: ours })
    const through = new ProxyAgent({ uri: careful.url, requestTls: { ca: ours.certificate } })
    expect((await request(`${erpUrl}/erp/1`, { dispatcher: through })).statusCode).toBe(502)
    expect(served).toBe(0)
    await through.close()
    await expect(careful.stop()).rejects.toMatchObject({ code: 'recording-unusable' })
  })
})

describe('an ERP that answers in plain text', () => {
  let plain: Server
  let plainUrl = ''
  beforeAll(async () => {
    plain = createPlainServer(answer)
    plainUrl = `http://127.0.0.1:${await listening(plain)}`
  })
  afterAll(() => {
    plain.closeAllConnections()
    plain.close()
  })

  test.each([
    ['asked by its whole URL', false],
    ['asked through a tunnel', true],
  ])('%s is recorded', async (_, proxyTunnel) => {
    const open = await startForwardProxy({ upstream: plainUrl, port: 0, authority: ours })
    const through = new ProxyAgent({ uri: open.url, proxyTunnel })
    const { body } = await request(`${plainUrl}/erp/3?x=1`, { dispatcher: through })
    expect(await body.json()).toEqual({ number: '3?x=1', got: 0 })
    await through.close()
    await open.stop()
    expect(open.interactions().map(({ request: { path, query } }) => path + query)).toEqual(['/erp/3?x=1'])
  })

  test('others are not reached in plain text', async () => {
    const through = new ProxyAgent({ uri: proxy.url, proxyTunnel: false })
    expect((await request(`${plainUrl}/erp/1`, { dispatcher: through })).statusCode).toBe(502)
    await through.close()
    await proxy.stop()
    expect(proxy.interactions()).toEqual([])
  })
})

test('what goes elsewhere passes closed, is not recorded, and is counted', async () => {
  // Only the bank's own certificate is trusted: had the proxy opened the connection, it would have shown its own.
  const closed = new ProxyAgent({ uri: proxy.url, requestTls: { ca: theirs.certificate } })
  const { body } = await request(`${bankUrl}/balance`, { dispatcher: closed })
  expect(await body.text()).toBe('bank')
  await closed.close()
  await proxy.stop()
  expect(proxy.interactions()).toEqual([])
  expect([...proxy.others()]).toEqual([['localhost', 1]])
})

describe('the authority', () => {
  test('keeps its key to its owner, and is the same the next time', async () => {
    expect((await stat(join(folder, 'ours'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'ours/ca-key.pem'))).mode & 0o777).toBe(0o600)
    expect((await openAuthority(join(folder, 'ours'))).certificate).toBe(ours.certificate)
  })

  test.each<[string, (place: string) => Promise<unknown>, string]>([
    [
      'a key that others can read',
      (place) => execa('chmod', ['644', join(place, 'ca-key.pem')]),
      'can be read by others',
    ],
    [
      'a key of another authority',
      (place) => execa('cp', [join(folder, 'ours/ca-key.pem'), place]),
      'the key is not that of the certificate',
    ],
    ['a certificate that is none', (place) => writeFile(join(place, 'ca.pem'), 'x'), 'cannot be used'],
  ])('%s is refused', async (_, spoil, message) => {
    const place = await mkdtemp(join(folder, 'spoiled-'))
    await openAuthority(place)
    await spoil(place)
    await expect(openAuthority(place)).rejects.toMatchObject({
      code: 'key-unusable',
      message: expect.stringContaining(message),
    })
  })
})
