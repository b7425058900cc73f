import { GateError } from '../base/errors.ts'
import { fingerprintOf } from '../base/fingerprint.ts'
import { type Json, toJson } from '../base/json.ts'
import { byKey } from '../base/on-demand.ts'
import { combinationFacts } from '../compare/combinations.ts'
import { ComparingDocuments } from '../compare/documents.ts'
import { storedValues } from '../compare/field-values.ts'
import { mappingFacts } from '../compare/mapping.ts'
import { passingDifferences } from '../compare/passing.ts'
import { type Meaning, relationsOf } from '../compare/records.ts'
import { proposeRenames } from '../compare/structure/renames.ts'
import { lostSearchValues, opinionFacts, renameFacts, structureFacts } from '../compare/structure-facts.ts'
import { withoutTolerated } from '../compare/tolerance.ts'
import { listFacts } from '../compare/value-formats.ts'
import { compareValues } from '../compare/values.ts'
import { controlTotals, unexplainedTotals } from '../decide/control-totals.ts'
import { coverageOf, Exercised } from '../decide/coverage.ts'
import { impactOf } from '../decide/impact.ts'
import { installationSteps } from '../decide/installation.ts'
import { allRouted, clocksOf, ownersOf } from '../decide/owners.ts'
import { rollbackPlan } from '../decide/rollback.ts'
import { shownInFull } from '../decide/shown-in-full.ts'
import { decide } from '../decide/verdict.ts'
import type { ChangeAssessment, InvoiceResult, SideBySide } from '../model/assessment.ts'
import type { ChangeClassId } from '../model/common.ts'
import type { Difference } from '../model/difference.ts'
import type { DrillScore } from '../model/drill.ts'
import type { Finding } from '../model/finding.ts'
import type { MappingRow } from '../model/mapping.ts'
import type { NoiseRule } from '../model/noise.ts'
import type { Policy } from '../model/policy.ts'
import type { SanitizedRecording } from '../model/recording.ts'
import type { RehearsalState } from '../model/rehearsal.ts'
import type { ErpSchema } from '../model/schema.ts'
import type { Snapshot, StoredDocument } from '../model/snapshot.ts'
import type { Check } from '../ports/check.ts'
import type { ErpAdapter, InvoiceFacts } from '../ports/erp.ts'
import type { InvoiceObservation, Observation } from '../ports/observation.ts'
import { runChecks } from '../reconcile/findings.ts'
import { mappedFields } from '../reconcile/mapped-fields.ts'
import { reconcile } from '../reconcile/reconcile.ts'
import { expectedDocuments, expectedObservation } from '../replay/expected.ts'
import { plannedMapping } from '../replay/planned-mapping.ts'
import { sentValues } from '../replay/planned-recording.ts'
import { type Uses, usesOf } from '../replay/uses.ts'
import type { ConnectorEvidence } from './connector.ts'
import { HARNESS } from './harness.ts'
import { finalDocument, type InvoiceSummary, summaryOf } from './invoice-summary.ts'
import { movedDates } from './moved-dates.ts'
import { faultyOperations } from './plan-faults.ts'
import { loadPlugIns } from './registry.ts'
import type { Rehearsal } from './run.ts'
import type { Scenario } from './scenario.ts'
import { comparedSchemas } from './structure.ts'

/** Everything that was gathered for one change request. */
export type Evidence = Readonly<{
  scenario: Scenario
  adapter: ErpAdapter
  recording: SanitizedRecording
  baseline: Snapshot
  releases: Readonly<{ from: string; to: string }>
  candidate: Snapshot | undefined
  /** What a run of the connector itself showed; absent where the recorded export was replayed. */
  connector: ConnectorEvidence | undefined
  asIs: Rehearsal
  withPlan: Rehearsal | undefined
  agreement: ChangeAssessment['evidence']['agreement']
  /** What the stored rehearsal of the rollback is worth for this evidence. */
  rehearsal: RehearsalState
  /** The gate's own score, when a drill was run on the scenario. */
  drill: DrillScore | undefined
  /** What is known to differ between two replays against the baseline itself. */
  noise: readonly NoiseRule[]
  runTag: string
  connectorDigest: string | undefined
  /** ISO 8601 instant by which expiry is judged. */
  assessedAt: string
  durationMs: number
}>

/** Turns evidence into an assessment: compare, check, reconcile, decide. Throws what the configuration is at fault for. */
export async function assess(evidence: Evidence): Promise<ChangeAssessment> {
  const { scenario, adapter, recording, baseline, asIs, releases, connector } = evidence
  const { integration } = scenario
  const { change, notes, policy } = scenario.change
  const [checks, expectations] = [await loadPlugIns('checks'), await loadPlugIns('expectations')]
  for (const id of Object.keys(policy.severity)) {
    if (!checks.has(id)) {
      throw new GateError('policy-unknown-check', `change.yaml weighs "${id}", and no check has this id.`, {
        hint: `Choose one of: ${[...checks.keys()].join(', ')}.`,
      })
    }
  }
  const ofWaivers = (check: Check) => check.requires.includes('waivers')
  const releaseChecks = new Map([...checks].filter(([, check]) => !ofWaivers(check)))
  const waiverChecks = new Map([...checks].filter(([, check]) => ofWaivers(check)))
  const planNotes = notes.filter((note) => note['affects-us'] === true)
  const plan = planNotes.flatMap((note) => note.plan)
  const recorded = usesOf(recording, adapter, baseline.schema)
  const stored = byKey(baseline.documents)
  const secondOpinion = await comparedSchemas(baseline.schema, asIs.observation.schema).opinion()
  const valuesIn = (observation: Observation) =>
    storedValues(storedTwice(observation, stored), adapter.documentResource, {
      old: relationsOf(baseline.schema),
      new: relationsOf(observation.schema),
    })
  const judge = (
    seen: Observation,
    uses: Uses,
    followed: typeof plan,
    factsBefore?: ReadonlyMap<string, InvoiceFacts>,
  ) => {
    const moved = movedDates(seen, adapter, baseline)
    // With the plan, the release is held against what the plan makes of the baseline.
    const relation = relationsOf(baseline.schema)
    const observation = expectedObservation(seen, followed, adapter.documentResource, relation, (resource, field) =>
      adapter.listOf(resource, field, seen.schema),
    )
    const awaited = expectedDocuments(baseline.documents, followed, adapter.documentResource, relation)
    const storedBefore = followed.length === 0 ? stored : byKey(awaited)
    const comparing = new ComparingDocuments({
      movedOutOf: moved,
      observation,
      baseline: awaited,
      baselineSchema: baseline.schema,
      documentResource: adapter.documentResource,
      // A field that only the plan brings in means what the candidate says.
      meaning: (resource, field, schema) =>
        adapter.meaning(resource, field, publishes(schema, resource, field) ? schema : observation.schema),
      noise: evidence.noise,
    })
    // Large recordings are read again for every invoice, so each is asked for once, and small facts of it are kept.
    const exercised = new Exercised()
    const summaries: InvoiceSummary[] = []
    for (const operation of observation.shared) exercised.addOperation(operation)
    for (const invoice of observation.invoices) {
      comparing.add(invoice)
      exercised.addInvoice(invoice)
      summaries.push(summaryOf(invoice, { recorded: stored, planned: storedBefore }, adapter))
    }
    const documents = comparing.result()
    const facts = factsBefore ?? new Map(summaries.map((summary) => [summary.key, summary.facts]))
    const tolerate = (found: readonly Difference[]) =>
      withoutTolerated(found, {
        byCurrency: policy['amount-tolerance'],
        money: (resource, field) => adapter.meaning(resource, field, baseline.schema).money,
        currencyOf: (invoice) => facts.get(invoice)?.currency,
        ledgerCurrency: adapter.ledgerCurrency?.(baseline.values),
      })
    const [documentFacts, interactionFacts] = [documents.documents, documents.interactions].map(tolerate)
    const meaning: Meaning = (resource, field) => adapter.meaning(resource, field, baseline.schema)
    const { comparison } = comparedSchemas(baseline.schema, observation.schema)
    // With the plan, what nobody reads any more while it passes is no break; without it, it was read.
    const passing =
      followed.length === 0
        ? new Set<Difference>()
        : passingDifferences(documentFacts?.kept ?? [], {
            invoices: observation.invoices,
            reads: uses.readsAfter,
            relation,
          })
    // With the plan, the mapping is the one that is installed with it.
    const mapping = { fields: plannedMapping(scenario.mapping, followed).rows.map(({ row }) => row) }
    const sent = sentValues(recording, adapter, baseline.schema, observation.schema, followed, mapping)
    const mapped = mappingFacts(mapping, {
      baseline: baseline.schema,
      candidate: observation.schema,
      values: observation.values,
      usersOf: uses.field,
      lackersOf: uses.lacking,
      textsOf: sent.textsOf,
    })
    // What the mapping names will be used, though nobody has recorded it.
    const unexercised = new Set(
      mapped.map(({ difference }) => difference).filter(({ invoices }) => invoices.length === 0),
    )
    const listed = compareValues(
      baseline.values,
      observation.values,
      (list, code, field) => usersOf(uses, list, code, field, meaning),
      meaning,
    )
    const values = { ...listed, differences: listed.differences.filter((each) => !moved.explains(each)) }
    const uncompared = new Map([...documents.uncompared, ...moved.unplaced])
    const run = runChecks(
      releaseChecks,
      {
        structure: structureFacts(comparison, uses),
        renames: renameFacts(proposeRenames(comparison, valuesIn(observation)), uses),
        opinions: opinionFacts(secondOpinion, uses),
        searches: lostSearchValues(uses.literals, baseline.schema, observation.schema),
        values: values.differences,
        valueLists: listFacts(
          baseline.values,
          observation.values,
          (list, code) => usersOf(uses, list, code, '', meaning),
          () => 'name',
        ),
        documents: documentFacts?.kept ?? [],
        interactions: interactionFacts?.kept ?? [],
        copies: documents.copies,
        noise: documents.unmatchedNoise,
        requests: connector?.requests ?? [],
        inquiries: connector?.inquiries ?? [],
        results: connector?.results ?? [],
        conduct: connector?.conduct ?? [],
        waivers: [],
        mapping: mapped,
        combinations: combinationFacts(sent.combinations, {
          baseline: baseline.values,
          candidate: observation.values,
          wasRecorded: (list, code) => recorded.value(list, code).size > 0,
          gl: integration.gl,
        }),
      },
      {
        capabilities: adapter.capabilities,
        notGathered: connector === undefined ? NO_CONNECTOR : new Map(),
        severity: policy.severity,
        money: new Map([...facts].map(([key, known]) => [key, { currency: known.currency, gross: known.gross }])),
        relevance: (difference) =>
          passing.has(difference) ? 'not-used' : unexercised.has(difference) ? 'mapped' : relevanceOf(difference),
        titleOf: (resource, field) =>
          titleOf(baseline.schema, resource, field) ?? titleOf(observation.schema, resource, field),
      },
    )
    const tolerated = (documentFacts?.tolerated ?? 0) + (interactionFacts?.tolerated ?? 0)
    return {
      documents: { ...documents, uncompared },
      ...{ values, run, tolerated, moved, exercised, summaries, facts, mapped },
      sideBySide: (invoice: InvoiceObservation) => comparing.sideBySide(invoice, (found) => tolerate(found).kept),
    }
  }
  const judged = judge(asIs.observation, recorded, [])
  const planned =
    evidence.withPlan === undefined
      ? undefined
      : judge(
          evidence.withPlan.observation,
          usesOf(recording, adapter, baseline.schema, plan, evidence.withPlan.observation.schema),
          plan,
          judged.facts,
        )
  const planUnproven =
    evidence.withPlan === undefined || planned === undefined
      ? undefined
      : incompleteness(evidence.withPlan.observation, planned.summaries, recording, planned.documents.uncompared)
  const unrouted = reconcile({
    findings: judged.run.findings,
    // What was not asked is not gone: a replay with the plan that was cut off proves nothing.
    withPlan: planUnproven === undefined ? planned?.run.findings : undefined,
    notes,
    waivers: scenario.waivers,
    waiverChecks,
    severity: policy.severity,
    expectations,
    exercised: { touches: recorded.touches, names: (resource, code) => recorded.value(resource, code).size > 0 },
    at: evidence.assessedAt,
    people: change.people,
    windowEnd: change.window.end,
  })
  const reconciled = {
    ...unrouted,
    findings: allRouted(unrouted.findings, (id) => checks.get(id)?.changeClass, integration.owners),
  }
  const byRules = new Set(asIs.observation.byRules)
  const level = (key: string): InvoiceResult['evidence'] => {
    if (!asIs.observation.identity.simulated) return 'live'
    // What was made from a specification on either side is no more than that, whatever was replayed.
    if ([baseline, evidence.candidate].some((snapshot) => snapshot?.meta.evidence === 'schema')) return 'schema'
    return byRules.has(key) ? 'schema' : 'recorded'
  }
  const findingsOf = new Map<string, Finding[]>()
  for (const finding of reconciled.findings) {
    for (const key of finding.invoices) {
      const known = findingsOf.get(key)
      if (known === undefined) findingsOf.set(key, [finding])
      else if (known.at(-1) !== finding) known.push(finding)
    }
  }
  const invoices = judged.summaries.map((summary) =>
    invoiceResult(
      summary,
      level(summary.key),
      findingsOf.get(summary.key) ?? [],
      judged.documents.uncompared.has(summary.key),
    ),
  )
  const accounting = accountingOf(asIs.observation, judged.summaries, recording, judged.documents.uncompared)
  const totals = controlTotals(
    judged.summaries.map(({ counted }) => counted),
    (currency) => policy['amount-tolerance'][currency],
  )
  // What is installed is the release with the plan: its totals are the ones that have to be explained.
  const installed = ((planUnproven === undefined ? planned : undefined) ?? judged).summaries
  const awaited = new Set(
    reconciled.notes
      .filter((note) => note.affectsUs === 'undecided')
      .flatMap((note) => note.expectations.flatMap((expectation) => expectation.findings)),
  )
  const unexplained = unexplainedTotals(
    installed
      // An invoice that is not compared is undecided by itself, and what was made up for it is no amount to explain.
      .filter(({ key, isProven }) => isProven && !judged.moved.unplaced.has(key))
      .map(({ key, counted }) => ({ key, ...counted })),
    new Set(
      reconciled.findings.filter((finding) => explainsTotals(finding, awaited)).flatMap((finding) => finding.invoices),
    ),
    (currency) => policy['amount-tolerance'][currency],
  )
  const coverage = coverageOf({
    mapping: scenario.mapping,
    dimensions: integration.dimensions,
    values: baseline.values,
    exercised: judged.exercised,
    facts: judged.summaries.map(({ facts }) => facts),
    usersOf: recorded.value,
  })
  const drill = drillOf(evidence.drill, recording.digest)
  const evidenceLevel = weakest(invoices.map((invoice) => invoice.evidence))
  const { fault } = asIs.observation
  const decision = decide({
    accounting,
    checks: [...judged.run.results, ...reconciled.checks],
    controlTotals: [...totals],
    findings: [...reconciled.findings],
    invoices,
    notes: [...reconciled.notes],
    waivers: [...reconciled.waivers],
    evidenceLevel,
    unexplainedTotals: [...unexplained],
    readiness: {
      change,
      policy,
      integration,
      ages: {
        recordedAt: recording.header.recordedAt,
        snapshots: [
          { of: `${adapter.title} ${releases.from}`, capturedAt: baseline.meta.capturedAt },
          // A real ERP that answered is newer than any snapshot of its release.
          ...(evidence.candidate === undefined || !asIs.observation.identity.simulated
            ? []
            : [{ of: `${adapter.title} ${releases.to}`, capturedAt: evidence.candidate.meta.capturedAt }]),
        ],
        ...(asIs.kind === 'url' ? { sandbox: sandboxOf(asIs.url, integration) } : {}),
      },
      // The area that is covered least counts: full coverage elsewhere does not make up for it.
      coverage: lowestPercent(coverage.map(({ exercised, of }) => [exercised, of])),
      drill: drill?.state === 'current' ? lowestPercent([[drill.killed, drill.breaking]]) : undefined,
      rehearsal: evidence.rehearsal,
    },
    fault:
      fault === undefined
        ? undefined
        : {
            message: `The connection failed at ${fault.when}, at interaction ${fault.seq} (${fault.at}): ${fault.message} Nothing after it was checked.`,
            lane: CREDENTIAL_FAULTS.includes(fault.code) ? integration.auth.owner : 'it',
          },
    uncompared: judged.documents.uncompared,
    missingLists: judged.values.missing,
    planUnproven,
    failuresNotRun: (connector?.tested.failures ?? []).flatMap(({ failure, state, saw }) =>
      state === 'not-run' ? [`The connector was not tried with ${failure}: ${saw.join(' ')}`] : [],
    ),
    planNotes: planNotes.filter((note) => note.plan.length > 0).map((note) => note.id),
    planFaults: faultyOperations(scenario, evidence, asIs.observation),
  })
  const owners = ownersOf(reconciled.findings, integration.owners)
  const changes = reconciled.notes.filter((note) => note.affectsUs === 'yes').flatMap((note) => note.plan)
  const allowed = decision.verdict === 'go' || decision.verdict === 'conditional'
  return {
    format: 'erp-change-gate/assessment',
    version: 1,
    meta: {
      assessedAt: evidence.assessedAt,
      durationMs: evidence.durationMs,
      harness: HARNESS,
      targetUrl: asIs.url,
      runTag: evidence.runTag,
      validUntil: allowed ? change.window.end : null,
      respondBy: clocksOf(decision.reasons, owners, evidence.assessedAt),
    },
    integration: {
      id: integration.id,
      title: integration.title,
      erp: adapter.title,
      connector: `${recording.header.connector.name} ${connector === undefined ? recording.header.connector.release : change.to}`,
      ...(evidence.connectorDigest === undefined ? {} : { connectorDigest: evidence.connectorDigest }),
    },
    ...(connector === undefined ? {} : { connector: connector.tested }),
    ...(scenario.written === undefined ? {} : { written: scenario.written }),
    policy: { digest: policyDigestOf(policy), evidenceLevel: policy['evidence-level'] },
    change: {
      id: change.id,
      title: change.title,
      kind: change.kind,
      type: change.type,
      from: change.from,
      to: change.to,
      window: change.window,
      people: change.people,
    },
    verdict: decision.verdict,
    reasons: [...decision.reasons],
    conditions: [...decision.conditions],
    impact: impactOf(reconciled.findings, invoices),
    owners: {
      accountable: integration.owners.accountable,
      lanes: [...owners],
    },
    evidence: {
      level: evidenceLevel,
      target: {
        kind: asIs.kind,
        build: asIs.observation.identity.build,
        environment: asIs.observation.identity.environment,
        proof: asIs.observation.identity.proof,
      },
      recording: {
        digest: recording.digest,
        recordedAt: recording.header.recordedAt,
        connector: `${recording.header.connector.name} ${recording.header.connector.release}`,
        erp: `${recording.header.erp.product} ${recording.header.erp.release}`,
        sanitizing: recording.header.sanitizing,
      },
      baseline: { digest: baseline.digest, build: baseline.meta.build, capturedAt: baseline.meta.capturedAt },
      candidate:
        evidence.candidate === undefined
          ? null
          : {
              digest: evidence.candidate.digest,
              build: evidence.candidate.meta.build,
              capturedAt: evidence.candidate.meta.capturedAt,
            },
      agreement: evidence.agreement,
      notCompared: [
        ...notTried(connector),
        ...[...judged.documents.leftOut]
          .sort()
          .map(([why, count]) => ({ what: 'values of stored documents', count, why })),
        ...judged.moved.told,
        ...blindSpots(baseline.schema, asIs.observation.schema),
        ...(secondOpinion.notAsked === 0
          ? []
          : [
              {
                what: 'changed places of the published schema',
                count: secondOpinion.notAsked,
                why: `${secondOpinion.engine} cannot judge them, so that no second engine did`,
              },
            ]),
        ...(judged.values.countedOnly === 0
          ? []
          : [
              {
                what: 'fields of listed values',
                count: judged.values.countedOnly,
                why: 'they name values of another list by id; only how many there are was compared',
              },
            ]),
        ...(judged.tolerated === 0
          ? []
          : [{ what: 'amounts', count: judged.tolerated, why: 'they differ by no more than the policy tolerates' }]),
      ],
      coverage,
      drill,
      secondOpinion: { ...secondOpinion, disagreed: secondOpinion.disagreed.length },
    },
    accounting,
    controlTotals: [...totals],
    checks: [...judged.run.results, ...reconciled.checks],
    findings: [...reconciled.findings],
    notes: [...reconciled.notes],
    waivers: [...reconciled.waivers],
    invoices,
    sideBySide: [...sideBySide(reconciled.findings, invoices, asIs.observation, judged.sideBySide)],
    mapping: [
      ...mappedFields({
        mapping: scenario.mapping,
        asIs: { facts: judged.mapped, findings: reconciled.findings },
        withPlan:
          planned === undefined
            ? undefined
            : {
                rows: plannedMapping(scenario.mapping, plan).rows,
                facts: planned.mapped,
                findings: planned.run.findings.map(({ finding }) => finding),
              },
        invoicesOf: (row) => exercisedBy(row, judged.exercised, recorded, baseline.values),
      }),
    ],
    installation: [
      ...installationSteps({
        verdict: decision.verdict,
        conditions: decision.conditions,
        kind: change.kind,
        to: change.to,
        erp: adapter.title,
        integration,
        invoices,
        plan: changes,
      }),
    ],
    rollback: rollbackPlan({
      findings: reconciled.findings,
      changeClassOf: (id) => checks.get(id)?.changeClass,
      alsoClasses: alsoClasses(evidence, changes),
      kind: change.kind,
      from: change.from,
      to: change.to,
      erp: adapter.title,
      integration,
      window: change.window,
      invoices,
      stored: new Map(
        judged.summaries.flatMap(({ key, stored: known }) => (known === undefined ? [] : [[key, known] as const])),
      ),
      controlTotals: totals,
      plan: changes,
      mapping: shortDigest(scenario.mappingDigest),
      recording: `${shortDigest(recording.digest)} of ${recording.header.recordedAt.slice(0, 10)}`,
      reversals: adapter.reversals ?? {},
      rehearsal: evidence.rehearsal,
    }),
    leftBehind: [...asIs.observation.leftBehind, ...(evidence.withPlan?.observation.leftBehind ?? [])],
  }
}

/** The invoices that are shown value by value, each compared once more. */
function sideBySide(
  findings: readonly Finding[],
  invoices: readonly InvoiceResult[],
  observation: Observation,
  compared: (invoice: InvoiceObservation) => SideBySide,
): readonly SideBySide[] {
  const observed = byKey(observation.invoices)
  return shownInFull(findings, invoices).flatMap((key) => {
    const invoice = observed.get(key)
    const shown = invoice === undefined ? undefined : compared(invoice)
    return shown === undefined || shown.rows.length === 0 ? [] : [shown]
  })
}

/**
 * How many recorded invoices exercise a row of the mapping. Records that are told apart by the group of their values, such
 * as dimensions, are counted by those values: that another dimension was sent does not exercise this one.
 */
function exercisedBy(row: MappingRow, exercised: Exercised, uses: Uses, values: Snapshot['values']): number {
  const { to, direction, list } = row
  const group = (values[list ?? ''] ?? []).filter(({ fields }) => to.record !== undefined && fields.root === to.record)
  if (direction === 'send' && list !== undefined && group.length > 0)
    return new Set(group.flatMap(({ code }) => [...uses.value(list, code)])).size
  return exercised.invoicesOf.get(`${direction} ${to.resource} ${to.field}`) ?? 0
}

/** Change classes that no finding shows: the plan changes the mapping, the credential lapses, the connection gave way. */
function alsoClasses(
  { scenario, asIs }: Evidence,
  plan: readonly string[],
): ReadonlyMap<ChangeClassId, readonly string[]> {
  const { auth } = scenario.integration
  const { window } = scenario.change.change
  const margin = scenario.change.policy['credential-margin-days'] * 86_400_000
  const lapses = auth.expires !== undefined && auth.expires !== 'never' ? Date.parse(auth.expires) : undefined
  const code = asIs.observation.fault?.code ?? ''
  const classes = new Map<ChangeClassId, readonly string[]>()
  if (plan.length > 0) classes.set('C4', plan)
  if ((lapses !== undefined && lapses <= Date.parse(window.end) + margin) || /^(unauthorized|forbidden)$/.test(code))
    classes.set('C6', [auth.method])
  if (/rate|limit|too-large|timeout/.test(code)) classes.set('C10', [asIs.observation.fault?.at ?? code])
  return classes
}

/** The lowest share in whole percent, rounded down; `undefined` when nothing was measured. */
function lowestPercent(shares: readonly (readonly [number, number])[]): number | undefined {
  const measured = shares.filter(([, of]) => of > 0).map(([part, of]) => Math.floor((part * 100) / of))
  return measured.length === 0 ? undefined : Math.min(...measured)
}

/** Enough of a digest to tell it from another. */
function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13)
}

/**
 * Whether a finding can be why the totals differ: somebody has accepted it or is still to judge it, it is about what was
 * stored, and about money or being there.
 */
function explainsTotals(finding: Finding, awaited: ReadonlySet<string>): boolean {
  const { status, area, class: about, kind } = finding
  if ((status !== 'waived' && !awaited.has(finding.fingerprint)) || area !== 'documents') return false
  return about === 'amount' || about === 'rounding' || about === 'coding' || kind === 'refused' || kind === 'accepted'
}

/** The sandbox that was named, as integration.yaml declares it. */
function sandboxOf(url: string, integration: Scenario['integration']): { name: string; refreshed: string | undefined } {
  const host = new URL(url).host.toLowerCase()
  const [name, declared] =
    Object.entries(integration.erp.environments).find(
      ([, environment]) => new URL(environment.url).host.toLowerCase() === host,
    ) ?? []
  return { name: name ?? host, refreshed: declared?.refreshed }
}
/** Faults that the owner of the credential mends. */
const CREDENTIAL_FAULTS = ['unauthorized', 'forbidden', 'target-refused-login']

/** Digest of a policy with its defaults filled in, so that spelling a default out is no other policy. */
export function policyDigestOf(policy: Policy): string {
  return fingerprintOf(toJson(policy))
}

/** What a run of the connector did not show, because nobody asked or nobody said. */
function notTried(connector: ConnectorEvidence | undefined): ChangeAssessment['evidence']['notCompared'] {
  if (connector === undefined) return []
  const { failures, resultsCompared, given } = connector.tested
  const { headerValuesUnread, invoicesUnrecorded } = connector
  const unasked = {
    what: 'failures of the ERP',
    count: 1,
    why: 'the connector was not tried with any, as it was asked',
  }
  const unknown = { what: 'results', count: given, why: 'what the release in production reported is not known' }
  const unrecorded = {
    what: 'approved invoices',
    count: invoicesUnrecorded,
    why: 'they are not in the recording, so that nothing says what the release in production makes of them',
  }
  const unread = {
    what: "values of the connector's own headers",
    count: headerValuesUnread,
    why: 'they may be another in each request, and only their presence is compared',
  }
  return [
    ...(failures.length === 0 ? [unasked] : []),
    ...(resultsCompared ? [] : [unknown]),
    ...[unrecorded, unread].filter(({ count }) => count > 0),
  ]
}

/** What no engine compared of the published schemas. */
function blindSpots(old: ErpSchema, next: ErpSchema): ChangeAssessment['evidence']['notCompared'] {
  const parts = new Set([...(old.source.ignored ?? []), ...(next.source.ignored ?? [])])
  const spots = [...parts]
    .sort()
    .map((part) => ({ what: 'published schema', count: 1, why: `${part} is not compared` }))
  const inferred = { what: 'published schema', count: 1, why: 'it is inferred from recorded traffic' }
  return old.source.inferred || next.source.inferred ? [...spots, inferred] : spots
}

const NO_CONNECTOR: ReadonlyMap<'requests' | 'inquiries' | 'results' | 'conduct', string> = new Map(
  (['requests', 'inquiries', 'results', 'conduct'] as const).map((area) => [
    area,
    'The recorded export was replayed; no connector was run.',
  ]),
)

/** The score as far as it is of this recording; the score of another one is told and proves nothing. */
function drillOf(score: DrillScore | undefined, recording: string): ChangeAssessment['evidence']['drill'] {
  if (score === undefined) return null
  const { killed, breaking, benignLetThrough, benign, survivors } = score
  return {
    state: score.recording === recording ? 'current' : 'stale',
    killed,
    breaking,
    benignLetThrough,
    benign,
    survivors: survivors.map(({ mutant, does, why }) => ({ mutant, does, why })),
  }
}

/** The documents that both releases stored of an invoice, one invoice at a time. */
function* storedTwice(
  { invoices }: Observation,
  stored: Readonly<{ get: (key: string) => StoredDocument | undefined }>,
): Generator<{ old: Json; new: Json }> {
  for (const { key, stages } of invoices) {
    const [old, now] = [finalDocument(stored.get(key)?.stages ?? []), finalDocument(stages)]
    if (old !== undefined && now !== undefined) yield { old, new: now }
  }
}

function publishes(schema: ErpSchema, resource: string, field: string): boolean {
  const read = schema.resources[resource]?.read
  const properties: unknown = typeof read === 'object' ? read.properties : undefined
  return typeof properties === 'object' && properties !== null && Object.hasOwn(properties, field)
}

/** The label of a field, from the published schema. */
function titleOf(schema: ErpSchema, resource: string, field: string): string | undefined {
  const read = schema.resources[resource]?.read
  const properties: unknown = typeof read === 'object' ? read.properties : undefined
  const property: unknown =
    typeof properties === 'object' && properties !== null ? Reflect.get(properties, field) : undefined
  const title: unknown =
    typeof property === 'object' && property !== null ? Reflect.get(property, 'x-title') : undefined
  return typeof title === 'string' ? title : undefined
}

function relevanceOf(difference: Difference): Finding['relevance'] {
  if (difference.area === 'values' || difference.area === 'structure')
    return difference.invoices.length > 0 ? 'used' : 'not-used'
  return 'used'
}

/**
 * Invoices that name a listed value, where the field that changed matters: the connector uses it, or the ERP acts on it, such
 * as the rate of a tax. A name that people read changes nothing.
 */
function usersOf(uses: Uses, list: string, code: string, field: string, meaning: Meaning): readonly string[] {
  const isActedOn = field === '' || field === 'active' || meaning(list, field).class !== 'text'
  return isActedOn || uses.touches(list, field) ? [...uses.value(list, code)] : []
}

function invoiceResult(
  { key, supplier, reference, facts, ended, number, ...summary }: InvoiceSummary,
  evidence: InvoiceResult['evidence'],
  findings: readonly Finding[],
  isUncompared: boolean,
): InvoiceResult {
  const isUnchecked = isUncompared || summary.isUnchecked
  const outcome = isUnchecked
    ? 'not-checked'
    : findings.some((finding) => finding.check === 'invoice-refused')
      ? 'refused'
      : findings.some((finding) => finding.check === 'invoice-newly-accepted')
        ? 'newly-accepted'
        : findings.some((finding) => finding.severity !== 'info')
          ? 'differs'
          : 'same'
  return {
    key,
    supplier,
    reference,
    type: facts.type,
    currency: facts.currency === '' ? 'unknown' : facts.currency,
    gross: facts.gross,
    recorded: ended.recorded,
    replayed: ended.replayed,
    document: number || null,
    date: facts.date === '' ? null : facts.date,
    outcome,
    evidence: isUnchecked ? 'none' : evidence,
    findings: findings.map((finding) => finding.fingerprint),
  }
}

/** Counts invoices through the pipeline: an invoice that was not asked about to its end is not observed. */
function accountingOf(
  { shared, fault }: Observation,
  summaries: readonly InvoiceSummary[],
  recording: SanitizedRecording,
  uncompared: ReadonlyMap<string, string>,
): ChangeAssessment['accounting'] {
  const observed = summaries.filter(({ isObserved }) => isObserved)
  const operations = summaries.reduce((sum, summary) => sum + summary.operations, shared.length)
  const notReached = summaries.reduce(
    (sum, summary) => sum + summary.notReached,
    shared.reduce((count, { replayed }) => (replayed.state === 'not-reached' ? count + 1 : count), 0),
  )
  const counts = {
    recorded: summaries.length,
    replayed: summaries.filter(({ isReplayed }) => isReplayed).length,
    observed: observed.length,
    compared: observed.filter(({ key }) => !uncompared.has(key)).length,
    interactions: recording.interactions.length,
    interactionsReplayed: operations - notReached,
    interactionsNotReached: notReached,
  }
  const equal = [counts.replayed, counts.observed, counts.compared].every((count) => count === counts.recorded)
  return { ...counts, reconciles: equal && operations === counts.interactions && fault === undefined }
}

/** Why a replay with the plan proves nothing; `undefined` when every invoice was asked about and compared. */
function incompleteness(
  observation: Observation,
  summaries: readonly InvoiceSummary[],
  recording: SanitizedRecording,
  uncompared: ReadonlyMap<string, string>,
): string | undefined {
  const { fault } = observation
  if (fault !== undefined) return `the connection failed at interaction ${fault.seq} (${fault.at}): ${fault.message}`
  const { recorded, compared, reconciles } = accountingOf(observation, summaries, recording, uncompared)
  return reconciles ? undefined : `${compared} of ${recorded} invoices were compared.`
}

function weakest(levels: readonly InvoiceResult['evidence'][]): InvoiceResult['evidence'] {
  const order = ['none', 'schema', 'recorded', 'live'] as const
  return order.find((level) => levels.includes(level)) ?? 'none'
}
