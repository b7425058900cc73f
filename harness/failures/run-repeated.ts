import { defineFailure, PASS } from '../ports/failure.ts'

export default defineFailure({
  title: 'The same batch is exported a second time.',
  description: 'Somebody starts the export again after a crash. What is there already must not be posted again.',
  pointer: '/reference',
  sparesOthers: false,
  runs: 2,
  begin: () => () => PASS,
})
