import { createHash, createHmac } from 'node:crypto'
import { GateError } from '../base/errors.ts'
import {
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  type Json,
  jsonNumber,
  parseJson,
  toJson,
  writeJson,
} from '../base/json.ts'
import type { LinePlace } from '../base/lines.ts'
import { isOnDemand, onDemand } from '../base/on-demand.ts'
import { valueAt } from '../base/pointer.ts'
import { Spool } from '../base/spool.ts'
import {
  type Body,
  type Interaction,
  REMOVED,
  type RecordingHeader,
  type SanitizedRecording,
} from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import { NUMBER_START, NUMBERED, numberAtStartOf, scramble } from './formats.ts'
import { isForm, pairsOf, withValues } from './forms.ts'
import { SECRET_HEADERS, secretsInHeader } from './secret-headers.ts'
import type { FoundSecrets } from './secrets.ts'
import { brand, interactionOf, recordingLines } from './store.ts'
import { TextsToFind } from './texts-to-find.ts'

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu
/** The name of a call, such as `model.account.invoice.create`. */
const METHOD = /^[a-z_]\w*(\.[a-z_]\w*)+$/
/** A form inside a text, as a log line has it. */
const FORM_WORD = /[\w.[\]-]+=[^\s<>{}"']*\+[^\s<>{}"']*/g
/** Words with percent-encoded or JSON-escaped characters, and words that may be base64. */
const PERCENT = /[^\s"'<>&=?#;,/]*%[0-9a-f]{2}[^\s"'<>&=?#;,/]*/gi
const ESCAPED = /[^\s"'<>]*\\u[0-9a-f]{4}[^\s"'<>]*/gi
const BASE64 = /[A-Za-z0-9+/_-]{12,}={0,2}/g
/** A `+` inside a word is no country code: in a form it is a space. */
const PHONE = /(?<![\p{L}\p{N}])\+\d{1,3}(?:[ ()./-]{0,2}\d{2,4}){2,5}/gu

/** What was captured, before anything is known to be clean. It cannot be stored. */
export type CapturedRecording = Readonly<{
  header: Omit<RecordingHeader, 'sanitizing'>
  interactions: readonly Interaction[]
}>

/** How to sanitize. */
export type SanitizeOptions = Readonly<{
  /** Secrets that a scan of this capture found. */
  found: FoundSecrets
  /** Digests of the pseudonyms that are in the capture already, when it was sanitized before: they stay as they are. */
  known?: readonly string[]
  /** Field names whose values become pseudonyms. */
  fields: readonly string[]
  /** Key of the pseudonyms: the same key gives the same pseudonym for the same value. At least 16 characters. */
  key: string
  /** Finds the ERP's own secrets: passwords in a login, session keys in its answer. */
  secretsOf: ErpAdapter['secretsOf']
  /** Is told of every replacement by another value. */
  onChange?: (change: Change) => void
}>

/** One replacement, for a person to look at before anything is written. */
export type Change = Readonly<{
  rule: string
  /** Where: the interaction, its side, and the place in it. */
  at: string
  /** What stood there, with all but its ends hidden. */
  was: string
  becomes: string
}>

const RULES = ['secret-header', 'secret-value', 'e-mail', 'iban', 'vat-id', 'phone', 'field'] as const
type Rule = (typeof RULES)[number]

/** Shorter values of a named field are replaced in that field only: they may stand anywhere and mean something else. */
const SHORTEST_NAME = 4

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
  const secrets = longestFirst(
    new Set(
      [...collectSecrets(captured.interactions, options.secretsOf), ...options.found.secrets].filter(
        (secret) => secret !== '' && secret !== REMOVED,
      ),
    ),
  )
  const cleaner = new Cleaner(options, secrets)
  cleaner.learn(captured.interactions)
  const interactions = cleanedBy(cleaner, captured.interactions)
  const pseudonyms = cleaner.pseudonyms()
  const header: RecordingHeader = {
    ...captured.header,
    sanitizing: RULES.map((rule) => ({ rule, count: cleaner.counts.get(rule) ?? 0 })),
    ...(pseudonyms.length === 0 ? {} : { pseudonyms }),
  }
  const digest = createHash('sha256')
  const scanned = new TextsToFind([...secrets, ...cleaner.replaced].flatMap(encodings))
  for (const line of recordingLines(header, interactions)) {
    digest.update(`${line}\n`)
    if (!scanned.isIn(`${line}\n`)) continue
    throw new GateError('sanitize-failed', 'A secret or personal data is still in the recording after sanitizing.', {
      hint: 'Nothing was written. Report this with the kind of request that carries it.',
    })
  }
  return brand({ header, interactions, digest: `sha256:${digest.digest('hex')}` })
}

/**
 * The interactions cleaned, in their order. Those of a capture that is read on demand wait, clean, in a file without a name,
 * until they are asked for.
 */
function cleanedBy(cleaner: Cleaner, captured: readonly Interaction[]): readonly Interaction[] {
  if (!isOnDemand(captured)) return captured.map((interaction) => cleaner.interaction(interaction))
  const spool = new Spool()
  const places: LinePlace[] = []
  for (const interaction of captured) places.push(spool.write(writeJson(toJson(cleaner.interaction(interaction)))))
  return onDemand({
    length: places.length,
    read: (index) => {
      const place = places[index]
      if (place === undefined) throw new RangeError(`There is no interaction ${index}.`)
      return interactionOf(spool.read(place))
    },
  })
}

/** Longest first, so that a secret inside a longer one does not leave the rest behind. */
function longestFirst(texts: Iterable<string>): readonly string[] {
  return [...texts].sort((left, right) => right.length - left.length || (left < right ? -1 : 1))
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
  return [...secrets]
}

function encodings(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    writeJson(secret).slice(1, -1),
  ]
}

class Cleaner {
  readonly counts = new Map<Rule, number>()
  readonly #options: SanitizeOptions
  readonly #secrets: readonly string[]
  readonly #fields: ReadonlySet<string>
  readonly #known: ReadonlySet<string>
  /** Which value each pseudonym stands for, so that two values never become one. */
  readonly #owners = new Map<string, string>()
  /** Values of named fields, which are replaced wherever they stand, by their first signs. */
  readonly #names = new Map<string, Set<string>>()
  /** Names of fields, and parts of paths and of methods. */
  readonly #words = new Set<string>()
  /** Every e-mail address, number and name that was replaced, as it was written. */
  readonly replaced = new Set<string>()
  #at = ''

  constructor(options: SanitizeOptions, secrets: readonly string[]) {
    this.#options = options
    this.#secrets = secrets.flatMap(encodings)
    this.#fields = new Set(options.fields)
    this.#known = new Set(options.known)
  }

  /** Notes the values of all named fields before anything is replaced: one may stand in a text before its own field comes. */
  learn(interactions: readonly Interaction[]): void {
    if (this.#fields.size === 0) return
    for (const { request, response } of interactions) {
      this.#learnFrom(request.query.replace(/^\?/, ''))
      for (const part of request.path.split('/')) this.#words.add(part)
      for (const { body } of [request, response]) {
        if (body !== undefined && 'json' in body) this.#learnFrom(body.json)
        else if (body !== undefined && 'text' in body) this.#learnFrom(body.text)
      }
    }
    // A name that is also a word of the protocol would take the requests apart: it is replaced in its field only.
    for (const word of this.#words) this.#names.get(word.slice(0, SHORTEST_NAME))?.delete(word)
  }

  /** Digests of every pseudonym that was there or was made, sorted. */
  pseudonyms(): readonly string[] {
    return [...new Set([...this.#known, ...[...this.#owners.keys()].map(digestOfPseudonym)])].sort()
  }

  interaction(interaction: Interaction): Interaction {
    const { request, response } = interaction
    this.#at = `request ${interaction.seq}`
    const [question, query] = [request.query.slice(0, 1), request.query.slice(1)]
    const cleanRequest = {
      method: request.method,
      path: this.#below('path', () => this.#text(request.path)),
      query: this.#below('query', () => (question === '?' ? `?${this.#text(query)}` : this.#text(request.query))),
      headers: this.#headers(request.headers),
      ...this.#body(request.body),
    }
    this.#at = `answer ${interaction.seq}`
    return {
      seq: interaction.seq,
      request: cleanRequest,
      response: { status: response.status, headers: this.#headers(response.headers), ...this.#body(response.body) },
      durationMs: interaction.durationMs,
    }
  }

  #learnFrom(value: Json, field = ''): void {
    if (isJsonArray(value)) for (const item of value) this.#learnFrom(item, field)
    else if (isJsonObject(value)) {
      for (const [name, member] of Object.entries(value)) {
        this.#words.add(name)
        this.#learnFrom(member, name)
      }
    } else if (isJsonNumber(value)) this.#learnName(value.value, field)
    else if (typeof value === 'string') {
      this.#learnName(value, field)
      if (METHOD.test(value) && !this.#fields.has(field)) for (const part of value.split('.')) this.#words.add(part)
      const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined
      if (inner !== undefined) this.#learnFrom(inner)
      for (const [name, member] of pairsOf(value) ?? []) this.#learnName(member, name)
      for (const { name, content } of elementsIn(value)) this.#learnName(content, name)
    }
  }

  #learnName(value: string, field: string): void {
    if (!this.#fields.has(field) || value.length < SHORTEST_NAME || value === REMOVED) return
    if (this.#known.has(digestOfPseudonym(value))) return
    const start = value.slice(0, SHORTEST_NAME)
    const names = this.#names.get(start) ?? new Set()
    this.#names.set(start, names.add(value))
  }

  #headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) =>
        this.#below(`header ${name}`, () => {
          if (!SECRET_HEADERS.includes(name)) return [name, this.#text(value)]
          this.#count('secret-header', value, REMOVED)
          return [name, REMOVED]
        }),
      ),
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
    if (isJsonNumber(value)) return this.#isName(value.value, field) ? this.#numeral(value.value) : value
    if (isJsonArray(value)) return value.map((item, index) => this.#below(String(index), () => this.#json(item, field)))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => this.#below(key, () => [this.#text(key), this.#json(member, key)])),
    )
  }

  /** Whether a number is that of a named field, or the same number as one that is long enough to mean the same. */
  #isName(lexeme: string, field: string): boolean {
    return (
      this.#fields.has(field) ||
      (lexeme.length >= 6 && (this.#names.get(lexeme.slice(0, SHORTEST_NAME))?.has(lexeme) ?? false))
    )
  }

  #pseudonym(value: string): string {
    if (value === '' || value === REMOVED) return value
    // A number that proves itself keeps its proof, and is the same pseudonym as everywhere else.
    const numbered = this.#numbers(value)
    if (numbered !== value) return numbered
    const fresh = this.#nameFor(value)
    if (fresh !== value) this.#count('field', value, fresh)
    return fresh
  }

  #nameFor(value: string): string {
    return this.#distinct(value, (hex) => scramble(value, hex))
  }

  /** A number of as many digits: one that began with a digit other than zero does so again. */
  #numeral(lexeme: string): Json {
    const scrambled = this.#numeralFor(lexeme)
    if (scrambled !== lexeme) this.#count('field', lexeme, scrambled)
    return jsonNumber(scrambled)
  }

  #numeralFor(lexeme: string): string {
    return this.#distinct(lexeme, (hex) =>
      scramble(lexeme, hex, /\d/).replace(/^(-?)0(?=\d)/, (_, sign: string) => `${sign}1`),
    )
  }

  /** Cleans a text in every form in which it may hold another: JSON, a form, percent-encoded, escaped, base64, and as it stands. */
  #text(text: string): string {
    const inner = /^\s*[[{]/.test(text) ? parsed(text) : undefined
    if (inner !== undefined) {
      const clean = writeJson(this.#json(inner))
      return clean === writeJson(inner) ? text : clean
    }
    if (isForm(text)) {
      // A secret that looks like a form itself is no form.
      return withValues(this.#withoutSecrets(text), (value, name) =>
        this.#fields.has(name) ? this.#pseudonym(value) : this.#wordsOf(value),
      )
    }
    return this.#wordsOf(text)
  }

  #wordsOf(text: string): string {
    const decoded = text
      .replace(FORM_WORD, (word) => (word !== text && isForm(word) ? this.#text(word) : word))
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
    const clean = this.#withoutSecrets(text)
    return this.#numbers(this.#namesIn(this.#elements(clean)).replace(EMAIL, (email) => this.#email(email))).replace(
      PHONE,
      (phone) => this.#phone(phone),
    )
  }

  #withoutSecrets(text: string): string {
    let clean = text
    for (const secret of this.#secrets) {
      if (!clean.includes(secret)) continue
      this.#count('secret-value', secret, REMOVED)
      clean = clean.replaceAll(secret, REMOVED)
    }
    return clean
  }

  #email(email: string): string {
    if (email.endsWith('@example.invalid')) return email
    const fresh = `${this.#digits(email.toLowerCase()).slice(0, 10)}@example.invalid`
    this.#count('e-mail', email, fresh)
    this.replaced.add(email)
    return fresh
  }

  #phone(phone: string): string {
    const digits = phone.replace(/\D/g, '')
    const fresh = this.#distinct(digits, (hex) => scramble(digits, hex, /\d/))
    if (fresh === digits) return phone
    const signs = [...fresh]
    const written = phone.replace(/\d/g, () => signs.shift() ?? '')
    this.#count('phone', phone, written)
    return written
  }

  /** Contents of XML elements that are named as fields. */
  #elements(text: string): string {
    let clean = text
    for (const { name, content, whole } of elementsIn(text)) {
      if (this.#fields.has(name))
        clean = clean.replace(whole, () => whole.replace(`>${content}<`, () => `>${this.#pseudonym(content)}<`))
    }
    return clean
  }

  /** Values of named fields, wherever else they stand. */
  #namesIn(text: string): string {
    if (this.#names.size === 0) return text
    let clean = ''
    let from = 0
    for (let at = 0; at + SHORTEST_NAME <= text.length; at += 1) {
      const names = this.#names.get(text.slice(at, at + SHORTEST_NAME))
      const name = names === undefined ? undefined : longestFirst(names).find((each) => text.startsWith(each, at))
      if (name === undefined) continue
      const fresh = /^-?[1-9]\d*$/.test(name) ? this.#numeralFor(name) : this.#nameFor(name)
      this.#count('field', name, fresh)
      clean += text.slice(from, at) + fresh
      from = at + name.length
      at = from - 1
    }
    return clean + text.slice(from)
  }

  /** What looks like such a number may run on into the next word, so the longest part with a valid checksum is taken. */
  #numbers(text: string): string {
    let clean = ''
    let from = 0
    NUMBER_START.lastIndex = 0
    for (let start = NUMBER_START.exec(text); start !== null; start = NUMBER_START.exec(text)) {
      for (const kind of NUMBERED) {
        kind.pattern.lastIndex = start.index
        const match = kind.pattern.exec(text)
        const number = match === null ? undefined : numberAtStartOf(match[0], kind)
        if (number === undefined) continue
        NUMBER_START.lastIndex = start.index + number.length
        const compact = number.replace(kind.separators, '').toUpperCase()
        const fresh = this.#distinct(compact, (hex) => kind.pseudonym(compact, hex))
        if (fresh !== compact) {
          const signs = [...fresh]
          const written = number.replace(/[A-Z0-9]/gi, (old) => {
            const character = signs.shift() ?? ''
            return old === old.toLowerCase() ? character.toLowerCase() : character
          })
          this.#count(kind.rule, number, written)
          this.replaced.add(number)
          clean += text.slice(from, start.index) + written
          from = start.index + number.length
        }
        break
      }
    }
    return clean + text.slice(from)
  }

  /**
   * A pseudonym that stands for no other value; a value that is a pseudonym already stays. Throws `sanitize-failed` when the
   * format has no room for one more.
   */
  #distinct(value: string, make: (hex: string) => string | undefined): string {
    if (this.#known.has(digestOfPseudonym(value))) {
      this.#owners.set(value, value)
      return value
    }
    for (let attempt = 0; attempt < 5000; attempt += 1) {
      const pseudonym = make(this.#digits(attempt === 0 ? value : `${value} ${attempt}`))
      if (pseudonym === undefined) continue
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

  #below<Result>(place: string, act: () => Result): Result {
    const above = this.#at
    this.#at = `${above}/${place}`
    const result = act()
    this.#at = above
    return result
  }

  #count(rule: Rule, was: string, becomes: string): void {
    this.counts.set(rule, (this.counts.get(rule) ?? 0) + 1)
    // What was removed before is counted again, and changes nothing.
    if (was !== becomes) this.#options.onChange?.({ rule, at: this.#at, was: hidden(was), becomes })
  }
}

/** By what a pseudonym is known again; it says no more than the pseudonym, which stands in the recording. */
function digestOfPseudonym(pseudonym: string): string {
  return createHash('sha256').update(pseudonym).digest('hex').slice(0, 16)
}

/** The first and the last sign of what was replaced, so that a person knows which it was and nobody else does. */
function hidden(text: string): string {
  const signs = [...text]
  return signs.length < 6 ? '…' : `${signs[0]}…${signs.at(-1)} (${signs.length} characters)`
}

/** Elements of XML that hold text alone, by their name without its prefix. */
function elementsIn(text: string): readonly Readonly<{ name: string; content: string; whole: string }>[] {
  if (!text.includes('</')) return []
  return [...text.matchAll(/<(?:[\w-]+:)?([\w-]+)(?:\s[^<>]*)?>([^<>]+)<\//g)].map(
    ([whole, name = '', content = '']) => ({
      name,
      content,
      whole,
    }),
  )
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
