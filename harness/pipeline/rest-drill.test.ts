import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectionMutants } from '../targets/connection-mutants.ts'
import { drill } from './drill.ts'
import { readDrillScore } from './drill-score.ts'
import { loadErp } from './erp.ts'
import { readIntegration } from './scenario.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCENARIO = join(ROOT, 'scenarios/rest-ap')

test('every defect that a configured ERP could have is caught, and what is harmless is let through', async () => {
  const { mutants } = await loadErp(await readIntegration(SCENARIO))
  const only = [...mutants, ...connectionMutants].map(({ id }) => id)
  expect(new Set(only).size).toBe(only.length)
  // Named one by one, so that no score is written into the scenario.
  const { score, results } = await drill({ scenario: SCENARIO, snapshots: join(ROOT, 'snapshots'), only })
  expect(results.filter(({ right }) => !right).map(({ mutant, why }) => `${mutant.id}: ${why}`)).toEqual([])
  expect(score).toEqual(await readDrillScore(SCENARIO))
}, 120_000)
