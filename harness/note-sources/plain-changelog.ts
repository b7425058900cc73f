import { defineNoteSource } from '../ports/note-source.ts'
import { Headings, Lines, numbered, placeOf } from './reading/lines.ts'

/** A CHANGELOG of plain bullets under versions, as Tryton's modules have: `Version 7.0.0 - 2023-10-30`, then `* Rename …`. */
export default defineNoteSource({
  title: 'Plain CHANGELOG',
  order: 9,
  recognizes: () => true,
  read: ({ text }) => {
    const lines = new Lines()
    const headings = new Headings()
    let open = false
    for (const { line, text: raw } of numbered(text)) {
      const trimmed = raw.trim()
      const place = placeOf(headings.path, line)
      const item = /^(?:[-*+•]|\d+[.)])\s+(.*)$/.exec(trimmed)
      if (trimmed === '') {
        open = false
        lines.other('blank')
      } else if (/^[=\-~^]{2,}$/.test(trimmed)) lines.other('rule')
      else if (
        /^(?:version|release)?\s*v?\d+\.\d+[\w.]*(?:\s*[-–(:].*)?$/i.test(trimmed) ||
        /^unreleased$/i.test(trimmed)
      ) {
        headings.enter(1, trimmed.replace(/\s*[-–]\s*\d{4}-\d{2}-\d{2}.*$/, ''))
        open = false
        lines.other('heading')
      } else if (item !== null) {
        lines.statement(item[1] ?? '', place, line)
        open = true
      } else if (open) lines.continues(trimmed, place, line)
      else {
        lines.statement(trimmed, place, line)
        open = true
      }
    }
    return lines.result()
  },
})
