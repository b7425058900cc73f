import { defineNoteSource, type NoteStatement } from '../ports/note-source.ts'
import { Headings, Lines, numbered, placeOf } from './reading/lines.ts'
import { expectationsIn } from './reading/wording.ts'

const COMMIT =
  /^(?:[-*]\s+)?(?:[0-9a-f]{7,40}\s+)?((?:feat|fix|refactor|perf|docs|chore|build|ci|test|style|revert)(?:\([^)]*\))?!?):\s+(.*)$/i

/** A log of conventional commits. `!` and a `BREAKING CHANGE:` footer are statements of their own, and say that they break. */
export default defineNoteSource({
  title: 'Conventional commits',
  order: 5,
  recognizes: ({ text }) => numbered(text).filter(({ text: line }) => COMMIT.test(line.trim())).length >= 2,
  read: ({ text }) => {
    const lines = new Lines()
    const headings = new Headings()
    for (const { line, text: raw } of numbered(text)) {
      const trimmed = raw.trim()
      const place = placeOf(headings.path, line)
      const heading = /^(#{1,6})\s+(.*)$/.exec(trimmed) ?? /^()(v?\d+\.\d+[\w.]*.*)$/.exec(trimmed)
      if (trimmed === '') lines.other('blank')
      else if (heading !== null && !COMMIT.test(trimmed)) {
        headings.enter(Math.max(1, heading[1]?.length ?? 1), heading[2] ?? '')
        lines.other('heading')
      } else if (COMMIT.test(trimmed)) lines.statement(trimmed.replace(/^[-*]\s+/, ''), place, line)
      else if (/^BREAKING[ -]CHANGES?:/i.test(trimmed) || /^[-*]\s/.test(trimmed)) {
        lines.statement(trimmed.replace(/^[-*]\s+/, ''), place, line)
      } else lines.continues(trimmed, place, line)
    }
    return lines.result(draft)
  },
})

function draft(says: string): Pick<NoteStatement, 'expects' | 'names'> {
  return expectationsIn(says.replace(COMMIT, '$2').replace(/^BREAKING[ -]CHANGES?:\s*/i, ''))
}
