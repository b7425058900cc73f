import { z } from 'zod'
import { Verdict } from './assessment.ts'
import { Instant } from './common.ts'

/** SHA-256 as in-toto writes it: 64 lower-case hexadecimal digits. */
const Sha256 = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) })

/** What is signed is an in-toto statement, whoever signs it. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

const Base64 = z.base64().min(1)

/** DSSE envelope: a payload and who signed it. Which algorithm is used follows from the key alone, never from the envelope. */
export const Envelope = z.strictObject({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: Base64,
  signatures: z.array(z.strictObject({ keyid: z.string().optional(), sig: Base64 })).min(1),
})
export type Envelope = z.infer<typeof Envelope>

const Subject = z.strictObject({ name: z.string().min(1), digest: Sha256 })
export type Subject = z.infer<typeof Subject>

/** How strong the evidence behind a decision is, strongest first. */
export const EvidenceLevel = z.enum(['live', 'recorded', 'schema', 'none'])
export type EvidenceLevel = z.infer<typeof EvidenceLevel>

/** Key of what the two public predicates have no place for, in the verification summary. */
export const DECISION_FIELD = 'urn:erp-change-gate:decision:v1'

/** What was decided, for whom, and until when. */
export const DecisionTerms = z.strictObject({
  verdict: Verdict,
  change: z.string(),
  integration: z.string(),
  /** Where the subject may be installed. */
  environment: z.string().min(1),
  /** The ERP release that the subject was rehearsed with. */
  erpRelease: z.string().min(1),
  evidence: EvidenceLevel,
  /** The weakest evidence that the policy lets carry a go. */
  evidenceAsked: EvidenceLevel,
  /** After this instant nothing is allowed; null when nothing ever was. */
  validUntil: Instant.nullable(),
  conditions: z.array(z.string()),
})
export type DecisionTerms = z.infer<typeof DecisionTerms>

const STATEMENT = 'https://in-toto.io/Statement/v1'

/** in-toto Statement v1 with the test-result predicate v0.1. */
export const TestResult = z.strictObject({
  _type: z.literal(STATEMENT),
  subject: z.array(Subject).length(1),
  predicateType: z.literal('https://in-toto.io/attestation/test-result/v0.1'),
  predicate: z.strictObject({
    result: z.enum(['PASSED', 'WARNED', 'FAILED']),
    configuration: z.array(z.strictObject({ name: z.string(), digest: Sha256 })).min(1),
    passedTests: z.array(z.string()),
    warnedTests: z.array(z.string()),
    failedTests: z.array(z.string()),
  }),
})
export type TestResult = z.infer<typeof TestResult>

/** in-toto Statement v1 with SLSA's verification summary v1: the token that a deploy step asks for. */
export const VerificationSummary = z.strictObject({
  _type: z.literal(STATEMENT),
  subject: z.array(Subject).length(1),
  predicateType: z.literal('https://slsa.dev/verification_summary/v1'),
  predicate: z.strictObject({
    verifier: z.strictObject({
      id: z.literal('urn:erp-change-gate:verifier'),
      version: z.record(z.string(), z.string()),
    }),
    timeVerified: Instant,
    resourceUri: z.string(),
    policy: z.strictObject({ uri: z.string(), digest: Sha256 }),
    inputAttestations: z.array(z.strictObject({ uri: z.string(), digest: Sha256 })).min(1),
    /** PASSED for `go` alone: who knows only SLSA does not know the conditions of a conditional go. */
    verificationResult: z.enum(['PASSED', 'FAILED']),
    verifiedLevels: z.array(z.string()),
    slsaVersion: z.literal('1.0'),
    [DECISION_FIELD]: DecisionTerms,
  }),
})
export type VerificationSummary = z.infer<typeof VerificationSummary>
