import { generateKeyPairSync } from 'node:crypto'
import { mkdir, readdir, realpath, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { subjectOf, summaryStatement, testStatement } from '../attest/decision.ts'
import { type BundleOpener, sealed } from '../attest/envelope.ts'
import { acceptedKeyOf, keyIdOf, signingKeyOf } from '../attest/keys.ts'
import {
  type Answer,
  answerTo,
  type Question,
  REFUSALS,
  type RefusalCode,
  type StoredDecision,
} from '../attest/verify.ts'
import { GateError, messageOf } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import { digestOf } from '../base/fingerprint.ts'
import type { Json } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { Id } from '../model/common.ts'
import { EvidenceLevel, type Subject } from '../model/decision.ts'
import json from '../reporters/json.ts'
import { policyDigestOf } from './assess.ts'
import { readAssessment } from './assessment-file.ts'
import { runName } from './history.ts'
import { readScenario } from './scenario.ts'
import type { SigstoreUrls } from './sigstore-signing.ts'

/** Name of the latest decision, beside the latest assessment. */
export const DECISION_FILE = 'decision.intoto.jsonl'

/** Ending of every decision: the bundle form of in-toto, one envelope a line. */
const DECISION_ENDING = '.intoto.jsonl'

/** Decisions are a few kilobytes; nothing larger is one. */
const LARGEST_DECISION = 4 * 1024 * 1024

/** Who signs, for which build and environment, as the command line says it. */
export type Signing = Readonly<{
  by: Readonly<{ keyFile: string }> | SigstoreUrls
  subject: string | undefined
  environment: string | undefined
}>

/** The same, read and checked. */
export type Signer = Readonly<{
  /** Signs a statement and puts it into an envelope, on one line. */
  seal: (statement: Json) => string | Promise<string>
  subject: Subject
  environment: string
}>

/** Reads what is needed to sign. Throws `usage` or `key-unusable`. */
export async function signerOf(signing: Signing): Promise<Signer> {
  if (signing.subject === undefined || signing.environment === undefined) {
    throw new GateError(
      'usage',
      'A decision is signed for one build and one environment, and one of them is not named.',
      {
        hint: 'Add --subject NAME=sha256:… and --environment ENV, or unset CHANGE_GATE_SIGNING_KEY.',
      },
    )
  }
  if (!Id.safeParse(signing.environment).success) {
    throw new GateError('usage', `"${signing.environment}" is no name of an environment.`, {
      hint: 'Name it as integration.yaml does, such as production.',
    })
  }
  const subject = subjectOf(signing.subject)
  return { seal: await sealOf(signing.by), subject, environment: signing.environment }
}

async function sealOf(by: Signing['by']): Promise<Signer['seal']> {
  if ('fulcio' in by) return (await import('./sigstore-signing.ts')).sigstoreSeal(by)
  const pem = await readTextFile(by.keyFile, 'Make a pair with change-gate keygen --out FOLDER.')
  await refuseInRepository(by.keyFile)
  const key = signingKeyOf(pem, by.keyFile)
  return (statement) => sealed(statement, key)
}

/** The digest of a build that is named as NAME=sha256:…. Throws `usage`. */
export function subjectDigest(subject: string): string {
  return `sha256:${subjectOf(subject).digest.sha256}`
}

/** Signs an assessment and keeps the decision twice: as the latest, and for good. Returns the file of the latest. */
export async function keepDecision(folder: string, assessment: ChangeAssessment, signer: Signer): Promise<string> {
  const text = await decisionText(assessment, signer)
  const latest = join(folder, DECISION_FILE)
  const name = `${runName(assessment.meta.assessedAt)}-${signer.environment}-${signer.subject.digest.sha256.slice(0, 12)}`
  await writeTextFile(join(folder, 'runs', `${name}${DECISION_ENDING}`), text)
  await writeTextFile(latest, text)
  return latest
}

/** Signs a stored assessment. Throws `decision-unfounded` beside what reading throws. Returns the file that was written. */
export async function attest(options: Readonly<{ assessment: string; out?: string }> & Signing): Promise<string> {
  const signer = await signerOf(options)
  const assessment = await readAssessment(options.assessment)
  if (options.out === undefined) return keepDecision(dirname(options.assessment), assessment, signer)
  await writeTextFile(options.out, await decisionText(assessment, signer))
  return options.out
}

/** A line with the test result and a line with the verification summary that cites it, both signed. */
async function decisionText(assessment: ChangeAssessment, { seal, subject, environment }: Signer): Promise<string> {
  const request = { assessment, assessmentDigest: digestOf(json.render(assessment)), subject, environment }
  const testResult = await seal(testStatement(request))
  return `${testResult}\n${await seal(summaryStatement(request, testResult))}\n`
}

/** Makes a pair of keys in a folder outside any repository and never overwrites one. Returns the files and the key's id. */
export async function makeKeys(folder: string): Promise<Readonly<{ signing: string; accepted: string; id: string }>> {
  await refuseInRepository(folder)
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const [signing, accepted] = [join(folder, 'signing-key.pem'), join(folder, 'signing-key.pub.pem')]
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    await writeFile(signing, privateKey.export({ type: 'pkcs8', format: 'pem' }), { flag: 'wx', mode: 0o600 })
    await writeFile(accepted, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' })
  } catch (cause) {
    throw new GateError('key-unusable', `The pair cannot be written to ${folder}: ${messageOf(cause)}.`, {
      hint: 'Name an empty folder; a key that exists is never overwritten.',
      cause,
    })
  }
  return { signing, accepted, id: keyIdOf(publicKey) }
}

/** The digest of a change request's policy, as decisions name it. */
export async function policyDigest(changeFolder: string): Promise<string> {
  return policyDigestOf((await readScenario(changeFolder)).change.policy)
}

/** What a deploy step asks, as the command line says it. */
export type Asked = Readonly<{
  decision: string
  keys: readonly string[]
  /** Who may sign with a certificate, by the authorities and logs of which trusted root. */
  sigstore?: Readonly<{ trustedRoot: string; identity: string; issuer: string }> | undefined
  subject: string
  environment: string
  erpRelease: string
  policy: string
  decisions?: string
  evidence?: string
  conditionsHold: boolean
}>

/** An answer in one line, its reason code, and the exit status. */
export type Answered = Readonly<{ text: string; code: RefusalCode | undefined; status: 0 | 1 }>

/** Answers a deploy step from files. Throws only for a wrong question or key; whatever is wrong with a decision is a no. */
export async function verifyDecision(asked: Asked): Promise<Answered> {
  const question: Question = {
    keys: await Promise.all(asked.keys.map(async (file) => acceptedKeyOf(await readTextFile(file, KEY_HINT), file))),
    openBundle: await bundleOpenerOf(asked.sigstore),
    subject: digestIn(asked.subject),
    environment: asked.environment,
    erpRelease: asked.erpRelease,
    policy: digestIn(asked.policy),
    ...(asked.evidence === undefined ? {} : { evidence: levelIn(asked.evidence) }),
    conditionsHold: asked.conditionsHold,
    now: new Date().toISOString(),
  }
  return answered(await answerFromFiles(question, asked), asked)
}

async function bundleOpenerOf(accepted: Asked['sigstore']): Promise<BundleOpener | undefined> {
  if (accepted === undefined) return undefined
  const { trustedRoot, ...identity } = accepted
  const text = await readTextFile(trustedRoot, 'Name the trusted_root.json of your Sigstore instance.')
  return (await import('../attest/sigstore.ts')).bundleOpener(text, trustedRoot, identity)
}

const KEY_HINT = 'Name the public key of who may sign decisions.'

async function answerFromFiles(question: Question, asked: Asked): Promise<Answer> {
  let decision: StoredDecision
  try {
    decision = await storedDecision(asked.decision)
  } catch (cause) {
    return { answer: 'no', code: 'decision-missing', text: messageOf(cause) }
  }
  let kept: readonly StoredDecision[] | undefined
  try {
    kept = asked.decisions === undefined ? undefined : await decisionsBelow(asked.decisions)
  } catch (cause) {
    return { answer: 'no', code: 'decisions-unreadable', text: messageOf(cause) }
  }
  return answerTo(question, decision, kept)
}

async function decisionsBelow(folder: string): Promise<readonly StoredDecision[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(DECISION_ENDING)).sort()
  return Promise.all(names.map((name) => storedDecision(join(folder, name))))
}

async function storedDecision(file: string): Promise<StoredDecision> {
  return { file, text: await readTextFile(file, 'Run change-gate with a signing key.', LARGEST_DECISION) }
}

function answered(answer: Answer, asked: Asked): Answered {
  if (answer.answer === 'no') {
    const text = `no  ${answer.code}: ${REFUSALS[answer.code]} (${answer.text})`
    return { text, code: answer.code, status: 1 }
  }
  const { change, evidence, validUntil, verdict } = answer.terms
  const text = `yes  ${change} ${verdict}: ${asked.subject} may go to ${asked.environment} with ERP release ${asked.erpRelease} until ${validUntil} (evidence: ${evidence})`
  return { text, code: undefined, status: 0 }
}

function digestIn(text: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return text
  throw new GateError('usage', `"${text}" is no digest.`, {
    hint: 'Write sha256: and 64 hexadecimal digits in lower case.',
  })
}

function levelIn(text: string): EvidenceLevel {
  const level = EvidenceLevel.safeParse(text)
  if (level.success && level.data !== 'none') return level.data
  throw new GateError('usage', `"${text}" is no evidence level.`, { hint: 'Choose one of: live, recorded, schema.' })
}

/** A private key in a repository is one commit away from everybody. Throws `key-unusable`. */
export async function refuseInRepository(path: string): Promise<void> {
  const place = await realpathOf(resolve(path))
  const fromHere = relative(await realpath(process.cwd()), place)
  let isInside = fromHere !== '..' && !fromHere.startsWith(`..${sep}`)
  for (let folder = place; !isInside && dirname(folder) !== folder; folder = dirname(folder)) {
    isInside = await exists(join(dirname(folder), '.git'))
  }
  if (!isInside) return
  throw new GateError('key-unusable', `${path} lies in a repository or in the folder that change-gate runs in.`, {
    hint: 'Keep private keys outside, such as in a file that the secret store of the CI writes.',
  })
}

/** The real path of what exists of a path, and the rest as it was given. */
async function realpathOf(path: string): Promise<string> {
  if (await exists(path)) return realpath(path)
  return dirname(path) === path ? path : join(await realpathOf(dirname(path)), relative(dirname(path), path))
}
