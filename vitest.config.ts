import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What measures how fast a page answers must not share the machine with other tests. */
const ALONE = ['harness/reporters/html.test.ts']

/** What waits for a real ERP takes longest. */
const LONG = /\/(container|container-baseline|resume)\.test\.ts$/

/** Begins with what takes longest, so that no worker is left with it while the others have nothing to do. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    // The longest rehearse three times, and a machine that has other work is no failure.
    testTimeout: 90_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // They import JSON in a way that only bundlers take.
    server: { deps: { inline: [/@actions\//] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['harness/**/*.test.ts', 'scenarios/**/*.test.ts', 'ci/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...ALONE],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, sequence: { groupOrder: 1 } } },
    ],
  },
})
