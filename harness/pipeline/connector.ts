import { join } from 'node:path'
import { GateError } from '../base/errors.ts'
import { readTextFile } from '../base/files.ts'
import { bookedAs, type IsBooked } from '../compare/booked.ts'
import { relationsOf } from '../compare/records.ts'
import { compareRequests } from '../compare/requests.ts'
import { compareResults } from '../compare/results.ts'
import { type GivenInvoices, readInvoices } from '../connector/invoices.ts'
import { readResults } from '../connector/results.ts'
import type { ConnectorTested } from '../model/assessment.ts'
import type { ConnectorRun } from '../model/connector.ts'
import type { Difference } from '../model/difference.ts'
import type { Held, ReportedInvoice } from '../ports/connector.ts'
import type { InvoiceObservation } from '../ports/observation.ts'
import { decodeRecording } from '../replay/chains.ts'
import { type LeftInErp, Watch } from '../replay/watch.ts'
import { pathsInBaseline } from './baseline-paths.ts'
import { endDifferences, lastLines, leakDifference, unreadableDifference } from './connector-conduct.ts'
import { failuresOf, runFailures } from './connector-failures.ts'
import { type ConnectorRunResult, runConnectorOnce } from './connector-run.ts'
import type { Rehearsable, Rehearsal } from './run.ts'
import { describe, listsOf } from './snapshot.ts'
import { openTarget } from './target.ts'

/** What a run of the connector under test showed, for the checks and for the report. */
export type ConnectorEvidence = Readonly<{
  requests: readonly Difference[]
  inquiries: readonly Difference[]
  results: readonly Difference[]
  conduct: readonly Difference[]
  tested: ConnectorTested
  /** Values of headers of which only the presence was compared. */
  headerValuesUnread: number
  /** Given invoices of which neither the recording nor the recorded results know anything. */
  invoicesUnrecorded: number
}>

/**
 * Runs the connector under test with the approved invoices and holds it against the recorded export. Throws what the
 * configuration or the target is at fault for; what the connector is at fault for is evidence.
 */
export async function rehearseConnector(
  subject: Rehearsable,
): Promise<Readonly<{ rehearsal: Rehearsal; connector: ConnectorEvidence }>> {
  const { scenario, adapter, recording, baseline, candidate, options } = subject
  const { config, command } = configured(subject)
  const invoices = await readInvoices(join(scenario.folder, config.invoices.file), config.invoices)
  const recordedResults = await readRecordedResults(scenario.folder, config)
  const wanted = await failuresOf(options.failWell ?? scenario.change['fail-well'])
  options.onStage?.('running the connector')
  const target = await openTarget({
    target: subject.target,
    adapter,
    integration: scenario.integration,
    allIntegrations: scenario.allIntegrations,
    release: subject.releases.to,
    snapshot: candidate,
    ...(options.onStage === undefined ? {} : { onProgress: options.onStage }),
  })
  try {
    const schema =
      target.identity.simulated && candidate !== undefined
        ? candidate.schema
        : await describe(adapter, target.session, recording, baseline.schema, candidate?.schema)
    const recorded = decodeRecording(recording.interactions, adapter, baseline.schema)
    const isBooked = bookedAs(baseline.documents, (document) => adapter.facts(document).state)
    const watch = new Watch({
      adapter,
      session: target.session,
      identity: target.identity,
      recordedSchema: baseline.schema,
      schema,
      values: await target.session.listValues(listsOf(adapter, recording, baseline.schema)),
      recorded,
      pathsInBaseline: pathsInBaseline(baseline, adapter),
    })
    const run = await runConnectorOnce({
      config,
      command,
      folder: scenario.folder,
      adapter,
      access: target.access,
      watch,
      invoices,
      given: invoices.all,
    })
    const { observation, requests: pairs, unreadable } = await watch.watched()
    const leftBehind = target.disposable ? [] : await watch.removeAll()
    const meaning = (resource: string, field: string) => adapter.meaning(resource, field, baseline.schema)
    const { requests, inquiries, headerValuesUnread } = compareRequests(pairs, {
      meaning,
      relation: relationsOf(baseline.schema),
    })
    const results = compareResults(
      reportedInvoices(invoices, run, {
        left: watch.left(),
        isBooked,
        recorded: recordedResults,
        hasMessages: config.results.message !== undefined,
      }),
    )
    if (wanted.length > 0) options.onStage?.('failing the connector')
    const failures = await runFailures({ subject, config, command, invoices, recorded, isBooked }, wanted)
    const byRules = target.virtual?.unrecorded() ?? observation.byRules
    return {
      rehearsal: {
        observation: {
          ...observation,
          byRules,
          leftBehind,
          invoices: observation.invoices.map((invoice) => provenOrNot(invoice, byRules, requests)),
        },
        kind: target.kind,
        url: target.url,
      },
      connector: {
        requests: [...requests, ...unreadable.map(unreadableDifference)].map(run.mask),
        inquiries: inquiries.map(run.mask),
        results: results.map(run.mask),
        conduct: [
          ...endDifferences(run, config),
          ...run.leaks.map((leak) => leakDifference(leak, invoices, run)),
          ...failures.conduct,
        ],
        tested: {
          command: run.command,
          erpRelease: subject.releases.to,
          ended: run.ended.how,
          status: run.ended.status,
          given: invoices.all.length,
          reported: invoices.all.filter(({ id }) => run.reported.some(({ invoice }) => invoice === id)).length,
          resultsCompared: recordedResults !== undefined,
          output: { stdout: lastLines(run.ended.stdout), stderr: lastLines(run.ended.stderr) },
          failures: failures.tested,
        },
        headerValuesUnread,
        invoicesUnrecorded: invoices.all.filter(
          ({ id, key }) => !recorded.chains.some((chain) => chain.key === key) && !recordedResults?.has(id),
        ).length,
      },
    }
  } finally {
    await target.close()
  }
}

/** The configuration of the connector and the command. Throws `usage` when one of them is missing. */
function configured({ scenario, options }: Rehearsable): { config: ConnectorRun; command: string } {
  const config = scenario.integration.connector.run
  if (config === undefined) {
    throw new GateError('usage', `${scenario.integration.id} does not say how its connector is run.`, {
      hint: 'Write connector.run into integration.yaml; docs/connector.md shows one.',
    })
  }
  const command = options.connector ?? config.command
  if (command === undefined) {
    throw new GateError('usage', 'A connector release is judged by running the connector, and no command is named.', {
      hint: 'Name it with --connector "node connector/dist/main.js", or as connector.run.command in integration.yaml.',
    })
  }
  return { config, command }
}

/** What the release in production reported, by invoice id. */
async function readRecordedResults(
  folder: string,
  config: ConnectorRun,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { recorded } = config.results
  if (recorded === undefined) return undefined
  const text = await readTextFile(
    join(folder, recorded),
    'connector.run.results.recorded in integration.yaml names it.',
  )
  return new Map(readResults(text, { ...config.results, from: 'file' }).map(({ invoice, status }) => [invoice, status]))
}

/** Each given invoice with what the ERP holds of it and what was reported. */
function reportedInvoices(
  invoices: GivenInvoices,
  run: ConnectorRunResult,
  known: Readonly<{
    left: ReadonlyMap<string, LeftInErp>
    isBooked: IsBooked
    recorded: ReadonlyMap<string, string> | undefined
    hasMessages: boolean
  }>,
): readonly ReportedInvoice[] {
  return invoices.all.map(({ id, key }) => {
    const left = known.left.get(key)
    const held: Held =
      left?.document === undefined ? 'nothing' : known.isBooked(key, left.document) ? 'booked' : 'unfinished'
    return {
      key,
      held,
      wasThere: left?.wasThere ?? false,
      reported: run.reported.findLast(({ invoice }) => invoice === id),
      recorded: known.recorded?.get(id),
      hasMessages: known.hasMessages,
    }
  })
}

/** A document that the virtual ERP made up for a request that it never saw proves nothing; the request itself is compared. */
function provenOrNot(
  invoice: InvoiceObservation,
  byRules: readonly string[],
  requests: readonly Difference[],
): InvoiceObservation {
  const isChanged = requests.some((request) => request.invoices.includes(invoice.key))
  if (!byRules.includes(invoice.key) || !isChanged) return invoice
  return {
    ...invoice,
    unproven: 'what was sent differs from what was recorded, and only a real ERP can tell what it stores of that',
  }
}
