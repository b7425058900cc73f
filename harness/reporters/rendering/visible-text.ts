/**
 * Characters that change how a text is read without being seen: controls, bidirectional overrides, zero-width and
 * unassigned format characters, line separators, blank letters, lone surrogates. Arabic number signs are format
 * characters that are seen; joiners between letters of scripts that are written with them are part of the word.
 */
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u180e\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5|(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2])\p{Cf}/gu

/** Nothing but printable ASCII, as most texts are: there is nothing to look for. */
const PLAIN = /^[ -~]*$/

/** The text on one line, with every unseen character written as its code point, such as `⟨U+202E⟩`. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(UNSEEN, (character, offset) => (isJoiner(text, offset) ? character : codePoint(character)))
}

/** The same for a text of several lines: line feeds stay. */
export function visibleLines(text: string): string {
  if (PLAIN.test(text)) return text
  return text.split('\n').map(visible).join('\n')
}

/** The text as a compared value: no-break and other unusual spaces, and spaces at either end, are written out as well. */
export function revealed(text: string): string {
  return visible(text)
    .replace(/(?! )\p{Zs}/gu, codePoint)
    .replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length))
}

/** JSON text in which every unseen character is an escape sequence; it still means the same. */
export function escapedUnseen(json: string): string {
  return json.replace(UNSEEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** A copy of a plain value in which every string is visible. Line feeds stay, so the caller decides what they mean. */
export function visibleValue<Value>(value: Value): Value
export function visibleValue(value: unknown): unknown {
  if (typeof value === 'string') return visibleLines(value)
  if (Array.isArray(value)) return value.map((item) => visibleValue(item))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [visibleLines(key), visibleValue<unknown>(member)]),
    )
  }
  return value
}

const JOINED = /[\p{sc=Arab}\p{sc=Deva}\p{sc=Beng}\p{sc=Mlym}\p{sc=Sinh}]\p{M}*$/u
const JOINING = /^[\p{sc=Arab}\p{sc=Deva}\p{sc=Beng}\p{sc=Mlym}\p{sc=Sinh}]/u

function isJoiner(text: string, offset: number): boolean {
  if (!/[\u200c\u200d]/.test(text.charAt(offset))) return false
  return JOINED.test(text.slice(Math.max(0, offset - 8), offset)) && JOINING.test(text.slice(offset + 1))
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
