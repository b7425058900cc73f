import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { GateError } from '../base/errors.ts'
import type { Check } from '../ports/check.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Expectation } from '../ports/expectation.ts'
import type { Failure } from '../ports/failure.ts'
import type { Importer } from '../ports/importer.ts'
import type { NoteSource } from '../ports/note-source.ts'
import type { Reporter } from '../ports/reporter.ts'
import type { SchemaSource } from '../ports/schema-source.ts'
import type { Wire } from '../ports/wire.ts'

/** What each plug-in folder holds. The folder is the registry: one file is one plug-in, and its name is its id. */
type PlugIns = {
  erps: ErpAdapter
  'schema-sources': SchemaSource
  importers: Importer
  checks: Check
  expectations: Expectation
  reporters: Reporter
  'note-sources': NoteSource
  wires: Wire
  failures: Failure
}

const FOLDERS: Readonly<Record<keyof PlugIns, string>> = {
  erps: '../erps',
  'schema-sources': '../schema-sources',
  importers: '../importers',
  checks: '../checks',
  expectations: '../reconcile/expectations',
  reporters: '../reporters',
  'note-sources': '../note-sources',
  wires: '../discover/wires',
  failures: '../failures',
}

/** Ids of all plug-ins of a kind, sorted. */
export async function plugInIds(kind: keyof PlugIns): Promise<readonly string[]> {
  const names = await readdir(folderOf(kind))
  return names
    .filter((name) => /\.[tj]s$/.test(name) && !/\.(test|d)\.[tj]s$/.test(name))
    .map((name) => name.slice(0, -3))
    .sort()
}

/** Loads one plug-in. Throws `plug-in-unknown` with the ids there are. */
export async function loadPlugIn<Kind extends keyof PlugIns>(kind: Kind, id: string): Promise<PlugIns[Kind]> {
  const ids = await plugInIds(kind)
  if (!ids.includes(id)) {
    throw new GateError('plug-in-unknown', `There is no "${id}" in ${kind}.`, {
      hint: `Choose one of: ${ids.join(', ')}.`,
    })
  }
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const module: { default: PlugIns[Kind] } = await import(
    pathToFileURL(join(folderOf(kind), `${id}.${extension}`)).href
  )
  return module.default
}

/** Loads all plug-ins of a kind, in sorted order of their ids. */
export async function loadPlugIns<Kind extends keyof PlugIns>(kind: Kind): Promise<ReadonlyMap<string, PlugIns[Kind]>> {
  const loaded = new Map<string, PlugIns[Kind]>()
  for (const id of await plugInIds(kind)) loaded.set(id, await loadPlugIn(kind, id))
  return loaded
}

function folderOf(kind: keyof PlugIns): string {
  return join(import.meta.dirname, FOLDERS[kind])
}
