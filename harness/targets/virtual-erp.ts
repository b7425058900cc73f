import { createServer } from 'node:http'
import { getResponse, HttpResponse, http, type RequestHandler } from 'msw'
import { GateError, messageOf } from '../base/errors.ts'
import { bodyOf, bytesOf } from '../model/body.ts'
import type { RecordedRequest, RecordedResponse } from '../model/recording.ts'
import { type Transport, VIRTUAL_SERVER, type VirtualErp } from '../ports/erp.ts'

/** Where the virtual ERP answers in process; never resolved, never sent to. */
const IN_PROCESS = 'http://virtual-erp.invalid'

/** The msw handlers of a virtual ERP; they can be used beside a suite's own handlers. */
export function handlersOf(virtual: VirtualErp, origin = '*'): readonly RequestHandler[] {
  return [
    http.all(`${origin}/*`, async ({ request }) => {
      const url = new URL(request.url)
      const answer = virtual.handle({
        method: request.method,
        path: url.pathname,
        query: url.search,
        headers: Object.fromEntries(request.headers),
        ...bodyOf(Buffer.from(await request.arrayBuffer()), request.headers.get('content-encoding') ?? undefined),
      })
      const bytes = bytesOf(answer.body)
      return new HttpResponse(bytes === null ? null : new Uint8Array(bytes), {
        status: answer.status,
        headers: { ...answer.headers, server: VIRTUAL_SERVER },
      })
    }),
  ]
}

/** Sends requests to a virtual ERP in this process, through its msw handlers. */
export function virtualTransport(virtual: VirtualErp): Transport {
  const handlers = [...handlersOf(virtual)]
  return {
    url: IN_PROCESS,
    send: async (message: RecordedRequest): Promise<RecordedResponse> => {
      const bytes = bytesOf(message.body)
      const answer = await getResponse(
        handlers,
        new Request(new URL(message.path + message.query, IN_PROCESS), {
          method: message.method,
          headers: message.headers,
          ...(bytes === null ? {} : { body: new Uint8Array(bytes) }),
        }),
      )
      if (answer === undefined) {
        throw new GateError('internal', `The virtual ERP has no handler for ${message.method} ${message.path}.`, {
          hint: 'Report this with the recording.',
        })
      }
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        ...bodyOf(Buffer.from(await answer.arrayBuffer())),
      }
    },
    close: async () => undefined,
  }
}

/** Serves a virtual ERP over HTTP on a port of this machine only; port 0 takes a free one. */
export async function serveVirtualErp(
  virtual: VirtualErp,
  port: number,
): Promise<Readonly<{ url: string; close: () => Promise<void> }>> {
  const transport = virtualTransport(virtual)
  const server = createServer(async (incoming, outgoing) => {
    try {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const url = new URL(incoming.url ?? '/', IN_PROCESS)
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
      )
      const answer = await transport.send({
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: url.search,
        headers,
        ...bodyOf(Buffer.concat(chunks), headers['content-encoding']),
      })
      outgoing.writeHead(answer.status, answer.headers).end(bytesOf(answer.body))
    } catch (error) {
      outgoing.writeHead(500, { 'content-type': 'text/plain' }).end(messageOf(error))
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
