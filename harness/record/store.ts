import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isLosslessNumber } from 'lossless-json'
import { GateError, messageOf } from '../base/errors.ts'
import { writeTextFile } from '../base/files.ts'
import { digestOf } from '../base/fingerprint.ts'
import { isJsonObject, type Json, type JsonObject, parseJson, toJson, writeJson } from '../base/json.ts'
import {
  type Body,
  type Interaction,
  type RecordedRequest,
  type RecordedResponse,
  RecordingHeader,
  type SanitizedRecording,
} from '../model/recording.ts'

const VERSION = 1

/**
 * Writes a recording as NDJSON: a header line, one line per interaction, a trailer with the count.
 * Every line ends in a link of a hash chain, so that an edited, missing or cut line is found and named.
 */
export async function writeRecording(path: string, recording: SanitizedRecording): Promise<void> {
  await writeTextFile(path, textOf(recording.header, recording.interactions))
}

/** The bytes that `writeRecording` writes. */
export function textOf(header: RecordingHeader, interactions: readonly Interaction[]): string {
  const chain = new Chain()
  const lines = [chain.link(toJson(header))]
  for (const interaction of interactions) lines.push(chain.link(toJson(interaction)))
  lines.push(chain.link(toJson({ count: interactions.length })))
  return `${lines.join('\n')}\n`
}

/**
 * Reads a recording and proves that it is whole. Throws `file-missing`, `artifact-version`, or `recording-damaged` with
 * the file, the line and what is wrong with it.
 */
export async function readRecording(path: string): Promise<SanitizedRecording> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new GateError('file-missing', `${path} cannot be read.`, {
      hint: 'Record an export first: change-gate record --upstream URL --listen PORT --out FILE.',
      cause,
    })
  }
  return parseRecording(text, path)
}

/** Reads a recording from its text; `file` is named in errors. */
export function parseRecording(text: string, file: string): SanitizedRecording {
  const lines = text.split('\n')
  if (lines.pop() !== '') throw damaged(file, lines.length + 1, 'the last line is cut off')
  const chain = new Chain()
  const interactions: Interaction[] = []
  let header: RecordingHeader | undefined
  let complete = false
  for (const [index, line] of lines.entries()) {
    const number = index + 1
    if (complete) throw damaged(file, number, 'there is more after the trailer')
    const content = parseLine(line, file, number)
    if (header === undefined) {
      header = parseHeader(content, file)
    } else if ('count' in content) {
      const count = wholeOf(content.count)
      if (count !== interactions.length) {
        throw damaged(file, number, `the trailer counts ${count} interactions, and ${interactions.length} are there`)
      }
      complete = true
    } else {
      const interaction = parseInteraction(content, file, number)
      if (interaction.seq !== interactions.length + 1) {
        throw damaged(
          file,
          number,
          `interaction ${interactions.length + 1} is missing: this line is interaction ${interaction.seq}`,
        )
      }
      interactions.push(interaction)
    }
    if (!chain.matches(line)) throw damaged(file, number, 'this line or the one before it was edited after recording')
  }
  if (header === undefined) throw damaged(file, 1, 'the file is empty')
  if (!complete) throw damaged(file, lines.length + 1, 'the trailer is missing, so the end of the recording is missing')
  return brand({ header, interactions, digest: digestOf(text) })
}

/** Marks a recording as sanitized. Only the sanitizer and the reader of stored recordings call it. */
export function brand(recording: Omit<SanitizedRecording, symbol>): SanitizedRecording {
  // The brand exists for the compiler only; this is the one place that grants it.
  return recording as SanitizedRecording
}

/** A running SHA-256 over the lines of a file; each line carries the first 16 digits of the chain up to itself. */
class Chain {
  #previous = ''

  link(content: Json): string {
    const text = writeJson(content)
    this.#previous = this.#next(text)
    return `${text.slice(0, -1)},"chain":"${this.#previous}"}`
  }

  matches(line: string): boolean {
    const match = /^(.*),"chain":"([0-9a-f]{16})"\}$/s.exec(line)
    if (!match) return false
    this.#previous = this.#next(`${match[1]}}`)
    return this.#previous === match[2]
  }

  #next(text: string): string {
    return createHash('sha256').update(this.#previous).update(text).digest('hex').slice(0, 16)
  }
}

function damaged(file: string, line: number, what: string): GateError {
  return new GateError('recording-damaged', `${file}:${line}: ${what}.`, {
    hint: 'Restore the file from version control or record the export again; a damaged recording proves nothing.',
  })
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

function parseHeader(content: JsonObject, file: string): RecordingHeader {
  const { chain: _, ...fields } = content
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
