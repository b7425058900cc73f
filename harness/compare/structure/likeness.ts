/** Likeness of two names, whatever their spelling: `vendorNumber` and `vendor_no` share a word. */
export function nameLikeness(left: string, right: string): number {
  const [short = '', long = ''] = [plain(left), plain(right)].sort((one, other) => one.length - other.length)
  const isPart = short.length >= 4 && long.includes(short)
  return Math.max(
    dice(bigrams(short), bigrams(long)),
    dice(words(left), words(right)) * 0.95,
    isPart ? 0.7 + (0.3 * short.length) / long.length : 0,
  )
}

/** Likeness of two texts by the words that they share; undefined where one of them is empty. */
export function textLikeness(left: string, right: string): number | undefined {
  if (left === '' || right === '') return undefined
  return dice(words(left), words(right))
}

/** A name without its spelling: `PageSize` and `page_size` are the same. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** The words of a name or text. */
export function words(text: string): readonly string[] {
  const split = text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return split.filter((word) => word !== '').slice(0, 60)
}

function bigrams(text: string): readonly string[] {
  const pairs: string[] = []
  for (let at = 0; at + 1 < text.length; at += 1) pairs.push(text.slice(at, at + 2))
  return pairs.length === 0 && text !== '' ? [text] : pairs
}

function dice(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return 0
  const counts = new Map<string, number>()
  for (const part of left) counts.set(part, (counts.get(part) ?? 0) + 1)
  let shared = 0
  for (const part of right) {
    const count = counts.get(part) ?? 0
    if (count === 0) continue
    counts.set(part, count - 1)
    shared += 1
  }
  return (2 * shared) / (left.length + right.length)
}
