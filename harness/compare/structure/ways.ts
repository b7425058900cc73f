/** Where each of many numbers leads, in one list: those of `n` stand from `starts[n]` up to `starts[n + 1]`. */
export type Ways = Readonly<{ starts: Int32Array; ends: Int32Array }>

/** Makes the ways from numbers below `size`, given as pairs of two lists. */
export function waysOf(size: number, from: readonly number[], to: readonly number[]): Ways {
  const starts = new Int32Array(size + 1)
  for (const number of from) starts[number + 1] = (starts[number + 1] ?? 0) + 1
  for (let number = 0; number < size; number += 1)
    starts[number + 1] = (starts[number + 1] ?? 0) + (starts[number] ?? 0)
  const next = starts.slice()
  const ends = new Int32Array(from.length)
  from.forEach((number, index) => {
    const at = next[number] ?? 0
    ends[at] = to[index] ?? 0
    next[number] = at + 1
  })
  return { starts, ends }
}

/** Calls for each number that one leads to. */
export function eachWay(ways: Ways, from: number, found: (to: number) => void): void {
  const end = ways.starts[from + 1] ?? 0
  for (let at = ways.starts[from] ?? 0; at < end; at += 1) found(ways.ends[at] ?? 0)
}

/** All numbers that can be reached from one, itself included. */
export function reached(start: number, ways: Ways): readonly number[] {
  const visited = new Uint8Array(ways.starts.length)
  const found = [start]
  visited[start] = 1
  const note = (next: number) => {
    if (visited[next] === 1) return
    visited[next] = 1
    found.push(next)
  }
  for (let at = 0; at < found.length; at += 1) eachWay(ways, found[at] ?? 0, note)
  return found
}
