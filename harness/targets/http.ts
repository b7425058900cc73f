import { type Dispatcher, errors, Pool } from 'undici'
import { GateError, messageOf } from '../base/errors.ts'
import { bodyOf, bytesOf } from '../model/body.ts'
import { isKeptHeader } from '../model/headers.ts'
import type { RecordedRequest, RecordedResponse } from '../model/recording.ts'
import type { Transport } from '../ports/erp.ts'

/** Milliseconds that an ERP may take for one answer. */
const ANSWER_WITHIN = 60_000

/** Sends requests to an ERP over HTTP, with its connections kept open. */
export function httpTransport(url: string): Transport {
  const { origin, pathname } = new URL(url)
  const base = origin + pathname.replace(/\/+$/, '')
  // The connections of this pool lead to one host, whatever a recording says.
  const pool = new Pool(origin, {
    headersTimeout: ANSWER_WITHIN,
    bodyTimeout: ANSWER_WITHIN,
    connect: { timeout: 10_000 },
  })
  return {
    url,
    send: async (message: RecordedRequest): Promise<RecordedResponse> => {
      try {
        // Joined as text, after one slash: a recorded path such as `//host/` or `@host/` would name another host.
        const path = message.path.replace(/^\/?/, '/')
        const wanted = new URL(base + path + message.query)
        const { status, headers, bytes } = await answerTo(pool, {
          method: message.method,
          path: wanted.pathname + wanted.search,
          headers: ownHeaders(message.headers),
          body: bytesOf(message.body),
        })
        return { status, headers, ...bodyOf(bytes, headers['content-encoding']) }
      } catch (cause) {
        const slow = cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError
        throw new GateError(
          'target-unreachable',
          `${url} ${slow ? `did not answer within ${ANSWER_WITHIN / 1000} s` : `does not answer (${messageOf(cause) || 'connection refused'})`}.`,
          {
            hint: 'Check that the sandbox runs and that the URL is right; `change-gate sandbox up` starts one.',
            cause,
          },
        )
      }
    },
    close: () => pool.close(),
  }
}

/**
 * The headers of a message without those of the connection that it was recorded on: behind the proxy that serves a sandbox,
 * the recorded host may be production.
 */
function ownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const own: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (isKeptHeader(name.toLowerCase())) own[name] = value
  return own
}

type Answered = Readonly<{ status: number; headers: Record<string, string>; bytes: Buffer }>

/** Sends one request and takes in its answer whole, without the stream that `undici.request` makes of every body. */
function answerTo(pool: Pool, request: Dispatcher.DispatchOptions): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let status = 0
    const headers: Record<string, string> = {}
    pool.dispatch(request, {
      onRequestStart: () => undefined,
      onResponseStart: (_, code, received) => {
        // What an ERP says before its answer is none.
        if (code < 200) return
        status = code
        for (const [name, value] of Object.entries(received)) {
          headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
        }
      },
      onResponseData: (_, chunk) => {
        chunks.push(chunk)
      },
      onResponseEnd: () => {
        const [only = Buffer.alloc(0), ...more] = chunks
        resolve({ status, headers, bytes: more.length === 0 ? only : Buffer.concat(chunks) })
      },
      onResponseError: (_, error) => reject(error),
    })
  })
}
