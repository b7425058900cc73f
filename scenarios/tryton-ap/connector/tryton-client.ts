import { setTimeout as sleep } from 'node:timers/promises'

/** Tryton answered, and the answer is that it refuses: a UserError, a UserWarning or an error of the server itself. */
export class TrytonError extends Error {
  override name = 'TrytonError'
}

/** The answer to something that writes was lost on the way: whether Tryton did it, only a look at Tryton tells. */
export class AnswerLost extends Error {
  override name = 'AnswerLost'
}

/** The connection, the session or the server failed: no invoice after this one can be exported. */
export class RunAborted extends Error {
  override name = 'RunAborted'
}

export interface WireDecimal {
  __class__: 'Decimal'
  decimal: string
}

export interface WireDate {
  __class__: 'date'
  year: number
  month: number
  day: number
}

export type Context = Record<string, unknown>
export type Domain = readonly unknown[]

export function toWireDecimal(text: string): WireDecimal {
  return { __class__: 'Decimal', decimal: text }
}

export function toWireDate(iso: string): WireDate {
  const [year = 0, month = 0, day = 0] = iso.split('-').map(Number)
  return { __class__: 'date', year, month, day }
}

export function fromWireDate({ year, month, day }: WireDate): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** Methods that write nothing, so that they may be asked again. */
const READS = /\.(read|search_read|get_preferences|login|version)$/

const TRIES = 4
const PAUSE_MS = 100
const LONGEST_WAIT_MS = 30_000

/** Milliseconds that `Retry-After` asks to wait. */
function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? '1')
  return Number.isFinite(seconds) ? seconds * 1000 : 1000
}

interface Envelope<Result> {
  result?: Result
  error?: readonly [string, unknown]
}

/** UserError carries [message, description, domain], UserWarning [name, message, description], other errors only a text. */
function errorText([kind, details]: readonly [string, unknown]): string {
  if (Array.isArray(details)) {
    const texts = kind === 'UserWarning' ? details.slice(1) : details
    return `${kind}: ${texts.filter((text) => typeof text === 'string' && text !== '').join(' ')}`
  }
  return details === '' ? kind : `${kind}: ${String(details)}`
}

/** Speaks Tryton's JSON-RPC: every call is one POST, numbered from 0 so that two runs send the same requests. */
export class TrytonClient {
  readonly #url: string
  readonly #database: string
  #authorization: string | undefined
  #credential: { user: string; password: string } | undefined
  #context: Context = {}
  #nextId = 0

  constructor(url: string, database: string) {
    this.#url = url.replace(/\/+$/, '')
    this.#database = database
  }

  async serverVersion(): Promise<string> {
    return this.#post<string>('/', 'common.server.version', [])
  }

  /** Opens a session and takes the user's company and language as the context of every later call. */
  async login(user: string, password: string): Promise<{ company: number }> {
    this.#credential = { user, password }
    await this.#openSession(user, password)
    const preferences = await this.#post<{ company?: number; language?: string }>(
      this.#path,
      'model.res.user.get_preferences',
      [true, {}],
    )
    const { company, language = 'en' } = preferences
    if (company === undefined) {
      throw new RunAborted(`user "${user}" has no company in Tryton`)
    }
    this.#context = { company, language }
    return { company }
  }

  async #openSession(user: string, password: string): Promise<void> {
    const session = await this.#post<[number, string] | null>(this.#path, 'common.db.login', [user, { password }, 'en'])
    if (session === null) {
      throw new RunAborted(`Tryton did not accept the password of user "${user}"`)
    }
    const [userId, key] = session
    this.#authorization = `Session ${Buffer.from(`${user}:${userId}:${key}`).toString('base64')}`
  }

  async call<Result>(model: string, method: string, ...args: readonly unknown[]): Promise<Result> {
    return this.#post<Result>(this.#path, `model.${model}.${method}`, [...args, this.#context])
  }

  async searchRead<Row>(model: string, domain: Domain, fields: readonly string[]): Promise<Row[]> {
    return this.call<Row[]>(model, 'search_read', domain, 0, null, null, fields)
  }

  get #path(): string {
    return `/${this.#database}/`
  }

  async #post<Result>(path: string, method: string, params: readonly unknown[]): Promise<Result> {
    const body = JSON.stringify({ id: this.#nextId++, method, params })
    const text = await this.#answer(path, method, body)
    let envelope: Envelope<Result>
    try {
      envelope = JSON.parse(text)
    } catch (cause) {
      throw new RunAborted(`the answer of ${this.#url} to ${method} is not JSON`, { cause })
    }
    if (envelope.error !== undefined) {
      throw new TrytonError(errorText(envelope.error))
    }
    if (envelope.result === undefined) {
      throw new RunAborted(`the answer of ${this.#url} to ${method} has neither result nor error`)
    }
    return envelope.result
  }

  /** Sends a call until it is answered. What writes is sent again only where Tryton cannot have done it. */
  async #answer(path: string, method: string, body: string): Promise<string> {
    const isRead = READS.test(method)
    let hasRenewed = false
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === TRIES
      let response: Response
      try {
        const headers = {
          'content-type': 'application/json',
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        }
        response = await fetch(this.#url + path, { method: 'POST', headers, body })
        const text = await response.text()
        if (response.ok) return text
      } catch (cause) {
        if (!isRead) throw new AnswerLost(`the answer of ${this.#url} to ${method} was lost`, { cause })
        if (isLast) throw new RunAborted(`no answer from ${this.#url} to ${method}`, { cause })
        await sleep(PAUSE_MS * attempt)
        continue
      }
      const { status } = response
      if (status === 401 && this.#credential !== undefined && !hasRenewed && !method.endsWith('.login')) {
        // Tryton asks for the session before it does anything.
        hasRenewed = true
        await this.#openSession(this.#credential.user, this.#credential.password)
      } else if (status === 429 && !isLast && retryAfter(response) <= LONGEST_WAIT_MS) {
        await sleep(retryAfter(response))
      } else if (status >= 500 && !isRead) {
        throw new AnswerLost(`HTTP ${status} from ${this.#url} to ${method}`)
      } else if (status >= 500 && !isLast) {
        await sleep(PAUSE_MS * attempt)
      } else {
        throw new RunAborted(`HTTP ${status} from ${this.#url} to ${method}`)
      }
    }
  }
}
