import type { Rehearsal } from '../model/rehearsal.ts'
import { loadPlugIn } from './registry.ts'
import { type RehearseOptions, rehearseRollback } from './rehearse.ts'
import { runChange } from './run.ts'

/** The way back of a change request as people follow it, made from a run against the mocked API. Throws what a run throws. */
export async function rollbackText(
  changeFolder: string,
  snapshots: string,
  onProgress: (done: number, total: number, what: string) => void,
): Promise<string> {
  const { assessment } = await runChange({ changeFolder, target: 'mock', snapshots, reports: 'reports', onProgress })
  return (await loadPlugIn('reporters', 'runbook')).render(assessment)
}

/** Rehearses the rollback and tells what was done, how long it took, and whether the baseline came back. */
export async function rehearseAndRender(
  options: RehearseOptions,
): Promise<Readonly<{ text: string; proven: boolean }>> {
  const { rehearsal, file, kept } = await rehearseRollback(options)
  const { equality, parts, builds, proven } = rehearsal
  const width = Math.max(...parts.map(({ part }) => part.length))
  const lines = [
    `${rehearsal.change} ${rehearsal.from} → ${rehearsal.to} → ${rehearsal.from}, ${rehearsal.level === 'live' ? 'real ERP in containers' : 'mocked API'}: ${builds.baseline} → ${builds.candidate} → ${builds.restored}`,
    ...parts.map((each) => `  ${each.part.padEnd(width)}  ${seconds(each)}  ${each.outcome.padEnd(6)}  ${each.saw}`),
    proven
      ? `PROVEN  ${equality.invoices} invoices come out as before${rehearsal.level === 'live' ? `; ${equality.kept} stored documents kept, ${equality.lost} lost` : ''}.`
      : `NOT PROVEN  the baseline did not come back: ${equality.differences.length} differences, ${equality.lost} documents lost.`,
    ...equality.differences.map((difference) => `  ${difference}`),
    kept === undefined ? `written ${file}` : `not written, because a stronger one is there. ${kept}`,
  ]
  return { text: lines.join('\n'), proven }
}

function seconds({ tenths }: Rehearsal['parts'][number]): string {
  return `${(tenths / 10).toFixed(1).padStart(6)} s`
}
