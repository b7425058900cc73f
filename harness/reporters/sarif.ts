import { canonicalJson, toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { LANE_TITLES } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import { defineReporter } from '../ports/reporter.ts'
import { type Place, placesOf } from './rendering/places.ts'
import { visibleValue } from './rendering/visible-text.ts'
import { counted, handling, isHandled, worstFirst } from './rendering/words.ts'

/** GitHub shows the first 5,000 results of a run; what is beyond is said in a notification. */
const LIMIT = 5_000

/** An entry of the release notes that nobody has judged, or that announces what is not there, is a result too. */
const OPEN_NOTE = 'release-note-open'

/** SARIF 2.1.0: one result per open release note and per finding, at the line where people wrote what it is about. */
export default defineReporter({
  title: 'SARIF 2.1.0',
  extension: 'sarif',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const { change, integration, meta, verdict, checks } = shown
    const findings = worstFirst(shown.findings)
    const [name = meta.harness, version] = meta.harness.split(' ')
    const notes = openNoteResults(shown)
    const kept = findings.slice(0, Math.max(0, LIMIT - notes.length))
    const results = [...notes, ...kept.map((finding) => resultOf(finding, shown))].slice(0, LIMIT)
    const rest = notes.length + findings.length - results.length
    const log = {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name,
              ...(version === undefined ? {} : { version }),
              rules: [
                ...checks.map((check) => ({ id: check.check, title: check.title })),
                { id: OPEN_NOTE, title: 'Every release note is judged, and what it announces is seen.' },
              ].map(({ id, title }) => ({
                id,
                shortDescription: { text: title },
                defaultConfiguration: { level: 'error' },
              })),
            },
          },
          automationDetails: { id: `${integration.id}/${change.id}/` },
          invocations: [
            {
              executionSuccessful: verdict !== 'undecided',
              endTimeUtc: meta.assessedAt,
              ...(rest > 0
                ? {
                    toolExecutionNotifications: [
                      { level: 'warning', message: { text: `${counted(rest, 'more result')}: see the report.` } },
                    ],
                  }
                : {}),
            },
          ],
          properties: { verdict, reasons: shown.reasons.map((reason) => reason.code) },
          results,
        },
      ],
    }
    return `${canonicalJson(toJson(log), 2)}\n`
  },
})

function resultOf(finding: Readonly<Finding>, assessment: Readonly<ChangeAssessment>) {
  const rule = assessment.checks.findIndex((check) => check.check === finding.check)
  const [place, ...related] = placesOf(finding, assessment)
  return {
    ruleId: finding.check,
    ...(rule < 0 ? {} : { ruleIndex: rule }),
    level: levelOf(finding),
    message: {
      text: `${finding.message} ${counted(finding.invoices.length, 'invoice')}; ${handling(finding)}. ${LANE_TITLES[finding.lane]}: ${finding.remedy}`,
    },
    locations: [
      {
        ...(place === undefined ? {} : { physicalLocation: physicalLocation(place) }),
        logicalLocations: [{ fullyQualifiedName: `${finding.resource}${finding.pointer}`, kind: 'member' }],
      },
    ],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((other, index) => ({
            id: index,
            message: { text: other.what },
            physicalLocation: physicalLocation(other),
          })),
        }),
    partialFingerprints: { 'changeGateFinding/v1': finding.fingerprint },
    ...(finding.status === 'waived' ? { suppressions: [suppressionOf(finding, assessment)] } : {}),
    properties: {
      tags: [finding.loudness, finding.class, finding.lane],
      status: finding.status,
      withPlan: finding.withPlan,
      amounts: finding.amounts,
    },
  }
}

function levelOf(finding: Readonly<Finding>): 'error' | 'warning' | 'note' {
  if (isHandled(finding)) return 'note'
  return ({ error: 'error', warning: 'warning', info: 'note' } as const)[finding.severity]
}

/** What is open of the release notes, at the entry or at the expectation. */
function openNoteResults(assessment: Readonly<ChangeAssessment>) {
  const { notes, verdict, checks, written } = assessment
  const permits = verdict === 'go' || verdict === 'conditional'
  const resultAt = (level: 'error' | 'warning', text: string, id: string, line: number | undefined) => ({
    ruleId: OPEN_NOTE,
    ruleIndex: checks.length,
    level: permits ? 'note' : level,
    message: { text },
    ...(written === undefined
      ? {}
      : {
          locations: [
            { physicalLocation: physicalLocation({ file: written.change.file, line: line ?? written.change.line }) },
          ],
        }),
    partialFingerprints: { 'changeGateNote/v1': id },
  })
  return notes.flatMap((note) => {
    const lines = written?.change.notes.find(({ id }) => id === note.id)
    const expected = note.expectations.flatMap(({ state, summary }, index) =>
      state === 'met'
        ? []
        : [
            resultAt(
              state === 'unmet' ? 'error' : 'warning',
              `${note.id} is ${state}: ${summary}`,
              `${note.id}/${index}/${state}`,
              lines?.expectations[index],
            ),
          ],
    )
    if (note.affectsUs !== 'undecided') return expected
    return [
      resultAt('error', `${note.id} is undecided: ${note.says}`, `${note.id}/undecided`, lines?.line),
      ...expected,
    ]
  })
}

function physicalLocation({ file, line }: Pick<Place, 'file' | 'line'>) {
  return { artifactLocation: { uri: encodeURI(file), uriBaseId: '%SRCROOT%' }, region: { startLine: line } }
}

function suppressionOf(finding: Readonly<Finding>, { waivers }: Readonly<ChangeAssessment>) {
  const waiver = waivers.find((entry) => entry.fingerprint === finding.fingerprint)
  if (waiver === undefined) return { kind: 'external' }
  const { reason, owner, approver, expires } = waiver
  return {
    kind: 'external',
    justification: `${reason} Owner ${owner}, approved by ${approver}, expires ${expires}.`,
  }
}
