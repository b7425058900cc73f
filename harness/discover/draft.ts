import { stringify } from 'yaml'
import { OPEN_FROM } from '../model/mapping.ts'
import type { Discovery, ProposedRow } from './discover.ts'
import { singular } from './likeness.ts'

/** What is known of an integration besides what its traffic tells. */
export type DraftOptions = Readonly<{
  id: string
  /** File that the drafts are made of. */
  from: string
  /** Where the ERP answered, where the file tells. */
  origin?: string
  connector?: Readonly<{ name: string; release: string }>
  release?: string
  auth?: string
  schedule?: string
}>

/** The files of a draft, by their name. */
export type Draft = Readonly<Record<'integration.yaml' | 'mapping.yaml' | 'questions.md', string>>

/** Writes what was discovered as drafts that a person completes. What is not known is left out, and asked for. */
export function draftOf(discovery: Discovery, options: DraftOptions): Draft {
  const questions = questionsOf(discovery, options)
  return {
    'integration.yaml': integrationOf(discovery, options),
    'mapping.yaml': mappingOf(discovery, options),
    'questions.md': questionsText(discovery, options, questions),
  }
}

function mappingOf({ rows, own }: Discovery, { from }: DraftOptions): string {
  const lines = [
    `# Drafted by change-gate init from ${commented(from)}. Each row says how sure it is and why; questions.md asks for the rest.`,
    `# A place that begins with ${OPEN_FROM} is not known yet. The gate takes this file when every one of them is.`,
    'fields:',
  ]
  for (const row of rows) {
    // What the ERP answers anyway is not proposed: the traffic does not show that the connector wants it.
    const mark = row.direction === 'read' && row.confidence === 'low' ? '  # - ' : '  - '
    lines.push(`  # ${commented(reasonOf(row))}`, `${mark}${flow(mappingRow(row))}`)
  }
  if (own.length > 0) lines.push('# Sent, and not from the invoice:')
  for (const { path, resource, field, why } of own) {
    lines.push(`#   ${commented(`${resource} ${field} (${path}): ${why}`)}`)
  }
  return `${lines.join('\n')}\n`
}

/** A row as `mapping.yaml` holds it. */
export function mappingRow(row: ProposedRow) {
  const { resource, field, direction, list, required, source, path } = row
  return {
    from: source?.from ?? `${OPEN_FROM}${path}`,
    to: { resource, field },
    direction,
    ...(source?.transform === undefined ? {} : { transform: source.transform }),
    ...(list === undefined ? {} : { list }),
    ...(required ? { required } : {}),
  }
}

function reasonOf({ confidence, because, part, examples, source }: ProposedRow): string {
  const of = part === undefined ? '' : ` (${part})`
  const such = examples.length === 0 ? '' : `; such as ${examples.map((text) => short(text)).join(', ')}`
  const fed = source === undefined ? '' : `; from: ${source.confidence}, ${source.because}`
  return `${confidence}${of}: ${because}${such}${fed}`
}

function integrationOf(discovery: Discovery, options: DraftOptions): string {
  const { product, dimensions } = discovery
  const { id, from, origin, connector, release, auth, schedule } = options
  const lines = [
    `# Drafted by change-gate init from ${commented(from)}. What is not known is left out and asked for in questions.md.`,
    `id: ${flow(id)}`,
    '# title: ?',
    'erp:',
    product.product === undefined
      ? '  # product: ?'
      : `  product: ${flow(product.product)}   # ${commented(product.because)}`,
    ...(product.adapter === undefined
      ? ['  # adapter: there is none for this product; an OpenAPI document makes openapi-rest fit (docs/rest-erp.md)']
      : product.adapter === product.product
        ? []
        : [`  adapter: ${flow(product.adapter)}   # needs api: (docs/rest-erp.md)`]),
    `  # release in the traffic: ${commented(release ?? 'not told')}`,
    '  environments:',
    // Whose host it is, nobody has said, so it is taken for the one that must never be posted to.
    `    ${origin === undefined ? '# ' : ''}production: { url: ${flow(origin ?? 'https://erp.example')}, kind: production }`,
    '    # sandbox: { url: ?, kind: sandbox, refreshed: ? }',
    connector === undefined
      ? '# connector: { name: ?, release: ? }'
      : `connector: ${flow({ name: connector.name, release: connector.release })}`,
    'auth:',
    auth === undefined ? '  # method: ?' : `  method: ${flow(auth)}`,
    '  # password-from: ?',
    '  # owner: ?',
    '  # expires: ?',
    schedule === undefined ? '# schedule: ?' : `schedule: ${flow(schedule)}`,
    dimensions.length === 0 ? 'dimensions: []' : 'dimensions:',
    ...dimensions.map(({ resource, root }) => {
      const name = root.toLowerCase().replace(/[^a-z0-9]+/g, '-')
      return `  - ${flow({ id: name, title: root, resource, root })}`
    }),
    '# owners: { accountable: ?, lanes: { ap-vendor: ?, erp-publisher: ?, it: ?, finance: ? } }',
  ]
  return `${lines.join('\n')}\n`
}

function questionsOf(discovery: Discovery, options: DraftOptions): readonly string[] {
  const { product, rows, own, unread, unused, pairing, dimensions, errors } = discovery
  const open = rows.filter(
    ({ source, direction, confidence }) => source === undefined && (direction === 'send' || confidence !== 'low'),
  )
  return [
    ...(product.product === undefined
      ? ['Which ERP is it? No path in the traffic belongs to a product that is known.']
      : []),
    ...(product.adapter === 'openapi-rest'
      ? ['Is there an OpenAPI document of this API? With it, `erp.api` in integration.yaml can be written.']
      : []),
    ...(options.release === undefined ? ['Which release of the ERP answered? The traffic does not tell.'] : []),
    options.origin === undefined
      ? 'Where do production and the sandbox answer? The recording keeps no host.'
      : `Is ${options.origin} production, or a sandbox? Until somebody says otherwise it is written down as production.`,
    ...(options.connector === undefined ? ['What is the connector called, and in which release did it run?'] : []),
    options.auth === undefined
      ? 'How does the connector log in? The traffic does not show it.'
      : 'Who owns the credential, and when does it lapse?',
    options.schedule === undefined
      ? 'When does the connector run? The traffic shows no rhythm.'
      : `Does the connector run ${options.schedule} every day, or on working days only?`,
    'Who answers for the ERP, the connector, IT and finance, and who decides when two of them could?',
    ...(dimensions.length === 0
      ? ['Which of the lists are dimensions (department, cost center, project)? They belong under `dimensions`.']
      : []),
    ...open.map(
      ({ resource, field, direction, part, examples, question }) =>
        `Which field of the approved invoice ${direction === 'send' ? 'feeds' : 'takes back'} ${resource} ${field}${part === undefined ? '' : ` (${part})`}?${
          examples.length === 0 ? '' : ` It holds ${examples.map((text) => short(text)).join(', ')}.`
        }${question === undefined ? '' : ` ${question}`}`,
    ),
    ...rows
      .filter(({ source, question }) => source !== undefined && question !== undefined)
      .map(({ resource, field, question }) => `${resource} ${field}: ${question}`),
    ...own
      .filter(({ kind }) => kind === 'setting')
      .map(
        ({ resource, field, why }) =>
          `${resource} ${field} is ${why}: a setting of the connector, or of what was recorded?`,
      ),
    ...own
      .filter(({ kind }) => kind === 'member')
      .map(
        ({ resource, field, why }) =>
          `${resource} ${field} is always the ${why}: is that the rule, or does the invoice say it?`,
      ),
    ...(pairing === undefined || pairing.left === 0
      ? []
      : [`${pairing.left} approved invoices were not exported: why?`]),
    ...(unused.length === 0 ? [] : [`Nothing in the ERP is fed from ${unused.join(', ')}: is that so?`]),
    ...(unread === 0
      ? []
      : [`${unread} documents were created and never read back: how does AP know what became of them?`]),
    ...errors.map(({ operation, code }) => `What does the connector do when ${operation} is refused with ${code}?`),
  ]
}

function questionsText(discovery: Discovery, options: DraftOptions, questions: readonly string[]): string {
  const { wire, product, documentResource, documents, lines, operations, errors, rows, pairing } = discovery
  const sure = (confidence: string) => rows.filter((row) => row.confidence === confidence).length
  const adapter = product.adapter === undefined ? '' : `, read by the adapter ${product.adapter}`
  const source = product.schemaSource === undefined ? '' : `; its published schema is read by ${product.schemaSource}`
  return [
    `# What ${plain(options.from)} shows, and what it does not`,
    '',
    `- ERP: ${product.product ?? 'not known'}${options.release === undefined ? '' : ` ${plain(options.release)}`}, by ${plain(product.because)} (${wire})${adapter}${source}.`,
    `- Documents: ${documents} of ${plain(documentResource)} with ${lines} lines.`,
    `- Log-in: ${plain(options.auth ?? 'not shown')}. Schedule: ${plain(options.schedule ?? 'not shown')}.`,
    ...(pairing === undefined
      ? ['- Approved invoices: none were given, so where the values come from is asked below.']
      : [
          `- Approved invoices: ${pairing.invoices.filter((each) => each !== undefined).length} of ${documents} documents found among them, by ${plain(pairing.by ?? 'nothing')}.`,
        ]),
    `- Rows of the mapping: ${sure('high')} of high, ${sure('medium')} of medium, ${sure('low')} of low confidence.`,
    '',
    '| operation | kind | times |',
    '| --- | --- | --- |',
    ...operations.map(({ operation, kind, count }) => `| ${plain(operation)} | ${kind} | ${count} |`),
    '',
    ...(errors.length === 0
      ? ['The ERP refused nothing, so what the connector does with a refusal does not show.']
      : [
          '| refused | code | times | such as |',
          '| --- | --- | --- | --- |',
          ...errors.map(
            ({ operation, code, count, message }) =>
              `| ${plain(operation)} | ${plain(code)} | ${count} | ${plain(short(message, 120))} |`,
          ),
        ]),
    '',
    '## Questions',
    '',
    ...questions.map((question, index) => `${index + 1}. ${plain(question)}`),
    '',
  ].join('\n')
}

/** A name for a folder, from the product and what is exported. */
export function suggestedId({ product, documentResource }: Discovery): string {
  const name = product.product ?? singular(documentResource.toLowerCase())
  return `${name.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'erp'}-ap`
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim()
}

/** Text of the traffic on one line: a line break would end a comment and begin YAML. */
function commented(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}

/** The same for Markdown, whose tables and links the traffic must not make. */
function plain(text: string): string {
  return commented(text).replace(/[|<>[\]`*\\]/g, (sign) => `\\${sign}`)
}

function short(text: string, longest = 40): string {
  const characters = [...text]
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : text
}
