import type { DraftedExpectation, NoteStatement } from '../../ports/note-source.ts'

const NAME = '[`“"]?([A-Za-z_][\\w.]*)[`”"]?'

/** Phrases by which publishers announce a change of one field, and what they mean. */
const PHRASES: readonly Readonly<{
  pattern: RegExp
  expects: (names: readonly string[]) => readonly DraftedExpectation[]
}>[] = [
  {
    // Rename close state to closed
    pattern: new RegExp(`rename[sd]?\\s+${NAME}\\s+([a-z_]+)\\s+(?:to|into|as)\\s+${NAME}`, 'i'),
    expects: ([from = '', field = '', to = '']) => [{ id: 'enum-value-renamed', args: { field, from, to } }],
  },
  {
    pattern: new RegExp(
      `rename[sd]?\\s+(?:the\\s+)?(?:field\\s+)?${NAME}\\s+(?:field\\s+)?(?:to|into|as)\\s+${NAME}`,
      'i',
    ),
    expects: ([from = '', to = '']) => [{ id: 'field-renamed', args: { from, to } }],
  },
  {
    pattern: new RegExp(`(?:remove[sd]?|drop(?:ped|s)?|delete[sd]?)\\s+(?:the\\s+)?(?:field\\s+)?${NAME}`, 'i'),
    expects: ([field = '']) => [{ id: 'field-removed', args: { field } }],
  },
  {
    pattern: new RegExp(`(?:add(?:ed|s)?|introduce[sd]?)\\s+(?:the\\s+|a\\s+)?(?:new\\s+)?field\\s+${NAME}`, 'i'),
    expects: ([field = '']) => [{ id: 'field-added', args: { field } }],
  },
  {
    pattern: new RegExp(`${NAME}\\s+(?:is|are|becomes?)\\s+(?:now\\s+)?(?:required|mandatory)`, 'i'),
    expects: ([field = '']) => [{ id: 'field-required', args: { field } }],
  },
]

/** What a statement in prose announces. The resource is seldom named: it is looked up in what the integration uses. */
export function expectationsIn(says: string): Pick<NoteStatement, 'expects' | 'names'> {
  for (const { pattern, expects } of PHRASES) {
    const match = pattern.exec(says)
    if (match !== null) return { expects: expects(match.slice(1)), names: [] }
  }
  return { expects: [], names: [] }
}
