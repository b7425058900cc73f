/** How a code is built: `9` for a digit, `A` for a letter, everything else as it is. */
export function shapeOf(code: string): string {
  return code.replace(/\p{Nd}/gu, '9').replace(/\p{L}/gu, 'A')
}
