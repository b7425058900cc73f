import { join } from 'node:path'
import { GateError, messageOf } from '../base/errors.ts'
import { exists } from '../base/files.ts'
import { sameJson } from '../base/json.ts'
import { compareDocuments } from '../compare/documents.ts'
import type { PlanOperation } from '../model/plan.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { Rehearsal, RehearsalPart } from '../model/rehearsal.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'
import { decodeRecording } from '../replay/chains.ts'
import { noJournal } from '../replay/journal.ts'
import { replay } from '../replay/replay.ts'
import { type SavedDatabase, startSandbox, startSandboxOn } from '../targets/container.ts'
import { loadErp, readSnapshotOf } from './erp.ts'
import { HARNESS } from './harness.ts'
import { readRehearsal, rehearsalFile, writeRehearsal } from './rehearsal-store.ts'
import { refuseForeignRecording } from './run.ts'
import { readNewestRecording, readScenario, type Scenario, shown } from './scenario.ts'
import { describe, listsOf } from './snapshot.ts'
import { type OpenTarget, openTarget, SANDBOX_FOLDER } from './target.ts'

/** Differences that are listed; the rest is counted. */
const LISTED = 20

export type RehearseOptions = Readonly<{
  changeFolder: string
  target: 'mock' | 'container'
  snapshots: string
  onStage?: (title: string) => void
  onProgress?: (done: number, total: number, what: string) => void
}>

/** A rehearsal and where it was written; `kept` names why a better one was left in place. */
export type RehearseResult = Readonly<{ rehearsal: Rehearsal; file: string; kept: string | undefined }>

/**
 * Performs the rollback of a change: exports to the baseline, saves it, installs the candidate on what was saved, exports
 * to it, puts the saved baseline back, and proves that the exports come out as before. Throws what is at fault before the
 * way back begins; what fails on the way back is a failed rehearsal and no error.
 */
export async function rehearseRollback(options: RehearseOptions): Promise<RehearseResult> {
  const scenario = await readScenario(options.changeFolder)
  const { change } = scenario.change
  const { product } = scenario.integration.erp
  if (change.kind !== 'erp-update' || change.from === change.to) {
    throw new GateError('usage', `${change.id} does not update the ERP: there is no release to go back from.`, {
      hint: 'Rehearse the rollback of a change with kind: erp-update whose from and to differ.',
    })
  }
  const adapter = await loadErp(scenario.integration)
  const { recording, file } = await readNewestRecording(scenario.folder)
  refuseForeignRecording(scenario, recording, file)
  const baseline = await readSnapshotOf(adapter, join(options.snapshots, `${product}-${change.from}`), scenario.folder)
  const candidateFolder = join(options.snapshots, `${product}-${change.to}`)
  const candidate =
    options.target === 'mock' || (await exists(join(candidateFolder, 'meta.json')))
      ? await readSnapshotOf(adapter, candidateFolder)
      : undefined
  const rehearsal = await new Rehearsing(options, scenario, adapter, recording, baseline, candidate).perform()
  const existing = await readRehearsal(options.changeFolder, { change, recording, baseline })
  const better = rehearsal.level === 'mock' && existing.state === 'fresh' && existing.level === 'live'
  if (!better) await writeRehearsal(options.changeFolder, rehearsal)
  return {
    rehearsal,
    file: shown(rehearsalFile(options.changeFolder)),
    kept: better ? existing.text : undefined,
  }
}

/** Ends a rehearsal that did not bring the baseline back; says what was seen. */
class NotRestored extends Error {}

class Rehearsing {
  readonly #parts: Rehearsal['parts'] = []
  #equality: Rehearsal['equality'] = { invoices: 0, kept: 0, lost: 0, differences: [] }
  readonly #builds = { baseline: 'unknown', candidate: 'unknown', restored: 'unknown' }
  readonly #options: RehearseOptions
  readonly #scenario: Scenario
  readonly #adapter: ErpAdapter
  readonly #recording: SanitizedRecording
  readonly #baseline: Snapshot
  readonly #candidate: Snapshot | undefined
  #open: OpenTarget | undefined

  constructor(
    options: RehearseOptions,
    scenario: Scenario,
    adapter: ErpAdapter,
    recording: SanitizedRecording,
    baseline: Snapshot,
    candidate: Snapshot | undefined,
  ) {
    this.#options = options
    this.#scenario = scenario
    this.#adapter = adapter
    this.#recording = recording
    this.#baseline = baseline
    this.#candidate = candidate
  }

  async perform(): Promise<Rehearsal> {
    const rehearsedAt = new Date().toISOString()
    try {
      await this.#thereAndBack()
    } finally {
      await this.#close()
    }
    const { change } = this.#scenario.change
    return {
      format: 'erp-change-gate/rehearsal',
      version: 1,
      meta: { rehearsedAt, harness: HARNESS },
      change: change.id,
      from: change.from,
      to: change.to,
      level: this.#options.target === 'mock' ? 'mock' : 'live',
      builds: this.#builds,
      recording: this.#recording.digest,
      baseline: this.#baseline.digest,
      parts: this.#parts,
      equality: this.#equality,
      proven: this.#parts.every((part) => part.outcome === 'done') && this.#parts.at(-1)?.part === 'compare',
    }
  }

  async #thereAndBack(): Promise<void> {
    const { change, notes } = this.#scenario.change
    const mock = this.#options.target === 'mock'
    const plan = notes.filter((note) => note['affects-us'] === true).flatMap((note) => note.plan)
    const before = await this.#part('export-before', async () => {
      const target = await this.#start(change.from, undefined, false)
      this.#builds.baseline = target.identity.build
      const seen = await this.#export(this.#recording, '', [])
      const differing = this.#differences(seen)
      if (differing.length > 0) {
        throw new GateError(
          'snapshot-unusable',
          `${target.identity.build} does not store the recorded exports as the snapshot of ${change.from} says: ${differing[0]}.`,
          { hint: 'Capture the snapshot of the baseline again, from this sandbox.' },
        )
      }
      return { value: seen, saw: `${seen.invoices.length} invoices, all as in the snapshot of ${change.from}` }
    })
    const saved = await this.#part('save', async () => {
      const database = await this.#save()
      const documents = storedIn(before)
      return {
        value: database,
        saw: `${documents} documents stored by the export; ${database === undefined ? `snapshot ${this.#baseline.digest}` : `database ${database.digest}`}`,
      }
    })
    await this.#part('install', async () => {
      const target = await this.#start(change.to, saved, true)
      this.#builds.candidate = target.identity.build
      return { value: undefined, saw: `${target.identity.build} answers on the saved database` }
    })
    await this.#part('export-candidate', async () => {
      const seen = await this.#export(this.#recording, mock ? '' : '~c', plan)
      const stored = storedIn(seen)
      return { value: undefined, saw: `${stored} of ${seen.invoices.length} invoices stored by ${change.to}` }
    })
    try {
      await this.#wayBack(before, saved, mock)
    } catch (error) {
      if (!(error instanceof NotRestored) && !(error instanceof GateError)) throw error
    }
  }

  async #wayBack(before: Observation, saved: SavedDatabase | undefined, mock: boolean): Promise<void> {
    const { change } = this.#scenario.change
    await this.#part('restore', async () => {
      await this.#close()
      const target = await this.#start(change.from, saved, false)
      this.#builds.restored = target.identity.build
      if (mock) return { value: undefined, saw: `${target.identity.build} answers from its snapshot again` }
      const { kept, lost } = await this.#documentsKept(before)
      this.#equality = { ...this.#equality, kept: kept.length, lost: lost.length }
      if (lost.length > 0) throw new NotRestored(`${lost.length} documents are not as they were: ${lost[0]}`)
      return { value: undefined, saw: `${target.identity.build} answers; ${kept.length} documents are as they were` }
    })
    await this.#part('canary', async () => {
      const { recording, key } = this.#canary()
      const differing = this.#differences(await this.#export(recording, mock ? '' : '~k', []))
      if (differing.length > 0) throw new NotRestored(`${key}: ${differing[0]}`)
      return { value: undefined, saw: `${key} stored as by ${change.from} before` }
    })
    const after = await this.#part('export-after', async () => {
      // The virtual ERP answers each recorded document once.
      if (mock) await this.#start(change.from, undefined, false)
      const seen = await this.#export(this.#recording, mock ? '' : '~a', [])
      return { value: seen, saw: `${seen.invoices.length} invoices` }
    })
    await this.#part('compare', async () => {
      const differing = this.#differences(after)
      this.#equality = {
        ...this.#equality,
        invoices: after.invoices.length,
        differences: differing.slice(0, LISTED),
      }
      if (differing.length > 0) throw new NotRestored(`${differing.length} differences: ${differing[0]}`)
      return { value: undefined, saw: `${after.invoices.length} invoices stored and answered as before, no difference` }
    })
  }

  /** Does one part, times it, and writes down what was seen, also when it fails. */
  async #part<Value>(
    part: RehearsalPart,
    work: () => Promise<Readonly<{ value: Value; saw: string }>>,
  ): Promise<Value> {
    this.#options.onStage?.(`rehearsing: ${part}`)
    const started = performance.now()
    const tenths = () => Math.round((performance.now() - started) / 100)
    try {
      const { value, saw } = await work()
      this.#parts.push({ part, tenths: tenths(), outcome: 'done', saw })
      return value
    } catch (error) {
      this.#parts.push({ part, tenths: tenths(), outcome: 'failed', saw: messageOf(error) })
      throw error
    }
  }

  async #start(release: string, saved: SavedDatabase | undefined, upgrade: boolean): Promise<OpenTarget> {
    await this.#close()
    const { integration, allIntegrations, change } = this.#scenario
    const name = `${integration.erp.product}-${release}`
    const { onStage } = this.#options
    const started =
      this.#options.target === 'mock'
        ? undefined
        : saved === undefined
          ? await startSandbox(name, SANDBOX_FOLDER, onStage === undefined ? {} : { onProgress: onStage })
          : await startSandboxOn(name, SANDBOX_FOLDER, saved, { upgrade, onProgress: onStage })
    try {
      this.#open = await openTarget({
        target: started === undefined ? { kind: 'mock' } : { kind: 'container', name },
        adapter: this.#adapter,
        integration,
        allIntegrations,
        release,
        snapshot: release === change.change.from ? this.#baseline : this.#candidate,
        ...(started === undefined ? {} : { started }),
      })
    } catch (error) {
      await started?.stop()
      throw error
    }
    this.#saving = started === undefined ? undefined : started.save
    return this.#open
  }

  #saving: (() => Promise<SavedDatabase>) | undefined

  async #save(): Promise<SavedDatabase | undefined> {
    const saved = await this.#saving?.()
    if (saved !== undefined) this.#open = undefined
    return saved
  }

  async #close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.close()
  }

  async #export(recording: SanitizedRecording, runTag: string, plan: readonly PlanOperation[]): Promise<Observation> {
    const target = this.#open
    if (target === undefined) throw new Error('No target is open.')
    const release = target.identity.release
    const { change } = this.#scenario.change
    const snapshot = release === change.from ? this.#baseline : this.#candidate
    const observation = await replay({
      recording,
      adapter: this.#adapter,
      session: target.session,
      recordedSchema: this.#baseline.schema,
      schema:
        target.identity.simulated && snapshot !== undefined
          ? snapshot.schema
          : await describe(this.#adapter, target.session, this.#recording, this.#baseline.schema),
      values: await target.session.listValues(listsOf(this.#adapter, this.#recording, this.#baseline.schema)),
      identity: target.identity,
      plan,
      journal: noJournal,
      runTag,
      removePosted: false,
      ...(this.#options.onProgress === undefined ? {} : { onProgress: this.#options.onProgress }),
    })
    if (observation.fault !== undefined) {
      throw new GateError(
        'target-fault',
        `The connection failed at interaction ${observation.fault.seq}: ${observation.fault.message}`,
        { hint: 'Rehearse again when the sandbox answers.' },
      )
    }
    return observation
  }

  /** What is stored or answered otherwise than the recorded release did, in words. */
  #differences(observation: Observation): readonly string[] {
    const { documents, interactions, uncompared } = compareDocuments({
      observation,
      baseline: this.#baseline.documents,
      baselineSchema: this.#baseline.schema,
      documentResource: this.#adapter.documentResource,
      meaning: this.#adapter.meaning,
    })
    return [
      ...[...uncompared].map(([key, why]) => `${key}: ${why}`),
      ...[...documents, ...interactions].map(
        ({ resource, pointer, stage, invoices, baseline, candidate }) =>
          `${resource}${pointer}${stage === '' ? '' : ` after ${stage}`} of ${invoices[0] ?? 'no invoice'}: ${baseline ?? 'nothing'} became ${candidate ?? 'nothing'}`,
      ),
    ]
  }

  /** Reads every document back that the first export stored: a restore that loses or changes one is no restore. */
  async #documentsKept(before: Observation): Promise<{ kept: string[]; lost: string[] }> {
    const target = this.#open
    const [kept, lost]: [string[], string[]] = [[], []]
    if (target === undefined) return { kept, lost }
    const values = await target.session.listValues(listsOf(this.#adapter, this.#recording, this.#baseline.schema))
    for (const { key, id, stages } of before.invoices) {
      const last = stages.filter((stage) => stage.outcome === 'accepted').at(-1)?.document
      // What was deleted in the end was not there to be saved.
      if (id === undefined || last === undefined) continue
      const now = await target.session.readBack(id, before.schema, values)
      if (now !== undefined && sameJson(now.document, last)) kept.push(key)
      else lost.push(key)
    }
    return { kept, lost }
  }

  /** The shared look-ups and the first invoice that the baseline accepted. */
  #canary(): Readonly<{ recording: SanitizedRecording; key: string }> {
    const { shared, chains } = decodeRecording(this.#recording.interactions, this.#adapter, this.#baseline.schema)
    const accepted = new Set<string>()
    for (const { key, stages } of this.#baseline.documents) {
      if (stages.every((stage) => stage.outcome === 'accepted')) accepted.add(key)
    }
    const chain = chains.find(({ key }) => accepted.has(key))
    const wanted = new Set([...shared, ...(chain?.steps ?? [])].map((step) => step.interaction.seq))
    return {
      recording: {
        ...this.#recording,
        interactions: this.#recording.interactions.filter((interaction) => wanted.has(interaction.seq)),
      },
      key: chain?.key ?? 'no invoice',
    }
  }
}

function storedIn({ invoices }: Observation): number {
  return invoices.reduce((count, { id }) => (id === undefined ? count : count + 1), 0)
}
