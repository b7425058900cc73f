/** Signs by which a text is looked up; shorter ones are looked for one by one. */
const START = 4

/** Many texts that are looked for at once in a long one, which comes in parts. */
export class TextsToFind {
  readonly #short: readonly string[]
  readonly #byStart: ReadonlyMap<string, readonly string[]>
  /** Whether a text begins with signs of this sum: most places of a text are passed over by it. */
  readonly #sums = new Uint8Array(1 << 16)
  readonly #longest: number
  #before = ''

  constructor(texts: Iterable<string>) {
    const all = [...new Set(texts)]
    this.#short = all.filter(({ length }) => length < START)
    this.#byStart = Map.groupBy(
      all.filter(({ length }) => length >= START),
      (text) => text.slice(0, START),
    )
    for (const start of this.#byStart.keys()) this.#sums[sumAt(start, 0)] = 1
    this.#longest = all.reduce((longest, { length }) => Math.max(longest, length), 0)
  }

  /** Whether one of the texts is in the next part, or begins in what came before and ends in it. */
  isIn(part: string): boolean {
    const text = this.#before + part
    this.#before = text.slice(Math.max(0, text.length - this.#longest + 1))
    if (this.#short.some((short) => text.includes(short))) return true
    for (let at = 0; at + START <= text.length; at += 1) {
      if (this.#sums[sumAt(text, at)] === 0) continue
      const begun = this.#byStart.get(text.slice(at, at + START))
      if (begun?.some((each) => text.startsWith(each, at))) return true
    }
    return false
  }
}

function sumAt(text: string, at: number): number {
  const [first, second] = [text.charCodeAt(at), text.charCodeAt(at + 1)]
  return ((first << 9) ^ (second << 6) ^ (text.charCodeAt(at + 2) << 3) ^ text.charCodeAt(at + 3)) & 0xffff
}
