import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'

/** A request on its way to the ERP, and the hands to spoil it. */
export type Passing = Readonly<{
  /** 1 for the first request. */
  nth: number
  /** The method of the JSON-RPC call, or the HTTP method and path where it is none. */
  method: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Sends it to the ERP and returns what came back; may be called more than once. */
  forward: () => Promise<Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: Buffer }>>
  /** The connection to the client. */
  outgoing: ServerResponse
}>

/** Listens between a client and an ERP and lets a test spoil every request. */
export async function startFaultProxy(
  upstream: string,
  spoil: (passing: Passing) => Promise<void>,
): Promise<Readonly<{ url: string; close: () => Promise<unknown> }>> {
  let nth = 0
  const server = createServer(async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const called = /"method":"([^"]*)"/.exec(body.toString('utf8'))?.[1]
    const method = called ?? `${incoming.method} ${incoming.url?.split('?')[0]}`
    nth += 1
    const forward: Passing['forward'] = () =>
      new Promise((resolve, reject) => {
        const onward = request(new URL(incoming.url ?? '/', upstream), {
          method: incoming.method,
          headers: { ...incoming.headers, host: new URL(upstream).host },
        })
        onward.on('error', reject)
        onward.on('response', async (answer) => {
          const parts: Buffer[] = []
          for await (const part of answer) parts.push(part)
          const headers = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
            typeof value === 'string' && !['transfer-encoding', 'connection', 'content-length'].includes(name)
              ? [[name, value]]
              : [],
          )
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(headers),
            body: Buffer.concat(parts),
          })
        })
        onward.end(body)
      })
    try {
      await spoil({ nth, method, headers: incoming.headers, body, forward, outgoing })
    } catch {
      outgoing.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers as the ERP answered. */
export async function passOn({ forward, outgoing }: Passing): Promise<void> {
  const answer = await forward()
  outgoing.writeHead(answer.status, answer.headers).end(answer.body)
}
