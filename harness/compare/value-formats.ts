import type { ListedValue, ValueLists } from '../model/snapshot.ts'
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

function active(values: readonly ListedValue[] | undefined): readonly string[] {
  return (values ?? []).filter((value) => value.active).map(({ code }) => code)
}

function shapeOf(code: string): string {
  return code.replace(/\p{Nd}/gu, '9').replace(/\p{L}/gu, 'A')
}

function shapesOf(codes: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const code of codes) counts.set(shapeOf(code), (counts.get(shapeOf(code)) ?? 0) + 1)
  return [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1)).map(([shape]) => shape)
}

function segmentsOf(shape: string | undefined): number {
  return (shape ?? '').split(/[^9A]+/).filter(Boolean).length
}
