import { stdnum } from 'stdnum'

/** What may begin an IBAN; where it ends, its checksum tells. */
const IBAN = /[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])/iy
/** What may be a VAT identification number: its country, and at least seven signs, most of them digits. */
const VAT = /[A-Z]{2}(?:[ .]?[A-Z0-9]){7,15}(?![A-Z0-9])/iy

/** Words of a sentence in capitals hold no seven digits. */
const VAT_DIGITS = 7

/** A kind of number that carries its own proof: a checksum. */
export type Numbered = Readonly<{
  rule: 'iban' | 'vat-id'
  pattern: RegExp
  /** Signs that people put between its parts. */
  separators: RegExp
  shortest: number
  /** Words of a sentence hold fewer digits. */
  fewestDigits: number
  isValid: (compact: string) => boolean
  /** Another one of the same format; `undefined` when these digits make none that is valid. */
  pseudonym: (compact: string, hex: string) => string | undefined
}>

/** Where a number of any kind may begin. */
export const NUMBER_START = /(?<![A-Z0-9])[A-Z]{2}(?=[ .]?[A-Z0-9])/gi

/** Numbers that are known wherever they stand, by their checksum. */
export const NUMBERED: readonly Numbered[] = [
  {
    rule: 'iban',
    pattern: IBAN,
    separators: /[ ]/g,
    shortest: 15,
    fewestDigits: 2,
    isValid: isIban,
    pseudonym: pseudonymIban,
  },
  {
    rule: 'vat-id',
    pattern: VAT,
    separators: /[ .]/g,
    shortest: 10,
    fewestDigits: VAT_DIGITS,
    isValid: isVatId,
    pseudonym: pseudonymVatId,
  },
]

/** Replaces letters by letters and digits by digits, so that length and format stay. */
export function scramble(value: string, hex: string, which = /[\p{L}\p{N}]/u): string {
  let at = 0
  return [...value]
    .map((character) => {
      if (!which.test(character)) return character
      const nibble = Number.parseInt(hex.charAt(at++ % hex.length), 16)
      if (/\p{N}/u.test(character)) return String(nibble % 10)
      const letter = String.fromCharCode(97 + ((nibble * 7 + at) % 26))
      return character === character.toLowerCase() ? letter : letter.toUpperCase()
    })
    .join('')
}

/** How long the IBAN of a country is (ISO 13616). Without it, an IBAN and the word behind it may make another valid one. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'NO15 BE16 DK18 FI18 FO18 GL18 NL18 SD18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 MN20 XK20 CH21 HR21 LI21 LV21 BG22 BH22 ' +
    'CR22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 OM23 SO23 TL23 AD24 CZ24 ES24 MD24 PK24 RO24 SA24 SE24 SK24 ' +
    'TN24 VG24 LY25 PT25 ST25 IS26 TR26 BI27 DJ27 FR27 GR27 IT27 MC27 MR27 SM27 AL28 AZ28 BY28 CY28 DO28 GT28 HU28 LB28 NI28 ' +
    'PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 YE30 MT31 SC31 LC32 RU33'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

function isIban(compact: string): boolean {
  const length = IBAN_LENGTHS.get(compact.slice(0, 2))
  if (length !== undefined && compact.length !== length) return false
  return compact.length <= 34 && /^[A-Z]{2}\d{2}/.test(compact) && mod97(compact.slice(4) + compact.slice(0, 4)) === 1
}

/** ISO 13616 check: letters count as 10 to 35, the whole number modulo 97. */
function mod97(text: string): number {
  let rest = 0
  for (const character of text) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** An IBAN of the same country and length, with a valid checksum. */
function pseudonymIban(compact: string, hex: string): string {
  const country = compact.slice(0, 2)
  const account = scramble(compact.slice(4), hex).toUpperCase()
  return `${country}${String(98 - mod97(`${account}${country}00`)).padStart(2, '0')}${account}`
}

/** What each country calls its VAT identification number. */
const VAT_NAMES: Readonly<Record<string, string>> = {
  AT: 'uid',
  BE: 'vat',
  BG: 'vat',
  CH: 'vat',
  CY: 'vat',
  CZ: 'dic',
  DE: 'vat',
  DK: 'cvr',
  EE: 'kmkr',
  GR: 'vat',
  ES: 'nif',
  FI: 'alv',
  FR: 'tva',
  GB: 'vat',
  HR: 'oib',
  HU: 'anum',
  IE: 'vat',
  IT: 'iva',
  LT: 'pvm',
  LU: 'tva',
  LV: 'pvn',
  MT: 'vat',
  NL: 'btw',
  NO: 'mva',
  PL: 'nip',
  PT: 'nif',
  RO: 'cif',
  SE: 'vat',
  SI: 'ddv',
  SK: 'dph',
}

function isVatId(compact: string): boolean {
  // Greece writes EL.
  const country = compact.slice(0, 2).replace('EL', 'GR')
  const validator = stdnum[country]?.[VAT_NAMES[country] ?? '']
  if (validator === undefined || compact.replace(/\D/g, '').length < VAT_DIGITS) return false
  // Switzerland begins with three letters, which are part of the number itself.
  const number = compact.startsWith('CHE') ? compact : compact.slice(2)
  try {
    return validator.validate(number).isValid
  } catch {
    return false
  }
}

/** Letters have meaning in a VAT id (ATU, B01, MVA), so its digits are replaced alone. */
function pseudonymVatId(compact: string, hex: string): string | undefined {
  const fresh = compact.slice(0, 2) + scramble(compact.slice(2), hex, /\d/)
  return isVatId(fresh) ? fresh : undefined
}

/** The longest number of a kind that a text begins with and that ends where a word ends. */
export function numberAtStartOf(text: string, kind: Numbered): string | undefined {
  const { separators, shortest, fewestDigits, isValid } = kind
  if (text.replace(/\D/g, '').length < fewestDigits) return undefined
  for (let end = text.length; end >= shortest; end -= 1) {
    if (end < text.length && /[A-Z0-9]/i.test(text.charAt(end))) continue
    const part = text.slice(0, end)
    if (/[A-Z0-9]$/i.test(part) && isValid(part.replace(separators, '').toUpperCase())) return part
  }
  return undefined
}
