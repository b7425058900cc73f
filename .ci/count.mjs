// Prints one line of counts and fails when a test was skipped: in CI everything that a test needs is there. Only the
// published schemas of other products may be missing, because they are no part of this one.
import { existsSync, readFileSync } from 'node:fs'

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
)
const skipped = numPendingTests + numTodoTests
const mayBeSkipped = !existsSync('../shared/data/schema-pairs')
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped`)
if (numFailedTests > 0 || numPassedTests === 0 || (skipped > 0 && !mayBeSkipped)) process.exitCode = 1
