import { dirname, join, resolve } from 'node:path'
import { GateError } from '../base/errors.ts'
import { exists } from '../base/files.ts'
import { agreementOf } from '../compare/agreement.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { DrillScore } from '../model/drill.ts'
import type { NoiseRule } from '../model/noise.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { RehearsalState } from '../model/rehearsal.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'
import { noJournal } from '../replay/journal.ts'
import type { Shard } from '../replay/lanes.ts'
import { replay, type Timing } from '../replay/replay.ts'
import { assess, type Evidence } from './assess.ts'
import { pathsInBaseline } from './baseline-paths.ts'
import { type ConnectorEvidence, rehearseConnector } from './connector.ts'
import { readDrillScore } from './drill-score.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import { closeJournals, type Journals, prepareJournals } from './journals.ts'
import { readNoise } from './noise-file.ts'
import { readRehearsal } from './rehearsal-store.ts'
import { readNewestRecording, readScenario, type Scenario, scenarioName } from './scenario.ts'
import { describe, listsOf } from './snapshot.ts'
import { readSnapshot } from './snapshot-store.ts'
import { comparedSchemas } from './structure.ts'
import { openTarget, parseTarget, type TargetName } from './target.ts'

/** What a run is asked for. */
export type RunOptions = Readonly<{
  changeFolder: string
  /** `mock`, `container`, `container:NAME` or a URL. */
  target: string
  /** Folder of the snapshots. */
  snapshots: string
  /** Folder of the reports. */
  reports: string
  /** How many suppliers are replayed at the same time; 1 unless given. */
  concurrency?: number
  /** Requests per second at most. */
  rate?: number
  /** Goes on with a run that was cut off, from its journal. */
  resume?: boolean
  /** Replays one part of the recording only; see `runShard`. */
  shard?: Shard
  /** How long is waited for what; tests are in a hurry. */
  timing?: Partial<Timing>
  /** Digest of the connector build that the run is asked about. */
  connectorDigest?: string
  /** Environment of the integration that a decision is asked for. */
  environment?: string
  /** Command that runs the connector under test, for a connector release. */
  connector?: string | undefined
  /** Release of the ERP that the connector is run against; the one in production unless given. */
  erpRelease?: string
  /** Failures of the ERP that the connector is tried with; as change.yaml says unless given. */
  failWell?: readonly string[] | undefined
  onStage?: (title: string) => void
  onProgress?: (done: number, total: number, what: string) => void
}>

/** An assessment and where its journal lies. */
export type RunResult = Readonly<{ assessment: ChangeAssessment; reportFolder: string }>

/** One replay and everything known of its target. */
export type Rehearsal = Readonly<{ observation: Observation; kind: TargetName['kind']; url: string }>

/** Everything that a change request is judged by, read and checked. */
export type Subject = Readonly<{
  scenario: Scenario
  adapter: ErpAdapter
  recording: SanitizedRecording
  baseline: Snapshot
  /** Releases of the ERP: the recorded one, and the one that is replayed against. */
  releases: Readonly<{ from: string; to: string }>
  /** Snapshot of the release that is asked for; a mocked API serves it. */
  candidate: Snapshot | undefined
  /** The gate's own score, when a drill was run on the scenario. */
  drill: DrillScore | undefined
  /** What is known to differ between two replays against the baseline itself. */
  noise: readonly NoiseRule[]
  /** What the stored rehearsal of the rollback is worth. */
  rehearsed: RehearsalState
  reportFolder: string
}>

/** A subject, where it is replayed, and how. */
export type Rehearsable = Subject &
  Readonly<{
    target: TargetName
    options: Pick<
      RunOptions,
      | 'onStage'
      | 'onProgress'
      | 'concurrency'
      | 'rate'
      | 'resume'
      | 'shard'
      | 'timing'
      | 'connectorDigest'
      | 'connector'
      | 'failWell'
    >
  }>

/** The replays of a change request. */
export type Rehearsals = Readonly<{
  asIs: Rehearsal
  withPlan: Rehearsal | undefined
  /** The same against the mocked API, where a real ERP answered and the mocked API could have. */
  mocked: Rehearsal | undefined
  /** What a run of the connector itself showed, when that is what was rehearsed. */
  connector?: ConnectorEvidence
  runTag: string
  durationMs: number
}>

/**
 * Rehearses a change request: replays the recorded exports as is and with the plan, compares, reconciles and decides.
 * Throws what the input, the configuration or the target is at fault for; a fault of the connection in the middle of a
 * replay is no error but an undecided assessment.
 */
export async function runChange(options: RunOptions): Promise<RunResult> {
  const subject = await readSubject(options)
  const target = await targetOf(subject, options)
  const assessment = await rehearseChange({ ...subject, target, options })
  return { assessment, reportFolder: subject.reportFolder }
}

/** Replays, compares, reconciles and decides; the one engine of `run` and `drill`. Throws what the target is at fault for. */
export async function rehearseChange(rehearsable: Rehearsable): Promise<ChangeAssessment> {
  const rehearsals = await rehearse(rehearsable)
  rehearsable.options.onStage?.('comparing')
  const assessment = await assessRehearsals(rehearsable, rehearsals, rehearsable.options.connectorDigest)
  await closeJournals(rehearsable)
  return assessment
}

/** The target that a run names. Throws `usage`, or what is wrong with the snapshot that a mocked API would need. */
export async function targetOf(
  { scenario, candidate, releases }: Subject,
  options: Pick<RunOptions, 'target' | 'snapshots'>,
): Promise<TargetName> {
  const release = `${scenario.integration.erp.product}-${releases.to}`
  const target = parseTarget(options.target, release)
  if (target.kind === 'mock' && candidate === undefined) await readSnapshot(join(options.snapshots, release))
  return target
}

/** Reads everything that a change request is judged by. Throws what the input or the configuration is at fault for. */
export async function readSubject(
  options: Pick<RunOptions, 'changeFolder' | 'snapshots' | 'reports' | 'environment' | 'connector' | 'erpRelease'>,
): Promise<Subject> {
  const scenario = await readScenario(options.changeFolder)
  const { change } = scenario.change
  refuseUndeclaredEnvironment(scenario, options.environment)
  const adapter = await loadErp(scenario.integration)
  const { recording, file } = await readNewestRecording(scenario.folder)
  refuseForeignRecording(scenario, recording, file)
  refuseForeignOptions(scenario, options)
  const releases = releasesOf(scenario, recording, options.erpRelease)
  const product = scenario.integration.erp.product
  const baseline = await readSnapshotOf(
    adapter,
    join(options.snapshots, `${product}-${releases.from}`),
    scenario.folder,
  )
  const candidateFolder = join(options.snapshots, `${product}-${releases.to}`)
  const candidate = (await exists(join(candidateFolder, 'meta.json')))
    ? await readSnapshotOf(adapter, candidateFolder)
    : undefined
  return {
    scenario,
    adapter,
    recording,
    baseline,
    releases,
    candidate,
    drill: await readDrillScore(scenario.folder),
    noise: await readNoise(join(options.snapshots, `${product}-${releases.from}`), baseline, adapter),
    rehearsed: await readRehearsal(options.changeFolder, { change, recording, baseline }),
    reportFolder: reportFolderOf(options),
  }
}

/** Replays a change request in every way that its assessment needs. */
export async function rehearse(rehearsable: Rehearsable): Promise<Rehearsals> {
  const started = performance.now()
  const { scenario, baseline, candidate, target } = rehearsable
  if (scenario.change.change.kind === 'connector-release') {
    const { rehearsal: asIs, connector } = await rehearseConnector(rehearsable)
    const durationMs = Math.round(performance.now() - started)
    return { asIs, withPlan: undefined, mocked: undefined, connector, runTag: '', durationMs }
  }
  const hasPlan = scenario.change.notes.some((note) => note['affects-us'] === true && note.plan.length > 0)
  // The second engine works while the recording is replayed.
  if (candidate !== undefined) void comparedSchemas(baseline.schema, candidate.schema).opinion()
  const journals = await prepareJournals(rehearsable)
  const asIs = await rehearsal(rehearsable, { title: 'replaying as is', target, withPlan: false, journals })
  const withPlan =
    hasPlan && asIs.observation.fault === undefined
      ? await rehearsal(rehearsable, { title: 'replaying with the plan', target, withPlan: true, journals })
      : undefined
  // Where a real ERP answered and the mocked API could have, both are asked, so that the mock is never trusted on its word.
  const mocked =
    target.kind !== 'mock' && candidate !== undefined && asIs.observation.fault === undefined
      ? await rehearsal(rehearsable, {
          title: 'replaying against the mocked API',
          target: { kind: 'mock' },
          withPlan: false,
          journals: undefined,
        })
      : undefined
  return {
    asIs,
    withPlan,
    mocked,
    runTag: journals?.runTag ?? '',
    durationMs: Math.round(performance.now() - started),
  }
}

/** Compares, reconciles and decides. */
export function assessRehearsals(
  subject: Subject,
  rehearsals: Rehearsals,
  connectorDigest?: string,
): Promise<ChangeAssessment> {
  return assess(evidenceOf(subject, rehearsals, connectorDigest))
}

/** What was gathered; it can be judged again under other notes, waivers and policies. */
export function evidenceOf(subject: Subject, rehearsals: Rehearsals, connectorDigest?: string): Evidence {
  const { adapter } = subject
  const { asIs, withPlan, mocked } = rehearsals
  const agreement =
    mocked === undefined
      ? null
      : agreementOf(mocked.observation, asIs.observation, adapter.documentResource, (resource, field) =>
          adapter.meaning(resource, field, asIs.observation.schema),
        )
  return {
    scenario: subject.scenario,
    adapter,
    recording: subject.recording,
    baseline: subject.baseline,
    releases: subject.releases,
    candidate: subject.candidate,
    connector: rehearsals.connector,
    asIs,
    withPlan,
    agreement,
    drill: subject.drill,
    noise: subject.noise,
    rehearsal: subject.rehearsed,
    runTag: rehearsals.runTag,
    connectorDigest,
    assessedAt: new Date().toISOString(),
    durationMs: rehearsals.durationMs,
  }
}

/** One replay of a change request. Throws what the target is at fault for. */
async function rehearsal(
  subject: Rehearsable,
  variant: Readonly<{
    title: string
    target: TargetName
    withPlan: boolean
    journals: Journals | undefined
  }>,
): Promise<Rehearsal> {
  const { scenario, adapter, recording, baseline, candidate, options } = subject
  const { withPlan, journals } = variant
  options.onStage?.(variant.title)
  const target = await openTarget({
    target: variant.target,
    adapter,
    integration: scenario.integration,
    allIntegrations: scenario.allIntegrations,
    release: subject.releases.to,
    snapshot: candidate,
    ...(options.rate === undefined || variant.target.kind === 'mock' ? {} : { rate: options.rate }),
    ...(options.onStage === undefined ? {} : { onProgress: options.onStage }),
  })
  try {
    const schema =
      target.identity.simulated && candidate !== undefined
        ? candidate.schema
        : await describe(adapter, target.session, recording, baseline.schema, candidate?.schema)
    const { journal, runTag } = journals === undefined ? NO_JOURNAL : await journals.open(withPlan)
    try {
      const observation = await replay({
        recording,
        adapter,
        session: target.session,
        recordedSchema: baseline.schema,
        schema,
        values: await target.session.listValues(listsOf(adapter, recording, baseline.schema)),
        // A virtual ERP answers recorded documents by what was sent, dates and all, and closes no period.
        ...(target.identity.simulated ? {} : { recordedValues: baseline.values }),
        identity: target.identity,
        plan: withPlan
          ? scenario.change.notes.filter((note) => note['affects-us'] === true).flatMap((note) => note.plan)
          : [],
        journal,
        runTag,
        removePosted: !target.disposable,
        pathsInBaseline: pathsInBaseline(baseline, adapter),
        ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
        ...(options.shard === undefined ? {} : { shard: options.shard }),
        ...(options.timing === undefined ? {} : { timing: options.timing }),
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      })
      // In this process the virtual ERP itself knows which documents it answered from rules; over HTTP its answers say so.
      const byRules = target.virtual?.unrecorded() ?? observation.byRules
      return { observation: { ...observation, byRules }, kind: target.kind, url: target.url }
    } finally {
      await journal.close()
    }
  } finally {
    await target.close()
  }
}

const NO_JOURNAL = { journal: noJournal, runTag: '' }

/** Where the reports of a change request are written. */
export function reportFolderOf(options: Pick<RunOptions, 'changeFolder' | 'reports' | 'erpRelease'>): string {
  const folder = resolve(options.changeFolder)
  // One connector release is tried against several releases of the ERP, and each has its own reports.
  const against = options.erpRelease === undefined ? '' : `@${options.erpRelease}`
  return join(options.reports, scenarioName(dirname(dirname(folder))), scenarioName(folder) + against)
}

/** A decision for an environment that nobody declared would allow nothing, or the wrong thing. Throws `usage`. */
function refuseUndeclaredEnvironment(scenario: Scenario, environment: string | undefined): void {
  const declared = Object.keys(scenario.integration.erp.environments)
  if (environment === undefined || declared.includes(environment)) return
  throw new GateError('usage', `Integration "${scenario.integration.id}" has no environment "${environment}".`, {
    hint: `Choose one of: ${declared.join(', ')}.`,
  })
}

/** A recording of another integration or release proves nothing about this change. Throws `recording-unusable`. */
export function refuseForeignRecording(scenario: Scenario, recording: SanitizedRecording, file: string): void {
  const { header } = recording
  if (header.integration !== scenario.integration.id) {
    throw new GateError(
      'recording-unusable',
      `${file}:1: this is a recording of integration "${header.integration}", not of "${scenario.integration.id}".`,
      {
        hint: 'Put the recording into the folder of its integration.',
      },
    )
  }
  const { change } = scenario.change
  if (change.kind === 'connector-release' && header.connector.release !== change.from) {
    throw new GateError(
      'recording-unusable',
      `${file}:1: recorded with connector release ${header.connector.release}, and the change request goes from ${change.from}.`,
      {
        hint: 'Record the export with the connector release in production, or correct change.from in change.yaml.',
      },
    )
  }
  if (change.kind === 'erp-update' && header.erp.release !== change.from) {
    throw new GateError(
      'recording-unusable',
      `${file}:1: recorded on release ${header.erp.release}, and the change request goes from ${change.from}.`,
      {
        hint: 'Record the export on the release in production, or correct change.from in change.yaml.',
      },
    )
  }
}

/** The releases of the ERP that a change request is about: a connector release leaves the recorded one in place. */
function releasesOf(
  { change: { change } }: Scenario,
  { header }: SanitizedRecording,
  erpRelease: string | undefined,
): Subject['releases'] {
  if (change.kind === 'erp-update') return { from: change.from, to: change.to }
  return { from: header.erp.release, to: erpRelease ?? header.erp.release }
}

/** A connector that is named and would not be run must not look as if it was. Throws `usage`. */
function refuseForeignOptions(
  { change: { change } }: Scenario,
  { connector, erpRelease }: Pick<RunOptions, 'connector' | 'erpRelease'>,
): void {
  if (change.kind === 'connector-release' || (connector === undefined && erpRelease === undefined)) return
  const option = connector === undefined ? '--erp-release' : '--connector'
  throw new GateError('usage', `${option} is for a connector release, and ${change.id} is an ERP update.`, {
    hint: 'Leave it out, or write a change request of kind connector-release; docs/connector.md shows one.',
  })
}
