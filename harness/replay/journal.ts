import { appendFile, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What is written down before and after a document is written to a target. */
export type JournalEntry = Readonly<{ invoice: string; seq: number; what: string }>

/** Keeps what was posted where, so that nothing posted is ever unknown, even after a crash. */
export type Journal = Readonly<{ write: (entry: JournalEntry) => Promise<void> }>

/** A journal on disk: one JSON line per entry, appended before the request that it announces. */
export async function fileJournal(path: string): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true })
  return { write: (entry) => appendFile(path, `${JSON.stringify(entry)}\n`) }
}

/** A journal that keeps nothing, for targets that are thrown away after the run. */
export const noJournal: Journal = { write: async () => undefined }
