import { GateError } from '../base/errors.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { ReleaseNoteEntry, Waiver } from '../model/change.ts'
import { isSamePerson } from '../model/common.ts'
import type { Difference } from '../model/difference.ts'
import type { CheckResult, Finding } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import { type Check, type Facts, NO_FACTS, type WaiverFact } from '../ports/check.ts'
import type { Exercised, Expectation, UnjudgedFinding } from '../ports/expectation.ts'
import { runChecks } from './findings.ts'
import { planSentence } from './plan-sentence.ts'

type NoteResult = ChangeAssessment['notes'][number]
type WaiverResult = ChangeAssessment['waivers'][number]

/** Findings and release notes, held against each other both ways. */
export type Reconciliation = Readonly<{
  findings: readonly Finding[]
  notes: readonly NoteResult[]
  waivers: readonly WaiverResult[]
  /** How the checks of waivers ended. */
  checks: readonly CheckResult[]
}>

/**
 * Matches findings with what the release notes announce and with waivers, both ways: a finding is expected, waived or
 * unexpected; an expectation is met, unmet or untested. Throws `expectation-unknown` for an id or arguments that do not exist.
 */
export function reconcile(
  options: Readonly<{
    findings: readonly UnjudgedFinding[]
    /** The findings of the replay with the plan, when there is a plan. */
    withPlan: readonly UnjudgedFinding[] | undefined
    notes: readonly ReleaseNoteEntry[]
    waivers: readonly Waiver[]
    /** The checks that look at waivers: which of them accepts nothing is known only when everything else was found. */
    waiverChecks: ReadonlyMap<string, Check>
    severity: Policy['severity']
    expectations: ReadonlyMap<string, Expectation>
    exercised: Exercised
    /** Instant to judge expiry by, ISO 8601. */
    at: string
    /** People of the change request: nobody waives their own work. */
    people: Readonly<{ developer: string; approver: string }>
    windowEnd: string
  }>,
): Reconciliation {
  const announced = options.notes.flatMap((note) =>
    note.expect.map((entry) => announcementOf(note, entry, options.expectations)),
  )
  // A break that only the plan brings to light, such as at a stage that nothing reached without it, is a finding too.
  const onlyWithPlan = (options.withPlan ?? []).filter((unjudged) => !isTold(unjudged, options.findings))
  const all = [...options.findings, ...onlyWithPlan]
  const waivers = options.waivers.map(
    (waiver): WaiverResult => ({ ...waiver, state: waiverState(waiver, options, all) }),
  )
  const explained = explanationsOf(announced, all)
  const inForce = announced.filter(({ note }) => note['affects-us'] === true)
  const findings = all.map((unjudged): Finding => {
    const notes = explaining(unjudged, inForce, explained).map(({ note }) => note.id)
    const waiver = waivers.find(
      ({ fingerprint, state }) => fingerprint === unjudged.finding.fingerprint && state === 'in-force',
    )
    // What is announced and not handled can still be accepted, by somebody who signs for it.
    const status = waiver !== undefined ? 'waived' : notes.length > 0 ? 'expected' : 'unexpected'
    return {
      ...unjudged.finding,
      status,
      notes: [...new Set(notes)],
      suggestion: status === 'unexpected' ? suggestionFor(unjudged, options.expectations) : null,
      withPlan: withPlanState(unjudged, options.withPlan),
    }
  })
  const notes = options.notes.map((note) => noteResult(note, announced, explained, options.exercised))
  const lapsed = runChecks(options.waiverChecks, waiverFacts(waivers, options), {
    capabilities: [],
    notGathered: new Map(),
    severity: options.severity,
    money: new Map(),
    relevance: () => 'used',
    titleOf: () => undefined,
  })
  const ofWaivers = lapsed.findings.map(
    ({ finding }): Finding => ({
      ...finding,
      status: 'unexpected',
      notes: [],
      suggestion: null,
      // No plan mends what people wrote.
      withPlan: options.withPlan === undefined ? 'not-replayed' : 'still-there',
    }),
  )
  return { findings: [...findings, ...ofWaivers], notes, waivers, checks: lapsed.results }
}

/** Waivers that accept nothing, as facts for checks. */
function waiverFacts(waivers: readonly WaiverResult[], options: Parameters<typeof reconcile>[0]): Facts {
  const facts = waivers.flatMap(({ state, ...waiver }): WaiverFact[] => {
    if (state === 'in-force') return []
    const { fingerprint, owner, approver, expires } = waiver
    const isDeveloper = isSamePerson(approver, options.people.developer)
    const part = isSamePerson(approver, owner) ? 'its owner' : isDeveloper ? 'the developer of the change' : ''
    const difference: Difference = {
      area: 'waivers',
      kind: 'changed-state',
      class: 'state',
      loudness: 'loud',
      resource: 'waivers',
      pointer: `/${fingerprint}`,
      at: '',
      stage: '',
      baseline: `${approver}, until ${expires}`,
      candidate: state,
      sent: null,
      invoices: [],
      seenBy: 'gate',
    }
    return [{ about: state, waiver, end: options.windowEnd, part, difference }]
  })
  return { ...NO_FACTS, waivers: facts }
}

type Announcement = Readonly<{
  note: ReleaseNoteEntry
  id: string
  summary: string
  explains: (unjudged: UnjudgedFinding, all: readonly UnjudgedFinding[]) => boolean
  isExercised: (exercised: Exercised) => boolean
}>

function announcementOf(
  note: ReleaseNoteEntry,
  entry: Readonly<Record<string, unknown>>,
  expectations: ReadonlyMap<string, Expectation>,
): Announcement {
  const [id = '', args] = Object.entries(entry)[0] ?? []
  const expectation = expectations.get(id)
  if (expectation === undefined) {
    throw new GateError('expectation-unknown', `Note ${note.id} expects "${id}", which does not exist.`, {
      hint: `Choose one of: ${[...expectations.keys()].join(', ')}.`,
    })
  }
  const parsed = expectation.args.safeParse(args)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new GateError(
      'expectation-unknown',
      `Note ${note.id}, ${id}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}.`,
      {
        hint: `${id}: ${expectation.title}`,
      },
    )
  }
  const { data } = parsed
  return {
    note,
    id,
    summary: expectation.summary(data),
    explains: (unjudged, all) => expectation.explains(unjudged, data, all),
    isExercised: (exercised) => expectation.isExercised(exercised, data),
  }
}

/** Which differences behind each finding each announcement explains, one by one. */
type Explained = ReadonlyMap<UnjudgedFinding, ReadonlyMap<Announcement, ReadonlySet<Difference>>>

function explanationsOf(announced: readonly Announcement[], all: readonly UnjudgedFinding[]): Explained {
  return new Map(
    all.map((unjudged) => {
      const { finding, differences } = unjudged
      const own = announced.map((announcement) => {
        const explained = differences.filter((difference) =>
          announcement.explains({ finding, differences: [difference] }, all),
        )
        return [announcement, new Set(explained)] as const
      })
      return [unjudged, new Map(own)]
    }),
  )
}

/**
 * The announcements that explain a finding: none where one difference behind it is explained by none of them. Two notes may
 * each announce a part, such as one value of a list.
 */
function explaining(
  unjudged: UnjudgedFinding,
  announced: readonly Announcement[],
  explained: Explained,
): readonly Announcement[] {
  const isExplained = (announcement: Announcement, difference: Difference) =>
    explained.get(unjudged)?.get(announcement)?.has(difference) === true
  const { differences } = unjudged
  const isWhole = differences.every((difference) =>
    announced.some((announcement) => isExplained(announcement, difference)),
  )
  if (!isWhole) return []
  return announced.filter((announcement) => differences.some((difference) => isExplained(announcement, difference)))
}

function noteResult(
  note: ReleaseNoteEntry,
  announced: readonly Announcement[],
  explained: Explained,
  exercised: Exercised,
): NoteResult {
  // What is announced by notes of one judgment is explained by them together.
  const alike = announced.filter((other) => other.note['affects-us'] === note['affects-us'])
  return {
    id: note.id,
    from: note.from,
    source: note.source,
    says: note.says,
    affectsUs: note['affects-us'] === 'undecided' ? 'undecided' : note['affects-us'] ? 'yes' : 'no',
    because: note.because ?? null,
    plan: note.plan.map(planSentence),
    expectations: announced
      .filter((announcement) => announcement.note === note)
      .map((announcement) => {
        const found = [...explained.keys()]
          .filter((unjudged) => explaining(unjudged, alike, explained).includes(announcement))
          .map(({ finding }) => finding.fingerprint)
        // What is there besides something that nobody announced is there all the same.
        const isSeen = [...explained.values()].some((own) => (own.get(announcement)?.size ?? 0) > 0)
        const state = isSeen ? 'met' : announcement.isExercised(exercised) ? 'unmet' : 'untested'
        return { expectation: announcement.id, summary: announcement.summary, state, findings: found }
      }),
  }
}

/** A finding is the same with the plan when it is about the same place in the same way and still weighs something. */
function withPlanState(
  unjudged: UnjudgedFinding,
  withPlan: readonly UnjudgedFinding[] | undefined,
): Finding['withPlan'] {
  if (withPlan === undefined) return 'not-replayed'
  return withPlan.some((planned) => isSamePlace(unjudged, planned) && isAsHeavy(planned, unjudged))
    ? 'still-there'
    : 'gone'
}

/**
 * Whether everything behind a finding of the replay with the plan stands behind findings of the replay without it. The same
 * place with another value or on another invoice is something else: who accepted the one has not seen the other. What weighs nothing with the plan is told by the known one.
 */
function isTold(planned: UnjudgedFinding, findings: readonly UnjudgedFinding[]): boolean {
  const known = findings.filter((each) => isSamePlace(each, planned) && isAsHeavy(each, planned))
  if (known.length > 0 && planned.finding.severity === 'info') return true
  const told = new Set(known.flatMap(({ differences }) => differences.flatMap(sightingsOf)))
  return known.length > 0 && planned.differences.flatMap(sightingsOf).every((sighting) => told.has(sighting))
}

/** A difference on each of its invoices by itself. */
function sightingsOf({ invoices, at, stage, baseline, candidate }: Difference): readonly string[] {
  const on = invoices.length === 0 ? [''] : invoices
  return on.map((invoice) => JSON.stringify([invoice, at, stage, baseline, candidate]))
}

function isSamePlace(left: UnjudgedFinding, right: UnjudgedFinding): boolean {
  const [one, other] = [left.finding, right.finding]
  return (
    one.check === other.check &&
    one.resource === other.resource &&
    one.pointer === other.pointer &&
    one.kind === other.kind
  )
}

/** Whether the first weighs something where the second does. */
function isAsHeavy(one: UnjudgedFinding, other: UnjudgedFinding): boolean {
  return one.finding.severity !== 'info' || other.finding.severity === 'info'
}

function waiverState(
  waiver: Waiver,
  options: Parameters<typeof reconcile>[0],
  findings: readonly UnjudgedFinding[],
): WaiverResult['state'] {
  // A waiver that lapses before the release is installed accepts nothing of it.
  if (!(Date.parse(waiver.expires) > Math.max(Date.parse(options.at), Date.parse(options.windowEnd)))) return 'expired'
  if ([waiver.owner, options.people.developer].some((name) => isSamePerson(name, waiver.approver)))
    return 'self-approved'
  return findings.some(({ finding }) => finding.fingerprint === waiver.fingerprint) ? 'in-force' : 'unused'
}

function suggestionFor(unjudged: UnjudgedFinding, expectations: ReadonlyMap<string, Expectation>): string | null {
  const suggested = suggestedFor(unjudged, expectations)
  return suggested === undefined ? null : `- ${suggested.id}: ${JSON.stringify(suggested.args)}`
}

/** The first expectation that would announce a finding, with its arguments. */
export function suggestedFor(
  unjudged: UnjudgedFinding,
  expectations: ReadonlyMap<string, Expectation>,
): Readonly<{ id: string; args: unknown }> | undefined {
  for (const [id, expectation] of expectations) {
    const args = expectation.suggest(unjudged)
    if (args !== undefined) return { id, args }
  }
  return undefined
}
