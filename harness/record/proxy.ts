import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { GateError, messageOf } from '../base/errors.ts'
import type { Interaction } from '../model/recording.ts'
import type { Authority } from './authority.ts'
import { type OnPassed, Recorder } from './recorder.ts'

/** A proxy that is listening. */
export type RecordingProxy = Readonly<{
  url: string
  /** Everything that passed so far, in the order in which the requests came. */
  interactions: () => readonly Interaction[]
  /** Connections to other hosts that a forward proxy let through and did not look into, by host. */
  others: () => ReadonlyMap<string, number>
  /** Stops listening. Throws `recording-unusable` when an interaction had no answer. */
  stop: () => Promise<void>
}>

export type ProxyOptions = Readonly<{
  upstream: string
  port: number
  /** Certificates to trust besides those of the system when the ERP is asked. */
  ca?: string
  onInteraction?: (count: number) => void
  onPassed?: OnPassed
}>

/**
 * Listens on a port of this machine only, forwards every request to the upstream ERP, and keeps both sides of each.
 * The connector gets the very bytes that the ERP sent. Throws `target-unreachable` when the port is taken.
 */
export async function startProxy(options: ProxyOptions): Promise<RecordingProxy> {
  const recorder = new Recorder(options)
  const server = createServer((incoming, outgoing) => recorder.forward(incoming, outgoing, incoming.url ?? '', true))
  return listening(server, options.port, recorder, { servers: [], sockets: new Set(), others: new Map() })
}

/**
 * The same for a connector that keeps its URL and is told of a proxy, as by HTTPS_PROXY. What goes to the upstream ERP is
 * opened with a certificate of the authority and recorded; what goes elsewhere passes closed, and is counted by host.
 */
export async function startForwardProxy(
  options: ProxyOptions & Readonly<{ authority: Authority }>,
): Promise<RecordingProxy> {
  const recorder = new Recorder(options)
  const upstream = new URL(recorder.origin)
  const others = new Map<string, number>()
  const sockets = new Set<Duplex>()
  // Requests that were opened: their path is below the ERP's origin, whatever path the upstream was named with.
  const inner = createServer((incoming, outgoing) => recorder.forward(incoming, outgoing, incoming.url ?? '', false))
  const secure = createSecureServer(
    { ...(await options.authority.certify(hostOf(upstream))), ALPNProtocols: ['http/1.1'] },
    (incoming, outgoing) => recorder.forward(incoming, outgoing, incoming.url ?? '', false),
  )
  const server = createServer((incoming, outgoing) => {
    const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined
    if (url?.origin === upstream.origin) {
      // The path as it was written: a parser would rewrite it.
      const target = (incoming.url ?? '').replace(/^[a-z]+:\/\/[^/?#]*/i, '')
      return recorder.forward(incoming, outgoing, target, false)
    }
    outgoing
      .writeHead(url === undefined ? 400 : 502, { 'content-type': 'text/plain' })
      .end(`change-gate record: this proxy records ${upstream.origin} and passes nothing on in plain text to others\n`)
  })
  server.on('connect', (request, client, head) => {
    sockets.add(client)
    client.once('close', () => sockets.delete(client))
    client.on('error', () => client.destroy())
    const target = URL.canParse(`http://${request.url}`) ? new URL(`http://${request.url}`) : undefined
    if (target === undefined) {
      client.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    } else if (hostOf(target) !== hostOf(upstream) || portIn(request.url) !== portOf(upstream)) {
      others.set(hostOf(target), (others.get(hostOf(target)) ?? 0) + 1)
      passClosed(client, head, hostOf(target), portIn(request.url), sockets)
    } else {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      if (head.length > 0) client.unshift(head)
      open(client, secure, inner)
    }
  })
  return listening(server, options.port, recorder, { servers: [inner, secure], sockets, others })
}

/** Hands an opened connection to the server that speaks it: a TLS handshake begins with 22, anything else is HTTP as it is. */
function open(client: Duplex, secure: Server, plain: Server): void {
  client.once('readable', () => {
    const first: unknown = client.read(1)
    if (!Buffer.isBuffer(first)) return
    client.unshift(first)
    ;(first[0] === 22 ? secure : plain).emit('connection', client)
  })
}

/** Lets a connection to another host through as it is. */
function passClosed(client: Duplex, head: Buffer, host: string, port: number, sockets: Set<Duplex>): void {
  const far = connect(port, host, () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) far.write(head)
    client.pipe(far).pipe(client)
  })
  sockets.add(far)
  far.once('close', () => {
    sockets.delete(far)
    client.destroy()
  })
  far.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
  client.once('close', () => far.destroy())
}

async function listening(
  server: Server,
  port: number,
  recorder: Recorder,
  more: Readonly<{ servers: readonly Server[]; sockets: ReadonlySet<Duplex>; others: ReadonlyMap<string, number> }>,
): Promise<RecordingProxy> {
  const taken = await listen(server, port)
  return {
    url: `http://127.0.0.1:${taken}`,
    interactions: () => recorder.interactions(),
    others: () => more.others,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const each of [server, ...more.servers]) each.closeAllConnections()
      for (const socket of more.sockets) socket.destroy()
      await closed
      await recorder.close()
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

/** A host without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** The port after the last colon: a URL leaves out the one that is usual for it. */
function portIn(authority: string | undefined): number {
  return Number(/:(\d+)$/.exec(authority ?? '')?.[1] ?? 443)
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
