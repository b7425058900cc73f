import { instant } from '../../base/instant.ts'
import type { ChangeAssessment } from '../../model/assessment.ts'
import { visibleValue } from '../rendering/visible-text.ts'
import { isInformation, VERDICTS, worstFirst } from '../rendering/words.ts'
import { approvalsOf, changeOf, confidenceOf, impactOf, verdictOf } from './board.ts'
import { capped, number, SHOWN, shortened } from './cells.ts'
import { connectorOf } from './connector.ts'
import { accountingOf, agreementOf, checksOf, controlTotalsOf, coverageOf, evidenceOf, waiversOf } from './evidence.ts'
import { findingsOf, invoicesOf } from './findings.ts'
import { mappingOf } from './mapping.ts'
import { installationOf, notesOf, rollbackOf } from './plans.ts'
import { contactsOf, otherConditions, ownersOf, reasonsOf } from './reasons.ts'
import { sideBySideOf, sidesOf } from './side-by-side.ts'

/** Everything the template prints, in its order. All texts are visible text; the template escapes them. */
export function viewOf(given: ChangeAssessment, digest: string) {
  const assessment = visibleValue(given)
  const findings = worstFirst(assessment.findings)
  const weighing = findings.filter((finding) => !isInformation(finding)).slice(0, SHOWN.findings)
  const information = findings.filter(isInformation).slice(0, SHOWN.information)
  const linked = new Set([...weighing, ...information].map((finding) => finding.fingerprint))
  const contacts = contactsOf(assessment)
  const places = new Map(assessment.invoices.map((invoice, index) => [invoice.key, `i-${index + 1}`]))
  const sides = sidesOf(assessment, places)
  const link = (fingerprint: string) => ({ fingerprint, linked: linked.has(fingerprint) })
  const notes = notesOf(assessment, link)
  return {
    title: `${VERDICTS[assessment.verdict].word}: ${assessment.change.id} ${assessment.change.title}`,
    digest,
    verdict: verdictOf(assessment),
    change: changeOf(assessment),
    reasons: reasonsOf(assessment, link),
    conditions: capped(
      otherConditions(assessment).map((condition) => shortened(condition, 120)),
      SHOWN.conditions,
      'condition',
    ),
    allConditions: assessment.conditions,
    impact: impactOf(assessment),
    owners: ownersOf(assessment, link),
    accountable: assessment.owners.accountable,
    confidence: confidenceOf(assessment),
    /** Where little stands against the change, the left column of page one has room for more. */
    calm: assessment.reasons.length + assessment.conditions.length + notes.open.rows.length <= 3,
    notes,
    installation: installationOf(assessment),
    rollback: rollbackOf(assessment, link),
    approvals: approvalsOf(assessment),
    findings: findingsOf(assessment, weighing, information, contacts, places, sides),
    invoices: invoicesOf(assessment, findings, places, sides, link),
    sides: sideBySideOf(assessment, places, sides),
    mapping: mappingOf(assessment, link),
    controlTotals: controlTotalsOf(assessment),
    accounting: accountingOf(assessment),
    connector: connectorOf(assessment),
    checks: checksOf(assessment),
    agreement: agreementOf(assessment),
    waivers: waiversOf(assessment, link),
    evidence: evidenceOf(assessment),
    coverage: coverageOf(assessment),
    survivors: assessment.evidence.drill?.survivors ?? [],
    notCompared: assessment.evidence.notCompared.map((entry) => ({ ...entry, count: number(entry.count) })),
    leftBehind: assessment.leftBehind,
    meta: {
      harness: assessment.meta.harness,
      assessedAt: instant(assessment.meta.assessedAt),
      seconds: `${(assessment.meta.durationMs / 1000).toFixed(1)} s`,
      runTag: assessment.meta.runTag,
      targetUrl: assessment.meta.targetUrl,
    },
  }
}

/** What the template may name; a name that is missing makes the strict template throw. */
export type View = ReturnType<typeof viewOf>
