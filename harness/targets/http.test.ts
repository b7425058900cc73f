import { createServer, type Server } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseJson, writeJson } from '../base/json.ts'
import type { RecordedRequest } from '../model/recording.ts'
import { httpTransport } from './http.ts'

const asked: string[] = []
const hosts: (string | undefined)[] = []
let server: Server
let url = ''

beforeAll(async () => {
  server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const chunk of incoming) body += String(chunk)
    asked.push(`${incoming.method} ${incoming.url} ${body}`)
    hosts.push(incoming.headers.host)
    if (incoming.url?.startsWith('/fault')) outgoing.writeHead(503, { 'retry-after': '5' }).end('Wartung')
    else if (incoming.url?.startsWith('/cut')) incoming.socket.destroy()
    else
      outgoing.writeHead(200, { 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'] }).end(gzipSync(body || '{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const request = (path: string, over: Partial<RecordedRequest> = {}): RecordedRequest => ({
  method: 'POST',
  path,
  query: '',
  headers: {},
  body: { json: parseJson('{"gross":100.10}') },
  ...over,
})

test('sends what was recorded, digits kept, and reads what comes back', async () => {
  const transport = httpTransport(url)
  const answer = await transport.send(request('/erp/', { query: '?x=1' }))
  expect(asked.at(-1)).toBe('POST /erp/?x=1 {"gross":100.10}')
  expect([answer.status, answer.headers['set-cookie']]).toEqual([200, 'a=1, b=2'])
  expect(answer.body !== undefined && 'json' in answer.body ? writeJson(answer.body.json) : '').toBe('{"gross":100.10}')
  await transport.close()
})

test('never leaves the host that was proven, whatever the recording says', async () => {
  const transport = httpTransport(url)
  for (const path of [
    '//erp.halden-soen.example/erp/',
    '///erp.halden-soen.example/',
    '/\\erp.halden-soen.example/',
    '@erp.halden-soen.example/',
  ]) {
    await transport.send(request(path))
    expect(asked.at(-1)).toContain('erp.halden-soen.example')
  }
  await transport.close()
})

test.each([
  { name: 'the host', headers: { host: 'erp.halden-soen.example' } },
  { name: 'the host as HTTP/1 spells it', headers: { Host: 'erp.halden-soen.example' } },
  { name: 'how long the body was', headers: { 'content-length': '3' } },
  { name: 'how the body was cut', headers: { 'transfer-encoding': 'chunked' } },
  { name: 'how it was packed', headers: { 'content-encoding': 'gzip' } },
  {
    name: 'what the connection was to become',
    headers: { connection: 'upgrade', upgrade: 'h2c', expect: '100-continue' },
  },
])('keeps to its own connection, whatever a recording says of $name', async ({ headers }) => {
  const transport = httpTransport(url)
  await transport.send(request('/erp/', { headers: { ...headers, 'x-api-key': 'K-1' } }))
  expect([asked.at(-1), hosts.at(-1)]).toEqual(['POST /erp/ {"gross":100.10}', new URL(url).host])
  await transport.close()
})

test('keeps the path below which the ERP answers', async () => {
  const transport = httpTransport(`${url}/company/1/`)
  await transport.send(request('/invoices', { method: 'GET', body: { text: '' } }))
  expect(asked.at(-1)).toBe('GET /company/1/invoices ')
  await transport.close()
})

test('an answer that is no success is an answer', async () => {
  const transport = httpTransport(url)
  expect(await transport.send(request('/fault'))).toMatchObject({ status: 503, body: { text: 'Wartung' } })
  await transport.close()
})

test.each([
  ['a connection that is cut', () => url, '/cut'],
  ['nobody who listens', () => 'http://127.0.0.1:1', '/erp/'],
])('%s is told with the URL and what to do', async (_, at, path) => {
  const transport = httpTransport(at())
  await expect(transport.send(request(path))).rejects.toMatchObject({
    code: 'target-unreachable',
    exit: 3,
    message: expect.stringContaining(at()),
    hint: expect.stringContaining('sandbox'),
  })
  await transport.close()
})
