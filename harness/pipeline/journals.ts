import { randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { exists } from '../base/files.ts'
import {
  closeJournal,
  type FoundJournal,
  type Journal,
  type JournalHeader,
  openJournal,
  readJournal,
} from '../replay/journal.ts'
import { inputsOf } from './inputs.ts'
import type { Rehearsable } from './run.ts'

/** The journals of one run: one for the replay as is and one for the replay with the plan. */
export type Journals = Readonly<{
  /** In the reference of everything that is posted as is; with the plan it is followed by a `p`. */
  runTag: string
  open: (withPlan: boolean) => Promise<Readonly<{ journal: Journal; runTag: string }>>
}>

/**
 * Finds or begins the journals of a run against a sandbox that keeps what is posted; other targets need none. A journal of
 * a run that was cut off is continued when that is asked for, and set aside when it is not. Throws `journal-unusable`.
 */
export async function prepareJournals(rehearsable: Rehearsable): Promise<Journals | undefined> {
  const { target, options } = rehearsable
  if (target.kind !== 'url') {
    if (!options.resume) return undefined
    throw new GateError('usage', 'There is nothing to resume: this target is thrown away after every run.', {
      hint: 'Run without --resume; it is for a sandbox that is named with --target URL.',
    })
  }
  const files = new Map([false, true].map((withPlan) => [withPlan, fileOf(rehearsable, withPlan)]))
  const found = new Map<boolean, FoundJournal>()
  for (const [withPlan, file] of files) {
    if (options.resume) {
      const journal = await readJournal(file)
      if (journal !== undefined) found.set(withPlan, journal)
    } else {
      await setAside(file, options)
    }
  }
  const inputs = (withPlan: boolean) => ({
    ...inputsOf(rehearsable),
    // Waivers are weighed after the replay and change nothing that is sent.
    waivers: '',
    part: options.shard === undefined ? 'whole' : `${options.shard.index}/${options.shard.count}`,
    variant: withPlan ? 'with plan' : 'as is',
  })
  const first = found.get(false)
  if (options.resume) refuseUnfit(first, fileOf(rehearsable, false))
  const runTag = first?.header.runTag ?? `~${randomBytes(3).toString('hex')}`
  return {
    runTag,
    open: async (withPlan) => {
      const tag = withPlan ? `${runTag}p` : runTag
      const header: JournalHeader = {
        format: 'erp-change-gate/journal',
        version: 1,
        runTag: tag,
        target: target.url,
        inputs: inputs(withPlan),
      }
      const file = fileOf(rehearsable, withPlan)
      const kept = found.get(withPlan)
      // What an older run with the plan left here is not this run's.
      const journal = kept?.header.runTag === tag ? kept : undefined
      if (journal !== undefined) {
        refuseUnfit(journal, file)
        refuseOther(journal.header, header, file)
      }
      return { journal: await openJournal(file, header, journal), runTag: tag }
    },
  }
}

/** Marks the journals of a run as done with. */
export async function closeJournals(rehearsable: Rehearsable): Promise<void> {
  if (rehearsable.target.kind !== 'url') return
  for (const withPlan of [false, true]) {
    const file = fileOf(rehearsable, withPlan)
    if (await exists(file)) await closeJournal(file)
  }
}

function fileOf({ reportFolder, options: { shard } }: Rehearsable, withPlan: boolean): string {
  const part = shard === undefined ? '' : `-${shard.index}-of-${shard.count}`
  return join(reportFolder, `journal${withPlan ? '-with-plan' : ''}${part}.ndjson`)
}

/** The journal of a run that was cut off is kept: it is the only thing that knows what is still in the sandbox. */
async function setAside(file: string, options: Rehearsable['options']): Promise<void> {
  let journal: FoundJournal | undefined
  try {
    journal = await readJournal(file)
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    await rename(file, `${file}.unreadable`)
    return
  }
  if (journal === undefined || journal.state !== 'cut-off') return
  const kept = file.replace(/\.ndjson$/, `${journal.header.runTag}.ndjson`)
  await rename(file, kept)
  options.onStage?.(
    `an earlier run was cut off; what it posted carries ${journal.header.runTag} and is listed in ${kept}`,
  )
}

function refuseUnfit(journal: FoundJournal | undefined, file: string): void {
  const why =
    journal === undefined
      ? 'there is no journal'
      : journal.state === 'decided'
        ? 'that run was decided'
        : journal.state === 'faulted'
          ? 'the connection ended that run, and what it had posted was removed'
          : undefined
  if (why === undefined) return
  throw new GateError('journal-unusable', `${file} cannot be continued: ${why}.`, { hint: 'Run without --resume.' })
}

function refuseOther(found: JournalHeader, wanted: JournalHeader, file: string): void {
  const names = new Set([...Object.keys(found.inputs), ...Object.keys(wanted.inputs)])
  const other = [...names].filter((name) => found.inputs[name] !== wanted.inputs[name]).sort()
  if (found.target !== wanted.target) other.push('target')
  if (other.length === 0) return
  throw new GateError('journal-unusable', `${file} is of another run: ${other.join(', ')} differ.`, {
    hint: 'Restore what was changed since, or run without --resume; the journal of the earlier run is kept.',
  })
}
