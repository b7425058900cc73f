import { canonicalJson, toJson } from '../base/json.ts'
import { defineReporter } from '../ports/reporter.ts'

/** The assessment as it is stored: sorted keys, so that the same evidence is the same bytes. */
export default defineReporter({
  title: 'Assessment as canonical JSON',
  extension: 'json',
  render: (assessment) => `${canonicalJson(toJson(assessment), 2)}\n`,
})
