import { createHash, hash as hashOf } from 'node:crypto'
import { isLosslessNumber } from 'lossless-json'
import { GateError, messageOf } from '../base/errors.ts'
import { readableSize, writeTextLines } from '../base/files.ts'
import { digestOf } from '../base/fingerprint.ts'
import { isJsonObject, type Json, type JsonObject, parseJson, toJson, writeJson } from '../base/json.ts'
import { type Line, type LinePlace, LineReader, linesOf } from '../base/lines.ts'
import { onDemand } from '../base/on-demand.ts'
import {
  type Body,
  type Interaction,
  type RecordedRequest,
  type RecordedResponse,
  RecordingHeader,
  type SanitizedRecording,
} from '../model/recording.ts'

const VERSION = 1

/** Recordings of more bytes than this are not held in memory: their interactions are read when they are asked for. */
const LARGEST_HELD = 8 * 1024 * 1024

/**
 * Writes a recording as NDJSON: a header line, one line per interaction, a trailer with the count.
 * Every line ends in a link of a hash chain, so that an edited, missing or cut line is found and named.
 */
export async function writeRecording(path: string, recording: SanitizedRecording): Promise<void> {
  await writeTextLines(path, recordingLines(recording.header, recording.interactions))
}

/** The bytes that `writeRecording` writes. */
export function textOf(header: RecordingHeader, interactions: readonly Interaction[]): string {
  return `${[...recordingLines(header, interactions)].join('\n')}\n`
}

/** The lines that `writeRecording` writes; interactions are asked for one by one. */
export function* recordingLines(header: RecordingHeader, interactions: Iterable<Interaction>): Generator<string> {
  const chain = new Chain()
  let count = 0
  yield chain.link(toJson(header))
  for (const interaction of interactions) {
    count += 1
    yield chain.link(toJson(interaction))
  }
  yield chain.link(toJson({ count }))
}

/**
 * Reads a recording and proves that it is whole. Interactions of a large one are read again when they are asked for, and
 * proven again. Throws `file-missing`, `artifact-version`, or `recording-damaged` with the file, the line and what is wrong
 * with it.
 */
export async function readRecording(path: string, largestHeld = LARGEST_HELD): Promise<SanitizedRecording> {
  const hint = 'Record an export first: change-gate record --upstream URL --listen PORT --out FILE.'
  const size = await readableSize(path, hint)
  const hash = createHash('sha256')
  const lines = linesOf(path, (bytes) => hash.update(bytes))
  const held: Interaction[] = []
  if (size <= largestHeld) {
    const header = verified(lines, path, (interaction) => held.push(interaction))
    return brand({ header, interactions: held, digest: `sha256:${hash.digest('hex')}` })
  }
  const places: LinePlace[] = []
  const links: string[] = []
  const header = verified(lines, path, (_, { at, length }, before) => {
    places.push({ at, length })
    links.push(before)
  })
  const reader = new LineReader(path)
  const interactions = onDemand({
    length: places.length,
    read: (index) => interactionAt(reader, path, index, places[index], links[index]),
  })
  return brand({ header, interactions, digest: `sha256:${hash.digest('hex')}` })
}

/** Reads a recording from its text; `file` is named in errors. */
export function parseRecording(text: string, file: string): SanitizedRecording {
  const interactions: Interaction[] = []
  const header = verified(textLines(text), file, (interaction) => interactions.push(interaction))
  return brand({ header, interactions, digest: digestOf(text) })
}

/** A recording that was exported, when its lines are still those of the digest; `undefined` when they are not. */
export function exportedRecording(
  recording: Omit<SanitizedRecording, symbol>,
  file: string,
): SanitizedRecording | undefined {
  const hash = createHash('sha256')
  for (const line of recordingLines(recording.header, recording.interactions)) hash.update(`${line}\n`)
  if (`sha256:${hash.digest('hex')}` !== recording.digest) return undefined
  return brand({ ...recording, header: parseHeader(toJson(recording.header), file) })
}

function* textLines(text: string): Generator<Line> {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const isWhole = index < lines.length - 1
    if (isWhole || line !== '') yield { text: line, at: 0, length: 0, isWhole }
  }
}

/**
 * Proves that the lines are a whole recording and hands on its interactions, each with the link of the chain before it.
 * Returns the header.
 */
function verified(
  lines: Iterable<Line>,
  file: string,
  onInteraction: (interaction: Interaction, line: Line, before: string) => void,
): RecordingHeader {
  const chain = new Chain()
  let header: RecordingHeader | undefined
  let complete = false
  let number = 0
  let found = 0
  for (const line of lines) {
    number += 1
    if (!line.isWhole) throw damaged(file, number, 'the last line is cut off')
    if (complete) throw damaged(file, number, 'there is more after the trailer')
    const content = parseLine(line.text, file, number)
    const before = chain.last
    let interaction: Interaction | undefined
    if (header === undefined) {
      header = parseHeader(content, file)
    } else if ('count' in content) {
      const count = wholeOf(content.count)
      if (count !== found) {
        throw damaged(file, number, `the trailer counts ${count} interactions, and ${found} are there`)
      }
      complete = true
    } else {
      interaction = parseInteraction(content, file, number)
      found += 1
      if (interaction.seq !== found) {
        throw damaged(file, number, `interaction ${found} is missing: this line is interaction ${interaction.seq}`)
      }
    }
    if (!chain.matches(line.text)) throw edited(file, number)
    if (interaction !== undefined) onInteraction(interaction, line, before)
  }
  if (header === undefined) throw damaged(file, 1, 'the file is empty')
  if (!complete) throw damaged(file, number + 1, 'the trailer is missing, so the end of the recording is missing')
  return header
}

/** Reads one interaction of a file that was proven whole; the chain shows whether the file is still the same. */
function interactionAt(
  reader: LineReader,
  path: string,
  index: number,
  place: LinePlace | undefined,
  before: string | undefined,
): Interaction {
  const number = index + 2
  if (place === undefined || before === undefined) throw damaged(path, number, 'there is no such interaction')
  const text = reader.read(place)
  if (!new Chain(before).matches(text)) throw edited(path, number)
  return parseInteraction(parseLine(text, path, number), path, number)
}

/** An interaction from its line, without the chain. Throws `recording-damaged`. */
export function interactionOf(line: string): Interaction {
  return parseInteraction(parseLine(line, 'spool', 1), 'spool', 1)
}

/** Marks a recording as sanitized. Only the sanitizer and the reader of stored recordings call it. */
export function brand(recording: Omit<SanitizedRecording, symbol>): SanitizedRecording {
  // The brand exists for the compiler only; this is the one place that grants it.
  return recording as SanitizedRecording
}

const LINK_LENGTH = ',"chain":"0123456789abcdef"}'.length

/** A running SHA-256 over the lines of a file; each line carries the first 16 digits of the chain up to itself. */
class Chain {
  #previous: string

  constructor(previous = '') {
    this.#previous = previous
  }

  /** The chain up to the line that was linked or matched last. */
  get last(): string {
    return this.#previous
  }

  link(content: Json): string {
    const text = writeJson(content)
    this.#previous = this.#next(text)
    return `${text.slice(0, -1)},"chain":"${this.#previous}"}`
  }

  matches(line: string): boolean {
    const end = line.length - LINK_LENGTH
    const link = line.slice(end)
    if (!/^,"chain":"[0-9a-f]{16}"\}$/.test(link)) return false
    this.#previous = this.#next(`${line.slice(0, end)}}`)
    return link.slice(10, 26) === this.#previous
  }

  #next(text: string): string {
    return hashOf('sha256', this.#previous + text, 'hex').slice(0, 16)
  }
}

function damaged(file: string, line: number, what: string): GateError {
  return new GateError('recording-damaged', `${file}:${line}: ${what}.`, {
    hint: 'Restore the file from version control or record the export again; a damaged recording proves nothing.',
  })
}

function edited(file: string, line: number): GateError {
  return damaged(file, line, 'this line or the one before it was edited after recording')
}

function parseLine(line: string, file: string, number: number): JsonObject {
  try {
    const content = parseJson(line)
    if (isJsonObject(content)) return content
  } catch (cause) {
    throw damaged(file, number, `the line is not whole (${messageOf(cause)})`)
  }
  throw damaged(file, number, 'the line is not a JSON object')
}

function parseHeader(content: Json, file: string): RecordingHeader {
  const { chain: _, ...fields } = isJsonObject(content) ? content : {}
  const version = wholeOf(fields.version)
  if (version !== undefined && version > VERSION) {
    throw new GateError('artifact-version', `${file}:1: this recording has version ${version}; ${VERSION} is known.`, {
      hint: 'Update erp-change-gate.',
    })
  }
  const result = RecordingHeader.safeParse(fields)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw damaged(file, 1, `not the header of a recording (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`)
}

function parseInteraction(content: JsonObject, file: string, line: number): Interaction {
  const seq = wholeOf(content.seq)
  const durationMs = wholeOf(content.durationMs)
  const request = content.request
  const response = content.response
  if (seq === undefined || durationMs === undefined || !isJsonObject(request) || !isJsonObject(response)) {
    throw damaged(file, line, 'not an interaction: seq, durationMs, request or response is missing')
  }
  return { seq, request: parseRequest(request, file, line), response: parseResponse(response, file, line), durationMs }
}

function parseRequest(content: JsonObject, file: string, line: number): RecordedRequest {
  const { method, path, query } = content
  if (typeof method !== 'string' || typeof path !== 'string' || typeof query !== 'string') {
    throw damaged(file, line, 'the request has no method, path or query')
  }
  return { method, path, query, headers: parseHeaders(content.headers), ...parseBody(content.body, file, line) }
}

function parseResponse(content: JsonObject, file: string, line: number): RecordedResponse {
  const status = wholeOf(content.status)
  if (status === undefined) throw damaged(file, line, 'the response has no status')
  return { status, headers: parseHeaders(content.headers), ...parseBody(content.body, file, line) }
}

function parseHeaders(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  )
}

function parseBody(value: Json | undefined, file: string, line: number): { body?: Body } {
  if (value === undefined) return {}
  if (isJsonObject(value)) {
    if (value.json !== undefined) return { body: { json: value.json } }
    if (typeof value.text === 'string') return { body: { text: value.text } }
    if (typeof value.base64 === 'string') return { body: { base64: value.base64 } }
  }
  throw damaged(file, line, 'a body is neither json, text nor base64')
}

function wholeOf(value: Json | undefined): number | undefined {
  return isLosslessNumber(value) && /^\d+$/.test(value.value) ? Number(value.value) : undefined
}
