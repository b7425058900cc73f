import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { GateError, messageOf } from '../base/errors.ts'
import { readableSize, writeTextLines } from '../base/files.ts'
import { fingerprintOf } from '../base/fingerprint.ts'
import {
  canonicalJson,
  isJsonNumber,
  isJsonObject,
  type Json,
  type JsonObject,
  parseJson,
  toJson,
} from '../base/json.ts'
import { linesOf } from '../base/lines.ts'
import { ProvenLines, type ProvenPlace, provenPlace } from '../base/proven-lines.ts'
import { PackEnd, PackedInvoice, PackedOperation, PackedReplay, PackHeader } from '../model/evidence-pack.ts'
import { packedAnswer, packedInvoice } from '../replay/packing.ts'
import type { Rehearsal } from './run.ts'

const VERSION = 2

/** Which of the replays of a run. */
export type ReplayName = PackedReplay['replay']

/** What one shard observed, to be written. */
type Pack = Readonly<{
  header: Omit<PackHeader, 'format' | 'version'>
  replays: ReadonlyMap<ReplayName, Rehearsal>
  meta: PackEnd['meta']
}>

/** Writes an evidence pack. What is read on demand is held item by item. */
export function writePack(file: string, pack: Pack): Promise<void> {
  return writeTextLines(file, sealed(pack))
}

function* sealed(pack: Pack): Generator<string> {
  const seal = createHash('sha256')
  for (const content of contentsOf(pack)) {
    const line = canonicalJson(toJson(content))
    seal.update(`${line}\n`)
    yield line
  }
  yield canonicalJson(toJson({ meta: pack.meta, seal: `sha256:${seal.digest('hex')}` }))
}

function* contentsOf({ header, replays }: Pack): Generator<unknown> {
  yield { format: 'erp-change-gate/evidence-pack', version: VERSION, ...header }
  for (const [replay, { observation, kind }] of replays) {
    const { identity, schema, fault, byRules, copies, leftBehind } = observation
    // Ids are the target's own; nothing is compared by them.
    const values = Object.fromEntries(
      Object.entries(observation.values).map(([list, entries]) => [list, entries.map(({ id: _, ...value }) => value)]),
    )
    yield { replay, kind, identity, schema, values, fault, byRules, copies, leftBehind }
    for (const operation of observation.shared) yield packedAnswer(operation)
    for (const invoice of observation.invoices) yield packedInvoice(invoice)
  }
}

/** How a replay ended. */
type Ending = Pick<PackedReplay, 'fault' | 'byRules' | 'copies' | 'leftBehind'>

/** One replay of a pack. None of its invoices is held. */
export type ReplayInPack = Readonly<{
  ending: Ending
  /** Digests of what is the same in all packs of a run, by what it is. */
  traits: ReadonlyMap<string, string>
  /** Keys of its invoices. */
  keys: readonly string[]
  /** The line that begins it. */
  begin: () => PackedReplay
  /** How many operations serve all invoices, and each of their answers. */
  shared: Readonly<{ length: number; answer: (index: number) => PackedOperation | undefined }>
  /** The text of the invoice at a place. */
  invoice: (index: number) => string
}>

/** An evidence pack that was proven to be whole and as it was written. */
export type PackFile = Readonly<{
  file: string
  header: PackHeader
  meta: PackEnd['meta']
  replays: ReadonlyMap<ReplayName, ReplayInPack>
}>

/**
 * Proves that an evidence pack is whole, and keeps where its invoices lie. Throws `file-missing`, `artifact-version`, or
 * `evidence-mismatch` with what is wrong with it.
 */
export async function readPack(file: string): Promise<PackFile> {
  await readableSize(file, 'Name the evidence packs that the shards wrote.')
  try {
    return read(file)
  } catch (cause) {
    if (cause instanceof GateError) throw cause
    throw unusable(file, messageOf(cause), cause)
  }
}

function read(file: string): PackFile {
  const seal = createHash('sha256')
  const replays = new Map<ReplayName, FoundReplay>()
  let header: PackHeader | undefined
  let end: PackEnd | undefined
  let current: FoundReplay | undefined
  for (const line of linesOf(file)) {
    if (!line.isWhole) throw unusable(file, 'its last line is cut off')
    if (end !== undefined) throw unusable(file, 'there is more after its end')
    const content = parseJson(line.text)
    if (!isJsonObject(content)) throw unusable(file, 'a line is no object')
    if ('seal' in content) {
      end = validated(PackEnd, content, file)
      if (end.seal !== `sha256:${seal.digest('hex')}`) throw unusable(file, 'it was edited after it was written')
      continue
    }
    seal.update(`${line.text}\n`)
    if (header === undefined) {
      header = headerIn(content, file)
      continue
    }
    if ('replay' in content) {
      const begin = validated(PackedReplay, content, file)
      if (replays.has(begin.replay)) throw unusable(file, `it holds the replay "${begin.replay}" twice`)
      const { fault, byRules, copies, leftBehind } = begin
      const ending = { byRules, copies, leftBehind, ...(fault === undefined ? {} : { fault }) }
      current = { ending, target: targetTraits(begin), begin: provenPlace(line), shared: [], invoices: [], keys: [] }
      replays.set(begin.replay, current)
    } else if (current === undefined) {
      throw unusable(file, 'a line belongs to no replay')
    } else if ('key' in content) {
      current.keys.push(validated(PackedInvoice, content, file).key)
      current.invoices.push(provenPlace(line))
    } else {
      validated(PackedOperation, content, file)
      current.shared.push(provenPlace(line))
    }
  }
  if (header === undefined || end === undefined) throw unusable(file, 'its end is missing')
  const lines = new ProvenLines(file, () => unusable(file, 'it was edited while it was read'))
  const found = [...replays].map(([name, replay]) => [name, inPack(replay, lines, file)] as const)
  return { file, header, meta: end.meta, replays: new Map(found) }
}

/** What the first reading of a replay keeps. */
type FoundReplay = Readonly<{
  ending: Ending
  target: ReadonlyMap<string, string>
  begin: ProvenPlace
  shared: ProvenPlace[]
  invoices: ProvenPlace[]
  keys: string[]
}>

function inPack(found: FoundReplay, lines: ProvenLines, file: string): ReplayInPack {
  const { ending, target, begin, shared, invoices, keys } = found
  const lookUps = fingerprintOf(shared.map(({ digest }) => digest))
  return {
    ending,
    traits: new Map([...target, ['look-ups', lookUps]]),
    keys,
    begin: () => validated(PackedReplay, parseJson(lines.read(begin)), file),
    shared: {
      length: shared.length,
      answer: (index) => {
        const place = shared[index]
        return place === undefined ? undefined : validated(PackedOperation, parseJson(lines.read(place)), file)
      },
    },
    invoice: (index) => {
      const place = invoices[index]
      if (place === undefined) throw unusable(file, `it holds no invoice ${index + 1}`)
      return lines.read(place)
    },
  }
}

function targetTraits({ kind, identity, schema, values }: PackedReplay): ReadonlyMap<string, string> {
  return new Map([
    ['target', fingerprintOf(toJson({ kind, identity }))],
    ['schema', fingerprintOf(toJson(schema))],
    ['value lists', fingerprintOf(toJson(values))],
  ])
}

function headerIn(content: JsonObject, file: string): PackHeader {
  const version = isJsonNumber(content.version) ? Number(content.version.value) : 0
  if (version > VERSION) {
    throw new GateError('artifact-version', `${file} has version ${version}; ${VERSION} is known.`, {
      hint: 'Update erp-change-gate.',
    })
  }
  return validated(PackHeader, content, file)
}

function validated<Schema extends z.ZodType>(schema: Schema, content: Json, file: string): z.output<Schema> {
  const result = schema.safeParse(content)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw unusable(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}

function unusable(file: string, why: string, cause?: unknown): GateError {
  return new GateError('evidence-mismatch', `${file} is no evidence pack: ${why}.`, {
    hint: 'Run its shard again.',
    ...(cause === undefined ? {} : { cause }),
  })
}
