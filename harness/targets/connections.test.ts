import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { parseJson, writeJson } from '../base/json.ts'
import type { RecordedRequest } from '../model/recording.ts'
import { httpTransport } from './http.ts'

const create = (reference: string): RecordedRequest => ({
  method: 'POST',
  path: '/invoices',
  query: '',
  headers: {},
  body: { json: parseJson(`{"reference":"${reference}"}`) },
})

const told = (reference: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${reference.length + 2}\r\n\r\n"${reference}"`

/** An ERP that does with each connection what a test says, and keeps every reference that arrived. */
async function erp(
  act: (arrived: Readonly<{ reference: string; socket: Socket; nth: number }>) => void,
  work: (url: string, arrived: readonly string[]) => Promise<void>,
): Promise<void> {
  const arrived: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      for (const [, reference = ''] of bytes.toString().matchAll(/\{"reference":"([^"]*)"\}/g)) {
        arrived.push(reference)
        act({ reference, socket, nth: arrived.length })
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  try {
    await work(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, arrived)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

/** What each of several requests, one after the other, is answered with. */
async function answers(url: string, references: readonly string[], pause = 0): Promise<readonly string[]> {
  const transport = httpTransport(url)
  const seen: string[] = []
  for (const reference of references) {
    const answer = transport.send(create(reference)).then(
      ({ body }) => (body !== undefined && 'json' in body ? writeJson(body.json) : 'no JSON'),
      (error: { code: string }) => error.code,
    )
    seen.push(await answer)
    if (pause > 0) await sleep(pause)
  }
  await transport.close()
  return seen
}

describe('a write goes out once', () => {
  const both = ['RE-1', 'RE-2']
  test.each([
    {
      name: 'when the ERP closes the connection between two of them',
      act: (socket: Socket, reference: string) => socket.end(told(reference)),
      pause: 20,
      seen: ['"RE-1"', '"RE-2"'],
    },
    {
      name: 'when the ERP closes the connection with the answer',
      act: (socket: Socket, reference: string) =>
        socket.end(told(reference).replace('\r\n', '\r\nconnection: close\r\n')),
      pause: 0,
      seen: ['"RE-1"', '"RE-2"'],
    },
    {
      name: 'when the connection breaks as it arrives',
      act: (socket: Socket, reference: string, nth: number) =>
        nth === 2 ? socket.resetAndDestroy() : socket.write(told(reference)),
      pause: 0,
      seen: ['"RE-1"', 'target-unreachable'],
    },
    {
      name: 'when the ERP ends the connection instead of answering',
      act: (socket: Socket, reference: string, nth: number) =>
        nth === 2 ? socket.end() : socket.write(told(reference)),
      pause: 0,
      seen: ['"RE-1"', 'target-unreachable'],
    },
    {
      name: 'when the answer breaks off',
      act: (socket: Socket, reference: string) => socket.end(told(reference).slice(0, -2)),
      pause: 0,
      seen: ['target-unreachable', 'target-unreachable'],
    },
  ])('$name', async ({ act, pause, seen }) => {
    await erp(
      ({ socket, reference, nth }) => act(socket, reference, nth),
      async (url, arrived) => {
        expect(await answers(url, both, pause)).toEqual(seen)
        expect(arrived).toEqual(both)
      },
    )
  })
})

describe('an answer that nobody asked for is never taken for that of the next request', () => {
  test.each([
    { name: 'in one piece with the first', late: undefined, pause: 0 },
    { name: 'in one piece with the first, and seen before the next', late: undefined, pause: 20 },
    { name: 'after the first, before the next', late: 5, pause: 30 },
  ])('$name', async ({ late, pause }) => {
    await erp(
      ({ socket, reference, nth }) => {
        if (nth !== 1) return void socket.write(told(reference))
        socket.write(told(reference) + (late === undefined ? told('of nobody') : ''))
        if (late !== undefined) setTimeout(() => socket.write(told('of nobody')), late)
      },
      async (url, arrived) => {
        expect(await answers(url, ['RE-1', 'RE-2', 'RE-3'], pause)).not.toContain('"of nobody"')
        expect(arrived).toEqual(['RE-1', 'RE-2', 'RE-3'])
      },
    )
  })

  test('with many requests at the same time', async () => {
    const references = Array.from({ length: 64 }, (_, nth) => `RE-${nth}`)
    await erp(
      ({ socket, reference, nth }) => {
        setTimeout(() => socket.write(told(reference)), nth % 7)
      },
      async (url, arrived) => {
        const transport = httpTransport(url)
        const seen = await Promise.all(references.map((reference) => transport.send(create(reference))))
        expect(seen.map(({ body }) => body)).toEqual(references.map((json) => ({ json })))
        expect(arrived.toSorted()).toEqual(references.toSorted())
        await transport.close()
      },
    )
  })
})
