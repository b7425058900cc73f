import { defineNoteSource, type NoteDocument, type ReadNotes } from '../ports/note-source.ts'
import { Headings, Lines, numbered, placeOf } from './reading/lines.ts'

/**
 * Pages in Markdown: every list item, every row of a table and every paragraph is a statement. Read line by line, so that a
 * place is a line; a nested list item is a statement of its own.
 */
export default defineNoteSource({
  title: 'Markdown page',
  order: 8,
  recognizes: ({ name, text }) => /\.(md|markdown)$/i.test(name) || /^#{1,6} \S/m.test(text),
  read: readMarkdown,
})

export function readMarkdown(document: NoteDocument): ReadNotes {
  const lines = new Lines()
  const headings = new Headings()
  let open = false
  let inFront = false
  let inCode = false
  let inComment = false
  let table: readonly string[] | undefined
  const all = numbered(document.text)
  for (const [index, { line, text }] of all.entries()) {
    const trimmed = text.trim()
    const place = placeOf(headings.path, line)
    const isTable = trimmed.startsWith('|')
    if (!isTable) table = undefined
    if (line === 1 && trimmed === '---') inFront = true
    else if (inFront && trimmed === '---') inFront = false
    else if (!inFront && !inComment && !inCode) {
      const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(trimmed)
      const item = /^(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/.exec(trimmed)
      const next = all[index + 1]?.text.trim() ?? ''
      if (trimmed === '') {
        open = false
        lines.other('blank')
      } else if (/^(?:```|~~~)/.test(trimmed)) {
        inCode = true
        lines.other('code')
      } else if (trimmed.startsWith('<!--')) {
        inComment = !trimmed.includes('-->')
        // What stands beside a comment is still said.
        const said = trimmed.replace(/<!--.*?(?:-->|$)/g, '').trim()
        if (said === '') lines.other('comment')
        else lines.statement(said, place, line)
      } else if (heading !== null) {
        headings.enter(heading[1]?.length ?? 1, heading[2] ?? '')
        open = false
        lines.other('heading')
      } else if (isTable) {
        const cells = cellsOf(trimmed)
        if (cells.every((cell) => /^:?-+:?$/.test(cell))) lines.other('table rule')
        else if (table === undefined) {
          const isHeader = cellsOf(next).length > 0 && cellsOf(next).every((cell) => /^:?-+:?$/.test(cell))
          table = isHeader ? cells : []
          if (isHeader) lines.other('table header')
          else lines.statement(cells.join(' | '), place, line)
        } else lines.statement(rowOf(table, cells), place, line)
        open = false
      } else if (/^(?:=+|-{3,}|\*{3,}|_{3,})$/.test(trimmed)) {
        lines.other('rule')
        open = false
      } else if (item !== null) {
        lines.statement(plain(item[1] ?? ''), place, line)
        open = true
      } else if (open) lines.continues(plain(trimmed.replace(/^>\s*/, '')), place, line)
      else {
        lines.statement(plain(trimmed.replace(/^>\s*/, '')), place, line)
        open = true
      }
      continue
    }
    if (inComment && trimmed.includes('-->')) inComment = false
    else if (inCode && /^(?:```|~~~)/.test(trimmed)) inCode = false
    lines.other(inComment || trimmed.includes('-->') ? 'comment' : inFront || line === 1 ? 'front matter' : 'code')
  }
  return lines.result()
}

function cellsOf(row: string): readonly string[] {
  if (!row.startsWith('|')) return []
  return row
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => plain(cell.trim()))
}

function rowOf(header: readonly string[], cells: readonly string[]): string {
  return cells.map((cell, index) => (header[index] ? `${header[index]}: ${cell}` : cell)).join('; ')
}

/** Text without the marks of emphasis and links; code marks stay, because they show names. */
function plain(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__)(.+?)\1/g, '$2')
    .trim()
}
