import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { exists, readTextFile, writeTextFile } from '../base/files.ts'
import { fingerprintOf } from '../base/fingerprint.ts'
import { canonicalJson, toJson } from '../base/json.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import { Change } from '../model/change.ts'
import { DrillScore, type Survivor } from '../model/drill.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Mutant } from '../ports/mutant.ts'
import { connectionMutants } from '../targets/connection-mutants.ts'
import { loadPlugIn } from './registry.ts'
import { type Rehearsable, rehearseChange } from './run.ts'
import { readAllIntegrations, readIntegration, readMapping, readNewestRecording } from './scenario.ts'
import { readSnapshot } from './snapshot-store.ts'

/** Name of the file in a scenario that holds its score. */
const SCORE_FILE = 'drill.json'

/** What became of one mutant: `right` is killed for a breaking one and let through for a benign one. */
export type MutantResult = Readonly<{ mutant: Mutant; right: boolean; exercised: boolean; why: string }>

/** A finished drill. */
export type DrillResult = Readonly<{ score: DrillScore; results: readonly MutantResult[]; file: string }>

/**
 * Tests the gate itself: puts one defect after the other into the virtual ERP of the release in production, rehearses a
 * change to it with the engine of `run`, and counts what the gate catches and what it wrongly raises.
 */
export async function drill(
  options: Readonly<{
    scenario: string
    snapshots: string
    /** Ids of the mutants to run; all when it is absent. A partial drill writes no score. */
    only?: readonly string[]
    onProgress?: (done: number, total: number, what: string) => void
  }>,
): Promise<DrillResult> {
  const prepared = await prepareDrill(options.scenario, options.snapshots)
  const { adapter, recording, scenario } = prepared
  const all = [...adapter.mutants, ...connectionMutants]
  const unknown = options.only?.find((id) => !all.some((mutant) => mutant.id === id))
  if (unknown !== undefined) {
    throw new GateError('usage', `There is no mutant "${unknown}".`, {
      hint: `Choose one of: ${all.map((mutant) => mutant.id).join(', ')}.`,
    })
  }
  const mutants = all.filter((mutant) => options.only?.includes(mutant.id) ?? true)
  const results: MutantResult[] = []
  for (const [index, mutant] of mutants.entries()) {
    options.onProgress?.(index, mutants.length, mutant.id)
    results.push(await runMutant(prepared, mutant))
  }
  options.onProgress?.(mutants.length, mutants.length, '')
  const score = scoreOf(results, {
    integration: scenario.integration.id,
    release: recording.header.erp.release,
    recording: recording.digest,
  })
  const file = join(scenario.folder, SCORE_FILE)
  if (options.only === undefined) await writeTextFile(file, `${canonicalJson(toJson(score), 1)}\n`)
  return { score, results, file }
}

/** Reads the score of a scenario; `undefined` when no drill was run. Throws `json-invalid`. */
export async function readDrillScore(scenarioFolder: string): Promise<DrillScore | undefined> {
  const file = join(scenarioFolder, SCORE_FILE)
  if (!(await exists(file))) return undefined
  const hint = 'Run change-gate drill on the scenario again.'
  const text = await readTextFile(file, hint)
  let plain: unknown
  try {
    plain = JSON.parse(text)
  } catch (cause) {
    throw new GateError('json-invalid', `${file} is no JSON.`, { hint, cause })
  }
  const parsed = DrillScore.safeParse(plain)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new GateError('json-invalid', `${file}: ${issue?.path.join('.')}: ${issue?.message}.`, { hint })
}

/** Everything a drill rehearses with: the release in production against itself, without notes and waivers. */
export async function prepareDrill(folder: string, snapshots: string): Promise<Rehearsable> {
  const integration = await readIntegration(folder)
  const { recording } = await readNewestRecording(folder)
  const { product, release } = recording.header.erp
  const adapter = await loadPlugIn('erps', product)
  const baseline = await readSnapshot(join(snapshots, `${product}-${release}`))
  return {
    scenario: {
      folder,
      integration,
      mapping: await readMapping(folder),
      mappingDigest: '',
      change: CONTROL(release),
      waivers: [],
      allIntegrations: await readAllIntegrations(`${folder}/..`),
    },
    adapter,
    recording,
    baseline,
    candidate: baseline,
    target: { kind: 'mock' },
    reportFolder: '',
    rehearsal: { state: 'none', text: 'A drill rehearses no rollback.' },
    options: {},
  }
}

/** A change request that changes nothing: whatever is found under it is the mutant. */
const CONTROL = (release: string): Change =>
  Change.parse({
    change: {
      id: 'DRILL',
      title: 'Drill',
      kind: 'erp-update',
      type: 'standard',
      from: release,
      to: release,
      window: { start: '2000-01-01T00:00Z', end: '2000-01-01T01:00Z' },
      people: { requester: 'nobody', developer: 'drill', tester: 'mutant', approver: 'the gate' },
    },
  })

async function runMutant(prepared: Rehearsable, mutant: Mutant): Promise<MutantResult> {
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
  if (wrong === undefined) return { mutant, right: true, exercised, why: '' }
  const why = exercised || mutant.class === 'benign' ? wrong : `No recorded invoice shows it: add ${mutant.shownBy}.`
  return { mutant, right: false, exercised, why }
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
