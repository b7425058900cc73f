import { instant } from '../../base/instant.ts'
import type { ChangeAssessment, Reason } from '../../model/assessment.ts'
import { LANE_TITLES, type Lane } from '../../model/common.ts'

import { capped, hours, type Link, number, SHOWN, shortened, unbroken } from './cells.ts'

/** Reasons in full, and the top ones as far as page one has room. */
export function reasonsOf({ reasons, conditions }: Readonly<ChangeAssessment>, link: Link) {
  const others = otherConditions({ reasons, conditions })
  const row = (reason: Readonly<Reason>, index: number) => ({
    ...reason,
    number: index + 1,
    text: unbroken(reason.text),
    condition: conditions.includes(reason.text),
    short: shortened(reason.text),
    lane: LANE_TITLES[reason.lane],
    hours: hours(reason.respondWithinHours),
    dispute:
      reason.disputed === undefined
        ? null
        : `If it says it is ${LANE_TITLES[reason.disputed.with]}'s, ${reason.disputed.decides} decides.`,
    findings: capped(reason.findings.map(link), SHOWN.findingsOfReason, 'finding'),
    shortFindings: capped(reason.findings.map(link), 2, 'finding'),
  })
  const rows = reasons.map(row)
  // The same sentence about the same place after other operations is one reason on page one.
  const once = new Map<string, Reason>()
  for (const reason of reasons) {
    const key = `${reason.lane} ${reason.text}`
    const first = once.get(key)
    once.set(key, first === undefined ? reason : { ...first, findings: [...first.findings, ...reason.findings] })
  }
  return {
    all: rows,
    top: capped(
      [...once.values()].map(row),
      others.length > 0 ? SHOWN.reasonsBesideConditions : SHOWN.reasons,
      'reason',
    ),
  }
}

/** Conditions that no reason states in the same words: page one says each thing once. */
export function otherConditions({
  reasons,
  conditions,
}: Readonly<Pick<ChangeAssessment, 'reasons' | 'conditions'>>): readonly string[] {
  const told = new Set(reasons.map(({ text }) => text))
  return conditions.filter((condition) => !told.has(condition))
}

/** Owners with those who must act first: who has open findings, or stands behind a reason. */
export function ownersOf({ owners, reasons, meta }: Readonly<ChangeAssessment>, link: Link) {
  return owners.lanes
    .map((owner) => {
      const named = reasons.filter((reason) => reason.lane === owner.lane).length
      const open = owner.findings.length
      return {
        lane: LANE_TITLES[owner.lane],
        contact: owner.contact,
        ...personOf(owner.contact),
        hours: hours(owner.respondWithinHours),
        until: deadline(meta, owner.lane),
        acts: named > 0 || open > 0,
        named,
        reasons: number(named),
        open: number(open),
        findings: capped(owner.findings.map(link), SHOWN.findingsOfReason, 'finding'),
      }
    })
    .toSorted((left, right) => Number(right.acts) - Number(left.acts) || right.named - left.named)
}

/** When the response time of a lane runs out; null when it has nothing to answer. */
function deadline(meta: ChangeAssessment['meta'], lane: Lane): string | null {
  const until = meta.respondBy?.[lane]
  return until === undefined ? null : instant(until)
}

/** A contact as integrations write it, "Name <address>", in its two parts. */
function personOf(contact: string) {
  const match = /^([^<]+?)\s*<([^>]*)>$/.exec(contact)
  const [, person = contact, address = null] = match ?? []
  return { person: shortened(person, 60), address: address === null ? null : shortened(address, 50) }
}

/** Whom to call for a lane, and how soon they answer. */
export function contactsOf({ owners }: Readonly<ChangeAssessment>): ReadonlyMap<Lane, string> {
  return new Map(
    owners.lanes.map((owner) => [owner.lane, `${owner.contact}, answers within ${hours(owner.respondWithinHours)}`]),
  )
}
