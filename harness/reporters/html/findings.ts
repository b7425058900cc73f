import type { ChangeAssessment, Extent } from '../../model/assessment.ts'
import { LANE_TITLES, type Lane } from '../../model/common.ts'
import type { Finding } from '../../model/finding.ts'
import {
  amounts,
  counted,
  extentAmounts,
  grouped,
  handling,
  isHandled,
  isInformation,
  WITH_PLAN,
} from '../rendering/words.ts'
import { capped, comparedValue, type Link, number, SHOWN, SPACE } from './cells.ts'

const CLASSES: readonly Finding['class'][] = ['coding', 'amount', 'rounding', 'identity', 'state', 'text', 'structure']

const LANES: readonly Lane[] = ['ap-vendor', 'erp-publisher', 'it', 'finance']

/** Findings in three groups: silent, loud, and those for information. */
export function findingsOf(
  { findings: all, impact, change, evidence, connector }: Readonly<ChangeAssessment>,
  weighing: readonly Finding[],
  information: readonly Finding[],
  contacts: ReadonlyMap<Lane, string>,
  places: ReadonlyMap<string, string>,
  sides: ReadonlyMap<string, string>,
) {
  const weighed = all.filter((finding) => !isInformation(finding))
  const weighingCount = weighed.length
  const informationCount = all.length - weighingCount
  const group = (loudness: Finding['loudness'], extent: Readonly<Extent>) => ({
    count: counted(all.filter((finding) => finding.loudness === loudness && !isInformation(finding)).length, 'finding'),
    invoices: counted(extent.invoices, 'invoice'),
    money: extentAmounts(extent, SPACE),
    findings: weighing
      .filter((finding) => finding.loudness === loudness)
      .map((finding) => findingView(finding, contacts, places, sides)),
  })
  return {
    total: number(all.length),
    weighing: number(weighingCount),
    any: all.length > 0,
    more: weighingCount > weighing.length ? { shown: number(weighing.length), all: number(weighingCount) } : null,
    information: {
      count: counted(informationCount, 'finding'),
      more:
        informationCount > information.length
          ? { shown: number(information.length), all: number(informationCount) }
          : null,
      findings: information.map((finding) => findingView(finding, contacts, places, sides)),
    },
    silent: group('silent', impact.silent),
    loud: group('loud', impact.loud),
    // Where the connector changes, both columns are of the same ERP.
    baseline: (connector === undefined && evidence.baseline.build) || change.from,
    candidate: (connector === undefined && evidence.target.build) || change.to,
    lanes: LANES.map((lane) => ({ id: lane, title: LANE_TITLES[lane] })),
    classes: CLASSES,
    picture: pictureOf(weighed),
    counts: {
      unexpected: number(weighed.filter((finding) => finding.status === 'unexpected').length),
      expected: number(weighed.filter((finding) => finding.status === 'expected').length),
      waived: number(weighed.filter((finding) => finding.status === 'waived').length),
      open: number(all.filter((finding) => !isHandled(finding) && finding.severity === 'error').length),
    },
  }
}

/** One row per class that has findings, one cell per lane, one square per finding as far as they fit. */
function pictureOf(findings: readonly Finding[]) {
  return CLASSES.map((name) => ({
    name,
    cells: LANES.map((lane) => {
      const own = findings.filter((finding) => finding.class === name && finding.lane === lane)
      const silent = own.filter((finding) => finding.loudness === 'silent').length
      const squares = own.length > 12 ? [] : own.map((_, index) => ({ x: index * 13, silent: index < silent }))
      return { count: own.length, width: Math.max(1, squares.length * 13), squares, silent, loud: own.length - silent }
    }),
  })).filter((row) => row.cells.some((cell) => cell.count > 0))
}

function findingView(
  finding: Readonly<Finding>,
  contacts: ReadonlyMap<Lane, string>,
  places: ReadonlyMap<string, string>,
  sides: ReadonlyMap<string, string>,
) {
  return {
    ...finding,
    class: finding.class,
    area: finding.area,
    severityIcon: { error: 'no', warning: 'warn', info: 'info' }[finding.severity],
    laneId: finding.lane,
    lane: LANE_TITLES[finding.lane],
    contact: contacts.get(finding.lane) ?? 'no contact is recorded for this lane',
    ...statusOf(finding),
    withPlan: WITH_PLAN[finding.withPlan],
    relevance: {
      used: 'the recorded exports use this place',
      mapped: 'the mapping names this place, the recorded exports do not use it',
      'not-used': 'the recorded exports do not use this place',
    }[finding.relevance],
    seenBy: finding.seenBy === 'connector' ? 'the connector reads or sends it' : 'only the gate saw it',
    pointer: finding.pointer === '' ? '(the whole document)' : finding.pointer,
    stage: finding.stage === '' ? null : finding.stage,
    count: counted(finding.invoices.length, 'invoice'),
    money: amounts(finding.amounts, SPACE),
    invoices: capped(
      finding.invoices.map((key) => ({ key, place: places.get(key) ?? 'invoices' })),
      SHOWN.invoicesOfFinding,
      'invoice',
    ),
    examples: finding.examples.map((example) => ({
      ...example,
      side: sides.get(example.invoice) ?? null,
      sent: comparedValue(example.sent),
      baseline: comparedValue(example.baseline),
      candidate: comparedValue(example.candidate),
      differs: example.baseline !== example.candidate,
    })),
  }
}

/** How a finding was announced and handled; what has no weight in the decision alarms nobody. */
function statusOf(finding: Readonly<Finding>) {
  if (isInformation(finding)) {
    const isTold = finding.status !== 'unexpected'
    return { handling: isTold ? handling(finding) : 'for information', handledIcon: 'info' }
  }
  if (isHandled(finding)) return { handling: handling(finding), handledIcon: 'ok' }
  const isBad = finding.status === 'unexpected' && finding.severity === 'error'
  return { handling: handling(finding), handledIcon: isBad ? 'no' : 'warn' }
}

const OUTCOMES: Readonly<Record<ChangeAssessment['invoices'][number]['outcome'], readonly [string, string]>> = {
  refused: ['refused', 'no'],
  'not-checked': ['not checked', 'unknown'],
  'newly-accepted': ['newly accepted', 'warn'],
  differs: ['differs', 'warn'],
  same: ['same', 'ok'],
}

/** What became of every invoice; when there are too many, the worst come first. */
export function invoicesOf(
  { invoices }: Readonly<ChangeAssessment>,
  findings: readonly Finding[],
  places: ReadonlyMap<string, string>,
  sides: ReadonlyMap<string, string>,
  link: Link,
) {
  const rank = new Map(findings.map((finding, index) => [finding.fingerprint, index]))
  const worst = (left: string, right: string) => (rank.get(left) ?? 0) - (rank.get(right) ?? 0)
  const order = Object.keys(OUTCOMES)
  const capNeeded = invoices.length > SHOWN.invoices
  const sorted = capNeeded
    ? invoices.toSorted((left, right) => order.indexOf(left.outcome) - order.indexOf(right.outcome))
    : invoices
  const shown = sorted.slice(0, SHOWN.invoices)
  return {
    total: number(invoices.length),
    more: capNeeded ? { shown: number(shown.length), all: number(invoices.length) } : null,
    outcomes: Object.entries(OUTCOMES).map(([id, [title, icon]]) => ({
      id,
      title,
      icon,
      count: number(invoices.filter((invoice) => invoice.outcome === id).length),
    })),
    rows: shown.map((invoice) => ({
      ...invoice,
      place: places.get(invoice.key) ?? 'invoices',
      side: sides.get(invoice.key) ?? null,
      gross: grouped(invoice.gross, SPACE).replace('-', '−'),
      type: invoice.type === 'credit-note' ? 'credit note' : 'invoice',
      outcomeId: invoice.outcome,
      outcome: OUTCOMES[invoice.outcome][0],
      icon: OUTCOMES[invoice.outcome][1],
      findings: capped(invoice.findings.toSorted(worst).map(link), SHOWN.findingsOfInvoice, 'finding'),
    })),
  }
}
