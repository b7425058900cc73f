import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { PackHeader } from '../model/evidence-pack.ts'
import type { Fault } from '../ports/observation.ts'
import { decodeRecording } from '../replay/chains.ts'
import type { Shard } from '../replay/lanes.ts'
import { inputsOf } from './inputs.ts'
import { incompleteEvidence, joinedReplay, mismatchingEvidence } from './joined-packs.ts'
import { closeJournals } from './journals.ts'
import { type PackFile, type ReplayName, readPack, writePack } from './pack-file.ts'
import { assessRehearsals, type RunOptions, readSubject, rehearse, type Subject, targetOf } from './run.ts'
import { scenarioName } from './scenario.ts'

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
  const file = join(subject.reportFolder, `evidence-${shard.index}-of-${shard.count}.ndjson`)
  await writePack(file, {
    header: {
      scenario: scenarioName(subject.scenario.folder),
      change: scenarioName(options.changeFolder),
      shard,
      inputs: inputsOf(subject),
    },
    replays: new Map([
      ['as-is', asIs],
      ...(withPlan === undefined ? [] : [['with-plan', withPlan] as const]),
      ...(mocked === undefined ? [] : [['mocked', mocked] as const]),
    ]),
    meta: { createdAt: new Date().toISOString(), durationMs, runTag, targetUrl: asIs.url },
  })
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
  const read: PackFile[] = []
  for (const file of options.packs) read.push(await readPack(file))
  const packs = read.toSorted((left, right) => left.header.shard.index - right.header.shard.index)
  const [first] = packs
  if (first === undefined) throw new GateError('usage', 'No evidence pack was named.', { hint: 'Name one per shard.' })
  refuseForeign(packs)
  refuseIncomplete(packs)
  const { scenario, change, inputs } = first.header
  const subject = await readSubject({
    ...options,
    changeFolder: options.change ?? join('scenarios', scenario, 'changes', change),
  })
  refuseOtherInputs(inputs, subject)
  const decoded = decodeRecording(subject.recording.interactions, subject.adapter, subject.baseline.schema)
  const asIs = joinedReplay(packs, 'as-is', decoded)
  if (asIs === undefined) throw incompleteEvidence('a pack holds no replay')
  const rehearsals = {
    asIs,
    withPlan: joinedReplay(packs, 'with-plan', decoded),
    mocked: joinedReplay(packs, 'mocked', decoded),
    runTag: packs.map(({ meta }) => meta.runTag).join(''),
    durationMs: Math.max(...packs.map(({ meta }) => meta.durationMs)),
  }
  const assessment = await assessRehearsals(subject, rehearsals, options.connectorDigest)
  return { assessment, reportFolder: subject.reportFolder }
}

/** Refuses packs of different runs, of different targets, and a part that is there twice. */
function refuseForeign([first, ...others]: readonly PackFile[]): void {
  if (first === undefined) return
  const seen = new Map([[first.header.shard.index, first.file]])
  const wanted = new Map(traitsOf(first))
  for (const pack of others) {
    const { file, header } = pack
    for (const [name, value] of traitsOf(pack)) {
      const other = wanted.get(name)
      // The first pack whose connection held says what the others must have seen.
      if (other === undefined) wanted.set(name, value)
      if (other === undefined || other === value) continue
      throw mismatchingEvidence(`${first.file} and ${file} differ in ${name}`)
    }
    const { index, count } = header.shard
    const twin = seen.get(index)
    if (twin !== undefined) throw mismatchingEvidence(`${twin} and ${file} are both shard ${index}/${count}`)
    seen.set(index, file)
  }
}

const REPLAYS: ReadonlyMap<ReplayName, string> = new Map([
  ['as-is', 'the replay as is'],
  ['with-plan', 'the replay with the plan'],
  ['mocked', 'the replay against the mocked API'],
])

/** What must be equal in all packs of one run. */
function traitsOf({ header, replays }: PackFile): ReadonlyMap<string, string> {
  const traits = new Map<string, string>(Object.entries(header.inputs))
  traits.set('scenario', header.scenario)
  traits.set('change request', header.change)
  traits.set('number of shards', String(header.shard.count))
  for (const [name, title] of REPLAYS) {
    const replay = replays.get(name)
    // A shard that the connection ended has no later replays, and what it read may be cut short.
    if (replay === undefined || replay.ending.fault !== undefined) continue
    for (const [what, digest] of replay.traits) traits.set(`${what} of ${title}`, digest)
  }
  return traits
}

function refuseIncomplete(packs: readonly PackFile[]): void {
  const count = packs[0]?.header.shard.count ?? 0
  const there = new Set(packs.map(({ header }) => header.shard.index))
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) => !there.has(index))
  if (missing.length > 0) throw incompleteEvidence(`shard ${missing.join(', ')} of ${count} is missing`)
}

function refuseOtherInputs(inputs: PackHeader['inputs'], subject: Subject): void {
  const here = inputsOf(subject)
  const names = new Set([...Object.keys(inputs), ...Object.keys(here)])
  const other = [...names].filter((name) => inputs[name] !== here[name]).sort()
  if (other.length > 0) throw mismatchingEvidence(`the packs were made from another ${other.join(', ')} than is here`)
}
