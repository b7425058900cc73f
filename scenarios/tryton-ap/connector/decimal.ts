/** A decimal number as sign-carrying units and the count of its decimals: 12.50 is 1250n with scale 2. */
interface Decimal {
  units: bigint
  scale: number
}

function parse(text: string): Decimal {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim())
  if (match === null) {
    throw new Error(`"${text}" is not a decimal number`)
  }
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const units = BigInt(whole + fraction)
  const scale = fraction.length - Number(exponent)
  const signed = sign === '-' ? -units : units
  return scale < 0 ? { units: signed * 10n ** BigInt(-scale), scale: 0 } : { units: signed, scale }
}

function format({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale === 0 ? '' : `.${digits.slice(-scale)}`
  return `${units < 0n ? '-' : ''}${whole}${fraction}`
}

/** Rounds to a count of decimals, half to even as Tryton does. */
export function round(text: string, digits: number): string {
  const { units, scale } = parse(text)
  if (scale <= digits) {
    return format({ units: units * 10n ** BigInt(digits - scale), scale: digits })
  }
  const step = 10n ** BigInt(scale - digits)
  const magnitude = units < 0n ? -units : units
  const floor = magnitude / step
  const twice = (magnitude % step) * 2n
  const up = twice > step || (twice === step && floor % 2n === 1n)
  const rounded = up ? floor + 1n : floor
  return format({ units: units < 0n ? -rounded : rounded, scale: digits })
}

/** True when two decimals are the same number, however they are written: 10, 10.00 and 1E+1. */
export function equal(left: string, right: string): boolean {
  const a = parse(left)
  const b = parse(right)
  return a.units * 10n ** BigInt(b.scale) === b.units * 10n ** BigInt(a.scale)
}
