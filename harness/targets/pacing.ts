import { setTimeout as sleep } from 'node:timers/promises'
import { GateError } from '../base/errors.ts'
import { isPassing, retryAfter } from '../base/http.ts'
import type { Transport } from '../ports/erp.ts'

/** How a target is treated. */
export type Pace = Readonly<{
  /** Requests per second at most; `undefined` for as fast as the target answers. */
  rate?: number | undefined
  /** How to wait and what the time is; replaced by tests. */
  wait?: (ms: number) => Promise<unknown>
  now?: () => number
}>

/** How often a request that only reads is sent before its fault is believed. */
const TRIES = 5

/** Milliseconds before the second try; doubled for each one after it. */
const FIRST_PAUSE = 100

/** Milliseconds beyond which a `Retry-After` is not waited for: the target is out of order, and that is what is told. */
const LONGEST_PAUSE = 30_000

/**
 * Sends at most so many requests per second, delaying and never dropping one, and sends a request that only reads again
 * when the target is busy, the connection breaks or the answer is not whole. What may write is sent once.
 */
export function pacedTransport(transport: Transport, pace: Pace): Transport {
  const wait = pace.wait ?? sleep
  const bucket =
    pace.rate === undefined ? undefined : new TokenBucket(pace.rate, pace.now ?? (() => performance.now()), wait)
  return {
    url: transport.url,
    close: transport.close,
    send: async (request, repeatable) => {
      for (let attempt = 1; ; attempt++) {
        if (bucket !== undefined) await bucket.take()
        let pause = FIRST_PAUSE * 2 ** (attempt - 1)
        try {
          const response = await transport.send(request)
          if (repeatable === undefined || attempt === TRIES) return response
          // A credential that lapsed or a path that is gone does not come back by asking again.
          const isFinal = response.status < 400 ? repeatable.isWhole(response) : !isPassing(response.status)
          if (isFinal) return response
          pause = Math.max(pause, retryAfter(response.headers, Date.now()) ?? 0)
          if (pause > LONGEST_PAUSE) return response
        } catch (error) {
          if (repeatable === undefined || attempt === TRIES || !isUnreachable(error)) throw error
        }
        await wait(pause)
      }
    },
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof GateError && error.code === 'target-unreachable'
}

/** Lets one request pass per interval, in the order in which they asked. */
class TokenBucket {
  readonly #interval: number
  readonly #now: () => number
  readonly #wait: (ms: number) => Promise<unknown>
  /** A turn that was missed because the machine was late is made up for, up to this many milliseconds. */
  readonly #burst: number
  #next = Number.NEGATIVE_INFINITY

  constructor(rate: number, now: () => number, wait: (ms: number) => Promise<unknown>) {
    this.#interval = 1000 / rate
    this.#burst = Math.min(100, this.#interval * 10)
    this.#now = now
    this.#wait = wait
  }

  async take(): Promise<void> {
    const now = this.#now()
    const turn = Math.max(this.#next, now - this.#burst)
    this.#next = turn + this.#interval
    if (turn > now) await this.#wait(turn - now)
  }
}
