/** A query or a form without blanks: `a=1&b=2`, values percent-encoded, spaces as `+`. */
const FORM = /^[^\s=&?#<>{}"']+=[^\s<>{}"]*$/

/** Names and values of a form, decoded; `undefined` when the text is none. */
export function pairsOf(text: string): readonly (readonly [name: string, value: string])[] | undefined {
  if (!FORM.test(text)) return undefined
  return text.split('&').map((pair) => {
    const at = pair.indexOf('=')
    return at < 0 ? [formDecoded(pair), ''] : [formDecoded(pair.slice(0, at)), formDecoded(pair.slice(at + 1))]
  })
}

/**
 * A form with its values cleaned. What does not change keeps the way in which it was written; what does is written with
 * `+` for spaces if it was so before.
 */
export function withValues(text: string, clean: (value: string, name: string) => string): string {
  return text
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=')
      const name = at < 0 ? '' : pair.slice(0, at)
      const written = at < 0 ? pair : pair.slice(at + 1)
      const value = formDecoded(written)
      const fresh = clean(value, formDecoded(name))
      const encoded = fresh === value ? written : formEncoded(fresh, written)
      const cleanName = at < 0 ? '' : clean(formDecoded(name), '')
      const encodedName = cleanName === formDecoded(name) ? name : formEncoded(cleanName, name)
      return at < 0 ? encoded : `${encodedName}=${encoded}`
    })
    .join('&')
}

/** Whether a text is a query or a form. */
export function isForm(text: string): boolean {
  return FORM.test(text)
}

/** A `+` is a space, except before the digits of a phone number that nobody encoded: no value begins with a space. */
function formDecoded(text: string): string {
  const spaced = text.replace(/^\+(?=\d)/, '%2B').replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

function formEncoded(text: string, like: string): string {
  const encoded = encodeURIComponent(text)
  return like.includes('+') && !like.includes('%20') ? encoded.replaceAll('%20', '+') : encoded
}
