import type { ChangeAssessment, Owner, Reason } from '../model/assessment.ts'
import { type ChangeClassId, Lane } from '../model/common.ts'
import type { Finding } from '../model/finding.ts'
import type { Integration } from '../model/integration.ts'

type Owners = Integration['owners']

/**
 * Lanes that can push a finding of a class of change at each other: one changed it, the other has to follow. A class that
 * is not here belongs to one lane alone.
 */
const SHARED_BY: Readonly<Partial<Record<ChangeClassId, readonly [Lane, Lane]>>> = {
  C1: ['erp-publisher', 'ap-vendor'],
  C2: ['finance', 'it'],
  C3: ['finance', 'ap-vendor'],
  C4: ['ap-vendor', 'it'],
  C5: ['erp-publisher', 'ap-vendor'],
  C7: ['erp-publisher', 'ap-vendor'],
  C8: ['erp-publisher', 'finance'],
  C10: ['ap-vendor', 'it'],
}

/**
 * A finding with the lane that answers for it: the integration's own table by class of change, then by class of finding,
 * then what the check says. Where two lanes share the class, the accountable integration owner is named.
 */
function routed(finding: Finding, changeClass: ChangeClassId | undefined, owners: Owners): Finding {
  const table = owners['by-class']
  const lane = (changeClass === undefined ? undefined : table[changeClass]) ?? table[finding.class] ?? finding.lane
  const shared = changeClass === undefined ? undefined : SHARED_BY[changeClass]
  const other = shared?.find((candidate) => candidate !== lane)
  // A lane that the integration put in charge by hand, and that does not share the class, has nobody to push it to.
  if (finding.severity === 'info' || other === undefined || !shared?.includes(lane)) return { ...finding, lane }
  return { ...finding, lane, disputed: { with: other, decides: owners.accountable } }
}

/** Every finding routed; a waiver that accepts nothing goes to whom the finding that it is about goes to. */
export function allRouted(
  findings: readonly Finding[],
  changeClassOf: (check: string) => ChangeClassId | undefined,
  owners: Owners,
): readonly Finding[] {
  const ofRelease = findings
    .filter(({ area }) => area !== 'waivers')
    .map((finding) => routed(finding, changeClassOf(finding.check), owners))
  const lanes = new Map(ofRelease.map(({ fingerprint, lane }) => [fingerprint, lane]))
  const ofWaivers = findings
    .filter(({ area }) => area === 'waivers')
    .map((finding) => ({ ...finding, lane: lanes.get(finding.args.waiver ?? '') ?? finding.lane }))
  return [...ofRelease, ...ofWaivers]
}

/** One entry per lane, with what it has to answer for. */
export function ownersOf(findings: readonly Finding[], owners: Owners): readonly Owner[] {
  return Lane.options.map((lane) => {
    const contact = owners.lanes[lane]
    const open = findings.filter(
      (finding) => finding.lane === lane && finding.severity !== 'info' && finding.status === 'unexpected',
    )
    return {
      lane,
      contact: `${contact.name} <${contact.email}>`,
      respondWithinHours: contact['respond-within-hours'],
      findings: open.map((finding) => finding.fingerprint),
    }
  })
}

/** When the agreed response time of each lane that has to answer runs out, counted from the assessment. */
export function clocksOf(
  reasons: readonly Reason[],
  owners: readonly Owner[],
  assessedAt: string,
): NonNullable<ChangeAssessment['meta']['respondBy']> {
  const answering = owners.filter(
    ({ lane, findings }) => findings.length > 0 || reasons.some((reason) => reason.lane === lane),
  )
  return Object.fromEntries(
    answering.map(({ lane, respondWithinHours }) => [lane, hoursAfter(assessedAt, respondWithinHours)]),
  )
}

function hoursAfter(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
}
