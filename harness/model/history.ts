import type { ChangeAssessment, Verdict } from './assessment.ts'

/** A finding as the history knows it. */
export type KnownFinding = Readonly<{ fingerprint: string; message: string }>

/** One run of a change request: what the history keeps of its assessment. */
export type Run = Readonly<{
  /** Where its assessment is kept, relative to the folder of reports. */
  file: string
  assessedAt: string
  verdict: Verdict
  from: string
  to: string
  evidence: ChangeAssessment['evidence']['level']
  target: ChangeAssessment['evidence']['target']['kind']
  /** Whether everything recorded was compared: only then is a finding that is not there gone. */
  complete: boolean
  /** Findings that nobody announced or accepted. */
  open: readonly KnownFinding[]
  /** Fingerprints of those that somebody did, or that are for information. */
  handled: readonly string[]
}>

/** What became of the open findings since the run before. */
export type Progress = Readonly<{
  fresh: readonly KnownFinding[]
  open: readonly KnownFinding[]
  fixed: readonly KnownFinding[]
  /** Still there, and announced, waived or weighed as information now. */
  accepted: readonly KnownFinding[]
  /** Not there, in a run that did not compare everything: nobody knows. */
  unseen: readonly KnownFinding[]
}>

/** The runs of one change request, newest first, each with what changed; the first run has nothing before it. */
export type ChangeHistory = Readonly<{
  /** Folder names under the folder of reports. */
  integration: string
  change: string
  id: string
  title: string
  integrationTitle: string
  runs: readonly Readonly<{ run: Run; progress: Progress | null }>[]
}>

/** Every run that is kept, and every file that could not be read. */
export type History = Readonly<{
  changes: readonly ChangeHistory[]
  unreadable: readonly Readonly<{ file: string; why: string }>[]
}>
