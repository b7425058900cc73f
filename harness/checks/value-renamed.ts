import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No listed value seems to have another code.',
  failureTitle: 'Listed values seem to have another code.',
  description: 'Invoices coded with the old code are refused; coded with the wrong new one they are posted elsewhere.',
  requires: ['valueLists'],
  needs: ['list-values'],
  severity: 'warning',
  lane: 'finance',
  changeClass: 'C3',
  messages: {
    changed: 'Perhaps {value} of {resource} is {other} now: {evidence}.',
  },
  remedy: 'Ask finance whether it is the same value, then map the old code to the new one.',
  run: ({ valueLists }) => {
    const facts = new Map(valueLists.map((fact) => [fact.difference, fact]))
    const differences = valueLists.filter(({ about }) => about === 'renamed').map(({ difference }) => difference)
    return objectTo(differences, 'changed', (difference) => ({
      value: difference.baseline ?? '',
      other: difference.candidate ?? '',
      evidence: facts.get(difference)?.evidence ?? '',
    }))
  },
})
