import { basename, join } from 'node:path'
import { Document, isMap, isSeq } from 'yaml'
import { GateError } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import { compareStructure } from '../compare/structure/compare.ts'
import { type StructureUses, structureFacts } from '../compare/structure-facts.ts'
import type { FieldMapping } from '../model/mapping.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { ValueLists } from '../model/snapshot.ts'
import type { StructureDifference } from '../model/structure.ts'
import { type Check, NO_FACTS } from '../ports/check.ts'
import type { Expectation } from '../ports/expectation.ts'
import type { DraftedExpectation, NoteStatement, ReadNotes } from '../ports/note-source.ts'
import { runChecks } from '../reconcile/findings.ts'
import { suggestedFor } from '../reconcile/reconcile.ts'
import { type Uses, usesOf } from '../replay/uses.ts'
import { schemaDocumentAt } from '../schema-sources/reading/file.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import { loadPlugIns } from './registry.ts'
import { readNewestRecording, readScenario } from './scenario.ts'

export type ImportOptions = Readonly<{
  files: readonly string[]
  /** A change request, to hold the statements against its recordings and mapping. */
  change: string | undefined
  from: 'erp-publisher' | 'ap-vendor'
  snapshots: string
  /** A file that does not exist yet; without it the YAML is returned only. */
  out: string | undefined
}>

/** The drafted entries and what they were made of. */
export type ImportedNotes = Readonly<{
  yaml: string
  statements: number
  drafted: number
  touching: number
  /** How the lines of each file were used. */
  files: readonly Readonly<{ file: string; format: string; statements: number; otherLines: ReadNotes['otherLines'] }>[]
}>

type PlugIns = Readonly<{ checks: ReadonlyMap<string, Check>; expectations: ReadonlyMap<string, Expectation> }>
type Sourced = Readonly<{ statement: NoteStatement; source: string }>
type Used = Readonly<{
  uses: Uses
  values: ValueLists
  /** The ERP's name of the documents that the connector exports. */
  documents: string
  schema: ErpSchema
  mapping: FieldMapping
  pairs: readonly UsedField[]
  notes: readonly string[]
  lastId: number
}>
type UsedField = Readonly<{ resource: string; field: string; words: readonly string[]; invoices: number }>

/** Most places named in the comment above an entry. */
const NAMED = 5

/**
 * Drafts `change.yaml` entries from release notes: one entry per statement, none left out, each with its quote, source and
 * place, and undecided until a person decides. Throws `usage` for a file that exists or a schema without its pair.
 */
export async function importNotes(options: ImportOptions): Promise<ImportedNotes> {
  if (options.out !== undefined && (await exists(options.out))) {
    throw new GateError('usage', `${options.out} exists, and notes import edits no file.`, {
      hint: 'Name a new file with --out, or paste what is printed.',
    })
  }
  const [checks, expectations] = [await loadPlugIns('checks'), await loadPlugIns('expectations')]
  const { read, files } = await readAll(options.files, { checks, expectations })
  const used = options.change === undefined ? undefined : await usedBy(options.change, options.snapshots)
  const entries: Record<string, unknown>[] = []
  const comments: string[] = []
  let [drafted, touching] = [0, 0]
  for (const [index, { statement, source }] of read.entries()) {
    const places = used === undefined ? [] : touched(statement, used)
    const expect = statement.expects.flatMap((draft) => known(complete(draft, used), expectations))
    if (expect.length > 0) drafted++
    if (places.length > 0) touching++
    comments.push(commentOf(statement, used, places))
    entries.push({
      id: `RN-${index + 1 + (used?.lastId ?? 0)}`,
      from: options.from,
      source: `${source}, ${statement.place}`,
      says: statement.says,
      'affects-us': 'undecided',
      ...(expect.length > 0 ? { expect } : {}),
    })
  }
  const yaml = yamlOf(entries, comments)
  if (options.out !== undefined) await writeTextFile(options.out, yaml)
  return { yaml, statements: entries.length, drafted, touching, files }
}

async function readAll(
  paths: readonly string[],
  plugIns: PlugIns,
): Promise<{ read: readonly Sourced[]; files: ImportedNotes['files'] }> {
  const sources = [...(await loadPlugIns('note-sources'))].sort(([, left], [, right]) => left.order - right.order)
  const read: Sourced[] = []
  const files: { file: string; format: string; statements: number; otherLines: ReadNotes['otherLines'] }[] = []
  let waiting: Readonly<{ path: string; format: string; schema: ErpSchema }> | undefined
  for (const path of paths) {
    const text = await readTextFile(path, 'Name the files that the publisher ships.', 16 * 1024 * 1024)
    const file = basename(path)
    const schema = await schemaAt(path, text)
    if (schema !== undefined) {
      if (waiting === undefined) {
        waiting = { path, ...schema }
        continue
      }
      const statements = compareStructure(waiting.schema, schema.schema).map((change) => statementOf(change, plugIns))
      const pair = `${basename(waiting.path)} → ${file}`
      read.push(...statements.map((statement) => ({ statement, source: pair })))
      files.push({ file: pair, format: schema.format, statements: statements.length, otherLines: {} })
      waiting = undefined
      continue
    }
    const [id, source] = sources.find(([, candidate]) => candidate.recognizes({ name: file, text })) ?? []
    if (source === undefined || id === undefined)
      throw new GateError('internal', `${path}: no note source reads it.`, { hint: 'Report this.' })
    const { statements, otherLines } = source.read({ name: file, text })
    read.push(...statements.map((statement) => ({ statement, source: file })))
    files.push({ file, format: id, statements: statements.length, otherLines })
  }
  if (waiting !== undefined) {
    throw new GateError(
      'usage',
      `${waiting.path} is a published schema (${waiting.format}) and has no second one to compare with.`,
      {
        hint: 'Name the schema of the old release, then that of the new one.',
      },
    )
  }
  return { read, files }
}

/** A published schema, when the file is one: two of them in a row are compared, and every difference is a statement. */
async function schemaAt(path: string, text: string): Promise<{ format: string; schema: ErpSchema } | undefined> {
  if (!/^\s*[{<]/.test(text) || /^\s*(?:<!doctype html|<html\b)/i.test(text)) return undefined
  const document = schemaDocumentAt(path)
  for (const [format, source] of await loadPlugIns('schema-sources')) {
    if (source.recognizes(document)) return { format, schema: source.read(document) }
  }
  return undefined
}

const NO_USES: StructureUses = {
  field: () => undefined,
  lacking: () => new Set(),
  withoutBody: () => new Set(),
  places: [],
  literals: [],
}

/** What a difference of two published schemas announces is what a run would suggest for it. */
function statementOf(change: StructureDifference, plugIns: PlugIns): NoteStatement {
  const { resource } = change
  const field = change.pointer.slice(1).replaceAll('/', '.')
  const at = field === '' ? resource : `${resource} ${field}`
  const values = [change.old, change.new].map((value) => value ?? 'nothing').join(' → ')
  const { findings } = runChecks(
    plugIns.checks,
    { ...NO_FACTS, structure: structureFacts({ differences: [change], at: () => [] }, NO_USES) },
    {
      capabilities: ['describe'],
      notGathered: new Map(),
      severity: {},
      money: new Map(),
      relevance: () => 'not-used',
      titleOf: () => undefined,
    },
  )
  return {
    says: `${at}: ${change.keyword} ${change.change} when we ${change.direction} it (${values}). ${change.why}`,
    place: `${change.resource}${change.pointer}`,
    line: 0,
    expects: findings.flatMap((finding): readonly DraftedExpectation[] => {
      const suggested = suggestedFor(finding, plugIns.expectations)
      const args: unknown = suggested?.args
      return suggested === undefined || !isRecord(args) ? [] : [{ id: suggested.id, args }]
    }),
    names: [field === '' ? { resource } : { resource, field }],
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

async function usedBy(changeFolder: string, snapshots: string): Promise<Used> {
  const scenario = await readScenario(changeFolder)
  const { product } = scenario.integration.erp
  const adapter = await loadErp(scenario.integration)
  const { recording } = await readNewestRecording(scenario.folder)
  const { schema, values } = await readSnapshotOf(adapter, join(snapshots, `${product}-${scenario.change.change.from}`))
  const uses = usesOf(recording, adapter, schema)
  const pairs = Object.entries(schema.resources).flatMap(([resource, { read, send }]) =>
    fieldsOf(read, send).flatMap(({ field, title }): readonly UsedField[] => {
      const invoices = new Set([
        ...(uses.field('send', resource, field) ?? []),
        ...(uses.field('read', resource, field) ?? []),
      ])
      const isMapped = scenario.mapping.fields.some(({ to }) => to.resource === resource && to.field === field)
      if (invoices.size === 0 && !isMapped && !uses.touches(resource, field)) return []
      const words = [field, field.replaceAll('_', ' '), ...(title === undefined ? [] : [title])]
      return [
        { resource, field, words: [...new Set(words.map((word) => word.toLowerCase()))], invoices: invoices.size },
      ]
    }),
  )
  // Numbers go on after the last one in use.
  const lastId = Math.max(0, ...scenario.change.notes.map(({ id }) => Number(/(\d+)$/.exec(id)?.[1] ?? 0)))
  return {
    uses,
    values,
    documents: adapter.documentResource,
    schema,
    mapping: scenario.mapping,
    pairs,
    notes: scenario.change.notes.map((note) => note.says),
    lastId,
  }
}

function fieldsOf(...schemas: readonly unknown[]): readonly Readonly<{ field: string; title: string | undefined }>[] {
  const found = new Map<string, string | undefined>()
  for (const schema of schemas) {
    const properties: unknown = typeof schema === 'object' && schema !== null ? Reflect.get(schema, 'properties') : null
    if (typeof properties !== 'object' || properties === null) continue
    for (const [field, property] of Object.entries(properties)) {
      const title: unknown = typeof property === 'object' && property !== null ? Reflect.get(property, 'x-title') : null
      found.set(field, typeof title === 'string' ? title : found.get(field))
    }
  }
  return [...found].map(([field, title]) => ({ field, title }))
}

/** Used places that a statement names. Prose is matched by whole words: one too many is looked at, one too few is missed. */
function touched({ says, names }: NoteStatement, { pairs, uses }: Used): readonly string[] {
  const named =
    names.length > 0
      ? pairs.filter((pair) =>
          names.some(
            ({ resource, field }) => pair.resource === resource && (field === undefined || pair.field === field),
          ),
        )
      : pairs.filter(({ words, resource }) => {
          const text = ` ${says.toLowerCase().replace(/[^\p{L}\p{N}_.]+/gu, ' ')} `.replace(/\.(?= )/g, '')
          return words.some((word) => text.includes(` ${word} `)) || text.includes(` ${resource.toLowerCase()} `)
        })
  const whole = names.filter(
    ({ resource, field }) => field === undefined && named.length === 0 && uses.touches(resource),
  )
  return [
    ...named.map(
      ({ resource, field, invoices }) =>
        `${resource} ${field}${invoices === 0 ? ' (mapped)' : ` (${invoices} invoices)`}`,
    ),
    ...whole.map(({ resource }) => resource),
  ]
}

/** Announcements that name no resource of the ERP, or name it themselves. */
const WITHOUT_RESOURCE = ['authentication-changed', 'endpoint-moved', 'endpoint-retired', 'field-moved']

/** Fills in what prose leaves out or calls by its title: resource, field and value list, where the integration uses them. */
function complete(draft: DraftedExpectation, used: Used | undefined): readonly DraftedExpectation[] {
  const { id, args } = draft
  if (args.resource !== undefined || WITHOUT_RESOURCE.includes(id)) return [draft]
  if (used === undefined) return []
  const having = (more: Readonly<Record<string, unknown>>) => ({ id, args: { ...more, ...args } })
  const code = codeIn(args)
  if (code !== undefined) return listsWith(code, used).map((resource) => having(listArgs(resource, used)))
  if (id === 'error-code-changed') return [having({ resource: used.documents })]
  if (args.listed !== undefined) {
    return resourcesCalled(args.listed, used).map((resource) => ({ id, args: { resource } }))
  }
  if (id === 'enum-value-renamed') {
    const searched = used.uses.literals.filter(({ field, value }) => field === args.field && value === args.from)
    if (searched.length > 0) return searched.map(({ resource }) => having({ resource }))
  }
  const pairs = fieldsCalled(args.field ?? args.from, used)
  if (id === 'field-renamed' && pairs.length === 0 && typeof args.from === 'string') {
    // What is called like a code of a list is one.
    const values = { [args.from]: args.to }
    return listsWith(args.from, used).map((resource) => ({
      id: 'dimension-value-renamed',
      args: { ...listArgs(resource, used), values },
    }))
  }
  return pairs.map(({ resource, field }) => {
    if (id === 'rounding-changed') return { id, args: { resource, fields: [field], unit: args.unit } }
    if (args.field !== undefined) return { id, args: { ...args, resource, field } }
    return { id, args: { ...args, resource, from: field, to: likeFields(args.to, resource, used) } }
  })
}

/** The first code that an announcement about a value list names. */
function codeIn(args: DraftedExpectation['args']): string | undefined {
  if (args.field !== undefined || args.from !== undefined) return undefined
  const [first] = [args.values, args.accounts, args.codes, args.account].flatMap((named): readonly unknown[] =>
    named === undefined
      ? []
      : Array.isArray(named)
        ? named
        : typeof named === 'object' && named !== null
          ? Object.keys(named)
          : [named],
  )
  return typeof first === 'string' ? first : undefined
}

function listsWith(code: string, { values }: Used): readonly string[] {
  return Object.keys(values).filter((list) => values[list]?.some((value) => value.code === code) === true)
}

/** A value list, and the fields of documents that the mapping fills from it. */
function listArgs(list: string, { mapping }: Used): Readonly<Record<string, unknown>> {
  const places = mapping.fields.filter((row) => row.list === list && row.direction === 'send').map(({ to }) => to)
  return { resource: list, ...(places.length === 0 ? {} : { 'used-in': places }) }
}

/** Used fields that a text names, by their own name or by what people see on screen. */
function fieldsCalled(name: unknown, { pairs }: Used): readonly UsedField[] {
  return typeof name === 'string' ? pairs.filter(({ words }) => words.includes(name.toLowerCase())) : []
}

/** Used resources that a text names, whole or by their last part. */
function resourcesCalled(name: unknown, { uses, schema }: Used): readonly string[] {
  if (typeof name !== 'string') return []
  const called = name.toLowerCase()
  return Object.keys(schema.resources).filter((resource) => {
    const own = resource.toLowerCase()
    return uses.touches(resource) && (own === called || own.endsWith(`.${called}`))
  })
}

/** A new name as fields of the resource are written: what is only a title on screen is a guess that a person checks. */
function likeFields(name: unknown, resource: string, { pairs }: Used): unknown {
  if (typeof name !== 'string' || !/[A-Z ]/.test(name)) return name
  const words = name.toLowerCase().split(/[ _]+/)
  const isCamel = pairs.some((pair) => pair.resource === resource && /[a-z][A-Z]/.test(pair.field))
  if (!name.includes(' ') && isCamel && /^[a-z]/.test(name)) return name
  const capitalized = words.map((word, index) =>
    index === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
  )
  return isCamel ? capitalized.join('') : words.join('_')
}

/** Drafts that name an expectation of this harness, with arguments that it takes. */
function known(
  drafts: readonly DraftedExpectation[],
  expectations: ReadonlyMap<string, Expectation>,
): readonly Readonly<Record<string, unknown>>[] {
  return drafts.flatMap(({ id, args }) =>
    expectations.get(id)?.args.safeParse(args).success === true ? [{ [id]: args }] : [],
  )
}

function commentOf(statement: NoteStatement, used: Used | undefined, places: readonly string[]): string {
  if (used === undefined) return ' not held against recordings and mapping: name the change with --change'
  const there = used.notes.some((says) => says === statement.says) ? ' already in change.yaml;' : ''
  if (places.length === 0) return `${there} names nothing that the recordings or the mapping use`
  const rest = places.length - NAMED
  return `${there} touches what you use: ${places.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function yamlOf(entries: readonly Readonly<Record<string, unknown>>[], comments: readonly string[]): string {
  const document = new Document({ notes: entries })
  const list = document.get('notes')
  if (isSeq(list)) {
    for (const [index, item] of list.items.entries()) if (isMap(item)) item.commentBefore = comments[index] ?? ''
  }
  return document.toString({ lineWidth: 0 })
}
