/** Says loudly what is not tested where no Docker engine answers; throws in CI. Returns whether one does. */
export function loudly(answers: boolean): boolean {
  if (answers) return true
  const loud =
    'NOT TESTED: no Docker engine answers, so nothing was replayed against a real Tryton. Start Docker to test it.'
  if (process.env.CI) throw new Error(loud)
  console.warn(`\n${'!'.repeat(loud.length)}\n${loud}\n${'!'.repeat(loud.length)}\n`)
  return false
}
