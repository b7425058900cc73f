import { canonicalJson, toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { LANE_TITLES } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import { defineReporter } from '../ports/reporter.ts'
import { visibleValue } from './rendering/visible-text.ts'
import { counted, handling, isHandled, worstFirst } from './rendering/words.ts'

/** GitHub shows the first 5,000 results of a run; what is beyond is said in a notification. */
const LIMIT = 5_000

/** SARIF 2.1.0: one result per finding, at the release note entry that announces it or at the change request. */
export default defineReporter({
  title: 'SARIF 2.1.0',
  extension: 'sarif',
  render: (assessment) => {
    const shown = visibleValue(assessment)
    const { change, integration, meta, verdict, checks } = shown
    const findings = worstFirst(shown.findings)
    const [name = meta.harness, version] = meta.harness.split(' ')
    const rest = findings.length - LIMIT
    const log = {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name,
              ...(version === undefined ? {} : { version }),
              rules: checks.map((check) => ({
                id: check.check,
                shortDescription: { text: check.title },
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
                      { level: 'warning', message: { text: `${counted(rest, 'more finding')}: see the report.` } },
                    ],
                  }
                : {}),
            },
          ],
          properties: { verdict, reasons: shown.reasons.map((reason) => reason.code) },
          results: findings.slice(0, LIMIT).map((finding) => resultOf(finding, shown)),
        },
      ],
    }
    return `${canonicalJson(toJson(log), 2)}\n`
  },
})

function resultOf(finding: Readonly<Finding>, assessment: Readonly<ChangeAssessment>) {
  const rule = assessment.checks.findIndex((check) => check.check === finding.check)
  return {
    ruleId: finding.check,
    ...(rule < 0 ? {} : { ruleIndex: rule }),
    level: levelOf(finding),
    message: {
      text: `${finding.message} ${counted(finding.invoices.length, 'invoice')}; ${handling(finding)}. ${LANE_TITLES[finding.lane]}: ${finding.remedy}`,
    },
    locations: [
      {
        ...physicalLocation(finding, assessment),
        logicalLocations: [{ fullyQualifiedName: `${finding.resource}${finding.pointer}`, kind: 'member' }],
      },
    ],
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

/** The line of the first entry that announces the finding, else the first line of the change request. */
function physicalLocation(finding: Readonly<Finding>, { written }: Readonly<ChangeAssessment>) {
  if (written === undefined) return {}
  const announced = finding.notes.map((note) => written.lines[note]).find((line) => line !== undefined)
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(written.file) },
      region: { startLine: announced ?? 1 },
    },
  }
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
