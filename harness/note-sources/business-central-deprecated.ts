import { defineNoteSource } from '../ports/note-source.ts'
import { readMarkdown } from './markdown.ts'

/**
 * Business Central's pages of deprecated features: under each heading a table says Moved, Removed or Replaced, and why. A
 * statement gets the heading as its subject, because the row alone does not say what is removed.
 */
export default defineNoteSource({
  title: 'Business Central, deprecated features',
  order: 3,
  recognizes: ({ text }) => /\|\s*Moved,\s*Removed,\s*or\s*Replaced/i.test(text),
  read: (document) => {
    const { statements, otherLines } = readMarkdown(document)
    return {
      statements: statements.map((statement) => {
        const fate = /^Moved, Removed, or Replaced\s*\?\s*:\s*(\w+)/i.exec(statement.says)?.[1]
        if (fate === undefined) return statement
        const subject =
          statement.place
            .split(' > ')
            .at(-1)
            ?.replace(/, line \d+$/, '') ?? ''
        return {
          ...statement,
          says: `${subject}: ${statement.says}`,
          expects: /api|endpoint|soap|odata|web service/i.test(subject)
            ? [{ id: 'endpoint-retired', args: { endpoint: subject } }, ...statement.expects]
            : statement.expects,
        }
      }),
      otherLines,
    }
  },
})
