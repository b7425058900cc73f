import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeTextFile } from '../base/files.ts'
import type { ChangeAssessment, Verdict } from '../model/assessment.ts'
import { DECISION_FILE, keepDecision, type Signing, signerOf } from './decision.ts'
import { keepEarlierRun, keepRun, writeHistory } from './history.ts'
import { loadPlugIn, loadPlugIns } from './registry.ts'
import { type RunOptions, type RunResult, reportFolderOf, runChange } from './run.ts'
import { mergePacks } from './shards.ts'

/** A finished run: the terminal text and where the files are. */
export type ReportedRun = Readonly<{
  verdict: Verdict
  text: string
  html: string
  /** The signed decision, when there was a key. */
  decision: string | undefined
  assessment: ChangeAssessment
}>

/**
 * Runs a change request and writes every report, and the decision when there is a key to sign it with.
 * Throws what `runChange` throws, and `usage` or `key-unusable` before anything is replayed.
 */
export async function runAndReport(options: RunOptions, signing?: Signing): Promise<ReportedRun> {
  const signer = signing === undefined ? undefined : await signerOf(signing)
  await forgetDecision(reportFolderOf(options))
  return report(await runChange(options), options.reports, signer)
}

/**
 * Decides from the evidence packs of all shards and writes every report, and the decision when there is a key to sign it with.
 * Throws what `mergePacks` throws, and `usage` or `key-unusable` before anything is read.
 */
export async function mergeAndReport(
  options: Parameters<typeof mergePacks>[0],
  signing?: Signing,
): Promise<ReportedRun> {
  const signer = signing === undefined ? undefined : await signerOf(signing)
  const { change, reports } = options
  if (change !== undefined) await forgetDecision(reportFolderOf({ changeFolder: change, reports }))
  const merged = await mergePacks(options)
  await forgetDecision(merged.reportFolder)
  return report(merged, reports, signer)
}

/** What ends early, or signs nothing, must not leave an earlier decision where the latest is looked for. */
function forgetDecision(reportFolder: string): Promise<void> {
  return rm(join(reportFolder, DECISION_FILE), { force: true })
}

async function report(
  { assessment, reportFolder }: RunResult,
  reports: string,
  signer: Awaited<ReturnType<typeof signerOf>> | undefined,
): Promise<ReportedRun> {
  await keepEarlierRun(reportFolder)
  for (const [id, reporter] of await loadPlugIns('reporters')) {
    if (id === 'text') continue
    await writeTextFile(join(reportFolder, fileName(id, reporter.extension)), reporter.render(assessment))
  }
  await keepRun(reportFolder, assessment)
  const decision = signer === undefined ? undefined : await keepDecision(reportFolder, assessment, signer)
  await writeHistory(reports)
  const text = (await loadPlugIn('reporters', 'text')).render(assessment)
  return { verdict: assessment.verdict, text, html: join(reportFolder, 'report.html'), decision, assessment }
}

/** The exit status of a verdict: 0 go or conditional, 1 no-go, 3 undecided. */
export function exitOfVerdict(verdict: Verdict, failsOnConditional: boolean): 0 | 1 | 3 {
  if (verdict === 'undecided') return 3
  if (verdict === 'no-go' || (verdict === 'conditional' && failsOnConditional)) return 1
  return 0
}

function fileName(id: string, extension: string): string {
  if (id === 'html') return 'report.html'
  return id === 'json' ? 'assessment.json' : `${id}.${extension}`
}
