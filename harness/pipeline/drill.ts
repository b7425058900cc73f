import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { GateError } from '../base/errors.ts'
import { fingerprintOf } from '../base/fingerprint.ts'
import { toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { Change } from '../model/change.ts'
import type { DrillScore, Survivor } from '../model/drill.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Mutant } from '../ports/mutant.ts'
import { connectionMutants } from '../targets/connection-mutants.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import { type Rehearsable, rehearseChange } from './run.ts'
import { readAllIntegrations, readIntegration, readMapping, readNewestRecording } from './scenario.ts'

/** What became of one mutant: `right` is killed for a breaking one and let through for a benign one. */
export type MutantResult = Readonly<{ mutant: Mutant }> & MutantJudgement

/** How the gate judged one mutant, without the mutant itself, so that it can leave a worker. */
export type MutantJudgement = Readonly<{ right: boolean; exercised: boolean; why: string }>

/** A finished drill. */
export type DrillResult = Readonly<{ score: DrillScore; results: readonly MutantResult[] }>

/**
 * Tests the gate itself: puts one defect after the other into the virtual ERP of the release in production, rehearses a
 * change to it with the engine of `run`, and counts what the gate catches and what it wrongly raises.
 */
export async function drill(
  options: Readonly<{
    scenario: string
    snapshots: string
    /** Ids of the mutants to run; all when it is absent. */
    only?: readonly string[]
    onProgress?: (done: number, total: number, what: string) => void
  }>,
): Promise<DrillResult> {
  const prepared = await prepareDrill(options.scenario, options.snapshots)
  const { recording, scenario } = prepared
  const all = mutantsOf(prepared)
  const unknown = options.only?.find((id) => !all.some((mutant) => mutant.id === id))
  if (unknown !== undefined) {
    throw new GateError('usage', `There is no mutant "${unknown}".`, {
      hint: `Choose one of: ${all.map((mutant) => mutant.id).join(', ')}.`,
    })
  }
  const mutants = all.filter((mutant) => options.only?.includes(mutant.id) ?? true)
  const judged = await judgeAll(
    mutants.map((mutant) => mutant.id),
    options,
  )
  const results = mutants.flatMap((mutant): MutantResult[] => {
    const judgement = judged.get(mutant.id)
    return judgement === undefined ? [] : [{ mutant, ...judgement }]
  })
  const score = scoreOf(results, {
    integration: scenario.integration.id,
    release: recording.header.erp.release,
    recording: recording.digest,
  })
  return { score, results }
}

/** Every mutant of the ERP, and what can happen to any connection. */
export function mutantsOf(prepared: Rehearsable): readonly Mutant[] {
  return [...prepared.adapter.mutants, ...connectionMutants]
}

/** Judges mutants in as many workers as this machine has processors: each is a whole rehearsal of its own. */
async function judgeAll(
  ids: readonly string[],
  options: Parameters<typeof drill>[0],
): Promise<ReadonlyMap<string, MutantJudgement>> {
  const judged = new Map<string, MutantJudgement>()
  const waiting = [...ids]
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const place: DrillPlace = { scenario: options.scenario, snapshots: options.snapshots }
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL(`./drill-worker.${extension}`, import.meta.url), { workerData: place })
      const next = () => {
        const id = waiting.shift()
        if (id === undefined) void worker.terminate().then(() => resolve())
        else worker.postMessage(id)
      }
      worker.on('message', ({ id, judgement }: DrillAnswer) => {
        judged.set(id, judgement)
        options.onProgress?.(judged.size, ids.length, id)
        next()
      })
      worker.on('error', reject)
      next()
    })
  options.onProgress?.(0, ids.length, '')
  await Promise.all(Array.from({ length: Math.min(MOST_WORKERS, availableParallelism(), ids.length) }, work))
  return judged
}

/** More workers than this read the snapshot more often than they save. */
const MOST_WORKERS = 8

/** Where a worker finds what it drills. */
export type DrillPlace = Readonly<{ scenario: string; snapshots: string }>

/** What a worker answers to the id of a mutant. */
export type DrillAnswer = Readonly<{ id: string; judgement: MutantJudgement }>

/** Everything a drill rehearses with: the release in production against itself, without notes and waivers. */
export async function prepareDrill(folder: string, snapshots: string): Promise<Rehearsable> {
  const integration = await readIntegration(folder)
  const { recording } = await readNewestRecording(folder)
  const { product, release } = recording.header.erp
  const adapter = await loadErp(integration)
  const baseline = await readSnapshotOf(adapter, join(snapshots, `${product}-${release}`), folder)
  return {
    scenario: {
      folder,
      integration,
      mapping: await readMapping(folder),
      change: CONTROL(release, baseline.meta.evidence === 'schema' ? 'schema' : 'recorded'),
      waivers: [],
      allIntegrations: await readAllIntegrations(`${folder}/..`),
    },
    adapter,
    recording,
    baseline,
    candidate: baseline,
    target: { kind: 'mock' },
    reportFolder: '',
    drill: undefined,
    options: {},
  }
}

/** A change request that changes nothing: whatever is found under it is the mutant. */
const CONTROL = (release: string, evidence: 'recorded' | 'schema'): Change =>
  Change.parse({
    change: {
      id: 'DRILL',
      title: 'Drill',
      kind: 'erp-update',
      type: 'standard',
      from: release,
      to: release,
      window: { start: '2000-01-01T00:00Z', end: '2000-01-01T01:00Z' },
      people: { requester: 'drill', developer: 'drill', tester: 'drill', approver: 'the gate' },
    },
    policy: { 'evidence-level': evidence },
  })

/** Runs the gate on one mutant. */
export async function judgeMutant(prepared: Rehearsable, mutant: Mutant): Promise<MutantJudgement> {
  const { adapter, baseline } = prepared
  const release = mutant.release?.(baseline) ?? baseline
  let acted = 0
  const mutated: ErpAdapter = {
    ...adapter,
    virtual: (snapshot, credential, database) => {
      const virtual = adapter.virtual(snapshot, credential, database)
      return mutant.wire?.(virtual, () => acted++) ?? virtual
    },
  }
  const touched = touchedBy(baseline, release)
  let ended: ChangeAssessment | GateError
  try {
    ended = await rehearseChange({ ...prepared, adapter: mutated, candidate: release })
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    ended = error
  }
  const exercised = acted > 0 || touched.length > 0 || isOtherRelease(baseline, release)
  const wrong =
    ended instanceof GateError ? wrongRefusal(mutant, ended) : wrongAssessment(mutant, ended, exercised ? touched : [])
  if (wrong === undefined) return { right: true, exercised, why: '' }
  const why = exercised || mutant.class === 'benign' ? wrong : `No recorded invoice shows it: add ${mutant.shownBy}.`
  return { right: false, exercised, why }
}

/** Keys of the invoices that the mutated release stores otherwise. */
function touchedBy(baseline: Snapshot, release: Snapshot): readonly string[] {
  const before = new Map(baseline.documents.map((document) => [document.key, document]))
  return release.documents.flatMap((document) => {
    const known = before.get(document.key)
    if (known === document) return []
    return known !== undefined && fingerprintOf(toJson(known.stages)) === fingerprintOf(toJson(document.stages))
      ? []
      : [document.key]
  })
}

function isOtherRelease(baseline: Snapshot, release: Snapshot): boolean {
  return (
    fingerprintOf(toJson([baseline.schema, baseline.values, baseline.meta])) !==
    fingerprintOf(toJson([release.schema, release.values, release.meta]))
  )
}

/** A run that could not finish is right for a broken connection and for nothing else. */
function wrongRefusal(mutant: Mutant, error: GateError): string | undefined {
  if (mutant.class === 'connection' && error.exit === 3) return undefined
  return `The gate stopped with ${error.code}: ${error.message}`
}

/** Why an assessment is not what the mutant deserves; `undefined` when it is. */
function wrongAssessment(mutant: Mutant, assessment: ChangeAssessment, touched: readonly string[]): string | undefined {
  const raised = assessment.findings.filter((finding) => finding.severity !== 'info')
  const named = raised.map((finding) => finding.check)
  const { verdict } = assessment
  if (mutant.class === 'benign') {
    if (verdict === 'go' && raised.length === 0) return undefined
    return `${verdict}: ${[...new Set([...named, ...assessment.reasons.map((reason) => reason.code)])].join(', ')}.`
  }
  if (mutant.class === 'connection') {
    const told = assessment.reasons.some((reason) => reason.code === 'connection-fault')
    if (verdict === 'undecided' && raised.length === 0 && told) return undefined
    return `${verdict}, not undecided for the connection: ${[...new Set(named)].join(', ')}.`
  }
  if (verdict === 'go' || verdict === 'conditional') return `The verdict is ${verdict}.`
  if (raised.length === 0) return `${verdict}, and no finding says why.`
  const missed = touched.filter((key) => !raised.some((finding) => finding.invoices.includes(key)))
  return missed.length === 0 ? undefined : `${verdict}, and these invoices are not named: ${missed.join(', ')}.`
}

function scoreOf(
  results: readonly MutantResult[],
  of: Pick<DrillScore, 'integration' | 'release' | 'recording'>,
): DrillScore {
  const count = (wanted: (result: MutantResult) => boolean) => results.filter(wanted).length
  const isBenign = ({ mutant }: MutantResult) => mutant.class === 'benign'
  const classes = [...new Set(results.map(({ mutant }) => mutant.class))]
  return {
    format: 'erp-change-gate/drill',
    version: 1,
    ...of,
    breaking: count((result) => !isBenign(result)),
    killed: count((result) => !isBenign(result) && result.right),
    benign: count(isBenign),
    benignLetThrough: count((result) => isBenign(result) && result.right),
    classes: Object.fromEntries(
      classes.map((name) => [
        name,
        {
          mutants: count(({ mutant }) => mutant.class === name),
          right: count(({ mutant, right }) => mutant.class === name && right),
        },
      ]),
    ),
    survivors: results
      .filter(({ right }) => !right)
      .map(
        ({ mutant, exercised, why }): Survivor => ({
          mutant: mutant.id,
          class: mutant.class,
          does: mutant.does,
          exercised,
          why,
        }),
      ),
  }
}

/** Whether the gate did its job: every breaking mutant that the recording shows is killed, and no benign one is raised. */
export function isPassed(score: DrillScore): boolean {
  return score.survivors.every((survivor) => survivor.class !== 'benign' && !survivor.exercised)
}

/** The score as a person reads it, every survivor with what to do about it. */
export function scoreText(score: DrillScore, mutants: number): string {
  const linesOf = (name: string) => {
    const { mutants: all = 0, right = 0 } = score.classes[name] ?? {}
    return all === 0 ? [] : [`  ${name.padEnd(11)} ${right} of ${all}`]
  }
  const survivors = (title: string, wanted: (survivor: Survivor) => boolean) => {
    const found = score.survivors.filter(wanted)
    return found.length === 0
      ? []
      : ['', title, ...found.flatMap(({ mutant, does, why }) => [`  ${mutant}: ${does}`, `    ${why}`])]
  }
  return [
    `Drill on ${score.integration}, release ${score.release}: ${mutants} mutants`,
    `Breaking    ${score.killed} of ${score.breaking} killed`,
    ...['silent', 'loud', 'structure', 'connection'].flatMap(linesOf),
    `Benign      ${score.benignLetThrough} of ${score.benign} let through`,
    ...survivors('Not in the recording', ({ class: name, exercised }) => name !== 'benign' && !exercised),
    ...survivors('MISSED BY THE GATE', ({ class: name, exercised }) => name !== 'benign' && exercised),
    ...survivors('RAISED THOUGH HARMLESS', ({ class: name }) => name === 'benign'),
  ].join('\n')
}
