import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { Agent, type Dispatcher } from 'undici'
import { GateError, messageOf } from '../base/errors.ts'
import { onDemand } from '../base/on-demand.ts'
import { bodyOf } from '../model/body.ts'
import { HOP_BY_HOP, isKeptHeader } from '../model/headers.ts'
import type { Interaction } from '../model/recording.ts'

/** Smaller requests are sent at once, larger ones while they come in. */
const AT_ONCE = 64 * 1024

/** What passed of one request, as bytes: reading them waits until the connector has its answer and the recording ends. */
export type Passed = Readonly<{
  method: string
  path: string
  query: string
  requestHeaders: IncomingHttpHeaders
  sent: readonly Buffer[]
  status: number
  responseHeaders: IncomingHttpHeaders
  received: readonly Buffer[]
  durationMs: number
}>

/** One exchange and the place of its request among all. */
export type Exchange = Readonly<{ passed: Passed; nth: number }>

/** Of more bytes than this, what they say is not held beside them. */
const LARGEST_HELD = 8 * 1024 * 1024

type Slot = { passed?: Passed; fault?: string }

/** What is told of every exchange once the connector has its answer. */
export type OnPassed = (passed: Passed, nth: number) => void

/** Forwards requests to the upstream ERP and keeps both sides of each, in the order in which they came. */
export class Recorder {
  readonly #agent: Agent
  readonly #origin: string
  readonly #base: string
  readonly #slots: Slot[] = []
  readonly #onInteraction: ((count: number) => void) | undefined
  readonly #onPassed: OnPassed | undefined
  #count = 0

  constructor(
    options: Readonly<{
      upstream: string
      ca?: string
      onInteraction?: (count: number) => void
      onPassed?: OnPassed
    }>,
  ) {
    const upstream = new URL(options.upstream)
    this.#origin = upstream.origin
    this.#base = upstream.pathname.replace(/\/+$/, '')
    this.#onInteraction = options.onInteraction
    this.#onPassed = options.onPassed
    this.#agent = new Agent({
      keepAliveTimeout: 30_000,
      ...(options.ca === undefined ? {} : { connect: { ca: options.ca } }),
    })
  }

  /** Where the ERP answers, without a path. */
  get origin(): string {
    return this.#origin
  }

  /**
   * Forwards one request. `target` is its path and query as they were written; `below` says that the path that the upstream
   * was named with comes before it.
   */
  async forward(incoming: IncomingMessage, outgoing: ServerResponse, target: string, below: boolean): Promise<void> {
    const slot: Slot = {}
    const nth = this.#slots.push(slot)
    const started = performance.now()
    const sent: Buffer[] = []
    try {
      // Joined as text, after one slash: a path such as `//host/` or `@host/` would name another host.
      const url = new URL(this.#origin + (below ? this.#base : '') + target.replace(/^\/?/, '/'))
      const method = incoming.method ?? 'GET'
      const received: Buffer[] = []
      const asked: Dispatcher.DispatchOptions = {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: forwarded(incoming.headers),
        body: hasBody(incoming) ? await bodyToSend(incoming, sent) : null,
      }
      await passed(this.#agent, asked, outgoing, received, (status, responseHeaders) => {
        const path = url.pathname
        slot.passed = {
          method,
          path:
            below || path === this.#base || path.startsWith(`${this.#base}/`) ? path.slice(this.#base.length) : path,
          query: url.search,
          requestHeaders: incoming.headers,
          sent,
          status,
          responseHeaders,
          received,
          durationMs: Math.round(performance.now() - started),
        }
      })
      if (slot.passed !== undefined) this.#onPassed?.(slot.passed, nth)
      this.#count += 1
      this.#onInteraction?.(this.#count)
    } catch (error) {
      slot.fault = messageOf(error)
      // An answer that has begun cannot be taken back: it is cut, as it was cut on the way.
      if (outgoing.headersSent) outgoing.destroy()
      else
        outgoing
          .writeHead(502, { 'content-type': 'text/plain' })
          .end(`change-gate record: ${this.#origin}: ${slot.fault}`)
    }
  }

  /** Everything that passed so far. */
  interactions(): readonly Interaction[] {
    return interactionsOf(
      this.#slots.flatMap(({ passed }, index) => (passed === undefined ? [] : [{ passed, nth: index + 1 }])),
    )
  }

  /** Closes the connections to the ERP. Throws `recording-unusable` when a request had no answer. */
  async close(): Promise<void> {
    await this.#agent.close()
    const lost = this.#slots.findIndex(({ passed }) => passed === undefined)
    if (lost < 0) return
    throw new GateError(
      'recording-unusable',
      `Request ${lost + 1} got no answer (${this.#slots[lost]?.fault ?? 'cut off'}).`,
      { hint: 'Record again: an export with a lost interaction cannot be replayed.' },
    )
  }
}

/**
 * Asks the ERP and passes its answer on, chunk by chunk as it comes: between the two are no streams of our own, which would
 * cost the connector more than all else here. `onWhole` is called before the connector learns that the answer is whole.
 */
function passed(
  agent: Agent,
  asked: Dispatcher.DispatchOptions,
  outgoing: ServerResponse,
  received: Buffer[],
  onWhole: (status: number, headers: IncomingHttpHeaders) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let head: Readonly<{ status: number; headers: IncomingHttpHeaders }> = { status: 0, headers: {} }
    agent.dispatch(asked, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, status, headers) => {
        if (status < 200) return
        head = { status, headers }
        outgoing.writeHead(status, forwarded(headers))
      },
      onResponseData: (controller, chunk) => {
        received.push(chunk)
        // A connector that has gone away does not keep the exchange from being recorded.
        if (outgoing.write(chunk) || outgoing.destroyed) return
        controller.pause()
        drained(outgoing).then(() => controller.resume())
      },
      onResponseEnd: () => {
        onWhole(head.status, head.headers)
        outgoing.end()
        resolve()
      },
      onResponseError: (_controller, error) => reject(error),
    })
  })
}

/** What passed as the interactions of a recording; of much, each is read when it is asked for. */
export function interactionsOf(exchanges: readonly Exchange[]): readonly Interaction[] {
  const lengthOf = (chunks: readonly Uint8Array[]) => chunks.reduce((sum, { length }) => sum + length, 0)
  const bytes = exchanges.reduce((sum, { passed: { sent, received } }) => sum + lengthOf(sent) + lengthOf(received), 0)
  if (bytes <= LARGEST_HELD) return exchanges.map(({ passed, nth }) => interactionOf(passed, nth))
  return onDemand({
    length: exchanges.length,
    read: (index) => {
      const exchange = exchanges[index]
      if (exchange === undefined) throw new RangeError(`There is no exchange ${index}.`)
      return interactionOf(exchange.passed, exchange.nth)
    },
  })
}

function interactionOf(passed: Passed, seq: number): Interaction {
  const { method, path, query, requestHeaders, responseHeaders, status, durationMs } = passed
  return {
    seq,
    request: {
      method,
      path: path === '' ? '/' : path,
      query,
      headers: kept(requestHeaders),
      ...bodyOf(Buffer.concat(passed.sent), requestHeaders['content-encoding']),
    },
    response: {
      status,
      headers: kept(responseHeaders),
      ...bodyOf(Buffer.concat(passed.received), one(responseHeaders['content-encoding'])),
    },
    durationMs,
  }
}

function hasBody(incoming: IncomingMessage): boolean {
  const length = incoming.headers['content-length']
  return incoming.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

async function bodyToSend(incoming: IncomingMessage, sent: Buffer[]): Promise<Buffer | Readable> {
  if (Number(incoming.headers['content-length'] ?? Number.POSITIVE_INFINITY) > AT_ONCE) {
    return Readable.from(collected(incoming, sent))
  }
  await new Promise<void>((resolve, reject) => {
    incoming.on('data', (chunk: Buffer) => sent.push(chunk))
    incoming.once('end', resolve)
    incoming.once('error', reject)
    incoming.once('close', () => {
      if (!incoming.complete) reject(new Error('the connector went away within its request'))
    })
  })
  return Buffer.concat(sent)
}

async function* collected(stream: AsyncIterable<Buffer>, chunks: Buffer[]): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    chunks.push(chunk)
    yield chunk
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done)
      outgoing.off('close', done)
      resolve()
    }
    outgoing.on('drain', done)
    outgoing.on('close', done)
  })
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
