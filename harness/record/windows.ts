/** Characters that are scanned at a time, and how many of them are scanned again with what follows. */
const [WINDOW, OVERLAP] = [1024 * 1024, 64 * 1024]

/**
 * Texts in parts that are scanned one by one. Each part begins with the last texts of the one before it, so that what the
 * scanner reads from one text into the next (at most 10,000 characters) is seen in one of them. No text is cut.
 */
export function* windows(texts: Iterable<string>, separator: string): Generator<string> {
  let window: string[] = []
  let length = 0
  let fresh = false
  for (const text of texts) {
    window.push(text)
    length += text.length + separator.length
    fresh = true
    if (length < WINDOW) continue
    yield window.join(separator)
    fresh = false
    length = 0
    let from = window.length
    for (; from > 0; from -= 1) {
      const added = (window[from - 1]?.length ?? 0) + separator.length
      if (length + added > OVERLAP) break
      length += added
    }
    window = window.slice(from)
  }
  if (fresh) yield window.join(separator)
}
