import { Agent, errors, request as send } from 'undici'
import { GateError, messageOf } from '../base/errors.ts'
import { bodyOf, bytesOf } from '../model/body.ts'
import type { RecordedRequest, RecordedResponse } from '../model/recording.ts'
import type { Transport } from '../ports/erp.ts'

/** Milliseconds that an ERP may take for one answer. */
const ANSWER_WITHIN = 60_000

/** Sends requests to an ERP over HTTP, with its connections kept open. */
export function httpTransport(url: string): Transport {
  const { origin, pathname } = new URL(url)
  const base = origin + pathname.replace(/\/+$/, '')
  const agent = new Agent({ headersTimeout: ANSWER_WITHIN, bodyTimeout: ANSWER_WITHIN, connect: { timeout: 10_000 } })
  return {
    url,
    send: async (message: RecordedRequest): Promise<RecordedResponse> => {
      try {
        // Joined as text, after one slash: a recorded path such as `//host/` or `@host/` would name another host.
        const path = message.path.replace(/^\/?/, '/')
        const answer = await send(new URL(base + path + message.query), {
          method: message.method,
          headers: message.headers,
          body: bytesOf(message.body),
          dispatcher: agent,
        })
        const bytes = Buffer.from(await answer.body.arrayBuffer())
        const headers = Object.fromEntries(
          Object.entries(answer.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        )
        return { status: answer.statusCode, headers, ...bodyOf(bytes, headers['content-encoding']) }
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
    close: () => agent.close(),
  }
}
