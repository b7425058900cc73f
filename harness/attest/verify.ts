import { digestOf } from '../base/fingerprint.ts'
import {
  DECISION_FIELD,
  type DecisionTerms,
  type EvidenceLevel,
  TestResult,
  VerificationSummary,
} from '../model/decision.ts'
import { resourceUriOf } from './decision.ts'
import { type BundleOpener, opened } from './envelope.ts'
import type { AcceptedKey } from './keys.ts'

/** Every reason for which `verify` says no. A code is public and stable. */
export const REFUSALS = {
  'decision-missing': 'There is no decision to read.',
  malformed: 'The file is not a decision as this version knows it.',
  'key-unknown': 'The decision is signed by a key that is not accepted.',
  'identity-unknown': 'The decision is signed by an identity that is not accepted.',
  'signature-invalid': 'The decision was altered after it was signed, or was signed in another way.',
  'other-digest': 'The decision is about another build.',
  'other-environment': 'The decision is for another environment.',
  'other-erp-release': 'The decision is for another ERP release.',
  'other-policy': 'The decision was made under another policy.',
  'not-a-go': 'The decision is no go.',
  'conditions-open': 'The decision is a go under conditions that nobody has confirmed.',
  'evidence-too-weak': 'The decision rests on weaker evidence than is asked for.',
  'not-yet-made': 'The decision is dated in the future: one of the clocks is wrong.',
  expired: 'The decision has expired.',
  'decisions-unreadable': 'A file in the folder of decisions cannot be believed, so a later no-go may be in it.',
  'decisions-incomplete': 'The folder of decisions does not hold this decision, so it is not where decisions are kept.',
  superseded: 'A later decision about the same build, environment and ERP release is no go.',
} as const
export type RefusalCode = keyof typeof REFUSALS

/** What a deploy step asks: may this build go there, now? */
export type Question = Readonly<{
  keys: readonly AcceptedKey[]
  /** Opens Sigstore bundles; without it none is believed. */
  openBundle?: BundleOpener | undefined
  /** `sha256:` and 64 hexadecimal digits. */
  subject: string
  environment: string
  erpRelease: string
  policy: string
  /** Weakest evidence the asker accepts; the policy's own level is asked for in any case. */
  evidence?: EvidenceLevel
  /** Whether the asker states that the conditions of a conditional go hold. */
  conditionsHold: boolean
  now: string
}>

/** A stored decision and the name of its file. */
export type StoredDecision = Readonly<{ file: string; text: string }>

/** Yes, or no with the reason. */
export type Answer =
  | Readonly<{ answer: 'yes'; terms: DecisionTerms }>
  | Readonly<{ answer: 'no'; code: RefusalCode; text: string }>

/** From weakest to strongest. */
const LEVELS: readonly EvidenceLevel[] = ['none', 'schema', 'recorded', 'live']

/** Clocks of two machines may differ by this much. */
const CLOCK_SKEW_MS = 5 * 60_000

/**
 * Answers a deploy step. Everything that is not proven is a no: the signature first, then what the decision is about, then
 * whether it still holds. `kept` is the folder of decisions, when there is one.
 */
export function answerTo(
  question: Question,
  decision: StoredDecision,
  kept: readonly StoredDecision[] | undefined,
): Answer {
  const read = readDecision(decision, question)
  if ('answer' in read) return read
  const { summary, terms } = read
  const digest = `sha256:${summary.subject[0]?.digest.sha256}`
  const asked = question.evidence ?? 'none'
  if (digest !== question.subject) return no('other-digest', `it is about ${digest}`)
  if (terms.environment !== question.environment) return no('other-environment', `it is for ${terms.environment}`)
  if (terms.erpRelease !== question.erpRelease) return no('other-erp-release', `it is for ${terms.erpRelease}`)
  const policy = `sha256:${summary.predicate.policy.digest.sha256}`
  if (policy !== question.policy) return no('other-policy', `it was made under ${policy}`)
  if (terms.verdict !== 'go' && terms.verdict !== 'conditional')
    return no('not-a-go', `${terms.change} is ${terms.verdict}`)
  if (terms.verdict === 'conditional' && !question.conditionsHold) {
    return no('conditions-open', terms.conditions.join('; '))
  }
  const weakest = LEVELS.indexOf(asked) > LEVELS.indexOf(terms.evidenceAsked) ? asked : terms.evidenceAsked
  if (LEVELS.indexOf(terms.evidence) < LEVELS.indexOf(weakest) || terms.evidence === 'none') {
    return no('evidence-too-weak', `its evidence is ${terms.evidence}, and ${weakest} is asked for`)
  }
  const [made, now] = [Date.parse(summary.predicate.timeVerified), Date.parse(question.now)]
  if (!(made <= now + CLOCK_SKEW_MS)) return no('not-yet-made', `it was made at ${summary.predicate.timeVerified}`)
  if (terms.validUntil === null || !(now <= Date.parse(terms.validUntil))) {
    return no('expired', `it was valid until ${terms.validUntil ?? 'never'}`)
  }
  return kept === undefined ? { answer: 'yes', terms } : afterLater(question, decision, read, kept)
}

type Read = Readonly<{ summary: VerificationSummary; terms: DecisionTerms }>

/** Looks for a later decision that takes this one back. */
function afterLater(
  question: Question,
  decision: StoredDecision,
  { summary, terms }: Read,
  kept: readonly StoredDecision[],
): Answer {
  for (const other of kept) {
    const read = readDecision(other, question)
    if ('answer' in read) {
      const text = read.answer === 'no' ? `${read.code}: ${read.text}` : ''
      return no('decisions-unreadable', `${other.file}: ${text}`)
    }
    const isSame =
      read.summary.subject[0]?.digest.sha256 === summary.subject[0]?.digest.sha256 &&
      read.terms.environment === terms.environment &&
      read.terms.erpRelease === terms.erpRelease
    const isAllowed = read.terms.verdict === 'go' || read.terms.verdict === 'conditional'
    const isLater = Date.parse(read.summary.predicate.timeVerified) >= Date.parse(summary.predicate.timeVerified)
    if (isSame && isLater && !isAllowed) {
      return no('superseded', `${other.file} is ${read.terms.verdict} since ${read.summary.predicate.timeVerified}`)
    }
  }
  return kept.some(({ text }) => text === decision.text)
    ? { answer: 'yes', terms }
    : no('decisions-incomplete', `${kept.length} decisions are kept there`)
}

/** Reads a decision whose two statements are signed, fit each other and say one thing. */
function readDecision(decision: StoredDecision, { keys, openBundle }: Question): Read | Answer {
  const lines = decision.text.split('\n').filter((line) => line !== '')
  const [first = '', second = ''] = lines
  if (lines.length !== 2) return no('malformed', `it has ${lines.length} lines instead of two`)
  const [result, token] = [opened(first, keys, openBundle), opened(second, keys, openBundle)]
  if (result.state === 'refused') return no(result.code, `line 1: ${result.text}`)
  if (token.state === 'refused') return no(token.code, `line 2: ${token.text}`)
  const testResult = TestResult.safeParse(result.payload)
  if (!testResult.success) return no('malformed', 'line 1 is no test result')
  const read = VerificationSummary.safeParse(token.payload)
  if (!read.success) return no('malformed', 'line 2 is no verification summary')
  const summary = read.data
  const terms = summary.predicate[DECISION_FIELD]
  const [tested, decided] = [testResult.data.subject[0]?.digest.sha256, summary.subject[0]?.digest.sha256]
  const cites = summary.predicate.inputAttestations.some(({ digest }) => `sha256:${digest.sha256}` === digestOf(first))
  if (!cites || tested !== decided) return no('malformed', 'line 2 does not cite line 1')
  const passed = terms.verdict === 'go' ? 'PASSED' : 'FAILED'
  const uri = resourceUriOf(terms.integration, terms.environment, terms.erpRelease)
  const isDated = Number.isFinite(Date.parse(summary.predicate.timeVerified))
  if (summary.predicate.verificationResult !== passed || summary.predicate.resourceUri !== uri || !isDated) {
    return no('malformed', 'line 2 contradicts itself')
  }
  return { summary, terms }
}

function no(code: RefusalCode, text: string): Answer {
  return { answer: 'no', code, text }
}
