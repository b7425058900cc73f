import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { Agent, request as send } from 'undici'
import { GateError, messageOf } from '../base/errors.ts'
import { bodyOf } from '../model/body.ts'
import { HOP_BY_HOP, isKeptHeader } from '../model/headers.ts'
import type { Interaction } from '../model/recording.ts'

/** A reverse proxy that is listening. */
export type RecordingProxy = Readonly<{
  url: string
  /** Everything that passed so far, in the order in which the requests came. */
  interactions: () => readonly Interaction[]
  /** Stops listening. Throws `recording-unusable` when an interaction had no answer. */
  stop: () => Promise<void>
}>

/**
 * Listens on a port of this machine only, forwards every request to the upstream ERP, and keeps both sides of each.
 * The connector gets the very bytes that the ERP sent. Throws `target-unreachable` when the port is taken.
 */
export async function startProxy(
  options: Readonly<{ upstream: string; port: number; onInteraction?: (count: number) => void }>,
): Promise<RecordingProxy> {
  const slots: { interaction?: Interaction; fault?: string }[] = []
  const agent = new Agent({ keepAliveTimeout: 30_000 })
  const upstream = new URL(options.upstream)
  const base = upstream.pathname.replace(/\/+$/, '')
  const server = createServer(async (incoming, outgoing) => {
    const slot: { interaction?: Interaction; fault?: string } = {}
    slots.push(slot)
    const seq = slots.length
    const started = performance.now()
    try {
      const sent = await bytesOf(incoming)
      // Joined as text, after one slash: a path such as `//host/` or `@host/` would name another host.
      const url = new URL(upstream.origin + base + (incoming.url ?? '').replace(/^\/?/, '/'))
      const method = incoming.method ?? 'GET'
      const answer = await send(url, {
        method,
        headers: forwarded(incoming.headers),
        body: sent.length > 0 ? sent : null,
        dispatcher: agent,
      })
      const received = Buffer.from(await answer.body.arrayBuffer())
      slot.interaction = {
        seq,
        request: {
          method,
          path: url.pathname.slice(base.length),
          query: url.search,
          headers: kept(incoming.headers),
          ...bodyOf(sent, incoming.headers['content-encoding']),
        },
        response: {
          status: answer.statusCode,
          headers: kept(answer.headers),
          ...bodyOf(received, one(answer.headers['content-encoding'])),
        },
        durationMs: Math.round(performance.now() - started),
      }
      outgoing.writeHead(answer.statusCode, forwarded(answer.headers)).end(received)
      options.onInteraction?.(slots.filter((each) => each.interaction).length)
    } catch (error) {
      slot.fault = messageOf(error)
      outgoing
        .writeHead(502, { 'content-type': 'text/plain' })
        .end(`change-gate record: ${upstream.origin}: ${slot.fault}`)
    }
  })
  const port = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}`,
    interactions: () => slots.flatMap((slot) => slot.interaction ?? []),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await agent.close()
      const lost = slots.findIndex((slot) => slot.interaction === undefined)
      if (lost >= 0) {
        throw new GateError(
          'recording-unusable',
          `Request ${lost + 1} got no answer (${slots[lost]?.fault ?? 'cut off'}).`,
          {
            hint: 'Record again: an export with a lost interaction cannot be replayed.',
          },
        )
      }
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new GateError('target-unreachable', `Port ${port} cannot be listened on (${messageOf(cause)}).`, {
          hint: 'Choose another port with --listen.',
          cause,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function forwarded(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string | string[]][] =>
    value === undefined || HOP_BY_HOP.includes(name) ? [] : [[name, value]],
  )
  return Object.fromEntries(entries)
}

/** Headers that say something about the message; those of the connection and the client's identity are left out. */
function kept(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || !isKeptHeader(name) ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  )
  return Object.fromEntries(entries)
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
