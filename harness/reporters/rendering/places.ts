import type { ChangeAssessment } from '../../model/assessment.ts'
import type { Finding } from '../../model/finding.ts'

/** A line that somebody wrote, and what is written there. */
export type Place = Readonly<{ file: string; line: number; what: string }>

/**
 * Where people wrote what a finding is about: what announces it, the mapping row that it touches, and the waiver that accepts it;
 * where nobody wrote of it, the change request. The first is where it is mended. Nothing in assessments that do not tell.
 */
export function placesOf(finding: Readonly<Finding>, { written, notes }: Readonly<ChangeAssessment>): readonly Place[] {
  if (written === undefined) return []
  const announced = announcedAt(finding, written.change, notes)
  const mapped = mappedAt(finding, written.mapping)
  const waived = waivedAt(finding, written)
  // What a check objects to in a waiver is mended in the waiver.
  const found = finding.args.waiver === undefined ? [...announced, ...mapped, ...waived] : [...waived]
  return found.length > 0 ? found : [{ ...written.change, what: 'the change request' }]
}

type Written = NonNullable<ChangeAssessment['written']>

function announcedAt(
  finding: Readonly<Finding>,
  change: Readonly<Written['change']>,
  notes: ChangeAssessment['notes'],
): readonly Place[] {
  return finding.notes.flatMap((id) => {
    const entry = change.notes.find((note) => note.id === id)
    if (entry === undefined) return []
    const expectations = notes.find((note) => note.id === id)?.expectations ?? []
    const index = expectations.findIndex(({ findings }) => findings.includes(finding.fingerprint))
    return [{ file: change.file, line: entry.expectations[index] ?? entry.line, what: `${id} announces it` }]
  })
}

/** The rows of the field; where several sources go to it, only those that the finding names. */
function mappedAt(finding: Readonly<Finding>, mapping: Readonly<Written['mapping']>): readonly Place[] {
  const rows = mapping.rows.filter(
    ({ resource, field }) =>
      resource === finding.resource && (finding.pointer === `/${field}` || finding.pointer.startsWith(`/${field}/`)),
  )
  const named = rows.filter(({ from }) => from !== null && finding.args.from === from)
  return (named.length > 0 ? named : rows).map(({ line, from }) => ({
    file: mapping.file,
    line,
    what: `the mapping row ${from === null ? 'of one value for all' : `from ${from}`}`,
  }))
}

function waivedAt(finding: Readonly<Finding>, { waivers }: Readonly<Written>): readonly Place[] {
  const accepted = finding.args.waiver ?? (finding.status === 'waived' ? finding.fingerprint : undefined)
  const entry = waivers?.entries.find(({ fingerprint }) => fingerprint === accepted)
  return waivers === null || entry === undefined ? [] : [{ file: waivers.file, line: entry.line, what: 'the waiver' }]
}
