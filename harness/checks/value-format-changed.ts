import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'Codes are built as before.',
  failureTitle: 'Codes are built another way.',
  description:
    'Codes of another length, or with other segments, do not fit rules, imports and mappings made for the old ones.',
  requires: ['valueLists'],
  needs: ['list-values'],
  severity: 'warning',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: 'Codes of {resource} were built like {before} and are built like {after} now ({evidence}).',
  },
  remedy: 'Ask for the table from old to new codes, and adapt the mapping and every rule that takes codes apart.',
  run: ({ valueLists }) => {
    const facts = new Map(valueLists.map((fact) => [fact.difference, fact]))
    const differences = valueLists.filter(({ about }) => about === 'format').map(({ difference }) => difference)
    return objectTo(differences, 'changed', (difference) => ({
      before: difference.baseline ?? '',
      after: difference.candidate ?? '',
      evidence: facts.get(difference)?.evidence ?? '',
    }))
  },
})
