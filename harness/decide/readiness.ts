import type { Change } from '../model/change.ts'
import { isSamePerson } from '../model/common.ts'
import type { Integration } from '../model/integration.ts'
import type { Policy } from '../model/policy.ts'
import type { RehearsalState } from '../model/rehearsal.ts'
import type { Ground } from './ground.ts'

const DAY = 86_400_000

/** What must be true besides the evidence: how old it is, who did what, what the calendar says, what lives long enough. */
export type Readiness = Readonly<{
  change: Change['change']
  policy: Policy
  integration: Integration
  ages: Readonly<{
    recordedAt: string
    /** Snapshots that the verdict rests on, by what they are of. */
    snapshots: readonly Readonly<{ of: string; capturedAt: string }>[]
    /** A sandbox that a person named: when it was refreshed. Absent where the gate started the target itself. */
    sandbox?: Readonly<{ name: string; refreshed: string | undefined }>
  }>
  /** Percent; `undefined` when the run did not measure it. */
  coverage: number | undefined
  drill: number | undefined
  rehearsal: RehearsalState
}>

/** Grounds in the order in which they weigh: what must not happen first, then what is not known, then what must hold. */
export function readinessGrounds(readiness: Readiness): readonly Ground[] {
  return [
    ...calendarGrounds(readiness),
    ...credentialGrounds(readiness),
    ...dutyGrounds(readiness),
    ...ageGrounds(readiness),
    ...measureGrounds(readiness),
    ...rehearsalGrounds(readiness),
  ]
}

/** A window that touches a blackout or the days before a close. An emergency may, when the change authority says so. */
function calendarGrounds({ change, policy, integration }: Readiness): readonly Ground[] {
  const { blackouts, 'period-closes': closes } = integration.calendar
  const verdict = change.type === 'emergency' ? 'conditional' : 'no-go'
  const [start, end] = [Date.parse(change.window.start), Date.parse(change.window.end)]
  const overlaps = (from: number, to: number) => start < to && end > from
  const ask = verdict === 'conditional' ? ' The change authority allows it as an emergency.' : ''
  const backwards: readonly Ground[] =
    start < end
      ? []
      : [
          {
            verdict: 'undecided',
            code: 'window-unusable',
            text: `The window ends (${change.window.end}) before it starts (${change.window.start}).`,
            lane: 'it',
          },
        ]
  return [
    ...backwards,
    ...blackouts
      .filter(({ from, to }) => overlaps(Date.parse(from), Date.parse(to) + DAY))
      .map(
        ({ title, from, to }): Ground => ({
          verdict,
          code: 'blackout',
          text: `The window lies in the blackout “${title}”, ${from} to ${to}.${ask}`,
          lane: 'it',
        }),
      ),
    ...closes
      .filter(({ date }) => overlaps(Date.parse(date) - policy['close-margin-days'] * DAY, Date.parse(date) + DAY))
      .map(
        ({ period, date }): Ground => ({
          verdict,
          code: 'period-close',
          text: `Period ${period} is closed on ${date}, and the window lies within ${days(policy['close-margin-days'])} before that.${ask}`,
          lane: 'finance',
        }),
      ),
  ]
}

/** The credential of production must work when the change is installed, and until it could be taken back. */
function credentialGrounds({ change, policy, integration }: Readiness): readonly Ground[] {
  const { expires, owner, method } = integration.auth
  if (expires === 'never') return []
  if (expires === undefined) {
    return [
      {
        verdict: 'undecided',
        code: 'credential-expiry-unknown',
        text: `integration.yaml does not say when the credential lapses (${method}).`,
        lane: owner,
      },
    ]
  }
  const lapses = Date.parse(expires)
  const margin = policy['credential-margin-days']
  if (lapses <= Date.parse(change.window.end)) {
    return [
      {
        verdict: 'no-go',
        code: 'credential-expires',
        text: `The credential lapses on ${expires}, before the window ends (${method}).`,
        lane: owner,
      },
    ]
  }
  if (lapses > Date.parse(change.window.end) + margin * DAY) return []
  return [
    {
      verdict: 'conditional',
      code: 'credential-renewed',
      text: `The credential is renewed before the window: it lapses on ${expires}, within ${days(margin)} after it (${method}).`,
      lane: owner,
    },
  ]
}

function dutyGrounds({ change, policy }: Readiness): readonly Ground[] {
  const { people } = change
  const missing = Object.entries(people).filter(([, name]) => isSamePerson(name, ''))
  return [
    ...missing.map(
      ([role]): Ground => ({
        verdict: 'undecided',
        code: 'duty-unassigned',
        text: `Nobody is named as ${role} of the change.`,
        lane: 'it',
      }),
    ),
    ...policy['segregated-duties']
      .filter(([left, right]) => !isSamePerson(people[left], '') && isSamePerson(people[left], people[right]))
      .map(
        ([left, right]): Ground => ({
          verdict: 'undecided',
          code: 'duties-not-segregated',
          text: `${people[left]} is ${left} and ${right} of the same change.`,
          lane: 'it',
        }),
      ),
  ]
}

function ageGrounds({ change, policy, ages }: Readiness): readonly Ground[] {
  const grounds: Ground[] = []
  const opens = Date.parse(change.window.start)
  const check = (code: string, what: string, since: string, verb: string, allowed: number) => {
    const age = Math.floor((opens - Date.parse(since)) / DAY)
    // A date that cannot be read says nothing about an age.
    if (age <= allowed) return
    grounds.push({
      verdict: 'undecided',
      code,
      text: Number.isNaN(age)
        ? `${what} does not tell when it was ${verb}.`
        : `${what} is ${days(age)} old when the window opens (${verb} ${since.slice(0, 10)}); the policy allows ${days(allowed)}.`,
      lane: 'it',
    })
  }
  check('recording-too-old', 'The recording', ages.recordedAt, 'recorded', policy['recording-max-age-days'])
  for (const { of, capturedAt } of ages.snapshots) {
    check('snapshot-too-old', `The snapshot of ${of}`, capturedAt, 'captured', policy['snapshot-max-age-days'])
  }
  if (ages.sandbox !== undefined) {
    const { name, refreshed } = ages.sandbox
    if (refreshed === undefined) {
      grounds.push({
        verdict: 'undecided',
        code: 'sandbox-age-unknown',
        text: `integration.yaml does not say when the sandbox ${name} was refreshed from production.`,
        lane: 'it',
      })
    } else check('sandbox-too-old', `The sandbox ${name}`, refreshed, 'refreshed', policy['sandbox-max-age-days'])
  }
  return grounds
}

function measureGrounds({ policy, coverage, drill }: Readiness): readonly Ground[] {
  const ask = (
    name: 'coverage' | 'drill',
    what: string,
    wanted: number | undefined,
    got: number | undefined,
  ): Ground[] => {
    if (wanted === undefined || (got !== undefined && got >= wanted)) return []
    return [
      {
        verdict: 'undecided',
        code: got === undefined ? `${name}-unknown` : `${name}-too-low`,
        text:
          got === undefined
            ? `The policy asks for ${what} of ${wanted} %, and this run did not measure it.`
            : `The ${what} is ${got} %; the policy asks for ${wanted} %.`,
        lane: 'it',
      },
    ]
  }
  return [
    ...ask('coverage', 'coverage', policy['minimum-coverage'], coverage),
    ...ask('drill', 'drill score', policy['minimum-drill-score'], drill),
  ]
}

const REHEARSED = { none: 0, mock: 1, live: 2 }

function rehearsalGrounds({ policy, rehearsal }: Readiness): readonly Ground[] {
  if (rehearsal.state === 'failed') {
    return [{ verdict: 'no-go', code: 'rollback-failed', text: rehearsal.text, lane: 'it' }]
  }
  const wanted = policy['rollback-rehearsal']
  const reached = rehearsal.state === 'fresh' ? REHEARSED[rehearsal.level] : 0
  if (reached >= REHEARSED[wanted]) return []
  return [
    {
      verdict: 'undecided',
      code: rehearsal.state === 'stale' ? 'rollback-rehearsal-stale' : 'rollback-not-rehearsed',
      text: `The policy asks for a rollback rehearsed ${wanted === 'live' ? 'on a real ERP' : 'against the mocked API or a real ERP'}. ${rehearsal.text}`,
      lane: 'it',
    },
  ]
}

function days(count: number): string {
  return `${count} day${count === 1 ? '' : 's'}`
}
