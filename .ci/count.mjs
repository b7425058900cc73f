// Prints one line of counts and fails when a test was skipped: in CI everything that a test needs is there.
import { readFileSync } from 'node:fs'

const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
  readFileSync(process.argv[2], 'utf8'),
)
const skipped = numPendingTests + numTodoTests
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped`)
if (numFailedTests > 0 || skipped > 0 || numPassedTests === 0) process.exitCode = 1
