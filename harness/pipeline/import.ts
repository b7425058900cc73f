import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { exists, pathWithin, readTextFile, writeTextParts } from '../base/files.ts'
import { digestOf } from '../base/fingerprint.ts'
import { type Json, parseJson } from '../base/json.ts'
import { DEEPEST, depthOf } from '../importers/reading/exchange.ts'
import type { Integration } from '../model/integration.ts'
import type { Interaction, SanitizedRecording } from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { ImportDocument, Imported, ImportedEntry, Importer } from '../ports/importer.ts'
import { harParts } from '../record/har.ts'
import { keepRecording } from '../record/keep.ts'
import { type Change, sanitize } from '../record/sanitize.ts'
import { findSecrets } from '../record/secrets.ts'
import { parseRecording, readRecording, textOf } from '../record/store.ts'
import { loadErp } from './erp.ts'
import { HARNESS } from './harness.ts'
import { loadPlugIns } from './registry.ts'
import { readIntegration, shown } from './scenario.ts'

/** Traffic is larger than what people write; a text of this length still fits one string. */
const LARGEST = 384 * 1024 * 1024

/** How many refused entries an error names. */
const NAMED = 20

export type ImportOptions = Readonly<{
  /** File with traffic, or a folder of WireMock mappings. */
  file: string
  out: string
  /** Folder of the integration, for its id and its sanitizing rules. */
  scenario: string
  /** Where the ERP answered: what went elsewhere is left out. */
  upstream?: string
  /** Release of the ERP, where the traffic does not tell. */
  release?: string
  /** Writes nothing. */
  dryRun?: boolean
}>

export type ImportResult = Readonly<{
  /** What the file was recognized as. */
  format: string
  interactions: number
  sanitizing: readonly Readonly<{ rule: string; count: number }>[]
  /** Whether the file holds a recording that was sanitized before and is byte for byte the same. */
  wasSanitized: boolean
  /** What the file leaves open, and what was left out. */
  notes: readonly string[]
  /** Every replacement that the sanitizer made. */
  changes: readonly Change[]
}>

/**
 * Turns traffic that something else recorded into a sanitized recording. Throws `recording-unusable` with the file and
 * every entry that is refused; nothing has been written then.
 */
export async function importTraffic(options: ImportOptions): Promise<ImportResult> {
  const { upstream } = options
  if (upstream !== undefined && !(/^https?:\/\//i.test(upstream) && URL.canParse(upstream))) {
    throw new GateError('usage', `--upstream "${upstream}" is no URL.`, {
      hint: 'Write it like http://erp.example:8000.',
    })
  }
  const integration = await readIntegration(options.scenario)
  const adapter = await loadErp(integration)
  const { document, importer, imported } = await readImported(options.file)
  const notes: string[] = []
  const stored = storedOf(imported, document)
  const changes: Change[] = []
  const recording =
    stored ?? (await sanitizedOf(imported, document, { ...options, integration, adapter, notes, changes }))
  if (recording.header.integration !== integration.id) {
    throw new GateError(
      'recording-unusable',
      `${document.name} is a recording of "${recording.header.integration}", not of "${integration.id}".`,
      { hint: 'Name the folder of its integration with --scenario.' },
    )
  }
  if (!options.dryRun) await keepRecording(options.out, recording)
  return {
    format: importer.title,
    interactions: recording.interactions.length,
    sanitizing: recording.header.sanitizing,
    wasSanitized: stored !== undefined,
    notes,
    changes,
  }
}

/** Writes a recording as HTTP Archive. Returns the number of entries. */
export async function exportRecording(options: Readonly<{ recording: string; out: string }>): Promise<number> {
  const recording = await readRecording(options.recording)
  const [name = '', version = ''] = HARNESS.split(' ')
  await writeTextParts(options.out, harParts(recording, { name, version }))
  return recording.interactions.length
}

/** Reads a file of recorded traffic in whatever format it is. */
async function readImported(
  file: string,
): Promise<Readonly<{ document: ImportDocument; importer: Importer; imported: Imported }>> {
  const document = await readDocument(file)
  const importers = [...(await loadPlugIns('importers')).values()]
  const importer = importers.find((each) => each.recognizes(document))
  if (importer === undefined) {
    throw new GateError('recording-unusable', `${document.name} is in no format that can be imported.`, {
      hint: `It must be one of: ${importers.map(({ title }) => title).join('; ')}.`,
    })
  }
  return { document, importer, imported: importer.read(document) }
}

/** Traffic as it was recorded, whole but not sanitized; a recording of ours is sanitized already. */
export type Traffic = Readonly<{
  name: string
  interactions: readonly Interaction[]
  /** Where it was sent and when, where the format keeps it. */
  urls: readonly string[]
  startedAt: readonly string[]
  /** The recording, when the file is one. */
  stored?: SanitizedRecording
}>

/** Reads traffic for a look at it. Throws `recording-unusable` as `importTraffic` does. */
export async function readTraffic(file: string, upstream?: string): Promise<Traffic> {
  const { document, imported } = await readImported(file)
  const stored = storedOf(imported, document)
  if (stored !== undefined) {
    return { name: document.name, interactions: stored.interactions, urls: [], startedAt: [], stored }
  }
  const all = imported.state === 'traffic' ? imported.entries : []
  const { entries, base } = toTheErp(all, upstream, document.name)
  refuseIncomplete(entries, document.name)
  const read = entries.flatMap((entry) => (entry.state === 'read' ? [entry] : []))
  return {
    name: document.name,
    interactions: read.map((entry, index) => interactionOf(entry, index, base)),
    urls: [...new Set(read.map(({ url }) => originOf(url) + split(url).path))],
    startedAt: read.flatMap(({ startedAt }) => startedAt ?? []),
  }
}

/** The origin of a URL, empty where only a path is kept. */
export function originOf(url: string): string {
  return split(url).origin
}

async function readDocument(file: string): Promise<ImportDocument> {
  const hint = 'Name a file with recorded traffic, or a folder of WireMock mappings.'
  const name = shown(file)
  const found = await stat(file).catch((cause: unknown) => {
    throw new GateError('file-missing', `${name} cannot be read.`, { hint, cause })
  })
  const text = found.isDirectory() ? await mappingsBelow(file, hint) : decoded(await bytesOf(file, found.size), name)
  if (depthOf(text) > DEEPEST) {
    throw new GateError('recording-unusable', `${name} is nested deeper than ${DEEPEST} levels.`, { hint })
  }
  const folder = found.isDirectory() ? file : dirname(file)
  return { name, text, json: jsonOf(text, name), beside: (reference) => besides(folder, reference) }
}

async function bytesOf(file: string, size: number): Promise<Buffer> {
  if (size <= LARGEST) return readFile(file)
  throw new GateError('file-too-large', `${shown(file)} has ${size} bytes; at most ${LARGEST} are read.`, {
    hint: 'Record a shorter export, or leave out what does not go to the ERP.',
  })
}

/** UTF-8 or UTF-16 by its byte-order mark. Bytes that are neither are refused: replaced by signs they would be lost. */
function decoded(bytes: Buffer, name: string): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new GateError('recording-unusable', `${name} is no text in ${encoding.toUpperCase()}.`, {
      hint: 'Export the traffic again, as UTF-8.',
      cause,
    })
  }
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
    if (text.trimStart().startsWith('{"format":"erp-change-gate/recording"')) return undefined
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

/** A recording of ours, or what was exported from one and is still the same to the byte. */
function storedOf(imported: Imported, document: ImportDocument): SanitizedRecording | undefined {
  if (imported.state === 'stored') return parseRecording(document.text, document.name)
  if (imported.exported === undefined) return undefined
  const { header, digest } = imported.exported
  const read = imported.entries.flatMap((entry) => (entry.state === 'read' ? [entry] : []))
  if (read.length < imported.entries.length) return undefined
  const text = textOf(
    header,
    read.map((entry, index) => interactionOf(entry, index, '')),
  )
  return digestOf(text) === digest ? parseRecording(text, document.name) : undefined
}

async function sanitizedOf(
  imported: Imported,
  document: ImportDocument,
  options: Pick<ImportOptions, 'upstream' | 'release'> &
    Readonly<{ integration: Integration; adapter: ErpAdapter; notes: string[]; changes: Change[] }>,
): Promise<SanitizedRecording> {
  if (imported.state === 'stored') throw new GateError('internal', 'A stored recording was not read.', { hint: '' })
  const { integration, adapter, notes, changes } = options
  if (imported.exported !== undefined) notes.push('edited since it was exported, so it is sanitized again')
  const { entries, left, base } = toTheErp(imported.entries, options.upstream, document.name)
  refuseIncomplete(entries, document.name)
  const read = entries.flatMap((entry) => (entry.state === 'read' ? [entry] : []))
  const interactions = read.map((entry, index) => interactionOf(entry, index, base))
  if (interactions.length === 0) {
    throw new GateError('recording-unusable', `${document.name} holds no exchange with the ERP.`, {
      hint: 'Record an export of invoices, and name where the ERP answered with --upstream.',
    })
  }
  const release = options.release ?? adapter.releaseOf(interactions)
  if (release === undefined) {
    throw new GateError('recording-unusable', `${document.name} does not tell which release of the ERP answered.`, {
      hint: 'Name it with --release, or record from the start of the connector run, with its log-in.',
    })
  }
  const startedAt = read[0]?.startedAt
  if (startedAt === undefined)
    notes.push('the file does not tell when it was recorded: the time of the import is noted')
  notes.push(...imported.loose, ...grouped(read), ...left)
  return sanitize(
    {
      header: {
        format: 'erp-change-gate/recording',
        version: 1,
        integration: integration.id,
        erp: { product: integration.erp.product, release },
        connector: { name: integration.connector.name, release: integration.connector.release },
        recordedAt: startedAt ?? new Date().toISOString(),
      },
      interactions,
    },
    {
      fields: integration.sanitize.fields,
      key: process.env.CHANGE_GATE_PSEUDONYM_KEY ?? randomBytes(32).toString('hex'),
      secretsOf: adapter.secretsOf,
      found: await findSecrets(interactions),
      ...(imported.exported?.header.pseudonyms === undefined ? {} : { known: imported.exported.header.pseudonyms }),
      onChange: (change) => changes.push(change),
    },
  )
}

/** The entries that went to the ERP. A file with several hosts must be told which of them it is. */
function toTheErp(
  entries: readonly ImportedEntry[],
  upstream: string | undefined,
  file: string,
): Readonly<{ entries: readonly ImportedEntry[]; left: readonly string[]; base: string }> {
  const origins = [...new Set(entries.map(({ url }) => split(url).origin))].filter((origin) => origin !== '')
  if (upstream === undefined) {
    if (origins.length < 2) return { entries, left: [], base: '' }
    throw new GateError('recording-unusable', `${file} holds traffic to several hosts: ${origins.sort().join(', ')}.`, {
      hint: 'Name the one where the ERP answered with --upstream.',
    })
  }
  const to = split(upstream)
  const base = to.path.replace(/\/+$/, '')
  const isTo = ({ url }: ImportedEntry) => {
    const { origin, path } = split(url)
    return (origin === '' || origin === to.origin) && (path === base || path.startsWith(`${base}/`))
  }
  const others = entries.filter((entry) => !isTo(entry))
  return {
    entries: entries.filter(isTo),
    left:
      others.length === 0
        ? []
        : [`left out, because it did not go to ${upstream}: ${others.length} of ${entries.length} entries`],
    base,
  }
}

function refuseIncomplete(entries: readonly ImportedEntry[], file: string): void {
  const refused = entries.flatMap((entry) =>
    entry.state === 'refused' ? [`${file}: ${entry.name}: ${entry.why}.`] : [],
  )
  if (refused.length === 0) return
  const more = refused.length > NAMED ? [`… and ${refused.length - NAMED} more.`] : []
  throw new GateError('recording-unusable', [...refused.slice(0, NAMED), ...more].join('\n'), {
    hint: 'Nothing was written. Record again with complete bodies; a recording with holes cannot be replayed.',
  })
}

function interactionOf(entry: ImportedEntry & { state: 'read' }, index: number, base: string): Interaction {
  const { path, query } = split(entry.url)
  const { method, headers, body } = entry.request
  return {
    seq: index + 1,
    request: {
      method,
      path: path.slice(base.length) || '/',
      query,
      headers,
      ...(body === undefined ? {} : { body }),
    },
    response: entry.response,
    durationMs: entry.durationMs,
  }
}

/** A URL in its parts as they are written: a parser would rewrite them. A fragment is never sent. */
function split(url: string): Readonly<{ origin: string; path: string; query: string }> {
  const match = /^([a-z][\w+.-]*:\/\/[^/?#]*|\{\{[^{}]+\}\})?([^?#]*)(\?[^#]*)?/i.exec(url)
  const [, origin = '', path = '', query = ''] = match ?? []
  // A user and a password before the host are no part of where it is, and must not be printed.
  const host = origin.toLowerCase().replace(/\/\/[^@]*@/, '//')
  return { origin: host.replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2'), path: path || '/', query }
}

/** What is loose, once for all entries that have it in common. */
function grouped(entries: readonly (ImportedEntry & { state: 'read' })[]): readonly string[] {
  const names = new Map<string, string[]>()
  for (const { name, loose = [] } of entries) {
    for (const why of loose) {
      const known = names.get(why)
      if (known === undefined) names.set(why, [name])
      else known.push(name)
    }
  }
  return [...names].map(
    ([why, [first = '', ...rest]]) => `${first}${rest.length > 0 ? ` and ${rest.length} more` : ''}: ${why}`,
  )
}
