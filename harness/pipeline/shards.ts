import { join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { readTextFile, writeTextFile } from '../base/files.ts'
import { fingerprintOf } from '../base/fingerprint.ts'
import { canonicalJson, isJsonObject, type Json, parseJson, toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { EvidencePack, type PackedInvoice, type PackedRehearsal } from '../model/evidence-pack.ts'
import type { Fault, Observation } from '../ports/observation.ts'
import { decodeRecording } from '../replay/chains.ts'
import type { Shard } from '../replay/lanes.ts'
import { answeredSteps, packedAnswers, packedInvoice, unpackedInvoice } from '../replay/packing.ts'
import { inputsOf } from './inputs.ts'
import { closeJournals } from './journals.ts'
import {
  assessRehearsals,
  type Rehearsal,
  type RunOptions,
  readSubject,
  rehearse,
  type Subject,
  targetOf,
} from './run.ts'
import { scenarioName } from './scenario.ts'

const VERSION = 1

/** Evidence packs of 1 GiB and more are refused: split the recording into more shards. */
const LARGEST_PACK = 1024 ** 3

/** Where job runners say which part of a matrix this is: index, count, and what the first index is. */
const RUNNERS = [
  { index: 'CHANGE_GATE_SHARD_INDEX', count: 'CHANGE_GATE_SHARD_COUNT', first: 1 },
  { index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', first: 1 },
  { index: 'CIRCLE_NODE_INDEX', count: 'CIRCLE_NODE_TOTAL', first: 0 },
  { index: 'BUILDKITE_PARALLEL_JOB', count: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  { index: 'SYSTEM_JOBPOSITIONINPHASE', count: 'SYSTEM_TOTALJOBSINPHASE', first: 1 },
  // Kubernetes tells an indexed job its index and not how many there are.
  { index: 'JOB_COMPLETION_INDEX', count: 'JOB_COMPLETIONS', first: 0 },
]

/** Reads a shard as people write it: `2/8`, `auto` or, where the runner does not tell the count, `auto/8`. Throws `usage`. */
export function parseShard(text: string, env: Readonly<Record<string, string | undefined>>): Shard {
  const [, fixed, given] = /^(auto|\d+)(?:\/(\d+))?$/.exec(text) ?? []
  const runner = RUNNERS.find((candidate) => env[candidate.index])
  const index =
    fixed === 'auto'
      ? runner === undefined
        ? Number.NaN
        : Number(env[runner.index]) - runner.first + 1
      : Number(fixed ?? Number.NaN)
  const count = Number(given ?? (fixed === 'auto' && runner !== undefined ? env[runner.count] : undefined))
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count) return { index, count }
  throw new GateError('usage', `"${text}" is no shard${fixed === 'auto' ? ' here' : ''}.`, {
    hint: `Write it like 2/8; auto reads one of ${RUNNERS.map((one) => one.index).join(', ')}, and auto/8 says how many there are.`,
  })
}

/** A written evidence pack. */
export type WrittenPack = Readonly<{ file: string; invoices: number; fault: Fault | undefined }>

/** Rehearses one part of a change request and writes what was observed. Nothing is decided. */
export async function runShard(options: RunOptions & Readonly<{ shard: Shard }>): Promise<WrittenPack> {
  const subject = await readSubject(options)
  if (subject.scenario.change.change.kind === 'connector-release') {
    throw new GateError(
      'usage',
      'A connector release cannot be sharded: the connector is run once, with all invoices.',
      {
        hint: 'Leave --shard out.',
      },
    )
  }
  const rehearsable = { ...subject, target: await targetOf(subject, options), options }
  const { shard } = options
  const { asIs, withPlan, mocked, runTag, durationMs } = await rehearse(rehearsable)
  const content = {
    format: 'erp-change-gate/evidence-pack',
    version: VERSION,
    scenario: scenarioName(subject.scenario.folder),
    change: scenarioName(options.changeFolder),
    shard,
    inputs: inputsOf(subject),
    asIs: packed(asIs),
    withPlan: withPlan === undefined ? null : packed(withPlan),
    mocked: mocked === undefined ? null : packed(mocked),
  }
  const meta = { createdAt: new Date().toISOString(), durationMs, runTag, targetUrl: asIs.url }
  const pack = { ...content, seal: fingerprintOf(toJson(content)), meta }
  const file = join(subject.reportFolder, `evidence-${shard.index}-of-${shard.count}.json`)
  await writeTextFile(file, `${canonicalJson(toJson(pack), 1)}\n`)
  await closeJournals(rehearsable)
  const fault = asIs.observation.fault ?? withPlan?.observation.fault
  return { file, invoices: asIs.observation.invoices.length, fault }
}

/**
 * Puts the packs of all shards together and decides once. Throws `evidence-mismatch` for packs that do not belong together
 * or are there twice, and `evidence-incomplete` for a missing one.
 */
export async function mergePacks(
  options: Readonly<{
    packs: readonly string[]
    /** Folder of the change request; where the packs say when it is not given. */
    change?: string
    snapshots: string
    reports: string
    /** Environment of the integration that a decision is asked for. */
    environment?: string
    /** Digest of the connector build that the run is asked about. */
    connectorDigest?: string
  }>,
): Promise<Readonly<{ assessment: ChangeAssessment; reportFolder: string }>> {
  const read: (readonly [file: string, pack: EvidencePack])[] = []
  for (const file of options.packs) read.push([file, await readPack(file)])
  const packs = read.toSorted(([, left], [, right]) => left.shard.index - right.shard.index)
  const [first] = packs
  if (first === undefined) throw new GateError('usage', 'No evidence pack was named.', { hint: 'Name one per shard.' })
  refuseForeign(packs)
  refuseIncomplete(packs)
  const [, pack] = first
  const subject = await readSubject({
    ...options,
    changeFolder: options.change ?? join('scenarios', pack.scenario, 'changes', pack.change),
  })
  refuseOtherInputs(pack.inputs, subject)
  const decoded = decodeRecording(subject.recording.interactions, subject.adapter, subject.baseline.schema)
  const joined = (select: (pack: EvidencePack) => PackedRehearsal | null): Rehearsal | undefined => {
    const parts = packs.flatMap(([, one]) => select(one) ?? [])
    return parts.length === packs.length
      ? unpacked(
          parts,
          packs.map(([, one]) => one.meta.targetUrl),
          decoded,
        )
      : undefined
  }
  const asIs = joined((one) => one.asIs)
  if (asIs === undefined) throw incomplete('no pack holds a replay')
  const rehearsals = {
    asIs,
    withPlan: joined((one) => one.withPlan),
    mocked: joined((one) => one.mocked),
    runTag: packs.map(([, one]) => one.meta.runTag).join(''),
    durationMs: Math.max(...packs.map(([, one]) => one.meta.durationMs)),
  }
  const assessment = await assessRehearsals(subject, rehearsals, options.connectorDigest)
  return { assessment, reportFolder: subject.reportFolder }
}

function packed({ observation, kind }: Rehearsal): Json {
  const { identity, schema, values, fault, byRules, copies, leftBehind } = observation
  return toJson({
    kind,
    identity,
    schema,
    // Ids are the target's own; nothing is compared by them.
    values: Object.fromEntries(
      Object.entries(values).map(([list, entries]) => [list, entries.map(({ id: _, ...value }) => value)]),
    ),
    shared: packedAnswers(observation.shared),
    invoices: observation.invoices.map(packedInvoice),
    fault,
    byRules,
    copies,
    leftBehind,
  })
}

/** One replay from its parts, invoices in recorded order. */
function unpacked(
  parts: readonly PackedRehearsal[],
  urls: readonly string[],
  decoded: ReturnType<typeof decodeRecording>,
): Rehearsal {
  const [first] = parts
  if (first === undefined) throw incomplete('no pack holds a replay')
  const invoices = new Map<string, PackedInvoice>()
  for (const invoice of parts.flatMap((part) => part.invoices)) {
    if (invoices.has(invoice.key)) throw mismatch(`invoice ${invoice.key} is in two packs`)
    invoices.set(invoice.key, invoice)
  }
  const missing = decoded.chains.filter(({ key }) => !invoices.has(key))
  if (missing.length > 0) {
    throw incomplete(`${missing.length} recorded invoices are in no pack, such as ${missing[0]?.key}`)
  }
  if (invoices.size !== decoded.chains.length) throw mismatch('a pack holds invoices that were not recorded')
  const places = new Map(decoded.chains.map(({ key }, index) => [key, index]))
  const placeOf = (key: string) => places.get(key) ?? 0
  const faults = parts.flatMap(({ fault }) => fault ?? []).toSorted((left, right) => left.seq - right.seq)
  const shared = (parts.find(({ fault }) => fault === undefined) ?? first).shared
  const { identity, schema, values, kind } = first
  const observation: Observation = {
    identity,
    schema,
    values: Object.fromEntries(
      Object.entries(values).map(([list, entries]) => [list, entries.map((value) => ({ id: '', ...value }))]),
    ),
    shared: answeredSteps(decoded.shared, shared, unanswered),
    invoices: decoded.chains.map((chain) => {
      const invoice = invoices.get(chain.key)
      if (invoice === undefined) throw incomplete(`invoice ${chain.key} is in no pack`)
      return unpackedInvoice(chain, invoice, unanswered)
    }),
    ...(faults[0] === undefined ? {} : { fault: faults[0] }),
    byRules: parts.flatMap(({ byRules }) => byRules).toSorted((left, right) => placeOf(left) - placeOf(right)),
    copies: parts
      .flatMap(({ copies }) => copies)
      .toSorted((left, right) => placeOf(left.invoices[0] ?? '') - placeOf(right.invoices[0] ?? '')),
    // Each machine removes the last first, and so does the whole.
    leftBehind: parts
      .flatMap(({ leftBehind }) => leftBehind)
      .toSorted((left, right) => placeOf(right.invoice) - placeOf(left.invoice)),
  }
  return { observation, kind, url: [...new Set(urls)].join(' ') }
}

function unanswered(seq: number): GateError {
  return incomplete(`no pack answers interaction ${seq}`)
}

async function readPack(file: string): Promise<EvidencePack> {
  const text = await readTextFile(file, 'Name the evidence packs that the shards wrote.', LARGEST_PACK)
  const unusable = (why: string, cause?: unknown) =>
    new GateError('evidence-mismatch', `${file} is no evidence pack: ${why}.`, {
      hint: 'Run its shard again.',
      ...(cause === undefined ? {} : { cause }),
    })
  let json: Json
  try {
    json = parseJson(text)
  } catch (cause) {
    throw unusable(messageOf(cause), cause)
  }
  const result = EvidencePack.safeParse(json)
  if (!result.success) {
    const [issue] = result.error.issues
    throw unusable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
  }
  if (result.data.version > VERSION) {
    throw new GateError('artifact-version', `${file} has version ${result.data.version}; ${VERSION} is known.`, {
      hint: 'Update erp-change-gate.',
    })
  }
  const { meta: _, seal, ...content } = isJsonObject(json) ? json : {}
  if (seal !== fingerprintOf(content)) throw unusable('it was edited after it was written')
  return result.data
}

type Packs = readonly (readonly [file: string, pack: EvidencePack])[]

/** Refuses packs of different runs, of different targets, and a part that is there twice. */
function refuseForeign(packs: Packs): void {
  const [first, ...others] = packs
  if (first === undefined) return
  const seen = new Map<number, string>([[first[1].shard.index, first[0]]])
  const wanted = new Map(traitsOf(first[1]))
  for (const [file, pack] of others) {
    const traits = traitsOf(pack)
    for (const [name, value] of traits) {
      const other = wanted.get(name)
      // The first pack whose connection held says what the others must have seen.
      if (other === undefined) wanted.set(name, value)
      if (other === undefined || other === value) continue
      throw mismatch(`${first[0]} and ${file} differ in ${name}`)
    }
    const twin = seen.get(pack.shard.index)
    if (twin !== undefined) throw mismatch(`${twin} and ${file} are both shard ${pack.shard.index}/${pack.shard.count}`)
    seen.set(pack.shard.index, file)
  }
}

/** What must be equal in all packs of one run. */
function traitsOf(pack: EvidencePack): ReadonlyMap<string, string> {
  const traits = new Map<string, string>(Object.entries(pack.inputs).map(([name, digest]) => [name, digest]))
  traits.set('scenario', pack.scenario)
  traits.set('change request', pack.change)
  traits.set('number of shards', String(pack.shard.count))
  for (const [title, rehearsal] of [
    ['target', pack.asIs],
    ['target of the replay with the plan', pack.withPlan],
    ['mocked API', pack.mocked],
  ] as const) {
    // A shard that the connection ended has no later replays, and what it read may be cut short.
    if (rehearsal === null || rehearsal.fault !== undefined) continue
    const { kind, identity, schema, values, shared } = rehearsal
    traits.set(title, fingerprintOf(toJson({ kind, identity })))
    traits.set(`schema of the ${title}`, fingerprintOf(toJson(schema)))
    traits.set(`value lists of the ${title}`, fingerprintOf(toJson(values)))
    traits.set(`look-ups of the ${title}`, fingerprintOf(toJson(shared)))
  }
  return traits
}

function refuseIncomplete(packs: Packs): void {
  const count = packs[0]?.[1].shard.count ?? 0
  const there = new Set(packs.map(([, pack]) => pack.shard.index))
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) => !there.has(index))
  if (missing.length > 0) throw incomplete(`shard ${missing.join(', ')} of ${count} is missing`)
}

function refuseOtherInputs(inputs: EvidencePack['inputs'], subject: Subject): void {
  const here = inputsOf(subject)
  const names = new Set([...Object.keys(inputs), ...Object.keys(here)])
  const other = [...names].filter((name) => inputs[name] !== here[name]).sort()
  if (other.length > 0) throw mismatch(`the packs were made from another ${other.join(', ')} than is here`)
}

function mismatch(what: string): GateError {
  return new GateError('evidence-mismatch', `The evidence does not fit together: ${what}.`, {
    hint: 'Run all shards again from the same files with the same release of change-gate.',
  })
}

function incomplete(what: string): GateError {
  return new GateError('evidence-incomplete', `The evidence is not complete: ${what}.`, {
    hint: 'Run the missing shard; nothing is decided from a part.',
  })
}
