import { defineConfig } from 'vitest/config'

/** What measures how fast a page answers must not share the machine with other tests. */
const ALONE = ['harness/reporters/html.test.ts']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    maxWorkers: 2,
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
