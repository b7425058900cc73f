import Handlebars from 'handlebars'
import { digestOf } from '../base/fingerprint.ts'
import { canonicalJson, toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { defineReporter } from '../ports/reporter.ts'
import { SCRIPT } from './html/script.ts'
import { STYLE } from './html/style.ts'
import { PARTIALS, templateOf } from './html/template.ts'
import { viewOf } from './html/view.ts'
import json from './json.ts'
import { escapedUnseen } from './rendering/visible-text.ts'

/** The JSON assessment travels inside the page when it is stored in at most this many characters; a larger one is only named by its digest. */
const EMBEDDED_LIMIT = 1_500_000

const engine = Handlebars.create()
for (const [name, source] of Object.entries(PARTIALS)) engine.registerPartial(name, source)
engine.registerHelper('isNull', (value: unknown) => value === null)

/** Nothing may be loaded, sent or run but the style and the script below, known by their digests. */
const POLICY = [
  "default-src 'none'",
  `style-src '${sourceOf(STYLE)}'`,
  `script-src '${sourceOf(SCRIPT)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const page = engine.compile(templateOf(STYLE, SCRIPT), {
  strict: true,
  knownHelpers: { isNull: true },
  knownHelpersOnly: true,
})

/** One file for the change board and for auditors: page one answers, the rest is the evidence. */
export default defineReporter({
  title: 'Report for the change board',
  extension: 'html',
  render: (assessment) => {
    const stored = json.render(assessment)
    return page({
      policy: POLICY,
      view: viewOf(assessment, digestOf(stored)),
      embedded: new Handlebars.SafeString(embeddedJson(assessment, stored)),
    })
  },
})

/** JSON that cannot end the script element it stands in, and in which no unseen character is left. */
function embeddedJson(assessment: ChangeAssessment, stored: string): string {
  const { format, version, verdict, change } = assessment
  const kept = stored.length <= EMBEDDED_LIMIT ? assessment : { format, version, verdict, change, complete: false }
  return escapedUnseen(canonicalJson(toJson(kept))).replace(
    /[<>&]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function sourceOf(text: string): string {
  return `sha256-${Buffer.from(digestOf(text).slice('sha256:'.length), 'hex').toString('base64')}`
}
