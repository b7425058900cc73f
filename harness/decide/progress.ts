import type { ChangeAssessment } from '../model/assessment.ts'
import type { KnownFinding, Progress, Run } from '../model/history.ts'

/** What the history keeps of an assessment. */
export function runOf(assessment: Readonly<ChangeAssessment>, file: string): Run {
  const { accounting, change, checks, evidence, findings, meta, verdict } = assessment
  const isOpen = (finding: ChangeAssessment['findings'][number]) =>
    finding.severity !== 'info' && finding.status === 'unexpected'
  return {
    file,
    assessedAt: meta.assessedAt,
    verdict,
    from: change.from,
    to: change.to,
    evidence: evidence.level,
    target: evidence.target.kind,
    complete: accounting.reconciles && checks.every((check) => check.state !== 'errored'),
    open: findings.filter(isOpen).map(({ fingerprint, message }) => ({ fingerprint, message })),
    handled: findings.filter((finding) => !isOpen(finding)).map(({ fingerprint }) => fingerprint),
  }
}

/** Compares a run with the one before it, by fingerprint. */
export function progressOf(previous: Run, current: Run): Progress {
  const before = new Set(previous.open.map(({ fingerprint }) => fingerprint))
  const now = new Set(current.open.map(({ fingerprint }) => fingerprint))
  const handled = new Set(current.handled)
  const left = previous.open.filter(({ fingerprint }) => !now.has(fingerprint))
  const gone: readonly KnownFinding[] = left.filter(({ fingerprint }) => !handled.has(fingerprint))
  return {
    fresh: current.open.filter(({ fingerprint }) => !before.has(fingerprint)),
    open: current.open.filter(({ fingerprint }) => before.has(fingerprint)),
    fixed: current.complete ? gone : [],
    accepted: left.filter(({ fingerprint }) => handled.has(fingerprint)),
    unseen: current.complete ? [] : gone,
  }
}

/** Orders the runs of one change, newest first, and compares each with the one before it. */
export function withProgress(runs: readonly Run[]): readonly Readonly<{ run: Run; progress: Progress | null }>[] {
  const ordered = [...runs].sort(
    (one, other) => Date.parse(one.assessedAt) - Date.parse(other.assessedAt) || (one.file < other.file ? -1 : 1),
  )
  return ordered
    .map((run, index) => {
      const previous = ordered[index - 1]
      return { run, progress: previous === undefined ? null : progressOf(previous, run) }
    })
    .reverse()
}
