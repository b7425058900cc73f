import type { ChangeAssessment } from '../../model/assessment.ts'

/** What of a release note entry is still open, and what it says or announces. */
export type OpenNote = Readonly<{ id: string; state: 'undecided' | 'unmet' | 'untested'; text: string }>

/** Entries that nobody has judged, then what was announced and is not there, then what no invoice could show. */
export function openNotes(notes: ChangeAssessment['notes']): readonly OpenNote[] {
  const undecided = notes
    .filter((note) => note.affectsUs === 'undecided')
    .map((note): OpenNote => ({ id: note.id, state: 'undecided', text: note.says }))
  const unseen = (['unmet', 'untested'] as const).flatMap((state) =>
    notes.flatMap((note) =>
      note.expectations
        .filter((expectation) => expectation.state === state)
        .map((expectation): OpenNote => ({ id: note.id, state, text: expectation.summary })),
    ),
  )
  return [...undecided, ...unseen]
}
