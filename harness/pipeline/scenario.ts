import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { GateError } from '../base/errors.ts'
import { exists, readTextFile } from '../base/files.ts'
import { digestOf } from '../base/fingerprint.ts'
import { parseYaml } from '../base/yaml.ts'
import type { Written } from '../model/assessment.ts'
import { Change, type Waiver, Waivers } from '../model/change.ts'
import { Integration } from '../model/integration.ts'
import { FieldMapping } from '../model/mapping.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import { readRecording } from '../record/store.ts'
import { writtenOf } from './written.ts'

/** Everything a person wrote about one change request. */
export type Scenario = Readonly<{
  folder: string
  integration: Integration
  mapping: FieldMapping
  /** SHA-256 of mapping.yaml, by which people tell which mapping was installed. */
  mappingDigest: string
  change: Change
  waivers: readonly Waiver[]
  /** Where it was written; undefined where nobody wrote it. */
  written: Written | undefined
  /** Every integration beside this one: their production hosts are refused too. */
  allIntegrations: readonly Integration[]
}>

/** Reads `changes/<name>` of an integration. Throws `file-missing` or `yaml-invalid` with file, line and column. */
export async function readScenario(changeFolder: string): Promise<Scenario> {
  const folder = resolve(changeFolder)
  const integrationFolder = dirname(dirname(folder))
  const hint = 'Name the folder of a change request, such as scenarios/tryton-ap/changes/erp-7.0.'
  const changeFile = join(folder, 'change.yaml')
  const changeText = await readTextFile(changeFile, hint)
  const change = parseYaml(changeText, Change, shown(changeFile))
  const waiversFile = join(folder, 'waivers.yaml')
  const waiversText = (await exists(waiversFile)) ? await readTextFile(waiversFile, hint) : undefined
  const waivers = waiversText === undefined ? [] : parseYaml(waiversText, Waivers, shown(waiversFile)).waivers
  const mappingFile = join(integrationFolder, 'mapping.yaml')
  const mappingText = await readTextFile(mappingFile, hint)
  const mapping = parseYaml(mappingText, FieldMapping, shown(mappingFile))
  return {
    folder: integrationFolder,
    integration: await readIntegration(integrationFolder),
    mapping,
    mappingDigest: digestOf(mappingText),
    change,
    waivers,
    written: await writtenOf({
      change: { file: changeFile, text: changeText, content: change },
      mapping: { file: mappingFile, text: mappingText, content: mapping },
      waivers: waiversText === undefined ? undefined : { file: waiversFile, text: waiversText, content: waivers },
    }),
    allIntegrations: await readAllIntegrations(dirname(integrationFolder)),
  }
}

/** Reads the `integration.yaml` of a scenario folder. */
export async function readIntegration(folder: string): Promise<Integration> {
  const file = join(folder, 'integration.yaml')
  const text = await readTextFile(file, 'Name the folder of an integration, such as scenarios/tryton-ap.')
  return parseYaml(text, Integration, shown(file))
}

/** Reads the `mapping.yaml` of a scenario folder. */
export async function readMapping(folder: string): Promise<FieldMapping> {
  const file = join(folder, 'mapping.yaml')
  const text = await readTextFile(file, 'Name the folder of an integration, such as scenarios/tryton-ap.')
  return parseYaml(text, FieldMapping, shown(file))
}

/** Reads every integration in a folder of scenarios. One that cannot be read is an error: it may name a production host. */
export async function readAllIntegrations(scenarios: string): Promise<readonly Integration[]> {
  const all: Integration[] = []
  for (const name of (await readdir(scenarios)).sort()) {
    if (await exists(join(scenarios, name, 'integration.yaml'))) all.push(await readIntegration(join(scenarios, name)))
  }
  return all
}

/** Whether an integration has a recording yet. */
export async function hasRecording(folder: string): Promise<boolean> {
  const recordings = join(folder, 'recordings')
  return (await exists(recordings)) && (await readdir(recordings)).some((name) => name.endsWith('.ndjson'))
}

/** Reads the newest recording of an integration. Throws `file-missing` when there is none. */
export async function readNewestRecording(folder: string): Promise<{ recording: SanitizedRecording; file: string }> {
  const recordings = join(folder, 'recordings')
  const names = (await exists(recordings))
    ? (await readdir(recordings)).filter((name) => name.endsWith('.ndjson')).sort()
    : []
  const newest = names.at(-1)
  if (newest === undefined) {
    throw new GateError('file-missing', `${shown(recordings)} holds no recording.`, {
      hint: 'Record an export first: change-gate record --upstream URL --listen PORT --out FILE.',
    })
  }
  const file = shown(join(recordings, newest))
  return { recording: await readRecording(file), file }
}

/** A path as people should see it: relative to where they stand, when it is below. */
export function shown(path: string): string {
  const here = `${process.cwd()}/`
  return path.startsWith(here) ? path.slice(here.length) : path
}

/** The name of an integration folder. */
export function scenarioName(folder: string): string {
  return basename(folder)
}
