import { defineCheck, objectTo } from '../ports/check.ts'

export default defineCheck({
  title: 'No secret stands in what the connector writes.',
  failureTitle: 'Secrets stand in what the connector writes.',
  description: 'Whoever reads the log can post to the ERP in the name of the connector.',
  requires: ['conduct'],
  needs: [],
  severity: 'error',
  lane: 'it',
  changeClass: 'C9',
  messages: {
    logged: 'The connector writes the {field} of its log-in to {resource}.',
  },
  remedy: 'Have the AP vendor remove it from the output, and renew the credential if the release ran anywhere else.',
  run: ({ conduct }) =>
    objectTo(
      conduct.filter((difference) => ['stdout', 'stderr', 'results'].includes(difference.resource)),
      'logged',
    ),
})
