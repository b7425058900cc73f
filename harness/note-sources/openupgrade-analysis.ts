import { type DraftedExpectation, defineNoteSource, type NoteStatement } from '../ports/note-source.ts'
import { Headings, Lines, numbered, placeOf } from './reading/lines.ts'

/** `module / model / field (type) : what changed` */
const FIELD = /^(\S+)\s*\/\s*(\S+)\s*\/\s*(\S+)(?:\s*\(([^)]*)\))?\s*:\s*(.*)$/

/** OpenUpgrade's analysis of one Odoo module between two releases: one line per changed model, field and record. */
export default defineNoteSource({
  title: 'OpenUpgrade upgrade_analysis.txt',
  order: 1,
  recognizes: ({ text }) => /^---\s*(?:Models|Fields|XML records) in module '/m.test(text),
  read: ({ text }) => {
    const lines = new Lines()
    const headings = new Headings()
    for (const { line, text: raw } of numbered(text)) {
      const trimmed = raw.trim()
      const heading = /^---\s*(.*?)\s*---$/.exec(trimmed)
      if (trimmed === '') lines.other('blank')
      else if (heading !== null) {
        headings.enter(1, heading[1] ?? '')
        lines.other('heading')
      } else lines.statement(trimmed.replace(/\s+/g, ' '), placeOf(headings.path, line), line)
    }
    return lines.result(draft)
  },
})

function draft(says: string): Pick<NoteStatement, 'expects' | 'names'> {
  const model = /^(?:obsolete|new) model (\S+)/.exec(says)?.[1]
  if (model !== undefined) {
    return {
      names: [{ resource: model }],
      expects: says.startsWith('obsolete') ? [{ id: 'endpoint-retired', args: { endpoint: model } }] : [],
    }
  }
  const [, , resource = '', field = '', , change = ''] = FIELD.exec(says) ?? []
  if (resource === '') return { names: [], expects: [] }
  if (field === '_order') {
    return { names: [{ resource }], expects: [{ id: 'sort-order-changed', args: { resource } }] }
  }
  return { names: [{ resource, field }], expects: expectedOf(resource, field, change) }
}

function expectedOf(resource: string, field: string, change: string): readonly DraftedExpectation[] {
  if (/^DEL\b/.test(change)) return [{ id: 'field-removed', args: { resource, field } }]
  if (/^NEW\b/.test(change)) {
    const required = /\brequired\b/.test(change) && !/hasdefault/.test(change)
    return [{ id: required ? 'field-required' : 'field-added', args: { resource, field } }]
  }
  const type = /^type is now '(\w+)' \('(\w+)'\)/.exec(change)
  if (type !== null) return [{ id: 'field-retyped', args: { resource, field, from: type[2], to: type[1] } }]
  if (/^now required/.test(change)) return [{ id: 'field-required', args: { resource, field } }]
  if (/^not required anymore/.test(change))
    return [{ id: 'field-optional', args: { resource, field, direction: 'send' } }]
  const renamed = /was renamed to (\S+)/.exec(change)
  if (renamed !== null) return [{ id: 'field-renamed', args: { resource, from: field, to: renamed[1] } }]
  if (/^selection_keys is now/.test(change)) return selectionsOf(resource, field, change)
  return []
}

/** Keys that went and keys that came; one that went and one that came may be one that was renamed, which a person decides. */
function selectionsOf(resource: string, field: string, change: string): readonly DraftedExpectation[] {
  const [now = '', before = ''] = change.split("' ('")
  const keys = (text: string) => new Set([...text.matchAll(/'([\w .-]+)'/g)].map(([, key]) => key))
  const [new_, old] = [keys(now), keys(before)]
  const removed = [...old].filter((key) => !new_.has(key))
  const added = [...new_].filter((key) => !old.has(key))
  return [
    ...(removed.length > 0 ? [{ id: 'enum-value-removed', args: { resource, field, values: removed } }] : []),
    ...(added.length > 0 ? [{ id: 'enum-value-added', args: { resource, field, values: added } }] : []),
  ]
}
