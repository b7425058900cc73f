import type { DraftedExpectation, NoteStatement } from '../../ports/note-source.ts'

/** One word as fields are called, or any words in quotes; exactly one of the two groups is found. */
const NAME = '(?:[`“"«]([^`”"»]{1,60})[`”"»]|([A-Za-z_](?:[\\w.]*\\w)?))'
/** Capitalized words in a row, as titles on screen are written, or a name. */
const TITLE = '(?:[`“"«]([^`”"»]{1,60})[`”"»]|([A-Z]\\w*(?: [A-Z]\\w*)*|[a-z_](?:[\\w.]*\\w)?))'
/** A code or a value. */
const VALUE = '(?:[`“"«\']([^`”"»\']{1,60})[`”"»\']|([\\p{L}\\p{N}][\\p{L}\\p{N}_./%-]*[\\p{L}\\p{N}%]|[\\p{L}\\p{N}]))'
const NUMBER = '(\\d{1,9})'
const CALL = '((?:GET|POST|PUT|PATCH|DELETE) /[^\\s`”"»),;]*[^\\s`”"»),;.])'
const IS = '(?:is|are|was|were|has been|have been|will be|becomes?|gets?)'
const NOW = '(?:now |newly )?'
const THE = '(?:the )?'
const TYPE = '(string|text|number|integer|boolean|array|object|date|uuid)'

type Phrase = Readonly<{
  pattern: RegExp
  expects: (found: readonly string[]) => readonly DraftedExpectation[]
}>

function phrase(
  pattern: string,
  id: string,
  args: (found: readonly string[]) => Readonly<Record<string, unknown>>,
): Phrase {
  return { pattern: new RegExp(pattern.replaceAll(' ', '\\s+'), 'iu'), expects: (found) => [{ id, args: args(found) }] }
}

/**
 * Phrases by which publishers announce a change, and what they mean; the more special ones first. One that is wrong is a draft
 * that a person deletes; what none matches is an entry without a draft.
 */
const PHRASES: readonly Phrase[] = [
  // POST /bills/{id}/approve is replaced by POST /bills/{id}/approvals
  phrase(
    `${CALL}\\W* ${IS} (?:moved to|replaced by|superseded by|renamed to) \\W*${CALL}`,
    'endpoint-moved',
    ([from, to]) => ({ from, to }),
  ),
  phrase(
    `${CALL}\\W* ${IS} (?:removed|retired|discontinued|shut down|no longer available|gone)`,
    'endpoint-retired',
    ([endpoint]) => ({ endpoint }),
  ),
  phrase(
    `(?:removed?|retired?|discontinued?|drop(?:ped)?) ${THE}(?:endpoint |operation )?\\W*${CALL}`,
    'endpoint-retired',
    ([endpoint]) => ({ endpoint }),
  ),
  // Basic authentication is replaced by OAuth 2.0
  phrase(
    '((?:basic|password|session|digest|token|certificate) (?:auth\\w*|login)|api keys?|oauth ?[12](?:\\.\\d)?[^.,;]{0,40}?) (?:is|are) replaced (?:by|with) ([\\w.\\- ]{3,60}?)(?=[.,;](?!\\d)|$)',
    'authentication-changed',
    ([from, to]) => ({ from, to }),
  ),
  // Error code BILL_DUPLICATE is now DUPLICATE_REFERENCE
  phrase(
    `error (?:code )?${VALUE} ${IS} (?:now|renamed to|replaced by|changed to) ${VALUE}`,
    'error-code-changed',
    ([from, to]) => ({ from, to }),
  ),
  // The default of payment method changes from transfer to direct debit
  phrase(
    `default(?: value)? (?:of|for) ${THE}${NAME} (?:${IS} )?(?:changed|changes)? ?from ${VALUE} to ${VALUE}`,
    'default-changed',
    ([field, from, to]) => ({ field, from, to }),
  ),
  phrase(
    `default(?: value)? (?:of|for) ${THE}${NAME} ${IS} now ${VALUE},? (?:it was|was|instead of|\\(was) ${VALUE}`,
    'default-changed',
    ([field, to, from]) => ({ field, from, to }),
  ),
  // The maximum length of reference is reduced from 40 to 20 characters
  phrase(
    `length of ${THE}${NAME} (?:${IS} )?(?:reduced|increased|changed|changes|extended|lowered|raised)? ?from ${NUMBER} to ${NUMBER}`,
    'limit-changed',
    ([field, from, to]) => ({ field, limit: 'maxLength', from: Number(from), to: Number(to) }),
  ),
  phrase(`${NAME} ${IS} ${NOW}(?:limited|restricted) to ${NUMBER} characters`, 'limit-changed', ([field, to]) => ({
    field,
    limit: 'maxLength',
    from: null,
    to: Number(to),
  })),
  // Tax amounts of tax_amount are rounded to 2 decimals
  phrase(
    `${NAME} ${IS} ${NOW}rounded to (\\d) (?:decimals?|digits|decimal places)`,
    'rounding-changed',
    ([field, digits]) => ({
      field,
      unit: unitOf(Number(digits)),
    }),
  ),
  phrase(`${NAME} ${IS} ${NOW}rounded to (?:the nearest )?(0?\\.\\d+)`, 'rounding-changed', ([field, unit]) => ({
    field,
    unit: (unit ?? '').replace(/^\\./, '0.'),
  })),
  // GL account 6540 is renumbered to 6545
  phrase(
    `account ${VALUE} ${IS} (?:renumbered|renamed|changed)(?: to| as)? ${VALUE}`,
    'account-renumbered',
    ([from = '', to]) => ({
      accounts: { [from]: to },
    }),
  ),
  phrase(`account ${VALUE} ${IS} split (?:into|in) ${VALUE} and ${VALUE}`, 'account-split', ([account, ...into]) => ({
    account,
    into,
  })),
  phrase(`account ${VALUE} ${IS} ${NOW}(?:blocked|closed)`, 'account-blocked', ([account]) => ({
    accounts: [account],
  })),
  // Tax code V12 is replaced by V115
  phrase(
    `tax code ${VALUE} ${IS} (?:renamed|replaced|changed)(?: to| by| as)? ${VALUE}`,
    'tax-code-changed',
    ([from = '', to]) => ({
      codes: { [from]: to },
    }),
  ),
  // Cost centers CC31 and CC32 are merged into CC30
  phrase(`${VALUE} and ${VALUE} ${IS} merged into ${VALUE}`, 'dimension-value-merged', ([one, other, into]) => ({
    values: [one, other],
    into,
  })),
  phrase(`${VALUE} ${IS} merged into ${VALUE}`, 'dimension-value-merged', ([value, into]) => ({
    values: [value],
    into,
  })),
  phrase(
    `(?:cost cent(?:er|re)|department|project|dimension value|class|location) ${VALUE} ${IS} ${NOW}(?:blocked|closed)`,
    'dimension-value-blocked',
    ([value]) => ({ values: [value] }),
  ),
  phrase(
    `(?:cost cent(?:er|re)|department|project|dimension value|class|location) ${VALUE} ${IS} renamed(?: to| as)? ${VALUE}`,
    'dimension-value-renamed',
    ([from = '', to]) => ({ values: { [from]: to } }),
  ),
  // Dimension Department is renamed Cost Center.
  {
    pattern: new RegExp(`[Dd]imension\\s+${TITLE}\\s+${IS}\\s+renamed(?:\\s+(?:to|as|into))?\\s+${TITLE}`, 'u'),
    expects: ([from = '', to = '']) => [{ id: 'dimension-renamed', args: { from, to } }],
  },
  phrase(`dimension ${NAME} ${IS} ${NOW}(?:required|mandatory)`, 'dimension-required', ([field]) => ({ field })),
  phrase(`dimension ${NAME} ${IS} (?:removed|dropped|gone|no longer available)`, 'dimension-removed', ([field]) => ({
    field,
  })),
  // Values of a selection
  phrase(
    `(?:values? |options? |status )${VALUE} ${IS} ${NOW}(?:added to|possible for|new in) ${THE}${NAME}`,
    'enum-value-added',
    ([value, field]) => ({ field, values: [value] }),
  ),
  phrase(
    `add(?:ed|s)? (?:the |a )?(?:new )?(?:value|option) ${VALUE} to ${THE}${NAME}`,
    'enum-value-added',
    ([value, field]) => ({
      field,
      values: [value],
    }),
  ),
  phrase(
    `(?:values? |options? |status )${VALUE} ${IS} (?:removed|dropped) from ${THE}${NAME}`,
    'enum-value-removed',
    ([value, field]) => ({ field, values: [value] }),
  ),
  phrase(
    `(?:remove[sd]?|drop(?:ped|s)?) (?:the )?(?:value|option) ${VALUE} (?:from|of) ${THE}${NAME}`,
    'enum-value-removed',
    ([value, field]) => ({ field, values: [value] }),
  ),
  // Rename close state to closed
  phrase(`rename[sd]? ${NAME} ([a-z_]+) (?:to|into|as) ${NAME}`, 'enum-value-renamed', ([from, field, to]) => ({
    field,
    from,
    to,
  })),
  // `bill.costCenter` is moved to `bill.lines.costCenter`
  phrase(`${NAME} ${IS} moved (?:from \\S+ )?to ${NAME}`, 'field-moved', ([from, to]) => ({
    from: placeOf(from),
    to: placeOf(to),
  })),
  phrase(`rename[sd]? ${THE}(?:field )?${NAME} (?:field )?(?:to|into|as) ${NAME}`, 'field-renamed', ([from, to]) => ({
    from,
    to,
  })),
  phrase(`${NAME} ${IS} (?:renamed|called)(?: to| as| into)? ${NAME}`, 'field-renamed', ([from, to]) => ({ from, to })),
  phrase(`${NAME} (?:${IS} )?(?:changed|changes) from ${TYPE} to ${TYPE}`, 'field-retyped', ([field, from, to]) => ({
    field,
    from: typeOf(from),
    to: typeOf(to),
  })),
  phrase(
    `${NAME} (?:${IS} (?:now optional|no longer (?:required|mandatory)|not (?:required|mandatory) any ?more)|can now be omitted)`,
    'field-optional',
    ([field]) => ({ field, direction: 'send' }),
  ),
  phrase(
    `${NAME} (?:must|has to) (?:now )?be (?:sent|provided|specified|supplied|given|filled)`,
    'field-required',
    ([field]) => ({
      field,
    }),
  ),
  phrase(`${NAME} ${IS} ${NOW}(?:required|mandatory)`, 'field-required', ([field]) => ({ field })),
  phrase(
    `${NAME} ${IS} (?:removed|dropped|no longer (?:read|sent|supported|available|returned|accepted))`,
    'field-removed',
    ([field]) => ({
      field,
    }),
  ),
  phrase(`(?:remove[sd]?|drop(?:ped|s)?|delete[sd]?) ${THE}(?:field )?${NAME}`, 'field-removed', ([field]) => ({
    field,
  })),
  phrase(`(?:add(?:ed|s)?|introduce[sd]?) (?:the |a )?(?:new )?field ${NAME}`, 'field-added', ([field]) => ({ field })),
  // Suppliers are sorted by number; the default order of account.period changed
  phrase(`(?:default |sort )order of ${THE}${NAME}`, 'sort-order-changed', ([resource]) => ({ listed: resource })),
  phrase(`${NAME} ${IS} ${NOW}(?:sorted|ordered|listed) by`, 'sort-order-changed', ([resource]) => ({
    listed: resource,
  })),
]

/** What a statement in prose announces. The resource is seldom named: it is looked up in what the integration uses. */
export function expectationsIn(says: string): Pick<NoteStatement, 'expects' | 'names'> {
  for (const { pattern, expects } of PHRASES) {
    const match = pattern.exec(says.slice(0, LONGEST))
    if (match !== null) {
      return { expects: expects(match.slice(1).filter((found) => found !== undefined)), names: [] }
    }
  }
  return { expects: [], names: [] }
}

/** A statement that is longer is no phrase, and looking through it would take long. */
const LONGEST = 2_000

/** The step of a rounding to digits after the point. */
function unitOf(digits: number): string {
  return digits === 0 ? '1' : `0.${'1'.padStart(digits, '0')}`
}

function placeOf(name = ''): Readonly<{ resource: string; field: string }> {
  const point = name.lastIndexOf('.')
  return { resource: name.slice(0, Math.max(0, point)), field: name.slice(point + 1) }
}

function typeOf(name = ''): string {
  return name.toLowerCase() === 'text' ? 'string' : name.toLowerCase()
}
