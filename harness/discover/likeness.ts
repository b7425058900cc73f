/** How alike two names are: 1 for the same last word, less for any word in common, 0 for none. */
export function nameLikeness(left: string, right: string): number {
  const mine = wordsOf(left)
  const others = wordsOf(right)
  if (mine.join() === others.join()) return 1
  const last = others.at(-1)
  if (mine.at(-1) === last) return mine.length === 1 || others.at(-2) === mine.at(-2) ? 1 : 0.8
  const common = mine.filter((word) => others.includes(word)).length
  return common === 0 ? 0 : 0.5
}

/** The words of a name in lower case and in the singular: `invoiceDate`, `invoice_date` and `InvoiceDates` are the same. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && word !== 'id' && word !== 'ids' && word !== 'code')
    .map(singular)
}

/** The singular of an English noun, as far as names of resources go. */
export function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y')
  if (/(s|x|ch|sh)es$/.test(word)) return word.replace(/es$/, '')
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word
}
