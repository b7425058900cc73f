import { GateError } from '../base/errors.ts'
import { writeJson } from '../base/json.ts'
import type { RecordedResponse } from '../model/recording.ts'
import type { Mutant } from '../ports/mutant.ts'

/** Requests after which the connection fails: in the middle of the first invoices, and not while logging in. */
const GOOD_REQUESTS = 60

function connection(id: string, does: string, answer: (good: RecordedResponse) => RecordedResponse): Mutant {
  return {
    id,
    class: 'connection',
    does,
    shownBy: 'any invoice',
    wire: (virtual, acted) => {
      let requests = 0
      return {
        unrecorded: () => virtual.unrecorded(),
        handle: (request) => {
          const good = virtual.handle(request)
          requests += 1
          if (requests <= GOOD_REQUESTS) return good
          acted()
          return answer(good)
        },
      }
    },
  }
}

const html = (status: number, text: string) => (): RecordedResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: { text: `<!doctype html><title>${text}</title><h1>${text}</h1>` },
})

/** What goes wrong between connector and ERP, whatever the ERP: never a finding about a record. */
export const connectionMutants: readonly Mutant[] = [
  connection('session-expires', 'The session expires in the middle of the run.', () => ({ status: 401, headers: {} })),
  connection('access-withdrawn', 'The user is locked out in the middle of the run.', () => ({
    status: 403,
    headers: {},
  })),
  connection('rate-limited-without-end', 'Every request is answered with 429.', () => ({
    status: 429,
    headers: { 'retry-after': '0' },
  })),
  connection(
    'maintenance-page-with-200',
    'A maintenance page answers with status 200.',
    html(200, 'Down for maintenance'),
  ),
  connection(
    'maintenance-page-with-503',
    'A maintenance page answers with status 503.',
    html(503, 'Down for maintenance'),
  ),
  connection('login-page-with-200', 'A single sign-on page answers with status 200.', html(200, 'Sign in')),
  connection('server-error', 'The ERP answers with status 500.', html(500, 'Internal Server Error')),
  connection('gateway-error', 'A gateway in between answers with status 502.', html(502, 'Bad Gateway')),
  connection('answer-truncated', 'Answers end in the middle.', (good) =>
    good.body === undefined || !('json' in good.body)
      ? good
      : { ...good, body: { text: writeJson(good.body.json).slice(0, -5) } },
  ),
  connection('answer-empty', 'Answers have no body.', (good) => ({ status: good.status, headers: good.headers })),
  connection('answer-of-another-kind', 'Answers are JSON and no answers to the call.', (good) => ({
    ...good,
    body: { json: { status: 'ok' } },
  })),
  connection('connection-reset', 'The connection is reset.', () => {
    throw new GateError('target-unreachable', 'The connection was reset.', { hint: 'Ask again when the ERP answers.' })
  }),
]
