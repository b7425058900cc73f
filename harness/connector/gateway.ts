import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { GateError, messageOf } from '../base/errors.ts'
import { bodyOf, bytesOf } from '../model/body.ts'
import { HOP_BY_HOP } from '../model/headers.ts'
import type { Interaction, RecordedRequest, RecordedResponse } from '../model/recording.ts'
import type { Transport } from '../ports/erp.ts'
import type { FailureAction } from '../ports/failure.ts'

/** What listens between the connector and the ERP. */
export type Gateway = Readonly<{ url: string; close: () => Promise<void> }>

/** What the gateway tells and asks. */
export type GatewayOptions = Readonly<{
  /** The ERP behind it. */
  transport: Transport
  /** What is to be done with a request; passed on where nothing is said. */
  act?: (request: RecordedRequest) => Promise<FailureAction>
  /** Called with each interaction before the connector gets its answer. */
  onAnswered: (interaction: Omit<Interaction, 'seq'>) => Promise<void>
  /** Called when the ERP behind it cannot be asked. */
  onLost: (code: string, message: string, request: RecordedRequest) => void
}>

/** Members of a message that the transport sets anew. */
const SET_ANEW = [...HOP_BY_HOP, 'content-length', 'content-encoding', 'accept-encoding']

/** Listens on a free port of this machine only, and passes every request on to the ERP. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const server = createServer(async (incoming, outgoing) => {
    try {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk)
      const url = new URL((incoming.url ?? '/').replace(/^\/?/, '/'), 'http://gateway.invalid')
      const headers = plain(incoming.headers)
      await answer(options, outgoing, {
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: url.search,
        headers,
        ...bodyOf(Buffer.concat(chunks), incoming.headers['content-encoding']),
      })
    } catch (error) {
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' })
      outgoing.end(messageOf(error))
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(options: GatewayOptions, outgoing: ServerResponse, request: RecordedRequest): Promise<void> {
  const started = performance.now()
  const action = (await options.act?.(request)) ?? { do: 'pass' }
  if (action.do === 'cut') {
    outgoing.destroy()
    return
  }
  if (action.do === 'answer') {
    await options.onAnswered({ request, response: action.response, durationMs: 0 })
    write(outgoing, action.response)
    return
  }
  let response: RecordedResponse
  try {
    response = await options.transport.send(request)
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    options.onLost(error.code, error.message, request)
    outgoing.writeHead(502, { 'content-type': 'text/plain' }).end('The ERP behind the gate does not answer.')
    return
  }
  await options.onAnswered({ request, response, durationMs: Math.round(performance.now() - started) })
  if (action.do === 'lose') {
    await sleep(action.afterMs)
    if (action.response === undefined) outgoing.destroy()
    else write(outgoing, action.response)
    return
  }
  write(outgoing, response)
}

function write(outgoing: ServerResponse, response: RecordedResponse): void {
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !SET_ANEW.includes(name)))
  outgoing.writeHead(response.status, headers).end(bytesOf(response.body))
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || SET_ANEW.includes(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}
