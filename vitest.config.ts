import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['harness/**/*.test.ts', 'scenarios/**/*.test.ts', 'ci/**/*.test.ts'],
    testTimeout: 30_000,
  },
})
