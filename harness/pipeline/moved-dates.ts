import type { ChangeAssessment } from '../model/assessment.ts'
import type { Difference } from '../model/difference.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ErpAdapter } from '../ports/erp.ts'
import type { Observation } from '../ports/observation.ts'
import { DateShifting } from '../replay/dates.ts'

/** What a replay did to dates whose period is closed in the target, and what that makes of a comparison. */
export type MovedDates = Readonly<{
  list: string
  /** Periods that the target lists and has closed, which dates were moved out of, or could not be. */
  codes: ReadonlySet<string>
  /** Why invoices could not be sent, by key. */
  unplaced: ReadonlyMap<string, string>
  /** Whether a difference says no more than that such a period is closed in the target. A release that has lost it is told as such. */
  explains: (difference: Difference) => boolean
  told: ChangeAssessment['evidence']['notCompared']
}>

/** Works out again what the replay did: it depends on what was sent and on the two lists of periods alone. */
export function movedDates(observation: Observation, adapter: ErpAdapter, baseline: Snapshot): MovedDates {
  const { identity, values, invoices } = observation
  const dates = DateShifting.between(adapter, baseline.schema, baseline.values, values)
  const listed = new Set((dates === undefined ? [] : (values[dates.list] ?? [])).map(({ code }) => code))
  const codes = new Set<string>()
  const unplaced = new Map<string, string>()
  const counts = new Map<string, number>()
  const count = (why: string) => counts.set(why, (counts.get(why) ?? 0) + 1)
  for (const { key, sent } of dates === undefined ? [] : invoices) {
    const shift = sent === undefined ? undefined : dates?.of(sent)
    if (shift === undefined) continue
    if (listed.has(shift.from)) codes.add(shift.from)
    // A virtual ERP answers recorded documents by what was sent, dates and all, whatever its list of periods says.
    if (identity.simulated) {
      count(`period ${shift.from} is not open in the target: the virtual ERP takes what a sandbox would refuse there`)
      continue
    }
    if ('why' in shift) {
      unplaced.set(key, shift.why)
      continue
    }
    const [days, when] = [Math.abs(shift.days), shift.days < 0 ? 'earlier' : 'later']
    count(
      `period ${shift.from} is not open in the target: they were sent ${days} days ${when}, into ${shift.into}, and the days taken back before comparing`,
    )
  }
  return {
    list: dates?.list ?? '',
    codes,
    unplaced,
    explains: ({ resource, pointer, at, kind }) =>
      resource === dates?.list &&
      codes.has(at.slice(1)) &&
      kind !== 'absent' &&
      (pointer === '/active' || pointer === `/${dates.state}`),
    told: [...counts].sort().map(([why, count]) => ({ what: 'dates of invoices', count, why })),
  }
}
