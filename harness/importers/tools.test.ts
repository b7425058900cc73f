import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import nock from 'nock'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseJson } from '../base/json.ts'
import { bytesOf } from '../model/body.ts'
import type { Interaction } from '../model/recording.ts'
import type { Importer } from '../ports/importer.ts'
import { startProxy } from '../record/proxy.ts'
import { readRecording } from '../record/store.ts'
import har from './har.ts'
import nockImporter from './nock.ts'

/*
 * The sample export is sent again by a browser and by Node, through our proxy, to a server that answers as recorded, every
 * other time in gzip. What the tool wrote of it must be the same operations as what the proxy recorded.
 */

const EXECUTABLE = process.env.CHANGE_GATE_CHROMIUM ?? '/usr/bin/chromium'

const CALLS = (await readRecording('scenarios/tryton-ap/recordings/2026-10.ndjson')).interactions.slice(0, 60)

let upstream = ''
let answered = 0
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>ERP')
      return
    }
    const call = CALLS[answered % CALLS.length]
    const bytes = bytesOf(call?.response.body) ?? Buffer.alloc(0)
    const isGzip = answered++ % 2 === 1
    response
      .writeHead(call?.response.status ?? 500, {
        'content-type': 'application/json',
        ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
      })
      .end(isGzip ? gzipSync(bytes) : bytes)
  })
})
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tools-'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  upstream = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const SENT = CALLS.map(({ request }) => ({ path: request.path, body: bytesOf(request.body)?.toString() ?? '' }))

/** What an operation is made of: everything but the headers of the client and the time. */
function essence({ request, response }: Pick<Interaction, 'request' | 'response'>): string {
  return JSON.stringify({
    method: request.method,
    path: `${request.path}${request.query}`,
    sent: bytesOf(request.body)?.toString() ?? null,
    status: response.status,
    type: response.headers['content-type'] ?? null,
    received: bytesOf(response.body)?.toString() ?? null,
  })
}

function imported(importer: Importer, text: string): readonly string[] {
  const document = { name: 'traffic', text, json: parseJson(text), beside: () => undefined }
  expect(importer.recognizes(document)).toBe(true)
  const result = importer.read(document)
  return (result.state === 'traffic' ? result.entries : []).map((entry) => {
    if (entry.state === 'refused') return `${entry.name}: ${entry.why}`
    const { pathname, search } = new URL(entry.url)
    const request = { ...entry.request, path: pathname, query: search }
    return essence({ request, response: entry.response })
  })
}

test('a HAR that Chromium wrote holds the same operations as the proxy recorded', { timeout: 120_000 }, async () => {
  answered = 0
  const proxy = await startProxy({ upstream, port: 0 })
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  })
  const path = join(folder, 'chromium.har')
  const context = await browser.newContext({ recordHar: { path, content: 'embed' } })
  const page = await context.newPage()
  await page.goto(`${proxy.url}/`)
  await page.evaluate(async (sent) => {
    for (const { path, body } of sent) {
      const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      await answer.arrayBuffer()
    }
  }, SENT)
  await context.close()
  await browser.close()
  const isCall = (line: string) => !line.includes('favicon.ico')
  const recorded = proxy.interactions().map(essence).filter(isCall)
  await proxy.stop()
  expect(recorded).toHaveLength(CALLS.length + 1)
  expect(imported(har, await readFile(path, 'utf8')).filter(isCall)).toEqual(recorded)
})

/** A body as nock keeps it: through the numbers of JavaScript, so that 8.0 is 8. */
function asNockKeepsIt(line: string): unknown {
  const { sent, received, ...rest } = JSON.parse(line)
  return { ...rest, sent: JSON.parse(sent), received: JSON.parse(received) }
}

test('what nock recorded holds the same operations, but for the digits that it drops, which is told', async () => {
  answered = 0
  const proxy = await startProxy({ upstream, port: 0 })
  nock.recorder.rec({ dont_print: true, output_objects: true, enable_reqheaders_recording: true })
  for (const { path, body } of SENT) {
    const answer = await fetch(`${proxy.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    await answer.arrayBuffer()
  }
  const written = JSON.stringify(nock.recorder.play())
  nock.recorder.clear()
  nock.restore()
  // Both ends are in this process, so nock sees the proxy's own calls too.
  const recorded = proxy.interactions().map(essence)
  await proxy.stop()
  const own = JSON.stringify(JSON.parse(written).filter(({ scope }: { scope: string }) => scope === proxy.url))
  expect(recorded).toHaveLength(CALLS.length)
  expect(imported(nockImporter, own).map(asNockKeepsIt)).toEqual(recorded.map(asNockKeepsIt))
  const result = nockImporter.read({ name: 'traffic', text: own, json: parseJson(own), beside: () => undefined })
  expect(result.state === 'traffic' && result.loose[0]).toContain('digits that JavaScript drops')
})
