import { shapeOf } from '../base/shape.ts'
import type { Difference } from '../model/difference.ts'
import type { ListedValue, ValueLists } from '../model/snapshot.ts'
import type { ListFact } from '../ports/check.ts'
import { textOf } from './scalars.ts'

/** A list whose codes are built differently now: another length, another number of segments, another kind of character. */
export type FormatChange = Readonly<{
  list: string
  /** Shapes of the codes, most common first: `9` for a digit, `A` for a letter, everything else as it is. */
  old: readonly string[]
  new: readonly string[]
  /** Codes of the baseline whose shape no code of the candidate has. */
  outdated: readonly string[]
  segments: Readonly<{ old: number; new: number }>
}>

/** A value that is gone and one that is new and has the same title: perhaps the same under another code. */
export type ValueRename = Readonly<{ list: string; from: string; to: string; evidence: string }>

/** Lists whose codes changed their shape, such as `01-4000-100` becoming `001-4000-100-00`. */
export function formatChanges(baseline: ValueLists, candidate: ValueLists): readonly FormatChange[] {
  return Object.keys(baseline)
    .sort()
    .flatMap((list): FormatChange[] => {
      const [before, after] = [active(baseline[list]), active(candidate[list])]
      if (before.length === 0 || after.length === 0) return []
      const [old, next] = [shapesOf(before), shapesOf(after)]
      const outdated = before.filter((code) => !next.includes(shapeOf(code)))
      const isNew = next.some((shape) => !old.includes(shape))
      if (outdated.length === 0 || !isNew) return []
      return [{ list, old, new: next, outdated, segments: { old: segmentsOf(old[0]), new: segmentsOf(next[0]) } }]
    })
}

/** Values that may have been renamed: gone and new, with the same title, and no other value with that title. */
export function valueRenames(
  baseline: ValueLists,
  candidate: ValueLists,
  titleField: (list: string) => string,
): readonly ValueRename[] {
  return Object.keys(baseline)
    .sort()
    .flatMap((list): ValueRename[] => {
      const [before, after] = [baseline[list] ?? [], candidate[list] ?? []]
      const known = new Set(before.map(({ code }) => code))
      const left = new Set(after.map(({ code }) => code))
      const title = (value: ListedValue) => textOf(value.fields[titleField(list)]) ?? ''
      const gone = before.filter(({ code }) => !left.has(code))
      const added = after.filter(({ code }) => !known.has(code))
      return gone.flatMap((value): ValueRename[] => {
        const text = title(value)
        const same = added.filter((other) => title(other) === text)
        const [only, ...others] = same
        const isUnique = gone.filter((other) => title(other) === text).length === 1
        if (text === '' || only === undefined || others.length > 0 || !isUnique) return []
        return [{ list, from: value.code, to: only.code, evidence: `both are titled "${text}"` }]
      })
    })
}

/** Both as facts for checks, joined to the invoices that name the codes. */
export function listFacts(
  baseline: ValueLists,
  candidate: ValueLists,
  usersOf: (list: string, code: string) => readonly string[],
  titleField: (list: string) => string,
): readonly ListFact[] {
  const fact = (
    about: ListFact['about'],
    list: string,
    old: string,
    next: string,
    codes: readonly string[],
    evidence: string,
  ): ListFact => {
    const difference: Difference = {
      area: 'values',
      kind: 'coerced',
      class: 'coding',
      loudness: 'loud',
      resource: list,
      pointer: '',
      at: about === 'renamed' ? `/${old}` : '',
      stage: '',
      baseline: old,
      candidate: next,
      sent: null,
      invoices: [...new Set(codes.flatMap((code) => usersOf(list, code)))],
      seenBy: 'gate',
    }
    return { about, evidence, difference }
  }
  return [
    ...valueRenames(baseline, candidate, titleField).map(({ list, from, to, evidence }) =>
      fact('renamed', list, from, to, [from], evidence),
    ),
    ...formatChanges(baseline, candidate).map(({ list, old, new: next, outdated, segments }) => {
      const parts = segments.old === segments.new ? '' : `${segments.old} segments became ${segments.new}, `
      const evidence = `${parts}${outdated.length} codes fit no new form, such as ${outdated[0] ?? ''}`
      return fact('format', list, old[0] ?? '', next[0] ?? '', outdated, evidence)
    }),
  ]
}

function active(values: readonly ListedValue[] | undefined): readonly string[] {
  return (values ?? []).filter((value) => value.active).map(({ code }) => code)
}

function shapesOf(codes: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const code of codes) counts.set(shapeOf(code), (counts.get(shapeOf(code)) ?? 0) + 1)
  return [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1)).map(([shape]) => shape)
}

function segmentsOf(shape: string | undefined): number {
  return (shape ?? '').split(/[^9A]+/).filter(Boolean).length
}
