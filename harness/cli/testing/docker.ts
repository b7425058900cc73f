import { hasDocker } from '../../targets/container.ts'

/** Whether a Docker engine answers. Without one a person is told loudly what is not tested; in CI it is an error. */
export const docker = await hasDocker()

if (!docker) {
  const loud =
    'NOT TESTED: no Docker engine answers, so nothing was replayed against a real Tryton. Start Docker to test it.'
  if (process.env.CI) throw new Error(loud)
  console.warn(`\n${'!'.repeat(loud.length)}\n${loud}\n${'!'.repeat(loud.length)}\n`)
}
