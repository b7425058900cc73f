import type { ChangeAssessment } from '../model/assessment.ts'

/** Renders an assessment. Its id is the name of its file. It recomputes nothing, reads no file and prints nothing. */
export type Reporter = Readonly<{
  title: string
  /** Ending of the file it is written to, such as `html`. */
  extension: string
  render: (assessment: ChangeAssessment) => string
}>

/** Types a reporter; the default export of every file in `reporters/`. */
export function defineReporter(reporter: Reporter): Reporter {
  return reporter
}
