import type { Difference } from '../model/difference.ts'
import type { Integration } from '../model/integration.ts'
import type { ValueLists } from '../model/snapshot.ts'
import type { CombinationFact } from '../ports/mapping-fact.ts'

/** The listed values of one line together, and the invoices that have such a line. */
export type Combination = Readonly<{
  parts: readonly Readonly<{ list: string; resource: string; field: string; code: string }>[]
  invoices: readonly string[]
}>

/** What combinations are held against. */
export type CombinationContext = Readonly<{
  /** Value lists of both releases. */
  baseline: ValueLists
  candidate: ValueLists
  /** Whether a recorded invoice names a value, whatever a plan makes of it. */
  wasRecorded: (list: string, code: string) => boolean
  gl: Integration['gl']
}>

/**
 * Holds every recorded combination of listed values against what a release lists: each value by itself, and an account that
 * is composed of segments by how many segments the release has and what they may be.
 */
export function combinationFacts(
  combinations: readonly Combination[],
  { baseline, candidate, wasRecorded, gl }: CombinationContext,
): readonly CombinationFact[] {
  const facts = combinations.flatMap(({ parts, invoices }) =>
    parts.flatMap((part): readonly CombinationFact[] => {
      const list = candidate[part.list]
      // That a list was not captured is told by itself.
      if (list === undefined) return []
      const listed = list.find(({ code }) => code === part.code)
      if (listed?.active) return []
      // What the release in production does not take either is no matter of this release, unless only the plan sends it.
      const before = baseline[part.list]?.find(({ code }) => code === part.code)
      if (before?.active !== true && wasRecorded(part.list, part.code)) return []
      const whole = parts.map(({ code }) => code).join(' + ')
      const told = { segment: part.field, value: part.code, difference: differenceOf(part, whole, invoices) }
      if (listed !== undefined) return [{ ...told, about: 'blocked' }]
      return gl?.list === part.list
        ? [
            {
              ...told,
              ...segmentFault(
                part.code,
                list.map(({ code }) => code),
                gl,
              ),
            },
          ]
        : [{ ...told, about: 'value' }]
    }),
  )
  return facts
}

/** What is wrong with the segments of an account that a release does not list. */
function segmentFault(
  code: string,
  listed: readonly string[],
  { separator, segments }: NonNullable<Integration['gl']>,
): Pick<CombinationFact, 'about' | 'segment' | 'value'> {
  const parts = code.split(separator)
  const rows = listed.map((each) => each.split(separator))
  const alike = rows.filter((row) => row.length === parts.length)
  if (alike.length === 0) {
    const [first] = rows
    const told = first === undefined ? 'none' : String(first.length)
    return { about: 'segments', segment: segments.join(separator), value: told }
  }
  for (const [index, value] of parts.entries()) {
    if (alike.some((row) => row[index] === value)) continue
    return { about: 'value', segment: segments[index] ?? `segment ${index + 1}`, value }
  }
  return { about: 'unlisted', segment: '', value: code }
}

function differenceOf(
  { list, code }: Combination['parts'][number],
  whole: string,
  invoices: readonly string[],
): Difference {
  return {
    area: 'values',
    kind: 'absent',
    class: 'coding',
    loudness: 'loud',
    resource: list,
    pointer: '',
    at: `/${code}`,
    stage: '',
    baseline: code,
    candidate: null,
    sent: whole,
    invoices: [...invoices],
    seenBy: 'connector',
  }
}
