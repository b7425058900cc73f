import { createServer, request as plainRequest, type Server } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeJson } from '../base/json.ts'
import { type RecordingProxy, startProxy } from './proxy.ts'

type Seen = { method: string; url: string; headers: Record<string, unknown>; body: Buffer }

let erp: Server
let seen: Seen[] = []
let upstream = ''
let proxy: RecordingProxy
const counted: number[] = []

beforeEach(async () => {
  seen = []
  counted.length = 0
  erp = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const url = incoming.url ?? ''
    seen.push({ method: incoming.method ?? '', url, headers: incoming.headers, body })
    if (url.startsWith('/gzip')) {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      outgoing.end(gzipSync('{"gross":100.10}'))
    } else if (url.startsWith('/chunked')) {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] })
      outgoing.write('{"result":')
      setTimeout(() => outgoing.end('1250.40}'), 5)
    } else if (url.startsWith('/fault'))
      outgoing.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Wartung</h1>')
    else if (url.startsWith('/empty')) outgoing.writeHead(204).end()
    else if (url.startsWith('/cut')) incoming.socket.destroy()
    else if (url.startsWith('/pdf')) outgoing.end(Buffer.from([0x25, 0xff, 0xfe, 0x00]))
    else if (url.startsWith('/slow'))
      setTimeout(() => outgoing.end(JSON.stringify({ of: url })), 60 - Number(url.slice(6)) * 2)
    else outgoing.end(body)
  })
  upstream = await listening(erp)
  proxy = await startProxy({ upstream, port: 0, onInteraction: (count) => counted.push(count) })
})
afterEach(async () => {
  await proxy.stop().catch(() => undefined)
  erp.closeAllConnections()
  await new Promise((resolve) => erp.close(resolve))
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const bodies = () =>
  proxy
    .interactions()
    .map(({ response: { body } }) => (body !== undefined && 'json' in body ? writeJson(body.json) : body))

describe('what passes', () => {
  test('a compressed answer passes as it is and is kept as what it says', async () => {
    const raw = await rawGet(`${proxy.url}/gzip`)
    expect(raw.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(raw.body).toString()).toBe('{"gross":100.10}')
    expect(bodies()).toEqual(['{"gross":100.10}'])
  })

  test('a compressed request passes as it is and is kept as what it says', async () => {
    const sent = gzipSync('{"reference":"RE-2026-0815"}')
    await fetch(`${proxy.url}/echo`, { method: 'POST', body: sent, headers: { 'content-encoding': 'gzip' } })
    expect(seen[0]?.body.equals(sent)).toBe(true)
    expect(proxy.interactions()[0]?.request.body).toEqual({ json: { reference: 'RE-2026-0815' } })
  })

  test('a chunked answer is whole, and its cookies stay two', async () => {
    const answer = await fetch(`${proxy.url}/chunked`)
    expect(await answer.text()).toBe('{"result":1250.40}')
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(bodies()).toEqual(['{"result":1250.40}'])
  })

  test('a fault of the ERP passes with its status', async () => {
    const answer = await fetch(`${proxy.url}/fault`, { method: 'POST', body: '{}' })
    expect([answer.status, await answer.text()]).toEqual([500, '<h1>Wartung</h1>'])
    expect(proxy.interactions()[0]?.response).toMatchObject({ status: 500, body: { text: '<h1>Wartung</h1>' } })
  })

  test('an answer without a body has none', async () => {
    expect((await fetch(`${proxy.url}/empty`)).status).toBe(204)
    expect(proxy.interactions()[0]?.response).toEqual({ status: 204, headers: {} })
  })

  test('bytes that are no text are kept as base64', async () => {
    await fetch(`${proxy.url}/pdf`)
    expect(proxy.interactions()[0]?.response.body).toEqual({ base64: 'Jf/+AA==' })
  })

  test('a large body passes whole, both ways', async () => {
    const lines = Array.from({ length: 60_000 }, (_, line) => ({ line, account: '5100', amount: `${line}.10` }))
    const sent = JSON.stringify({ lines })
    const answer = await fetch(`${proxy.url}/echo`, { method: 'POST', body: sent })
    expect(await answer.text()).toBe(sent)
    expect(bodies()).toEqual([sent])
  })

  test('method, path, query and headers pass as they were sent', async () => {
    await fetch(`${proxy.url}/erp/a%2Fb?filter=name%20eq%20%27S%C3%B8n%27&x=1`, {
      method: 'PUT',
      body: 'net=100.10',
      headers: { 'x-run': '2026-10', authorization: 'Session abc', 'content-type': 'text/plain' },
    })
    expect(seen[0]).toMatchObject({ method: 'PUT', url: '/erp/a%2Fb?filter=name%20eq%20%27S%C3%B8n%27&x=1' })
    expect(seen[0]?.headers).toMatchObject({ 'x-run': '2026-10', authorization: 'Session abc' })
    expect(proxy.interactions()[0]?.request).toMatchObject({
      method: 'PUT',
      path: '/erp/a%2Fb',
      query: '?filter=name%20eq%20%27S%C3%B8n%27&x=1',
      body: { text: 'net=100.10' },
    })
  })

  test('a client that waits to be told to send its body is served', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const asked = plainRequest(
        `${proxy.url}/echo`,
        { method: 'POST', headers: { expect: '100-continue' } },
        (from) => {
          from.setEncoding('utf8')
          from.on('data', resolve)
        },
      )
      asked.on('error', reject)
      asked.on('continue', () => asked.end('{"reference":"GS-77"}'))
    })
    expect(answer).toBe('{"reference":"GS-77"}')
  })

  test('a path that begins with two slashes names no other host', async () => {
    const answer = await rawLine(proxy.url, 'GET //erp.halden-soen.example/erp/ HTTP/1.1')
    expect(answer).toContain('200')
    expect(seen.map(({ url }) => url)).toEqual(['//erp.halden-soen.example/erp/'])
  })

  test('a path below which the ERP answers is kept', async () => {
    const below = await startProxy({ upstream: `${upstream}/company/1/`, port: 0 })
    await fetch(`${below.url}/invoices?x=1`)
    await below.stop()
    expect(seen[0]?.url).toBe('/company/1/invoices?x=1')
    expect(below.interactions()[0]?.request.path).toBe('/invoices')
  })
})

describe('what is counted', () => {
  test('requests at the same time are each kept once, in the order in which they came', async () => {
    await Promise.all(
      Array.from({ length: 25 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index))
        await (await fetch(`${proxy.url}/slow/${index}`)).text()
      }),
    )
    await proxy.stop()
    expect(proxy.interactions()).toHaveLength(seen.length)
    expect(seen).toHaveLength(25)
    expect(proxy.interactions().map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
    for (const { request, response } of proxy.interactions()) {
      expect(response.body).toEqual({ json: { of: request.path } })
    }
    expect(counted).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
  })

  test('a request without an answer makes the recording unusable, and names it', async () => {
    await fetch(`${proxy.url}/echo`, { method: 'POST', body: '{}' })
    const answer = await fetch(`${proxy.url}/cut`)
    expect(answer.status).toBe(502)
    expect(await answer.text()).toContain('change-gate record')
    await fetch(`${proxy.url}/echo`, { method: 'POST', body: '{}' })
    await expect(proxy.stop()).rejects.toMatchObject({
      code: 'recording-unusable',
      message: expect.stringContaining('Request 2 got no answer'),
    })
  })

  test('an ERP that does not answer at all makes the recording unusable', async () => {
    const lone = await startProxy({ upstream: 'http://127.0.0.1:1', port: 0 })
    expect((await fetch(`${lone.url}/erp/`)).status).toBe(502)
    await expect(lone.stop()).rejects.toMatchObject({ code: 'recording-unusable' })
  })

  test('a port that is taken is told', async () => {
    await expect(startProxy({ upstream, port: Number(new URL(upstream).port) })).rejects.toMatchObject({
      code: 'target-unreachable',
    })
  })

  test('headers of the connection and of the client are not kept', async () => {
    await fetch(`${proxy.url}/echo`, { method: 'POST', body: '{}', headers: { 'x-run': '1' } })
    const { headers } = proxy.interactions()[0]?.request ?? { headers: {} }
    // The rest is what the client library adds by itself.
    const own = Object.keys(headers).filter((name) => !/^(accept|accept-language|sec-fetch-mode)$/.test(name))
    expect(own.sort()).toEqual(['content-type', 'x-run'])
  })
})

/** An answer as it travels, not decompressed. */
function rawGet(url: string): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    plainRequest(url, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      resolve({ headers: answer.headers, body: Buffer.concat(chunks) })
    })
      .on('error', reject)
      .end()
  })
}

/** Sends a request line that no client library would build. */
function rawLine(url: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(`${line}\r\nhost: x\r\nconnection: close\r\n\r\n`),
    )
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}
