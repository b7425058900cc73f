import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { absolute } from '../base/decimal.ts'
import { GateError } from '../base/errors.ts'
import { exists, readTextFile } from '../base/files.ts'
import { pointerOf } from '../base/pointer.ts'
import { parseYaml } from '../base/yaml.ts'
import { structureComparison } from '../compare/structure/compare.ts'
import type { FieldValues } from '../compare/structure/recorded-values.ts'
import { type InvoiceAmount, relevanceOf } from '../compare/structure/relevance.ts'
import { proposeRenames } from '../compare/structure/renames.ts'
import { usedPlacesOf } from '../compare/structure/used-places.ts'
import { FieldMapping } from '../model/mapping.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { ErpSchema, ErpSchemaPair, Unchanged } from '../model/schema.ts'
import type { Direction, StructureReport, UsedPlace } from '../model/structure.ts'
import type { FieldUse } from '../ports/erp.ts'
import type { SchemaDocument, SchemaSource } from '../ports/schema-source.ts'
import type { SecondOpinion } from '../ports/second-opinion.ts'
import { readRecording } from '../record/store.ts'
import { decodeRecording } from '../replay/chains.ts'
import { schemaDocumentAt } from '../schema-sources/reading/file.ts'
import { jsonSchemaDiff } from '../second-opinions/json-schema-diff.ts'
import { loadPlugIn, loadPlugIns, plugInIds } from './registry.ts'
import { secondOpinionOn } from './structure.ts'

export type DiffOptions = Readonly<{
  /** A published schema in any known format, a recording, or the folder of a snapshot. */
  oldPath: string
  newPath: string
  direction: Direction | 'both'
  /** Recorded exports, to tell which changes touch them. */
  recording?: string | undefined
}>

/** Compares what two releases publish, whatever their formats, and says what breaks and what it touches. */
export async function diffSchemas(options: DiffOptions): Promise<StructureReport> {
  const { old, new: next, unchanged, notReached } = await readBoth(options.oldPath, options.newPath)
  const recording = options.recording === undefined ? undefined : await readRecording(options.recording)
  const known =
    recording === undefined || options.recording === undefined
      ? {}
      : await usedBy(recording, old, await mappingFor(recording, options.recording))
  return structureReport(old, next, {
    direction: options.direction,
    oldFile: basename(options.oldPath),
    newFile: basename(options.newPath),
    ...known,
    opinion: jsonSchemaDiff,
    unchanged,
    notReached,
  })
}

/** Reads two published schemas, together where their source can do that. */
async function readBoth(oldPath: string, newPath: string): Promise<ErpSchemaPair> {
  const [old, next] = [await documentAt(oldPath), await documentAt(newPath)]
  const [source, other] = [await sourceOf(old), await sourceOf(next)]
  if (source === other && source.readPair !== undefined) return source.readPair(old, next)
  return { old: source.read(old), new: other.read(next), unchanged: undefined, notReached: [] }
}

/** The field mapping of the integration that a recording belongs to: in its scenario, or in the scenario of that name. */
async function mappingFor(recording: SanitizedRecording, file: string): Promise<FieldMapping | undefined> {
  const folders = [dirname(dirname(file)), join('scenarios', recording.header.integration)]
  for (const folder of folders) {
    const path = join(folder, 'mapping.yaml')
    if (basename(resolve(folder)) !== recording.header.integration || !(await exists(path))) continue
    return parseYaml(await readTextFile(path, 'Correct the mapping of the integration.'), FieldMapping, path)
  }
  return undefined
}

type Known = Readonly<{ used: readonly UsedPlace[]; amounts?: Readonly<Record<string, InvoiceAmount>> }>

/**
 * What a recording uses and what its invoices are worth: told by the adapter of its ERP where there is one, else by method
 * and path, without amounts. A mapped field that no invoice uses is a place without invoices.
 */
async function usedBy(
  recording: SanitizedRecording,
  schema: ErpSchema,
  mapping: FieldMapping | undefined,
): Promise<Known> {
  const { product } = recording.header.erp
  const mapped = (mapping?.fields ?? []).map(
    ({ to, direction }): UsedPlace => ({
      resource: to.resource,
      direction,
      pointer: pointerOf(to.field.split('.')),
      invoices: [],
    }),
  )
  if (!(await plugInIds('erps')).includes(product))
    return { used: [...usedPlacesOf(recording.interactions, schema), ...mapped] }
  const adapter = await loadPlugIn('erps', product)
  const { shared, chains, names } = decodeRecording(recording.interactions, adapter, schema)
  const places = new Map<string, Set<string>>()
  const note = (direction: Direction, uses: readonly FieldUse[], invoice: string | undefined) => {
    for (const { resource, field } of uses) {
      const key = JSON.stringify([resource, direction, pointerOf(field.split('.'))])
      const invoices = places.get(key) ?? new Set()
      places.set(key, invoice === undefined ? invoices : invoices.add(invoice))
    }
  }
  const everyone = chains.map((chain) => chain.key)
  for (const { operation } of shared) {
    // Master data that is looked up serves every invoice.
    for (const invoice of everyone) {
      note('read', [...operation.reads, ...operation.filters], invoice)
      note('send', operation.sends, invoice)
    }
  }
  for (const { key, steps } of chains) {
    for (const { operation } of steps) {
      note('read', [...operation.reads, ...operation.filters], key)
      note('send', operation.sends, key)
    }
  }
  const used = [...places].map(([key, invoices]) => {
    const [resource, direction, pointer]: [string, Direction, string] = JSON.parse(key)
    return { resource, direction, pointer, invoices: [...invoices] }
  })
  const amounts = chains.flatMap(({ key, steps }): (readonly [string, InvoiceAmount])[] => {
    const create = steps.find(({ operation }) => operation.kind === 'create')
    if (create === undefined) return []
    const sent = adapter.sent(create.operation, create.interaction.request, schema, names)
    const { currency, gross } = adapter.facts(sent)
    // A credit note takes part with what it is worth, not against the invoices.
    return currency === '' ? [] : [[key, { currency, gross: absolute(gross) }]]
  })
  return { used: [...used, ...mapped], amounts: Object.fromEntries(amounts) }
}

/** Finds the schema source for a file by its content and reads it. Throws `schema-invalid` when none knows it. */
export async function readPublishedSchema(path: string): Promise<ErpSchema> {
  const document = await documentAt(path)
  return (await sourceOf(document)).read(document)
}

async function documentAt(path: string): Promise<SchemaDocument> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return schemaDocumentAt(isFolder ? join(path, 'schema.json') : path)
}

async function sourceOf(document: SchemaDocument): Promise<SchemaSource> {
  const sources = await loadPlugIns('schema-sources')
  for (const source of sources.values()) if (source.recognizes(document)) return source
  throw new GateError('schema-invalid', `${document.name}: no schema source recognizes its content.`, {
    hint: `It must be one of: ${[...sources.values()].map(({ title }) => title).join('; ')}.`,
  })
}

export type ReportOptions = Readonly<{
  direction: Direction | 'both'
  oldFile: string
  newFile: string
  /** Places that the connector uses, decoded from recordings and mapping; undefined when nobody knows. */
  used?: readonly UsedPlace[] | undefined
  /** What the recorded invoices are worth, by the keys that `used` names. */
  amounts?: Readonly<Record<string, InvoiceAmount>> | undefined
  values?: FieldValues | undefined
  opinion?: SecondOpinion | undefined
  /** What both releases publish alike, when they were read together. */
  unchanged?: Unchanged | undefined
  /** Definitions that changed and that no operation reaches. */
  notReached?: readonly string[] | undefined
}>

/** The report on two schemas that were read already. */
export async function structureReport(
  old: ErpSchema,
  next: ErpSchema,
  options: ReportOptions,
): Promise<StructureReport> {
  const comparison = structureComparison(old, next, options.unchanged)
  const relevance = relevanceOf(comparison, options.used, options.amounts)
  const isAsked = (direction: Direction) => options.direction === 'both' || options.direction === direction
  const differences = comparison.differences
    .map((difference, index) => ({
      ...difference,
      relevance: relevance[index] ?? { state: 'not-asked' as const, invoices: [], of: 0, amounts: {} },
    }))
    .filter(({ direction }) => isAsked(direction))
  const count = (effect: string) => differences.filter((difference) => difference.effect === effect).length
  const side = (schema: ErpSchema, file: string) => ({
    file,
    kind: schema.source.kind,
    product: schema.source.product ?? null,
    release: schema.source.release ?? null,
    inferred: schema.source.inferred,
    resources: Object.keys(schema.resources).length,
  })
  const secondOpinion = options.opinion === undefined ? null : await secondOpinionOn(comparison, options.opinion)
  return {
    format: 'erp-change-gate/structure-report',
    version: 1,
    old: side(old, options.oldFile),
    new: side(next, options.newFile),
    direction: options.direction,
    counts: {
      breaking: count('breaking'),
      unknown: count('unknown'),
      compatible: count('compatible'),
      blocking: differences.filter(({ effect, relevance: { state } }) => effect !== 'compatible' && state === 'used')
        .length,
    },
    differences,
    renames: proposeRenames(comparison, options.values).filter(({ direction }) => isAsked(direction)),
    secondOpinion,
    blindSpots: [
      ...blindSpotsOf(old, next),
      ...(options.notReached ?? []).map((name) => `changed, and no operation reaches it: ${name}`),
    ],
  }
}

function blindSpotsOf(old: ErpSchema, next: ErpSchema): readonly string[] {
  const ignored = new Set([...(old.source.ignored ?? []), ...(next.source.ignored ?? [])])
  return [
    ...[...ignored].sort().map((part) => `not compared: ${part}`),
    ...(old.source.inferred || next.source.inferred
      ? ['one side is inferred from recorded traffic: what was never recorded is not known']
      : []),
    ...(old.source.kind === next.source.kind
      ? []
      : [
          `the two sides are in different formats (${old.source.kind}, ${next.source.kind}), which may show as changes`,
        ]),
  ]
}
