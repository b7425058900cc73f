import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { benignMutants } from '../erps/tryton/mutants/benign.ts'
import { type DrillResult, drill, isPassed, mutantsOf, prepareDrill } from './drill.ts'
import { readDrillScore } from './drill-score.ts'

const SCENARIO = 'scenarios/tryton-ap'

describe('the drill on the sample', () => {
  let result: DrillResult
  beforeAll(async () => {
    result = await drill({ scenario: SCENARIO, snapshots: 'snapshots' })
  }, 600_000)

  test('kills every breaking mutant that a recorded invoice shows, and raises nothing on a benign one', () => {
    expect(result.results.filter(({ right, exercised }) => !right && exercised)).toEqual([])
    expect(isPassed(result.score)).toBe(true)
  })

  test('lets survive what no recorded invoice shows, says which invoice to add, and nothing else survives', () => {
    expect(result.score.survivors.map(({ mutant, why }) => `${mutant}: ${why}`)).toEqual([
      'long-reference-truncated: No recorded invoice shows it: add a reference of more than thirty characters.',
      'leading-zeros-of-a-reference-lost: No recorded invoice shows it: add a reference that begins with a zero.',
      'text-composed: No recorded invoice shows it: add a description with an accent of its own, as a Mac writes file names.',
    ])
  })

  test('has enough of every class', () => {
    const { breaking, killed, benign, benignLetThrough, classes } = result.score
    expect([killed, breaking, benignLetThrough, benign]).toEqual([134, 137, 26, 26])
    expect(classes).toEqual({
      silent: { mutants: 71, right: 68 },
      loud: { mutants: 17, right: 17 },
      structure: { mutants: 37, right: 37 },
      connection: { mutants: 12, right: 12 },
      benign: { mutants: 26, right: 26 },
    })
  })

  test('every benign mutant does something', () => {
    const idle = result.results.filter(({ mutant, exercised }) => mutant.class === 'benign' && !exercised)
    expect(idle.map(({ mutant }) => mutant.id)).toEqual([])
  })

  test('the score that is kept with the recording is this one', async () => {
    expect(await readDrillScore(SCENARIO)).toEqual(result.score)
  })
})

test('mutants have ids of their own and say what they do', async () => {
  const mutants = mutantsOf(await prepareDrill(SCENARIO, 'snapshots'))
  const ids = mutants.map((mutant) => mutant.id)
  expect([...new Set(ids)]).toEqual(ids)
  expect(mutants.filter(({ id }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([])
  expect(mutants.filter(({ does }) => !/^[A-Z].+\.$/.test(does))).toEqual([])
  expect(benignMutants.length).toBeGreaterThanOrEqual(15)
})

test('the engine knows nothing of mutants', async () => {
  const engine = ['run', 'assess', 'target', 'snapshot'].map((name) => `harness/pipeline/${name}.ts`)
  for (const file of engine)
    expect(await readFile(file, 'utf8')).not.toMatch(/mutants?\b.*from|\.mutants\b|ports\/mutant/)
})

test('a mutant that does not exist is refused by name', async () => {
  await expect(drill({ scenario: SCENARIO, snapshots: 'snapshots', only: ['total-of-by-a-cent'] })).rejects.toThrow(
    'There is no mutant "total-of-by-a-cent".',
  )
})
