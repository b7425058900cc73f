import { createHmac } from 'node:crypto'
import { GateError } from '../base/errors.ts'
import { digestOf } from '../base/fingerprint.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, jsonNumber, parseJson, writeJson } from '../base/json.ts'
import { valueAt } from '../base/pointer.ts'
import type { Body, Interaction, RecordingHeader, SanitizedRecording } from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { brand, textOf } from './store.ts'

/** What replaces a secret. */
export const REMOVED = '<removed>'

/** Headers that carry credentials, whatever the ERP. */
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-csrf-token']

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
/** What may begin an IBAN; where it ends, its checksum tells. In a form, spaces are written as `+`. */
const IBAN = /(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ +]?[A-Z0-9]){11,30}(?![A-Z0-9])/gi
/** Words with percent-encoded or JSON-escaped characters, and words that may be base64. */
const PERCENT = /[^\s"'<>&=?#;,/]*%[0-9a-f]{2}[^\s"'<>&=?#;,/]*/gi
const ESCAPED = /[^\s"'<>]*\\u[0-9a-f]{4}[^\s"'<>]*/gi
const BASE64 = /[A-Za-z0-9+/_-]{12,}={0,2}/g
const PHONE = /\+\d{1,3}(?:[ ()./-]{0,2}\d{2,4}){2,5}/g

/** What was captured, before anything is known to be clean. It cannot be stored. */
export type CapturedRecording = Readonly<{
  header: Omit<RecordingHeader, 'sanitizing'>
  interactions: readonly Interaction[]
}>

/** How to sanitize. */
export type SanitizeOptions = Readonly<{
  /** Field names whose values become pseudonyms. */
  fields: readonly string[]
  /** Key of the pseudonyms: the same key gives the same pseudonym for the same value. At least 16 characters. */
  key: string
  /** Finds the ERP's own secrets: passwords in a login, session keys in its answer. */
  secretsOf: ErpAdapter['secretsOf']
}>

/**
 * Removes secrets and replaces personal and bank data by pseudonyms of the same format, the same value by the same
 * pseudonym. Scans the result once more. Throws `sanitize-failed` when a secret is still there or a rule cannot be
 * applied; nothing has been written then.
 */
export function sanitize(captured: CapturedRecording, options: SanitizeOptions): SanitizedRecording {
  if (options.key.length < 16) {
    throw new GateError('sanitize-failed', 'The pseudonym key has fewer than 16 characters.', {
      hint: 'Set CHANGE_GATE_PSEUDONYM_KEY to a longer random value.',
    })
  }
  const counts = new Map<string, number>()
  const secrets = collectSecrets(captured.interactions, options.secretsOf)
  const cleaner = new Cleaner(options, secrets, counts)
  const interactions = captured.interactions.map((interaction) => cleaner.interaction(interaction))
  const header: RecordingHeader = {
    ...captured.header,
    sanitizing: ['secret-header', 'secret-value', 'e-mail', 'iban', 'phone', 'field'].map((rule) => ({
      rule,
      count: counts.get(rule) ?? 0,
    })),
  }
  const text = textOf(header, interactions)
  for (const secret of [...secrets, ...cleaner.replaced]) {
    if (encodings(secret).some((form) => text.includes(form))) {
      throw new GateError('sanitize-failed', 'A secret or personal data is still in the recording after sanitizing.', {
        hint: 'Nothing was written. Report this with the kind of request that carries it.',
      })
    }
  }
  return brand({ header, interactions, digest: digestOf(text) })
}

function collectSecrets(
  interactions: readonly Interaction[],
  secretsOf: SanitizeOptions['secretsOf'],
): readonly string[] {
  const secrets = new Set<string>()
  for (const { request, response } of interactions) {
    const places = secretsOf(request, response)
    for (const name of [...SECRET_HEADERS, ...(places.headers ?? [])]) {
      for (const value of [request.headers[name], response.headers[name]]) {
        for (const secret of value === undefined ? [] : secretsInHeader(name, value)) secrets.add(secret)
      }
    }
    for (const [body, pointers] of [
      [request.body, places.request],
      [response.body, places.response],
    ] as const) {
      if (body === undefined || !('json' in body)) continue
      for (const pointer of pointers) {
        const value = valueAt(body.json, pointer)
        if (typeof value === 'string') secrets.add(value)
      }
    }
  }
  for (const nothing of ['', REMOVED]) secrets.delete(nothing)
  // Longest first, so that a secret inside a longer one does not leave the rest behind.
  return [...secrets].sort((left, right) => right.length - left.length || (left < right ? -1 : 1))
}

/** The secrets that a header carries: all of it, and the parts that may stand somewhere else by themselves. */
function secretsInHeader(name: string, value: string): readonly string[] {
  // "Session abc" and "Bearer abc": the scheme is not secret, what follows is.
  const [, scheme = '', rest = value] = /^(\w+) (.*)$/s.exec(value) ?? []
  const password =
    scheme.toLowerCase() === 'basic' ? /:(.+)$/s.exec(Buffer.from(rest, 'base64').toString())?.[1] : undefined
  // The key of a session is long; a short cookie is a language or a theme, whose value stands in many places.
  const cookies = name.endsWith('cookie')
    ? [...value.matchAll(/=([^;,\s]{12,})/g)].map(([, cookie = '']) => cookie)
    : []
  return [rest, rest.replace(/=+$/, ''), password ?? '', ...cookies]
}

function encodings(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    writeJson(secret).slice(1, -1),
  ]
}

class Cleaner {
  readonly #options: SanitizeOptions
  readonly #secrets: readonly string[]
  readonly #counts: Map<string, number>
  readonly #fields: ReadonlySet<string>
  /** Which value each pseudonym stands for, so that two values never become one. */
  readonly #owners = new Map<string, string>()
  /** Every e-mail address and IBAN that was replaced, as it was written. */
  readonly replaced = new Set<string>()

  constructor(options: SanitizeOptions, secrets: readonly string[], counts: Map<string, number>) {
    this.#options = options
    this.#secrets = secrets.flatMap(encodings)
    this.#counts = counts
    this.#fields = new Set(options.fields)
  }

  interaction(interaction: Interaction): Interaction {
    const { request, response } = interaction
    return {
      seq: interaction.seq,
      request: {
        method: request.method,
        path: this.#text(request.path),
        query: this.#text(request.query),
        headers: this.#headers(request.headers),
        ...this.#body(request.body),
      },
      response: { status: response.status, headers: this.#headers(response.headers), ...this.#body(response.body) },
      durationMs: interaction.durationMs,
    }
  }

  #headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => {
        if (!SECRET_HEADERS.includes(name)) return [name, this.#text(value)]
        this.#count('secret-header')
        return [name, REMOVED]
      }),
    )
  }

  #body(body: Body | undefined): { body?: Body } {
    if (body === undefined) return {}
    if ('json' in body) return { body: { json: this.#json(body.json) } }
    if ('text' in body) return { body: { text: this.#text(body.text) } }
    const decoded = Buffer.from(body.base64, 'base64').toString('latin1')
    if (this.#text(decoded) === decoded) return { body }
    throw new GateError('sanitize-failed', 'A binary body holds a secret or personal data.', {
      hint: 'Nothing was written. Exclude binary attachments from the export that you record.',
    })
  }

  #json(value: Json, field = ''): Json {
    if (typeof value === 'string') return this.#fields.has(field) ? this.#pseudonym(value) : this.#text(value)
    if (isJsonNumber(value)) return this.#fields.has(field) ? this.#numeral(value.value) : value
    if (isJsonArray(value)) return value.map((item) => this.#json(item, field))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.#text(key), this.#json(member, key)]))
  }

  #pseudonym(value: string): string {
    if (value === '') return value
    this.#count('field')
    return this.#distinct(value, (hex) => scramble(value, hex))
  }

  /** A number of as many digits: one that began with a digit other than zero does so again. */
  #numeral(lexeme: string): Json {
    this.#count('field')
    const scrambled = this.#distinct(lexeme, (hex) =>
      scramble(lexeme, hex, /\d/).replace(/^(-?)0(?=\d)/, (_, sign: string) => `${sign}1`),
    )
    return jsonNumber(scrambled)
  }

  /** Cleans a text in every form in which it may hold another: JSON, percent-encoded, escaped, base64, and as it stands. */
  #text(text: string): string {
    const inner = /^\s*[[{]/.test(text) ? parsed(text) : undefined
    if (inner !== undefined) {
      const clean = writeJson(this.#json(inner))
      return clean === writeJson(inner) ? text : clean
    }
    const decoded = text
      .replace(PERCENT, (word) => this.#inside(word, percentDecoded(word), encodeURIComponent))
      .replace(ESCAPED, (word) => this.#inside(word, unescaped(word), (clean) => writeJson(clean).slice(1, -1)))
      .replace(BASE64, (word) => this.#inside(word, base64Decoded(word), (clean) => base64Encoded(clean, word)))
    return this.#plain(decoded)
  }

  #inside(word: string, decoded: string | undefined, encode: (clean: string) => string): string {
    if (decoded === undefined || decoded === word) return word
    const clean = this.#text(decoded)
    return clean === decoded ? word : encode(clean)
  }

  #plain(text: string): string {
    let clean = text
    for (const secret of this.#secrets) {
      if (!clean.includes(secret)) continue
      this.#count('secret-value')
      clean = clean.replaceAll(secret, REMOVED)
    }
    return this.#ibans(
      clean.replace(EMAIL, (email) => {
        if (email.endsWith('@example.invalid')) return email
        this.#count('e-mail')
        this.replaced.add(email)
        return `${this.#digits(email.toLowerCase()).slice(0, 10)}@example.invalid`
      }),
    ).replace(PHONE, (phone) => {
      this.#count('phone')
      const digits = phone.replace(/\D/g, '')
      const fresh = [...this.#distinct(digits, (hex) => scramble(digits, hex, /\d/))]
      return phone.replace(/\d/g, () => fresh.shift() ?? '')
    })
  }

  /** What looks like an IBAN may run on into the next word, so the longest part with a valid checksum is taken. */
  #ibans(text: string): string {
    let clean = ''
    let from = 0
    IBAN.lastIndex = 0
    for (let match = IBAN.exec(text); match !== null; match = IBAN.exec(text)) {
      const iban = ibanAtStartOf(match[0])
      IBAN.lastIndex = match.index + (iban?.length ?? 4)
      if (iban === undefined) continue
      this.#count('iban')
      this.replaced.add(iban)
      const compact = iban.replace(/[ +]/g, '').toUpperCase()
      const fresh = [...this.#distinct(compact, (hex) => pseudonymIban(compact, hex))]
      const written = iban.replace(/[A-Z0-9]/gi, (old) => {
        const character = fresh.shift() ?? ''
        return old === old.toLowerCase() ? character.toLowerCase() : character
      })
      clean += text.slice(from, match.index) + written
      from = match.index + iban.length
    }
    return clean + text.slice(from)
  }

  /** A pseudonym that stands for no other value. Throws `sanitize-failed` when the format has no room for one more. */
  #distinct(value: string, make: (hex: string) => string): string {
    for (let attempt = 0; attempt < 1000; attempt += 1) {
      const pseudonym = make(this.#digits(attempt === 0 ? value : `${value} ${attempt}`))
      const owner = this.#owners.get(pseudonym)
      if (owner !== undefined && owner !== value) continue
      this.#owners.set(pseudonym, value)
      return pseudonym
    }
    throw new GateError('sanitize-failed', 'There are more values of one format than pseudonyms of that format.', {
      hint: 'Nothing was written. Take fields whose values are a few characters long out of sanitize.fields.',
    })
  }

  #digits(value: string): string {
    return createHmac('sha256', this.#options.key).update(value).digest('hex')
  }

  #count(rule: string): void {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1)
  }
}

/** Replaces letters by letters and digits by digits, so that length and format stay. */
function scramble(value: string, hex: string, which = /[\p{L}\p{N}]/u): string {
  let at = 0
  return [...value]
    .map((character) => {
      if (!which.test(character)) return character
      const nibble = Number.parseInt(hex.charAt(at++ % hex.length), 16)
      if (/\p{N}/u.test(character)) return String(nibble % 10)
      const letter = String.fromCharCode(97 + ((nibble * 7 + at) % 26))
      return character === character.toLowerCase() ? letter : letter.toUpperCase()
    })
    .join('')
}

function isIban(compact: string): boolean {
  return compact.length >= 15 && compact.length <= 34 && mod97(compact.slice(4) + compact.slice(0, 4)) === 1
}

/** ISO 13616 check: letters count as 10 to 35, the whole number modulo 97. */
function mod97(text: string): number {
  let rest = 0
  for (const character of text) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** An IBAN of the same country and length, with a valid checksum. */
function pseudonymIban(compact: string, hex: string): string {
  const country = compact.slice(0, 2)
  const account = scramble(compact.slice(4), hex).toUpperCase()
  return `${country}${String(98 - mod97(`${account}${country}00`)).padStart(2, '0')}${account}`
}

/** The longest IBAN that a text begins with and that ends where a word ends. */
function ibanAtStartOf(text: string): string | undefined {
  for (let end = text.length; end >= 15; end -= 1) {
    if (end < text.length && !/[ +]/.test(text.charAt(end))) continue
    const part = text.slice(0, end)
    if (/[A-Z0-9]$/i.test(part) && isIban(part.replace(/[ +]/g, '').toUpperCase())) return part
  }
  return undefined
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function percentDecoded(word: string): string | undefined {
  try {
    return decodeURIComponent(word)
  } catch {
    return undefined
  }
}

function unescaped(word: string): string {
  return word.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** The text that a base64 word holds; `undefined` when it holds none, as most words do. */
function base64Decoded(word: string): string | undefined {
  const bytes = Buffer.from(word, 'base64')
  const text = bytes.toString('utf8')
  const isText = Buffer.from(text).equals(bytes) && !/[\p{Cc}\p{Co}\p{Cn}]/u.test(text.replace(/[\t\n\r]/g, ''))
  return isText && bytes.length > 0 ? text : undefined
}

/** Base64 in the alphabet and with the padding of the word that it replaces. */
function base64Encoded(text: string, like: string): string {
  const encoded = Buffer.from(text).toString(/[-_]/.test(like) ? 'base64url' : 'base64')
  const bare = encoded.replace(/=+$/, '')
  return like.length % 4 === 0 ? bare.padEnd(Math.ceil(bare.length / 4) * 4, '=') : bare
}
