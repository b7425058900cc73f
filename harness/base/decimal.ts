import Big from 'big.js'

/** Whether a text is a decimal number: digits with an optional sign and fraction. */
export function isDecimal(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text)
}

/** The sum of decimal strings, with as many fraction digits as the longest of them. Throws when one is not a decimal. */
export function sum(amounts: readonly string[]): string {
  const scale = amounts.reduce((most, amount) => Math.max(most, scaleOf(amount)), 0)
  return amounts.reduce((total, amount) => total.plus(new Big(amount)), new Big(0)).toFixed(scale)
}

/** Negative, zero or positive as `left` is smaller than, equal to or larger than `right`. Throws when one is not a decimal. */
export function compareDecimals(left: string, right: string): number {
  return new Big(left).cmp(new Big(right))
}

/** The distance between two decimals, never negative. */
export function distance(left: string, right: string): string {
  return new Big(left).minus(new Big(right)).abs().toFixed()
}

/** The absolute value of a decimal string, its digits kept. */
export function absolute(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : amount
}

/** The product of two decimals, unrounded. */
export function times(left: string, right: string): string {
  return new Big(left).times(new Big(right)).toFixed()
}

/** Rounds half away from zero (`up`) or half to even, as an ERP's currency rounding does. */
export function roundTo(amount: string, scale: number, mode: 'half-up' | 'half-even'): string {
  return new Big(amount).round(scale, mode === 'half-up' ? Big.roundHalfUp : Big.roundHalfEven).toFixed(scale)
}

/** How many digits stand after the decimal point. */
export function scaleOf(amount: string): number {
  const point = amount.indexOf('.')
  return point < 0 ? 0 : amount.length - point - 1
}

/** `part` in percent of `whole`, rounded half up to `scale` digits. Throws when `whole` is zero. */
export function percentOf(part: string, whole: string, scale: number): string {
  return new Big(part).times(100).div(new Big(whole)).round(scale, Big.roundHalfUp).toFixed(scale)
}

/** What is left of the first decimal when the second is taken away. */
export function minus(left: string, right: string): string {
  return new Big(left).minus(new Big(right)).toFixed()
}

/** Whether a decimal is a whole number of steps. Throws when the step is zero. */
export function isMultipleOf(amount: string, step: string): boolean {
  return new Big(amount).mod(new Big(step)).eq(0)
}
