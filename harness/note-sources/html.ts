import { defineNoteSource } from '../ports/note-source.ts'
import { Headings, Lines, placeOf } from './reading/lines.ts'

const BLOCKS =
  /<(\/?)(h[1-6]|li|p|tr|td|th|dt|dd|script|style|title|div|section|table|ul|ol|br|body|article|main)\b[^>]*>/gi

/** Web pages: every list item, paragraph, table row and definition is a statement; scripts and styles say nothing. */
export default defineNoteSource({
  title: 'HTML page',
  order: 4,
  recognizes: ({ text }) =>
    /^\s*(?:<!doctype html|<html\b)/i.test(text) || /<(?:li|p|td)\b[^>]*>[\s\S]*<\//i.test(text),
  read: ({ text }) => {
    const lines = new Lines()
    const headings = new Headings()
    const source = text.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '))
    let held = ''
    let heldAt = 0
    let heading = 0
    let silent = 0
    let at = 0
    const flush = () => {
      const said = decoded(held)
      held = ''
      if (said === '') return
      const line = source.slice(0, heldAt).split('\n').length
      if (silent > 0) lines.other('script, style or title')
      else if (heading > 0) {
        headings.enter(heading, said)
        lines.other('heading')
      } else lines.statement(said, placeOf(headings.path, line), line)
    }
    const keep = (part: string, offset: number) => {
      if (held.trim() === '' && part.trim() !== '') heldAt = offset + part.search(/\S/)
      held += part
    }
    for (const match of source.matchAll(BLOCKS)) {
      keep(source.slice(at, match.index), at)
      at = match.index + match[0].length
      const [closes, tag = ''] = [match[1] === '/', match[2]?.toLowerCase()]
      // Cells of one row are one statement.
      if (tag === 'td' || tag === 'th' || tag === 'br') {
        if (held.trim() !== '' && !held.trimEnd().endsWith('|') && tag !== 'br' && !closes) held += ' | '
        else held += ' '
        continue
      }
      flush()
      if (/^h[1-6]$/.test(tag)) heading = closes ? 0 : Number(tag[1])
      if (tag === 'script' || tag === 'style' || tag === 'title') silent += closes ? -1 : 1
    }
    keep(source.slice(at), at)
    flush()
    return lines.result()
  },
})

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function decoded(html: string): string {
  return html
    .replace(/<code\b[^>]*>(.*?)<\/code>/gis, '`$1`')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal: string, hex: string, name: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole
      const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
      return point > 0 && point < 0x110000 ? String.fromCodePoint(point) : whole
    })
    .replace(/\s+/g, ' ')
    .trim()
}
