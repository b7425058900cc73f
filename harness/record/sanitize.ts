import { createHmac } from 'node:crypto'
import { GateError } from '../base/errors.ts'
import { digestOf } from '../base/fingerprint.ts'
import { isJsonArray, isJsonObject, type Json, writeJson } from '../base/json.ts'
import { valueAt } from '../base/pointer.ts'
import type { Body, Interaction, RecordingHeader, SanitizedRecording } from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { brand, textOf } from './store.ts'

/** What replaces a secret. */
export const REMOVED = '<removed>'

/** Headers that carry credentials, whatever the ERP. */
const SECRET_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key', 'x-csrf-token']

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g
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
  for (const secret of secrets) {
    if (encodings(secret).some((form) => text.includes(form))) {
      throw new GateError('sanitize-failed', 'A secret is still in the recording after sanitizing.', {
        hint: 'Nothing was written. Report this with the kind of request that carries the secret.',
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
        // "Session abc" and "Bearer abc": the scheme is not secret, what follows is.
        const secret = value?.replace(/^\w+ /, '')
        if (secret) secrets.add(secret)
      }
    }
    for (const [body, pointers] of [
      [request.body, places.request],
      [response.body, places.response],
    ] as const) {
      if (body === undefined || !('json' in body)) continue
      for (const pointer of pointers) {
        const value = valueAt(body.json, pointer)
        if (typeof value === 'string' && value !== '') secrets.add(value)
      }
    }
  }
  // Longest first, so that a secret inside a longer one does not leave the rest behind.
  return [...secrets].sort((left, right) => right.length - left.length || (left < right ? -1 : 1))
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
    if (isJsonArray(value)) return value.map((item) => this.#json(item, field))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.#text(key), this.#json(member, key)]))
  }

  #pseudonym(value: string): string {
    if (value === '') return value
    this.#count('field')
    return scramble(value, this.#digits(value))
  }

  #text(text: string): string {
    let clean = text
    for (const secret of this.#secrets) {
      if (!clean.includes(secret)) continue
      this.#count('secret-value')
      clean = clean.replaceAll(secret, REMOVED)
    }
    return clean
      .replace(EMAIL, (email) => {
        if (email.endsWith('@example.invalid')) return email
        this.#count('e-mail')
        return `${this.#digits(email.toLowerCase()).slice(0, 10)}@example.invalid`
      })
      .replace(IBAN, (iban) => {
        const compact = iban.replaceAll(' ', '')
        if (!isIban(compact)) return iban
        this.#count('iban')
        return pseudonymIban(iban, this.#digits(compact))
      })
      .replace(PHONE, (phone) => {
        this.#count('phone')
        return scramble(phone, this.#digits(phone.replace(/\D/g, '')), /\d/)
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

/** An IBAN of the same country, length and spacing, with a valid checksum. */
function pseudonymIban(iban: string, hex: string): string {
  const compact = iban.replaceAll(' ', '')
  const country = compact.slice(0, 2)
  const account = scramble(compact.slice(4), hex).toUpperCase()
  const check = String(98 - mod97(`${account}${country}00`)).padStart(2, '0')
  const fresh = [...`${country}${check}${account}`]
  return [...iban].map((character) => (character === ' ' ? ' ' : (fresh.shift() ?? ''))).join('')
}
