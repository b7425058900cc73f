import { createHash, type Hash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { readTextFile, writeTextFile, writeTextLines } from '../base/files.ts'
import { digestOf } from '../base/fingerprint.ts'
import { canonicalJson, isJsonArray, isJsonObject, type Json, parseJson, toJson } from '../base/json.ts'
import { keepText, memberTexts } from '../base/json-parts.ts'
import { linesOf } from '../base/lines.ts'
import { onDemand } from '../base/on-demand.ts'
import { ProvenLines, type ProvenPlace, provenPlace } from '../base/proven-lines.ts'
import { ErpSchema } from '../model/schema.ts'
import {
  type DocumentStage,
  type ListedValue,
  type Snapshot,
  SnapshotMeta,
  type StoredDocument,
  type ValueLists,
} from '../model/snapshot.ts'

/** Files of documents with more bytes than this are not held in memory: documents are read when they are asked for. */
const LARGEST_HELD = 8 * 1024 * 1024

const DOCUMENTS = 'documents.ndjson'

/** Writes a snapshot folder: schema, value lists, documents, and what they are of. */
export async function writeSnapshot(
  folder: string,
  snapshot: Omit<Snapshot, 'digest' | 'documents'> & Readonly<{ documents: Iterable<StoredDocument> }>,
): Promise<void> {
  const files: Record<string, string> = {
    'schema.json': `${canonicalJson(toJson(snapshot.schema), 1)}\n`,
    'values.json': `${valuesText(snapshot.values)}\n`,
  }
  for (const [name, text] of Object.entries(files)) await writeTextFile(join(folder, name), text)
  const digests = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, digestOf(text)]))
  const hash = createHash('sha256')
  await writeTextLines(join(folder, DOCUMENTS), documentLines(snapshot.documents, hash))
  const meta = { ...snapshot.meta, files: { ...digests, [DOCUMENTS]: `sha256:${hash.digest('hex')}` } }
  await writeTextFile(join(folder, 'meta.json'), `${canonicalJson(toJson(meta), 1)}\n`)
}

function* documentLines(documents: Iterable<StoredDocument>, hash: Hash): Generator<string> {
  for (const document of documents) {
    const line = canonicalJson(toJson(document))
    hash.update(`${line}\n`)
    yield line
  }
}

/**
 * Reads a snapshot folder and checks that its files are the ones that were captured together.
 * Throws `file-missing`, `artifact-version`, `json-invalid` or `snapshot-unusable` with the file and what to do.
 */
export async function readSnapshot(folder: string, largestHeld = LARGEST_HELD): Promise<Snapshot> {
  const hint = 'Capture the release first: change-gate snapshot --target container:NAME --out FOLDER.'
  const metaFile = join(folder, 'meta.json')
  const metaText = await readTextFile(metaFile, hint)
  const meta = SnapshotMeta.safeParse(plainJson(metaText, metaFile))
  if (!meta.success) {
    throw new GateError(
      'json-invalid',
      `${metaFile}: ${meta.error.issues[0]?.path.join('.')}: ${meta.error.issues[0]?.message}.`,
      { hint },
    )
  }
  if (meta.data.version > 1) {
    throw new GateError('artifact-version', `${metaFile} has version ${meta.data.version}; 1 is known.`, {
      hint: 'Update erp-change-gate.',
    })
  }
  const read = async (name: string): Promise<string> => {
    const file = join(folder, name)
    const text = await readTextFile(file, hint)
    if (digestOf(text) !== meta.data.files[name]) throw replaced(file)
    return text
  }
  const schemaText = await read('schema.json')
  const schema = ErpSchema.safeParse(plainJson(schemaText, join(folder, 'schema.json')))
  if (!schema.success) {
    throw new GateError('json-invalid', `${folder}/schema.json: ${schema.error.issues[0]?.message}.`, { hint })
  }
  const values = parseValues(parseJson(await read('values.json')))
  const documents = await readDocuments(join(folder, DOCUMENTS), meta.data.files[DOCUMENTS], hint, largestHeld)
  return {
    meta: meta.data,
    schema: schema.data,
    values,
    documents,
    digest: digestOf(metaText),
  }
}

/** Reads the documents line by line; those of a large file are read again, and proven the same, when they are asked for. */
async function readDocuments(
  file: string,
  digest: string | undefined,
  hint: string,
  largestHeld: number,
): Promise<readonly StoredDocument[]> {
  const size = await stat(file).then(
    (found) => found.size,
    (cause: unknown) => {
      throw new GateError('file-missing', `${file} cannot be read.`, { hint, cause })
    },
  )
  const hash = createHash('sha256')
  const held: string[] = []
  const places: ProvenPlace[] = []
  const keys: string[] = []
  for (const line of linesOf(file, (bytes) => hash.update(bytes))) {
    if (line.text === '') continue
    if (size <= largestHeld) {
      held.push(line.text)
      continue
    }
    places.push(provenPlace(line))
    keys.push(keyIn(line.text))
  }
  if (`sha256:${hash.digest('hex')}` !== digest) throw replaced(file)
  if (size <= largestHeld) return held.map((text) => parseDocument(parseJson(text)))
  const lines = new ProvenLines(file, () => replaced(file))
  return onDemand({
    length: places.length,
    keys,
    read: (index) => {
      const place = places[index]
      if (place === undefined) throw replaced(file)
      return lateDocument(keys[index] ?? '', lines.read(place))
    },
  })
}

/** The key of a document, which is the first member of its line as snapshots are written. */
function keyIn(line: string): string {
  const first = /^\{"key":("(?:[^"\\]|\\.)*")/.exec(line)?.[1]
  const key = first === undefined ? parseDocument(parseJson(line)).key : parseJson(first)
  return typeof key === 'string' ? key : ''
}

function replaced(file: string): GateError {
  return new GateError(
    'snapshot-unusable',
    `${file} is not the file that was captured: its digest differs from meta.json.`,
    {
      hint: 'Restore it from version control or capture the snapshot again.',
    },
  )
}

/** One listed value per line, so that a change of one value is a change of one line. */
function valuesText(values: ValueLists): string {
  const lists = Object.keys(values)
    .sort()
    .map((name) => {
      const rows = (values[name] ?? []).map((value) => `  ${canonicalJson(toJson(value))}`)
      return ` ${JSON.stringify(name)}: [\n${rows.join(',\n')}\n ]`
    })
  return `{\n${lists.join(',\n')}\n}`
}

function plainJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new GateError('json-invalid', `${file}: ${messageOf(cause)}.`, {
      hint: 'Restore it from version control.',
      cause,
    })
  }
}

function parseValues(json: Json): ValueLists {
  if (!isJsonObject(json)) return {}
  return Object.fromEntries(
    Object.entries(json).map(([name, list]) => [name, isJsonArray(list) ? list.map(parseValue) : []]),
  )
}

function parseValue(json: Json): ListedValue {
  const { id, code, active, fields } = isJsonObject(json) ? json : {}
  return {
    id: typeof id === 'string' ? id : '',
    code: typeof code === 'string' ? code : '',
    active: active === true,
    fields: isJsonObject(fields) ? fields : {},
  }
}

function parseDocument(json: Json): StoredDocument {
  const { key, sent, stages } = isJsonObject(json) ? json : {}
  return {
    key: typeof key === 'string' ? key : '',
    sent: sent ?? null,
    stages: parseStages(stages),
  }
}

/** A document whose parts are parsed when they are asked for. */
function lateDocument(key: string, line: string): StoredDocument {
  const members = memberTexts(line, 'stages')
  const [sentText, stagesText] = [members?.get('sent'), members?.get('stages')]
  if (sentText === undefined || stagesText === undefined) return parseDocument(parseJson(line))
  let sent: Json | undefined
  let stages: readonly DocumentStage[] | undefined
  const document: StoredDocument = {
    key,
    get sent() {
      sent ??= parseJson(sentText)
      return sent
    },
    get stages() {
      stages ??= parseStages(parseJson(stagesText))
      return stages
    },
  }
  keepText(document, stagesText)
  return document
}

function parseStages(json: Json | undefined): readonly DocumentStage[] {
  return isJsonArray(json) ? json.map(parseStage) : []
}

function parseStage(json: Json): DocumentStage {
  const { after, outcome, error, document } = isJsonObject(json) ? json : {}
  return {
    after: typeof after === 'string' ? after : '',
    outcome: outcome === 'accepted' ? 'accepted' : 'rejected',
    ...(error === undefined ? {} : { error }),
    ...(document === undefined ? {} : { document }),
  }
}
