import type { Waiver } from '../model/change.ts'
import type { ChangeClassId, Lane } from '../model/common.ts'
import type { Difference } from '../model/difference.ts'
import type { Severity } from '../model/finding.ts'
import type { RenameProposal, StructureDifference } from '../model/structure.ts'
import type { Capability } from './erp.ts'
import type { CombinationFact, MappingFact } from './mapping-fact.ts'

/** One change of the published schema, and the same as a difference that knows which invoices use the place. */
export type StructureFact = Readonly<{ structure: StructureDifference; difference: Difference }>

/** A field or value that is gone and a new one that may be the same, with the invoices that use the old one. */
export type RenameFact = Readonly<{ proposal: RenameProposal; difference: Difference }>

/** A place that a second engine judges differently: what the gate says is `baseline`, what the engine says `candidate`. */
export type OpinionFact = Readonly<{ engine: string; difference: Difference }>

/** What a whole value list tells, and no value of it alone. */
export type ListFact = Readonly<{
  /** `renamed`: a code that is gone and a new one may be the same value; `format`: codes are built another way. */
  about: 'renamed' | 'format'
  evidence: string
  difference: Difference
}>

/** A waiver that accepts nothing, with what it would have to hold against. */
export type WaiverFact = Readonly<{
  about: 'expired' | 'unused' | 'self-approved'
  waiver: Waiver
  /** When the window ends. */
  end: string
  /** What its approver is besides; empty when nothing. */
  part: '' | 'its owner' | 'the developer of the change'
  difference: Difference
}>

/** The facts that checks may ask for, by area. */
export type Facts = Readonly<{
  /** Differences of the published schema. */
  structure: readonly StructureFact[]
  /** What may have another name in the published schema. */
  renames: readonly RenameFact[]
  /** Where a second engine disagrees about the published schema. */
  opinions: readonly OpinionFact[]
  /** Literals that the connector searches by and that the candidate no longer has. */
  searches: readonly Difference[]
  /** Differences of value lists. */
  values: readonly Difference[]
  /** What whole value lists tell. */
  valueLists: readonly ListFact[]
  /** Differences between what was sent, what the baseline stored and what the candidate stored. */
  documents: readonly Difference[]
  /** Differences between what the connector was answered then and now. */
  interactions: readonly Difference[]
  /** Invoices of which the ERP holds more or fewer documents than were created. */
  copies: readonly Difference[]
  /** Noise rules that left nothing out, each in the words of a difference. */
  noise: readonly Difference[]
  /** Differences between what the connector under test sent and what was recorded. */
  requests: readonly Difference[]
  /** The same of what it only asks: master data, and documents that it reads. */
  inquiries: readonly Difference[]
  /** Differences between what the connector under test reported and what is so. */
  results: readonly Difference[]
  /** What the connector under test did as a program: how it ended, what it logged, what it made of failures of the ERP. */
  conduct: readonly Difference[]
  /** Waivers that accept nothing. */
  waivers: readonly WaiverFact[]
  /** What the field mapping meets in the release. */
  mapping: readonly MappingFact[]
  /** Recorded combinations of account and dimensions that the release does not take. */
  combinations: readonly CombinationFact[]
}>

/** Facts when nothing differs; what one asks about is put over it. */
export const NO_FACTS: Facts = {
  structure: [],
  renames: [],
  opinions: [],
  searches: [],
  values: [],
  valueLists: [],
  documents: [],
  interactions: [],
  copies: [],
  noise: [],
  requests: [],
  inquiries: [],
  results: [],
  conduct: [],
  waivers: [],
  mapping: [],
  combinations: [],
}

/** What a check objects to. Differences of one objection are about the same place and become one finding. */
export type Objection<Message extends string> = Readonly<{
  messageId: Message
  args: Readonly<Record<string, string>>
  /** Differences behind the objection; at least one. */
  differences: readonly Difference[]
}>

/** One check: what it reads, how it weighs, and what it says. Its id is the name of its file. */
export type Check<Area extends keyof Facts = keyof Facts, Message extends string = string> = Readonly<{
  /** The passing fact. */
  title: string
  /** The failing fact. */
  failureTitle: string
  /** What goes wrong in accounts payable if it is ignored. */
  description: string
  requires: readonly Area[]
  /** Capabilities of the ERP adapter without which the check does not apply. */
  needs: readonly Capability[]
  severity: Severity
  lane: Lane
  /** Change class of the rollback catalogue that a finding belongs to. */
  changeClass: ChangeClassId
  messages: Readonly<Record<Message, string>>
  remedy: string
  run: (facts: Pick<Facts, Area>) => readonly Objection<Message>[]
}>

/** Types a check; the default export of every file in `checks/`. */
export function defineCheck<Area extends keyof Facts, Message extends string>(
  check: Check<Area, Message>,
): Check<Area, Message> {
  return check
}

/**
 * One objection per place and kind of difference: everything that is wrong with one field in one way is one finding.
 * `args` must not depend on the invoice.
 */
export function objectTo<Message extends string>(
  differences: readonly Difference[],
  messageId: Message,
  args: (difference: Difference) => Readonly<Record<string, string>> = () => ({}),
): readonly Objection<Message>[] {
  const groups = new Map<string, Difference[]>()
  for (const difference of differences) {
    const said = { resource: difference.resource, field: difference.pointer.slice(1), ...args(difference) }
    const key = JSON.stringify([difference.resource, difference.pointer, difference.kind, said])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [difference])
    else group.push(difference)
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    return [
      {
        messageId,
        args: { resource: first.resource, field: first.pointer.slice(1), ...args(first) },
        differences: group,
      },
    ]
  })
}

/** One objection per waiver that accepts nothing for this reason. */
export function objectToWaivers<Message extends string>(
  waivers: readonly WaiverFact[],
  about: WaiverFact['about'],
  messageId: Message,
): readonly Objection<Message>[] {
  const own = waivers.filter((fact) => fact.about === about)
  const facts = new Map(own.map((fact) => [fact.difference, fact]))
  const differences = own.map(({ difference }) => difference)
  return objectTo(differences, messageId, (difference) => {
    const fact = facts.get(difference)
    if (fact === undefined) return {}
    const { fingerprint, owner, approver, expires } = fact.waiver
    return { waiver: fingerprint, owner, approver, expires, end: fact.end, part: fact.part }
  })
}

/** As `objectTo`, for facts that say more than their difference. */
export function objectToFacts<Message extends string, Fact extends Readonly<{ difference: Difference }>>(
  facts: readonly Fact[],
  messageId: Message,
  args: (fact: Fact) => Readonly<Record<string, string>> = () => ({}),
): readonly Objection<Message>[] {
  const factOf = new Map(facts.map((fact) => [fact.difference, fact]))
  const differences = facts.map(({ difference }) => difference)
  return objectTo(differences, messageId, (difference) => {
    const fact = factOf.get(difference)
    return fact === undefined ? {} : args(fact)
  })
}

/** Whether a listed value demands something that it did not, or the other way round: a dimension, a cost center, a code. */
export function isDuty(difference: Difference): boolean {
  const truths = ['true', 'false']
  return (
    /(^|[_\W])(required|mandatory)$/i.test(difference.pointer) &&
    truths.includes(difference.baseline ?? '') &&
    truths.includes(difference.candidate ?? '')
  )
}

/** Whether a difference is about a value that the ERP stored, and not about a row that is missing or an order. */
export function isStored(difference: Difference): boolean {
  return difference.kind !== 'refused' && difference.kind !== 'accepted' && difference.loudness === 'silent'
}

/** Whether an answer to the connector is about an invoice. */
export function isOfDocument(difference: Difference): boolean {
  return difference.stage !== '' && difference.kind !== 'refused'
}

/** Whether an answer to the connector is about master data that serves every invoice. */
export function isOfLookup(difference: Difference): boolean {
  return difference.stage === ''
}

/** A message without the number that the harness gave the invoice, so that one cause is one finding. */
export function withoutInvoice(text: string): string {
  return text.replace(/invoice \d+/g, 'an invoice')
}

/** Whether a change of the schema is about the values of a field, and not about whether field or record is there. */
export function isValueChange(change: StructureDifference): boolean {
  return !['property', 'required', 'body'].includes(change.keyword) && !isRecordChange(change)
}

/** Whether a whole record can be sent or read that could not be, or the other way round. */
export function isRecordChange(change: StructureDifference): boolean {
  return change.keyword === 'resource' || change.keyword === 'send' || change.keyword === 'read'
}

/** Whether values may be answered that a reader has never seen, proven or not. */
export function isWiderAnswer(change: StructureDifference): boolean {
  if (!isValueChange(change) || change.direction !== 'read') return false
  const wider = change.change === 'widened' || change.change === 'altered'
  return change.effect === 'breaking' || (change.effect === 'unknown' && wider)
}

/** Whether a difference is about a request as such, which one side did not send, and not about what stands in it. */
export function isWholeRequest(difference: Difference): boolean {
  return difference.area === 'requests' && difference.at === ''
}

/** What a connector was found wanting in when the ERP failed it: the differences of one matter. */
export function inFailures(conduct: readonly Difference[], matter: string): readonly Difference[] {
  return conduct.filter((difference) => difference.resource === matter)
}

/** The failure that a difference was seen with, for messages. */
export function failureOf(difference: Difference): Readonly<{ failure: string }> {
  return { failure: difference.at.split('/')[1] ?? '' }
}
