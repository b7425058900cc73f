/** Where each of many numbers leads, in one list: those of `n` stand from `starts[n]` up to `starts[n + 1]`. */
export type Ways = Readonly<{ starts: Int32Array; ends: Int32Array }>

/** Ways of numbers below `size`, put down one after the other; `order` tells for each end which one it was. */
export function waysOf(
  size: number,
  from: ArrayLike<number>,
  to: ArrayLike<number>,
): Ways & Readonly<{ order: Int32Array }> {
  const starts = new Int32Array(size + 1)
  for (let index = 0; index < from.length; index += 1) {
    const next = (from[index] ?? 0) + 1
    starts[next] = (starts[next] ?? 0) + 1
  }
  for (let number = 0; number < size; number += 1)
    starts[number + 1] = (starts[number + 1] ?? 0) + (starts[number] ?? 0)
  const free = starts.slice()
  const ends = new Int32Array(from.length)
  const order = new Int32Array(from.length)
  for (let index = 0; index < from.length; index += 1) {
    const number = from[index] ?? 0
    const at = free[number] ?? 0
    ends[at] = to[index] ?? 0
    order[at] = index
    free[number] = at + 1
  }
  return { starts, ends, order }
}

/** The ways back. */
export function reversed({ starts, ends }: Ways): Ways {
  const from = new Int32Array(ends.length)
  for (let number = 0; number + 1 < starts.length; number += 1)
    from.fill(number, starts[number] ?? 0, starts[number + 1] ?? 0)
  return waysOf(starts.length - 1, ends, from)
}

/** Calls for each number that one leads to. */
export function eachWay({ starts, ends }: Ways, from: number, found: (to: number) => void): void {
  const end = starts[from + 1] ?? 0
  for (let at = starts[from] ?? 0; at < end; at += 1) found(ends[at] ?? 0)
}
