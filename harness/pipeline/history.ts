import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import { runOf, withProgress } from '../decide/progress.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { ChangeHistory, History, Run } from '../model/history.ts'
import json from '../reporters/json.ts'
import { renderHistory } from '../reporters/rendering/history-page.ts'
import { parseAssessment } from './assessment-file.ts'

const LATEST = 'assessment.json'
const HINT = 'Restore the file or remove it from the folder of reports.'

/** The instant of a run as a file name that every system and artifact store takes: no colons. */
export function runName(assessedAt: string): string {
  return assessedAt.replace(/[^0-9A-Za-z.+-]/g, '-')
}

/** Keeps the assessment of a run for good, beside the latest. */
export async function keepRun(reportFolder: string, assessment: ChangeAssessment): Promise<void> {
  const file = join(reportFolder, 'runs', `${runName(assessment.meta.assessedAt)}.json`)
  await writeTextFile(file, json.render(assessment))
}

/** Keeps the latest assessment if nobody did: an older harness overwrote it with the next. One that cannot be read stays where it is. */
export async function keepEarlierRun(reportFolder: string): Promise<void> {
  const file = join(reportFolder, LATEST)
  if (!(await exists(file))) return
  try {
    await keepRun(reportFolder, parseAssessment(await readTextFile(file, HINT), file))
  } catch (cause) {
    if (!(cause instanceof GateError)) throw cause
  }
}

/** Writes `index.html` of a folder of reports from every assessment in it. */
export async function writeHistory(reports: string): Promise<void> {
  await writeTextFile(join(reports, 'index.html'), renderHistory(await readHistory(reports)))
}

/** Reads every run that is kept. A file that cannot be read is listed, never passed over. */
export async function readHistory(reports: string): Promise<History> {
  const changes: ChangeHistory[] = []
  const unreadable: { file: string; why: string }[] = []
  for (const integration of await foldersIn(reports)) {
    for (const change of await foldersIn(join(reports, integration))) {
      const runs = new Map<string, Run>()
      let newest: Readonly<{ at: number; assessment: ChangeAssessment }> | undefined
      for (const name of await assessmentsIn(join(reports, integration, change))) {
        const file = `${integration}/${change}/${name}`
        try {
          const assessment = parseAssessment(await readTextFile(join(reports, file), HINT), file)
          // The latest is read last, and is one of those that were kept unless an older harness wrote it.
          const { assessedAt } = assessment.meta
          if (!runs.has(assessedAt)) runs.set(assessedAt, runOf(assessment, file))
          const at = Date.parse(assessedAt)
          if (newest === undefined || at >= newest.at) newest = { at, assessment }
        } catch (cause) {
          unreadable.push({ file, why: messageOf(cause) })
        }
      }
      if (newest === undefined) continue
      const { id, title } = newest.assessment.change
      const integrationTitle = newest.assessment.integration.title
      changes.push({ integration, change, id, title, integrationTitle, runs: withProgress([...runs.values()]) })
    }
  }
  return { changes, unreadable }
}

async function assessmentsIn(folder: string): Promise<readonly string[]> {
  const runs = join(folder, 'runs')
  const kept = (await exists(runs)) ? (await readdir(runs)).filter((name) => name.endsWith('.json')).sort() : []
  return [...kept.map((name) => `runs/${name}`), ...((await exists(join(folder, LATEST))) ? [LATEST] : [])]
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}
