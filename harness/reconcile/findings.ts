import { absolute, sum } from '../base/decimal.ts'
import { fingerprintOf, shortFingerprintOf } from '../base/fingerprint.ts'
import { generalPointer } from '../base/pointer.ts'
import type { Difference } from '../model/difference.ts'
import type { CheckResult, Finding } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { Check, Facts, Objection } from '../ports/check.ts'
import type { Capability } from '../ports/erp.ts'
import type { UnjudgedFinding } from '../ports/expectation.ts'

/** Examples kept in a finding; the differences behind them are all counted. */
const EXAMPLES = 5

/** What a finding needs to know of an invoice. */
export type InvoiceMoney = Readonly<{ currency: string; gross: string }>

/**
 * Runs every check on the facts and turns what it objects to into findings. A check whose needs the ERP does not meet is
 * `not-applicable` with the reason; one that throws is `errored`, and an errored check never counts as passed.
 */
export function runChecks(
  checks: ReadonlyMap<string, Check>,
  facts: Facts,
  context: Readonly<{
    capabilities: readonly Capability[]
    /** Areas that nothing was gathered for, with the reason: what was not looked at has not passed. */
    notGathered?: ReadonlyMap<keyof Facts, string>
    severity: Policy['severity']
    money: ReadonlyMap<string, InvoiceMoney>
    relevance: (difference: Difference) => Finding['relevance']
    /** What people see a field called on screen, `undefined` when the ERP does not say. */
    titleOf: (resource: string, field: string) => string | undefined
  }>,
): Readonly<{ results: readonly CheckResult[]; findings: readonly UnjudgedFinding[] }> {
  const results: CheckResult[] = []
  const findings: UnjudgedFinding[] = []
  for (const [id, check] of checks) {
    const missing = check.needs.filter((need) => !context.capabilities.includes(need))
    const notGathered = check.requires.flatMap((area) => context.notGathered?.get(area) ?? [])[0]
    const reason = missing.length > 0 ? `This ERP has no ${missing.join(', ')}.` : notGathered
    if (reason !== undefined) {
      results.push({ check: id, title: check.title, state: 'not-applicable', reason, findings: 0 })
      continue
    }
    try {
      const found = check.run(facts).map((objection) => findingOf(id, check, objection, context))
      findings.push(...found)
      const failed = found.length > 0
      results.push({
        check: id,
        title: failed ? check.failureTitle : check.title,
        state: failed ? 'failed' : 'passed',
        reason: null,
        findings: found.length,
      })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      results.push({ check: id, title: check.title, state: 'errored', reason, findings: 0 })
    }
  }
  return { results, findings: findings.sort(byWeight) }
}

function findingOf(
  id: string,
  check: Check,
  objection: Objection<string>,
  context: Parameters<typeof runChecks>[2],
): UnjudgedFinding {
  const { messageId, args, differences } = objection
  const [first] = differences
  if (first === undefined) throw new Error(`${id} objects to nothing.`)
  const invoices = [...new Set(differences.flatMap((difference) => difference.invoices))]
  const stage = [...new Set(differences.map((difference) => difference.stage))].join(', ')
  const relevance = strongest(differences.map(context.relevance))
  const severity = context.severity[id] ?? check.severity
  const identity = {
    check: id,
    messageId,
    resource: first.resource,
    pointer: generalPointer(first.pointer),
    args: { ...args },
    // A waiver accepts what was seen and nothing that comes later: other values are another finding.
    evidence: fingerprintOf(
      differences.map((each) => [each.invoices.join(' '), each.at, each.stage, each.baseline, each.candidate]).sort(),
    ),
  }
  return {
    differences,
    finding: {
      fingerprint: shortFingerprintOf(identity),
      check: id,
      messageId,
      args: { ...args },
      message: fill(check.messages[messageId] ?? messageId, {
        ...args,
        what: whatOf(first, context.titleOf(first.resource, first.pointer.split('/')[1] ?? '')),
      }),
      // What no recorded invoice uses is shown and does not block.
      severity: relevance === 'not-used' && severity !== 'info' ? 'info' : severity,
      area: first.area,
      kind: first.kind,
      class: first.class,
      loudness: first.loudness,
      resource: first.resource,
      pointer: identity.pointer,
      stage,
      seenBy: differences.some((difference) => difference.seenBy === 'connector') ? 'connector' : 'gate',
      relevance,
      invoices,
      amounts: amountsOf(invoices, context.money),
      examples: differences.slice(0, EXAMPLES).map((difference) => ({
        invoice:
          difference.invoices.length === 1 ? (difference.invoices[0] ?? '') : `${difference.invoices.length} invoices`,
        pointer: difference.at === '' ? difference.pointer : difference.at,
        sent: difference.sent,
        baseline: difference.baseline,
        candidate: difference.candidate,
      })),
      lane: check.lane,
      remedy: check.remedy,
    },
  }
}

/** A field as people know it, with its technical name: “Total” (account.invoice total_amount). */
function whatOf(difference: Difference, title: string | undefined): string {
  const name = `${difference.resource} ${difference.pointer.slice(1)}`.trim()
  return title === undefined || title === '' ? name : `“${title}” (${name})`
}

function fill(template: string, args: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => args[name] ?? '').replace(/\s+/g, ' ')
}

function strongest(relevances: readonly Finding['relevance'][]): Finding['relevance'] {
  if (relevances.includes('used')) return 'used'
  return relevances.includes('mapped') ? 'mapped' : 'not-used'
}

function amountsOf(invoices: readonly string[], money: ReadonlyMap<string, InvoiceMoney>): Record<string, string> {
  const byCurrency = new Map<string, string[]>()
  for (const key of invoices) {
    const invoice = money.get(key)
    // Of an invoice that is neither stored nor sent nobody knows an amount.
    if (invoice === undefined || invoice.currency === '') continue
    byCurrency.set(invoice.currency, [...(byCurrency.get(invoice.currency) ?? []), absolute(invoice.gross)])
  }
  return Object.fromEntries([...byCurrency].sort().map(([currency, amounts]) => [currency, sum(amounts)]))
}

const WEIGHT = { error: 0, warning: 1, info: 2 }

/** Worst first; silent before loud, because nobody else will notice; then by the number of invoices. */
function byWeight(left: UnjudgedFinding, right: UnjudgedFinding): number {
  const [a, b] = [left.finding, right.finding]
  return (
    WEIGHT[a.severity] - WEIGHT[b.severity] ||
    Number(a.loudness === 'loud') - Number(b.loudness === 'loud') ||
    b.invoices.length - a.invoices.length ||
    (a.fingerprint < b.fingerprint ? -1 : 1)
  )
}
