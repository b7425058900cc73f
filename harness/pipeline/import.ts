import { GateError } from '../base/errors.ts'
import { writeTextParts } from '../base/files.ts'
import { mapped, picked } from '../base/on-demand.ts'
import type { Integration } from '../model/integration.ts'
import type { Interaction, SanitizedRecording } from '../model/recording.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { ImportDocument, Imported, ImportedEntry, Importer } from '../ports/importer.ts'
import { harParts } from '../record/har.ts'
import { keepRecording } from '../record/keep.ts'
import type { Change } from '../record/sanitize.ts'
import { exportedRecording, readRecording } from '../record/store.ts'
import { sanitizedTraffic } from './captured.ts'
import { loadErp } from './erp.ts'
import { HARNESS } from './harness.ts'
import { type ReadDocument, readDocument } from './import-document.ts'
import { loadPlugIns } from './registry.ts'
import { readIntegration } from './scenario.ts'

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
  /** Every replacement that the sanitizer made, where nothing is written. */
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
  const { document, importer, imported, recordingIn } = await readImported(options.file)
  const notes: string[] = []
  const stored = await storedOf(imported, document, recordingIn)
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
): Promise<ReadDocument & Readonly<{ importer: Importer; imported: Imported }>> {
  const importers = [...(await loadPlugIns('importers')).values()]
  const read = await readDocument(file, importers)
  const { document } = read
  const importer = importers.find((each) => each.recognizes(document))
  if (importer === undefined) {
    throw new GateError('recording-unusable', `${document.name} is in no format that can be imported.`, {
      hint: `It must be one of: ${importers.map(({ title }) => title).join('; ')}.`,
    })
  }
  return { ...read, importer, imported: importer.read(document) }
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
  const { document, imported, recordingIn } = await readImported(file)
  const stored = await storedOf(imported, document, recordingIn)
  if (stored !== undefined) {
    return { name: document.name, interactions: stored.interactions, urls: [], startedAt: [], stored }
  }
  const all = imported.state === 'traffic' ? imported.entries : []
  const { entries, base } = toTheErp(all, upstream, document.name)
  const urls = new Set<string>()
  const started: string[] = []
  for (const { url, startedAt } of entries) {
    urls.add(originOf(url) + split(url).path)
    if (startedAt !== undefined) started.push(startedAt)
  }
  return { name: document.name, interactions: interactionsOf(entries, base), urls: [...urls], startedAt: started }
}

/** The origin of a URL, empty where only a path is kept. */
export function originOf(url: string): string {
  return split(url).origin
}

/** A recording of ours, or what was exported from one and is still the same to the byte. */
async function storedOf(
  imported: Imported,
  document: ImportDocument,
  recordingIn: ReadDocument['recordingIn'],
): Promise<SanitizedRecording | undefined> {
  if (imported.state === 'stored') return recordingIn()
  const { exported, entries } = imported
  if (exported === undefined || !entries.every(({ state }) => state === 'read')) return undefined
  return exportedRecording({ ...exported, interactions: interactionsOf(entries, '') }, document.name)
}

async function sanitizedOf(
  imported: Imported,
  document: ImportDocument,
  options: Pick<ImportOptions, 'upstream' | 'release' | 'dryRun'> &
    Readonly<{ integration: Integration; adapter: ErpAdapter; notes: string[]; changes: Change[] }>,
): Promise<SanitizedRecording> {
  if (imported.state === 'stored') throw new GateError('internal', 'A stored recording was not read.', { hint: '' })
  const { integration, adapter, notes, changes } = options
  if (imported.exported !== undefined) notes.push('edited since it was exported, so it is sanitized again')
  const { entries, left, base, loose } = toTheErp(imported.entries, options.upstream, document.name)
  const interactions = interactionsOf(entries, base)
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
  const startedAt = entries[0]?.startedAt
  if (startedAt === undefined)
    notes.push('the file does not tell when it was recorded: the time of the import is noted')
  notes.push(...imported.loose, ...loose, ...left)
  const known = imported.exported?.header.pseudonyms
  return sanitizedTraffic(interactions, {
    integration,
    adapter,
    release,
    recordedAt: startedAt ?? new Date().toISOString(),
    ...(known === undefined ? {} : { known }),
    ...(options.dryRun ? { onChange: (change: Change) => changes.push(change) } : {}),
  })
}

/**
 * The entries that went to the ERP, all of them read, and what is loose in them. A file with several hosts must be told which
 * of them it is.
 */
function toTheErp(
  entries: readonly ImportedEntry[],
  upstream: string | undefined,
  file: string,
): Readonly<{ entries: readonly ImportedEntry[]; left: readonly string[]; base: string; loose: readonly string[] }> {
  const to = upstream === undefined ? undefined : split(upstream)
  const base = to?.path.replace(/\/+$/, '') ?? ''
  const origins = new Set<string>()
  const places: number[] = []
  const refused: string[] = []
  const loose = new Map<string, string[]>()
  for (const [place, entry] of entries.entries()) {
    const { origin, path } = split(entry.url)
    if (origin !== '') origins.add(origin)
    const isThere = to === undefined || ((origin === '' || origin === to.origin) && isBelow(path, base))
    if (!isThere) continue
    places.push(place)
    if (entry.state === 'refused') refused.push(`${file}: ${entry.name}: ${entry.why}.`)
    else {
      for (const why of entry.loose ?? []) {
        const names = loose.get(why)
        if (names === undefined) loose.set(why, [entry.name])
        else names.push(entry.name)
      }
    }
  }
  if (to === undefined && origins.size > 1) {
    throw new GateError(
      'recording-unusable',
      `${file} holds traffic to several hosts: ${[...origins].sort().join(', ')}.`,
      { hint: 'Name the one where the ERP answered with --upstream.' },
    )
  }
  refuseIncomplete(refused)
  const others = entries.length - places.length
  return {
    entries: others === 0 ? entries : picked(entries, places),
    left:
      others === 0 ? [] : [`left out, because it did not go to ${upstream}: ${others} of ${entries.length} entries`],
    base,
    loose: [...loose].map(
      ([why, [first = '', ...rest]]) => `${first}${rest.length > 0 ? ` and ${rest.length} more` : ''}: ${why}`,
    ),
  }
}

function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`)
}

function refuseIncomplete(refused: readonly string[]): void {
  if (refused.length === 0) return
  const more = refused.length > NAMED ? [`… and ${refused.length - NAMED} more.`] : []
  throw new GateError('recording-unusable', [...refused.slice(0, NAMED), ...more].join('\n'), {
    hint: 'Nothing was written. Record again with complete bodies; a recording with holes cannot be replayed.',
  })
}

function interactionsOf(entries: readonly ImportedEntry[], base: string): readonly Interaction[] {
  return mapped(entries, (entry, index) => {
    if (entry.state === 'read') return interactionOf(entry, index, base)
    throw new GateError('recording-unusable', `${entry.name}: ${entry.why}.`, { hint: 'Nothing was written.' })
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
