import { GateError } from '../base/errors.ts'
import { digestOf } from '../base/fingerprint.ts'
import { type Json, toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { DECISION_FIELD, type Subject, type TestResult, type VerificationSummary } from '../model/decision.ts'

/** What a decision is asked for. */
export type DecisionRequest = Readonly<{
  assessment: ChangeAssessment
  /** Digest of the assessment as it is stored. */
  assessmentDigest: string
  subject: Subject
  environment: string
}>

/**
 * What is signed first: the test result. Throws `decision-unfounded` when the assessment is of another subject or does not
 * tell its policy.
 */
export function testStatement({ assessment, subject }: DecisionRequest): Json {
  const tested = assessment.integration.connectorDigest
  if (tested !== undefined && tested !== `sha256:${subject.digest.sha256}`) {
    throw unfounded(`The assessment is of the connector build ${tested}, not of sha256:${subject.digest.sha256}.`)
  }
  return toJson(testResultOf(assessment, subject))
}

/** What is signed second: the verification summary, which cites the signed test result. */
export function summaryStatement(request: DecisionRequest, signedTestResult: string): Json {
  return toJson(summaryOf(request, digestOf(signedTestResult)))
}

function testResultOf(assessment: ChangeAssessment, subject: Subject): TestResult {
  const { checks, evidence, verdict } = assessment
  const allowed = verdict === 'go' || verdict === 'conditional'
  const ids = (states: readonly string[]) =>
    checks.filter(({ state }) => states.includes(state)).map(({ check }) => check)
  // What objected and is allowed all the same: for information, announced and handled, or waived.
  const warned = allowed ? ids(['failed', 'errored']) : []
  const configuration = [
    { name: 'policy', digest: policyOf(assessment).digest },
    { name: 'recording', digest: evidence.recording.digest },
    { name: 'baseline', digest: evidence.baseline.digest },
    ...(evidence.candidate === null ? [] : [{ name: 'candidate', digest: evidence.candidate.digest }]),
  ]
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [subject],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: !allowed ? 'FAILED' : verdict === 'go' && warned.length === 0 ? 'PASSED' : 'WARNED',
      configuration: configuration.map(({ name, digest }) => ({ name, digest: sha256Of(digest) })),
      passedTests: ids(['passed']),
      warnedTests: warned,
      failedTests: allowed ? [] : ids(['failed', 'errored']),
    },
  }
}

function summaryOf(request: DecisionRequest, testResultDigest: string): VerificationSummary {
  const { assessment, assessmentDigest, subject, environment } = request
  const { change, integration, meta, verdict, evidence } = assessment
  const policy = policyOf(assessment)
  const passed = verdict === 'go'
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [subject],
    predicateType: 'https://slsa.dev/verification_summary/v1',
    predicate: {
      verifier: { id: 'urn:erp-change-gate:verifier', version: { harness: meta.harness } },
      timeVerified: meta.assessedAt,
      resourceUri: resourceUriOf(integration.id, environment, change.to),
      policy: { uri: `urn:erp-change-gate:policy:${encodeURIComponent(change.id)}`, digest: sha256Of(policy.digest) },
      inputAttestations: [
        { uri: 'urn:erp-change-gate:test-result', digest: sha256Of(testResultDigest) },
        { uri: 'urn:erp-change-gate:assessment', digest: sha256Of(assessmentDigest) },
      ],
      verificationResult: passed ? 'PASSED' : 'FAILED',
      verifiedLevels: passed ? [`ERP_CHANGE_GATE_${evidence.level.toUpperCase()}`] : ['FAILED'],
      slsaVersion: '1.0',
      [DECISION_FIELD]: {
        verdict,
        change: change.id,
        integration: integration.id,
        environment,
        erpRelease: change.to,
        evidence: evidence.level,
        evidenceAsked: policy.evidenceLevel,
        validUntil: meta.validUntil,
        conditions: assessment.conditions,
      },
    },
  }
}

/** Names where a subject may go, so that a decision for one environment is none for another. */
export function resourceUriOf(integration: string, environment: string, erpRelease: string): string {
  return `urn:erp-change-gate:${[integration, environment, erpRelease].map(encodeURIComponent).join(':')}`
}

/** Reads `NAME=sha256:…`. Throws `usage`. */
export function subjectOf(text: string): Subject {
  const [, name, sha256] = /^(.+)=sha256:([0-9a-f]{64})$/.exec(text) ?? []
  if (name !== undefined && sha256 !== undefined) return { name, digest: { sha256 } }
  throw new GateError('usage', `"${text}" is no subject.`, {
    hint: 'Write NAME=sha256: and 64 hexadecimal digits in lower case, such as those of the connector image.',
  })
}

function policyOf(assessment: ChangeAssessment): NonNullable<ChangeAssessment['policy']> {
  if (assessment.policy !== undefined) return assessment.policy
  throw unfounded('The assessment does not tell its policy: an older harness wrote it.')
}

function sha256Of(digest: string): { sha256: string } {
  return { sha256: digest.replace(/^sha256:/, '') }
}

function unfounded(message: string): GateError {
  return new GateError('decision-unfounded', message, {
    hint: 'Run the change again for this build: change-gate run CHANGE --subject NAME=sha256:….',
  })
}
