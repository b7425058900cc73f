import { readdirSync, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { exists, pathWithin, readTextFile } from '../base/files.ts'
import { isJsonObject, type Json, parseJson } from '../base/json.ts'
import { listPlaces } from '../base/json-list.ts'
import { AHEAD, chunksOf, type LinePlace, LineReader } from '../base/lines.ts'
import { onDemand } from '../base/on-demand.ts'
import { ProvenLines, provenPlace } from '../base/proven-lines.ts'
import { DEEPEST, depthOf } from '../importers/reading/exchange.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ImportDocument, Importer } from '../ports/importer.ts'
import { parseRecording, readRecording } from '../record/store.ts'
import { shown } from './scenario.ts'

/** Files of more bytes than this are not held in memory, where their format has one long list. */
const LARGEST_HELD = 8 * 1024 * 1024

/** Traffic is larger than what people write; a text of this length still fits one string. */
const LARGEST = 384 * 1024 * 1024

/** A document, and how it is read when it turns out to be a recording of ours. */
export type ReadDocument = Readonly<{ document: ImportDocument; recordingIn: () => Promise<SanitizedRecording> }>

/** Reads a file of traffic, or a folder of WireMock mappings; of a large file only where its items lie. */
export async function readDocument(
  file: string,
  importers: readonly Importer[],
  largestHeld = LARGEST_HELD,
): Promise<ReadDocument> {
  const hint = 'Name a file with recorded traffic, or a folder of WireMock mappings.'
  const name = shown(file)
  const found = await stat(file).catch((cause: unknown) => {
    throw new GateError('file-missing', `${name} cannot be read.`, { hint, cause })
  })
  const late = found.isFile() && found.size > largestHeld ? lateDocument(file, importers, hint) : undefined
  if (late !== undefined) return { document: late, recordingIn: () => readRecording(file) }
  const text = found.isDirectory() ? await mappingsBelow(file, hint) : decoded(await bytesOf(file, found.size), name)
  refuseDeep(depthOf(text), name, hint)
  const folder = found.isDirectory() ? file : dirname(file)
  const document = { name, text, json: jsonOf(text, name), beside: (reference: string) => besides(folder, reference) }
  return { document, recordingIn: async () => parseRecording(text, name) }
}

/** A large file of which no item is held; `undefined` where it is in no format that can be read in this way. */
function lateDocument(file: string, importers: readonly Importer[], hint: string): ImportDocument | undefined {
  const name = shown(file)
  const [head = Buffer.alloc(0)] = chunksOf(file)
  const document = {
    name,
    text: head.toString('utf8'),
    beside: (reference: string) => besides(dirname(file), reference),
  }
  if (isRecording(document.text)) return { ...document, json: undefined }
  if (encodingOf(head) !== 'utf-8') return undefined
  for (const { longList } of importers) {
    const found = longList === undefined ? undefined : listPlaces(decodable(file), longList)
    if (longList === undefined || found === undefined) continue
    refuseDeep(found.deepest, name, hint)
    const changed = () =>
      new GateError('recording-unusable', `${name} was changed while it was read.`, { hint: 'Import it again.' })
    const items = itemsOf(file, found.items, changed)
    return { ...document, json: withMember(jsonOf(found.rest, name) ?? null, longList, items) }
  }
  return undefined
}

/** Items of a file that are parsed when they are asked for, each proven to be what it was first. */
function itemsOf(file: string, places: readonly LinePlace[], changed: () => Error): readonly Json[] {
  const lines = new LineReader(file, AHEAD)
  const proven = places.map((place) => provenPlace({ ...place, text: lines.read(place) }))
  const again = new ProvenLines(file, changed)
  return onDemand({
    length: proven.length,
    read: (index) => {
      const place = proven[index]
      if (place === undefined) throw changed()
      return jsonOf(again.read(place), `entry ${index + 1} of ${shown(file)}`) ?? null
    },
  })
}

function withMember(json: Json, [key, ...keys]: readonly string[], value: Json): Json {
  if (key === undefined || !isJsonObject(json)) return value
  return { ...json, [key]: withMember(json[key] ?? null, keys, value) }
}

function* decodable(file: string): Generator<Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for (const chunk of chunksOf(file)) {
      decoder.decode(chunk, { stream: true })
      yield chunk
    }
    decoder.decode()
  } catch (cause) {
    throw undecodable(shown(file), 'utf-8', cause)
  }
}

function refuseDeep(depth: number, name: string, hint: string): void {
  if (depth <= DEEPEST) return
  throw new GateError('recording-unusable', `${name} is nested deeper than ${DEEPEST} levels.`, { hint })
}

async function bytesOf(file: string, size: number): Promise<Buffer> {
  if (size <= LARGEST) return readFile(file)
  throw new GateError('file-too-large', `${shown(file)} has ${size} bytes; at most ${LARGEST} are read.`, {
    hint: 'Record a shorter export, or leave out what does not go to the ERP.',
  })
}

/** UTF-8 or UTF-16 by its byte-order mark. Bytes that are neither are refused: replaced by signs they would be lost. */
function decoded(bytes: Buffer, name: string): string {
  const encoding = encodingOf(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw undecodable(name, encoding, cause)
  }
}

function encodingOf(bytes: Uint8Array): 'utf-16le' | 'utf-8' {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
}

function undecodable(name: string, encoding: string, cause: unknown): GateError {
  return new GateError('recording-unusable', `${name} is no text in ${encoding.toUpperCase()}.`, {
    hint: 'Export the traffic again, as UTF-8.',
    cause,
  })
}

/** WireMock records one file per mapping, in a folder `mappings`. */
async function mappingsBelow(folder: string, hint: string): Promise<string> {
  const mappings = (await exists(join(folder, 'mappings'))) ? join(folder, 'mappings') : folder
  const names = readdirSync(mappings)
    .filter((name) => name.endsWith('.json'))
    .sort()
  if (names.length === 0) throw new GateError('file-missing', `${shown(mappings)} holds no mappings.`, { hint })
  const texts: string[] = []
  for (const name of names) {
    const text = await readTextFile(join(mappings, name), hint)
    // Each by itself, so that what is cut is named by its file.
    if (jsonOf(text, shown(join(mappings, name))) !== undefined) texts.push(text)
  }
  return `{"mappings":[${texts.join(',')}]}`
}

/** The text as JSON; `undefined` for the lines of a recording. Anything else is garbage or cut, and is refused. */
function jsonOf(text: string, name: string): Json | undefined {
  try {
    return parseJson(text)
  } catch (cause) {
    if (isRecording(text)) return undefined
    throw new GateError(
      'recording-unusable',
      `${name} is no whole JSON: it is cut or something else (${messageOf(cause)}).`,
      {
        hint: 'Export the traffic again and let the export finish.',
        cause,
      },
    )
  }
}

function isRecording(text: string): boolean {
  return text.trimStart().startsWith('{"format":"erp-change-gate/recording"')
}

/** A file in `__files`, beside the mappings or beside their folder. It cannot be one outside. */
function besides(folder: string, reference: string): Buffer | undefined {
  for (const files of [join(folder, '__files'), join(dirname(folder), '__files')]) {
    const path = pathWithin(files, reference)
    try {
      return readFileSync(path)
    } catch {
      // It may be in the other folder; a file in neither is refused by the importer.
    }
  }
  return undefined
}
