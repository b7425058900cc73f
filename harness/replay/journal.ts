import { appendFile, type FileHandle, mkdir, open, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { GateError, messageOf } from '../base/errors.ts'
import { exists } from '../base/files.ts'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, parseJson, toJson, writeJson } from '../base/json.ts'
import { type LinePlace, LineReader, linesOf } from '../base/lines.ts'
import { Whole } from '../model/common.ts'
import type { Body, RecordedResponse } from '../model/recording.ts'
import type { ReadBack } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'

const VERSION = 1

/** First line of a journal: what it is the journal of. */
export const JournalHeader = z.strictObject({
  format: z.literal('erp-change-gate/journal'),
  version: Whole,
  /** In every reference of the run, so that its documents can be found again. */
  runTag: z.string(),
  /** Where the documents are. */
  target: z.string(),
  /** Digests of everything that decides what is sent: a run that differs in one cannot be continued. */
  inputs: z.record(z.string(), z.string()),
})
export type JournalHeader = z.infer<typeof JournalHeader>

/** What a journal says of interactions; it is read again when it is asked for. */
type Noted<What> = Pick<ReadonlyMap<number, What>, 'has' | 'get'>

/** What an earlier run of the same journal got done before it was cut off. */
export type Past = Readonly<{
  /** When each write was announced, by interaction: it may have been sent, and may have been done. */
  begun: ReadonlyMap<number, string>
  answers: Noted<RecordedResponse>
  /** Documents as read back after a write; `undefined` as value when there was none. */
  stored: Noted<ReadBack | undefined>
  /** How many documents were found under each reference before anything was removed, when that was asked. */
  copies: Observation['copies'] | undefined
  removing: ReadonlySet<string>
  removed: ReadonlyMap<string, 'deleted' | 'voided' | 'left'>
}>

/** Keeps what was posted where, so that nothing posted is ever unknown, even after a crash. */
export type Journal = Readonly<{
  past: Past
  /** Announces a write; it is on the disk when this returns. */
  announce: (entry: Readonly<{ seq: number; invoice: string; what: string }>) => Promise<void>
  answered: (seq: number, response: RecordedResponse) => void
  stored: (seq: number, document: ReadBack | undefined) => void
  counted: (copies: Observation['copies']) => void
  announceRemoval: (invoice: string, id: string) => Promise<void>
  removed: (invoice: string, id: string, how: 'deleted' | 'voided' | 'left') => void
  /** Says that the replay came to its end, with the connection fault that ended it if one did. */
  finish: (fault?: string) => Promise<void>
  close: () => Promise<void>
}>

const NOTHING: Past = {
  begun: new Map(),
  answers: new Map(),
  stored: new Map(),
  copies: undefined,
  removing: new Set(),
  removed: new Map(),
}

/** A journal that keeps nothing, for targets that are thrown away after the run. */
export const noJournal: Journal = {
  past: NOTHING,
  announce: async () => undefined,
  answered: () => undefined,
  stored: () => undefined,
  counted: () => undefined,
  announceRemoval: async () => undefined,
  removed: () => undefined,
  finish: async () => undefined,
  close: async () => undefined,
}

/** A journal file as it was found. */
export type FoundJournal = Readonly<{
  header: JournalHeader
  past: Past
  /**
   * How far the run came: `cut-off` in the middle, `replayed` to the end, `faulted` when the connection ended it, `decided`
   * when nothing is left to do.
   */
  state: 'cut-off' | 'replayed' | 'faulted' | 'decided'
  /** Bytes up to the last whole line; what comes after was cut off in the middle of writing. */
  whole: number
}>

/**
 * Reads a journal and keeps where its answers and its documents lie, not what they are; `undefined` when there is none or not
 * even its first line was written. Throws `journal-unusable`.
 */
export async function readJournal(path: string): Promise<FoundJournal | undefined> {
  if (!(await exists(path))) return undefined
  let copies: Past['copies']
  const [answered, stored] = [new Map<number, LinePlace>(), new Map<number, LinePlace>()]
  const past = {
    begun: new Map<number, string>(),
    answers: noted(path, answered, 'answered', responseIn),
    stored: noted(path, stored, 'stored', readBackIn),
    removing: new Set<string>(),
    removed: new Map<string, 'deleted' | 'voided' | 'left'>(),
  }
  let state: FoundJournal['state'] = 'cut-off'
  let header: JournalHeader | undefined
  let whole = 0
  try {
    for (const { text, at, length, isWhole } of linesOf(path)) {
      if (!isWhole) break
      whole = at + length + 1
      if (text === '') continue
      const entry = parseJson(text)
      if (header === undefined) {
        header = JournalHeader.parse(entry)
        if (header.version > VERSION) throw new RangeError(`version ${header.version} is newer than ${VERSION}`)
        continue
      }
      if (!isJsonObject(entry)) throw new SyntaxError('a line is no entry')
      const seq = numberOf(entry.seq)
      const id = textOf(entry.id)
      if ('about-to' in entry) past.begun.set(seq, textOf(entry.when))
      else if ('answered' in entry) answered.set(seq, { at, length })
      else if ('stored' in entry) stored.set(seq, { at, length })
      else if ('counted' in entry) copies = copiesIn(entry.counted)
      else if ('about-to-remove' in entry) past.removing.add(id)
      else if ('removed' in entry) past.removed.set(id, removalIn(entry.removed))
      else if ('finished' in entry) state = entry.finished === 'whole' ? 'replayed' : 'faulted'
      else if ('decided' in entry) state = 'decided'
      else throw new SyntaxError('a line is of no known kind')
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
  return header === undefined ? undefined : { header, past: { ...past, copies }, state, whole }
}

/** Reads the entries of a kind again by where they lie. Throws `journal-unusable` for a line that is no longer there. */
function noted<What>(
  path: string,
  places: ReadonlyMap<number, LinePlace>,
  kind: 'answered' | 'stored',
  read: (value: Json | undefined) => What,
): Noted<What> {
  let lines: LineReader | undefined
  return {
    has: (seq) => places.has(seq),
    get: (seq) => {
      const place = places.get(seq)
      if (place === undefined) return undefined
      try {
        lines ??= new LineReader(path)
        const entry = parseJson(lines.read(place))
        if (!isJsonObject(entry) || !(kind in entry) || numberOf(entry.seq) !== seq) {
          throw new RangeError(`what was ${kind} at interaction ${seq} is no longer where it was`)
        }
        return read(entry[kind])
      } catch (cause) {
        throw unreadable(path, cause)
      }
    },
  }
}

function unreadable(path: string, cause: unknown): GateError {
  return new GateError('journal-unusable', `${path} cannot be read: ${messageOf(cause)}.`, {
    hint: 'Move it away to start a new run. Its documents stay in the sandbox: their references carry the run tag of its first line.',
    cause,
  })
}

/** Says in a journal that its run was decided, so that it is never taken for evidence again. */
export async function closeJournal(path: string): Promise<void> {
  await appendFile(path, `${JSON.stringify({ decided: true })}\n`)
}

/** Begins a journal, or goes on with one that was found. */
export async function openJournal(path: string, header: JournalHeader, found?: FoundJournal): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true })
  if (found !== undefined) await truncate(path, found.whole)
  const file = await open(path, found === undefined ? 'w' : 'a')
  const writer = new Writer(file)
  if (found === undefined) await writer.append(toJson(header), true)
  return {
    past: found?.past ?? NOTHING,
    announce: ({ seq, invoice, what }) =>
      writer.append(toJson({ seq, invoice, 'about-to': what, when: new Date().toISOString() }), true),
    answered: (seq, response) => writer.note(toJson({ seq, answered: response })),
    stored: (seq, document) => writer.note(toJson({ seq, stored: document ?? null })),
    counted: (copies) => writer.note(toJson({ counted: copies })),
    announceRemoval: (invoice, id) => writer.append(toJson({ invoice, id, 'about-to-remove': true }), true),
    removed: (invoice, id, how) => writer.note(toJson({ invoice, id, removed: how })),
    finish: (fault) => writer.append(toJson({ finished: fault ?? 'whole' }), true),
    close: async () => {
      await writer.settle()
      await file.close()
    },
  }
}

/**
 * Appends lines in the order in which they were given. Lines that are given while others are being written go out
 * together, with one flush for all that asked for it.
 */
class Writer {
  readonly #file: FileHandle
  #lines: string[] = []
  #flush = false
  #next: Promise<void> | undefined
  #current: Promise<void> = Promise.resolve()

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** Appends and waits until the line is written; with `flush`, until it is on the disk. */
  append(entry: Json, flush: boolean): Promise<void> {
    this.#lines.push(`${writeJson(entry)}\n`)
    this.#flush ||= flush
    this.#next ??= this.#current.then(() => this.#write())
    return this.#next
  }

  /** Appends without waiting: a line that is lost is asked for again. A failure shows at the next `append`. */
  note(entry: Json): void {
    this.append(entry, false).catch(() => undefined)
  }

  async settle(): Promise<void> {
    await (this.#next ?? this.#current)
  }

  async #write(): Promise<void> {
    const [text, flush] = [this.#lines.join(''), this.#flush]
    this.#lines = []
    this.#flush = false
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => undefined)
    this.#current = promise
    this.#next = undefined
    try {
      await this.#file.appendFile(text)
      if (flush) await this.#file.datasync()
      resolve()
    } catch (cause) {
      const error = new GateError('journal-unusable', `The journal cannot be written: ${messageOf(cause)}.`, {
        hint: 'Make room on the disk; nothing is posted that could not be noted before.',
        cause,
      })
      reject(error)
      throw error
    }
  }
}

function responseIn(value: Json | undefined): RecordedResponse {
  const { status, headers, body } = isJsonObject(value) ? value : {}
  const known = isJsonObject(headers) ? headers : {}
  return {
    status: numberOf(status),
    headers: Object.fromEntries(Object.entries(known).map(([name, text]) => [name, textOf(text)])),
    ...(isJsonObject(body) ? { body: bodyIn(body) } : {}),
  }
}

function bodyIn(body: Readonly<Record<string, Json>>): Body {
  if (body.json !== undefined) return { json: body.json }
  return typeof body.text === 'string' ? { text: body.text } : { base64: textOf(body.base64) }
}

function readBackIn(value: Json | undefined): ReadBack | undefined {
  if (!isJsonObject(value)) return undefined
  const parts = isJsonArray(value.parts) ? value.parts.filter(isJsonObject) : []
  return {
    document: value.document ?? null,
    parts: parts.map(({ resource, id, path }) => ({ resource: textOf(resource), id: textOf(id), path: textOf(path) })),
  }
}

function copiesIn(value: Json | undefined): Observation['copies'] {
  return (isJsonArray(value) ? value.filter(isJsonObject) : []).map(({ invoices, expected, found }) => ({
    invoices: (isJsonArray(invoices) ? invoices : []).map(textOf),
    expected: numberOf(expected),
    found: numberOf(found),
  }))
}

function removalIn(value: Json | undefined): 'deleted' | 'voided' | 'left' {
  return value === 'deleted' || value === 'voided' ? value : 'left'
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: Json | undefined): number {
  return isJsonNumber(value) ? Number(value.value) : 0
}
