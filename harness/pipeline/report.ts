import { join } from 'node:path'
import { writeTextFile } from '../base/files.ts'
import type { ChangeAssessment, Verdict } from '../model/assessment.ts'
import { loadPlugIn, loadPlugIns } from './registry.ts'
import { type RunOptions, type RunResult, runChange } from './run.ts'
import { mergePacks } from './shards.ts'

/** A finished run: the terminal text and where the files are. */
export type ReportedRun = Readonly<{ verdict: Verdict; text: string; html: string; assessment: ChangeAssessment }>

/** Runs a change request and writes every report. Throws what `runChange` throws. */
export async function runAndReport(options: RunOptions): Promise<ReportedRun> {
  return report(await runChange(options))
}

/** Decides from the evidence packs of all shards and writes every report. Throws what `mergePacks` throws. */
export async function mergeAndReport(options: Parameters<typeof mergePacks>[0]): Promise<ReportedRun> {
  return report(await mergePacks(options))
}

async function report({ assessment, reportFolder }: RunResult): Promise<ReportedRun> {
  for (const [id, reporter] of await loadPlugIns('reporters')) {
    if (id === 'text') continue
    await writeTextFile(join(reportFolder, fileName(id, reporter.extension)), reporter.render(assessment))
  }
  const text = (await loadPlugIn('reporters', 'text')).render(assessment)
  return { verdict: assessment.verdict, text, html: join(reportFolder, 'report.html'), assessment }
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
