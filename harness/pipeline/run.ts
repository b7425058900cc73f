import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { exists } from '../base/files.ts'
import { isJsonObject, sameJson } from '../base/json.ts'
import { agreementOf } from '../compare/agreement.ts'
import { alignmentOf } from '../compare/alignment.ts'
import { sameStage } from '../compare/documents.ts'
import { relationsOf } from '../compare/records.ts'
import type { ChangeAssessment } from '../model/assessment.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { RehearsalState } from '../model/rehearsal.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'
import { fileJournal, noJournal } from '../replay/journal.ts'
import { type ReplayOptions, replay } from '../replay/replay.ts'
import { assess, type Evidence } from './assess.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import { readRehearsal } from './rehearsal-store.ts'
import { readNewestRecording, readScenario, type Scenario, scenarioName } from './scenario.ts'
import { describe, listsOf } from './snapshot.ts'
import { readSnapshot } from './snapshot-store.ts'
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
  onStage?: (title: string) => void
  onProgress?: (done: number, total: number, what: string) => void
}>

/** An assessment and where its journal lies. */
export type RunResult = Readonly<{ assessment: ChangeAssessment; reportFolder: string }>

/** One replay and everything known of its target. */
export type Rehearsal = Readonly<{ observation: Observation; kind: TargetName['kind']; url: string }>

/**
 * Rehearses a change request: replays the recorded exports as is and with the plan, compares, reconciles and decides.
 * Throws what the input, the configuration or the target is at fault for; a fault of the connection in the middle of a
 * replay is no error but an undecided assessment.
 */
export async function runChange(options: RunOptions): Promise<RunResult> {
  const prepared = await prepareRun(options)
  return { assessment: await rehearseChange(prepared), reportFolder: prepared.reportFolder }
}

/** Reads and checks everything that a run needs, and asks nothing of the target yet. */
export async function prepareRun(options: RunOptions): Promise<Rehearsable> {
  const scenario = await readScenario(options.changeFolder)
  const { change } = scenario.change
  const adapter = await loadErp(scenario.integration)
  const { recording, file } = await readNewestRecording(scenario.folder)
  refuseForeignRecording(scenario, recording, file)
  const product = scenario.integration.erp.product
  const baseline = await readSnapshotOf(adapter, join(options.snapshots, `${product}-${change.from}`), scenario.folder)
  const candidateFolder = join(options.snapshots, `${product}-${change.to}`)
  const candidate = (await exists(join(candidateFolder, 'meta.json')))
    ? await readSnapshotOf(adapter, candidateFolder)
    : undefined
  const target = parseTarget(options.target, `${product}-${change.to}`)
  if (target.kind === 'mock' && candidate === undefined) await readSnapshot(candidateFolder)
  const reportFolder = join(options.reports, scenarioName(scenario.folder), scenarioName(options.changeFolder))
  return {
    scenario,
    adapter,
    recording,
    baseline,
    candidate,
    target,
    reportFolder,
    rehearsal: await readRehearsal(options.changeFolder, { change, recording, baseline }),
    options,
  }
}

/** Everything that a change request is rehearsed with, read and checked. */
export type Rehearsable = Readonly<{
  scenario: Scenario
  adapter: ErpAdapter
  recording: SanitizedRecording
  baseline: Snapshot
  /** Snapshot of the release that is asked for; a mocked API serves it. */
  candidate: Snapshot | undefined
  target: TargetName
  reportFolder: string
  /** What the stored rehearsal of the rollback is worth. */
  rehearsal: RehearsalState
  options: Pick<RunOptions, 'onStage' | 'onProgress'>
}>

/** Replays, compares, reconciles and decides; the one engine of `run` and `drill`. Throws what the target is at fault for. */
export async function rehearseChange(inputs: Rehearsable): Promise<ChangeAssessment> {
  return assess(await gatherEvidence(inputs))
}

/** Asks the target everything; what is gathered can be judged again under other notes, waivers and policies. */
export async function gatherEvidence(inputs: Rehearsable): Promise<Evidence> {
  const started = performance.now()
  const { scenario, adapter, recording, baseline, candidate, target, reportFolder, options } = inputs
  const runTag = target.kind === 'url' ? `~${randomBytes(3).toString('hex')}` : ''
  const rehearse = (title: string, where: TargetName, withPlan: boolean): Promise<Rehearsal> => {
    options.onStage?.(title)
    return rehearsal({
      ...inputs,
      target: where,
      withPlan,
      // Both replays of a run meet each other's documents in a sandbox that keeps them.
      runTag: runTag !== '' && withPlan ? `${runTag}p` : runTag,
      reportFolder,
    })
  }
  const asIs = await rehearse('replaying as is', target, false)
  const hasPlan = scenario.change.notes.some((note) => note['affects-us'] === true && note.plan.length > 0)
  const withPlan =
    hasPlan && asIs.observation.fault === undefined
      ? await rehearse('replaying with the plan', target, true)
      : undefined
  // Where a real ERP answered and the mocked API could have, both are asked, so that the mock is never trusted on its word.
  const mocked =
    target.kind !== 'mock' && candidate !== undefined && asIs.observation.fault === undefined
      ? await rehearse('replaying against the mocked API', { kind: 'mock' }, false)
      : undefined
  const agreement =
    mocked === undefined
      ? null
      : agreementOf(mocked.observation, asIs.observation, adapter.documentResource, (resource, field) =>
          adapter.meaning(resource, field, asIs.observation.schema),
        )
  options.onStage?.('comparing')
  return {
    scenario,
    adapter,
    recording,
    baseline,
    candidate,
    asIs,
    withPlan,
    agreement,
    rehearsal: inputs.rehearsal,
    runTag,
    assessedAt: new Date().toISOString(),
    durationMs: Math.round(performance.now() - started),
  }
}

async function rehearsal(context: Rehearsable & Readonly<{ withPlan: boolean; runTag: string }>): Promise<Rehearsal> {
  const { scenario, adapter, recording, baseline, candidate, options } = context
  const target = await openTarget({
    target: context.target,
    adapter,
    integration: scenario.integration,
    allIntegrations: scenario.allIntegrations,
    release: scenario.change.change.to,
    snapshot: candidate,
    ...(options.onStage === undefined ? {} : { onProgress: options.onStage }),
  })
  try {
    const schema =
      target.identity.simulated && candidate !== undefined
        ? candidate.schema
        : await describe(adapter, target.session, recording, baseline.schema, candidate?.schema)
    const observation = await replay({
      recording,
      adapter,
      session: target.session,
      recordedSchema: baseline.schema,
      schema,
      values: await target.session.listValues(listsOf(adapter, recording, baseline.schema)),
      identity: target.identity,
      plan: context.withPlan
        ? scenario.change.notes.filter((note) => note['affects-us'] === true).flatMap((note) => note.plan)
        : [],
      journal: target.disposable ? noJournal : await fileJournal(join(context.reportFolder, 'journal.ndjson')),
      runTag: context.target.kind === 'url' ? context.runTag : '',
      removePosted: !target.disposable,
      pathsInBaseline: pathsInBaseline(baseline, adapter),
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    })
    return {
      observation: { ...observation, byRules: target.virtual?.unrecorded() ?? [] },
      kind: target.kind,
      url: target.url,
    }
  } finally {
    await target.close()
  }
}

/** Which record of a stored document is which record of the baseline's, by what the records hold. */
function pathsInBaseline(baseline: Snapshot, adapter: ErpAdapter): NonNullable<ReplayOptions['pathsInBaseline']> {
  const stored = new Map(baseline.documents.map((document) => [document.key, document]))
  const known = {
    meaning: (resource: string, field: string) => adapter.meaning(resource, field, baseline.schema),
    relation: relationsOf(baseline.schema),
  }
  return (invoice, stages, document) => {
    const then = sameStage(stored.get(invoice)?.stages ?? [], stages, stages.length - 1)?.document
    if (!isJsonObject(then) || !isJsonObject(document) || sameJson(then, document)) return new Map()
    return alignmentOf(adapter.documentResource, then, document, known)
  }
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
