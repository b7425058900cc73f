import Handlebars from 'handlebars'
import { canonicalJson, toJson } from '../../base/json.ts'
import type { StructureReport } from '../../model/structure.ts'
import { visibleValue } from './visible-text.ts'

/** Forms in which a structure report is shown. */
export const STRUCTURE_FORMATS = ['text', 'json', 'markdown', 'html'] as const
export type StructureFormat = (typeof STRUCTURE_FORMATS)[number]

type Difference = StructureReport['differences'][number]

const EFFECTS = ['breaking', 'unknown', 'compatible'] as const

/** Compatible changes beyond this many are counted and not listed, except in JSON. */
const COMPATIBLE_SHOWN = 200

/** Renders a structure report. Recomputes nothing and prints nothing. */
export function renderStructureReport(report: StructureReport, format: StructureFormat): string {
  if (format === 'json') return `${canonicalJson(toJson(report), 1)}\n`
  // Everything that is shown comes from files of others: control characters are made visible first.
  const shown = visibleValue(report)
  switch (format) {
    case 'text':
      return textOf(shown)
    case 'markdown':
      return markdownOf(shown)
    case 'html':
      return htmlOf(shown)
  }
}

/** The answer in one sentence. */
export function headlineOf({ counts }: StructureReport): string {
  const changes = counts.breaking + counts.unknown + counts.compatible
  if (changes === 0) return 'Nothing changed that was compared.'
  return `${counted(counts.breaking, 'breaking change')}, ${counts.unknown} undecided, ${counts.compatible} compatible.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function sideOf(side: StructureReport['old']): string {
  const release = [side.product, side.release].filter((part) => part !== null).join(' ')
  return `${side.file}${release === '' ? '' : ` (${release})`}, ${side.kind}${side.inferred ? ', inferred' : ''}, ${counted(side.resources, 'resource')}`
}

function usageOf({ relevance }: Difference): string {
  const amounts = Object.entries(relevance.amounts).map(([currency, gross]) => `${gross} ${currency}`)
  switch (relevance.state) {
    case 'used':
      return `used by ${relevance.invoices.length} of ${counted(relevance.of, 'recorded invoice')}${amounts.length === 0 ? '' : `, ${amounts.join(', ')}`}`
    case 'mapped':
      return 'mapped but not exercised'
    case 'not-used':
      return 'not used'
    case 'not-asked':
      return ''
  }
}

function valuesOf({ old, new: next }: Difference): string {
  const short = (text: string) => (text.length > 120 ? `${text.slice(0, 119)}…` : text)
  if (old !== null && next !== null) return `${short(old)} → ${short(next)}`
  if (old !== null) return `was ${short(old)}`
  return next === null ? '' : `now ${short(next)}`
}

function placeOf({ pointer }: Difference): string {
  return pointer === '' ? '(the whole record)' : pointer
}

function sharedOf({ shared, also }: Difference): string {
  if (also === 0) return ''
  return `${shared === null ? '' : `${shared}, `}also in ${counted(also, 'other resource')}`
}

/** Used and breaking first: what a person must act on. */
function inOrder(report: StructureReport): readonly Difference[] {
  const weight = ({ effect, relevance }: Difference) =>
    EFFECTS.indexOf(effect) * 4 + ['used', 'mapped', 'not-asked', 'not-used'].indexOf(relevance.state)
  return [...report.differences].sort((left, right) => weight(left) - weight(right))
}

/** The same change at the same place of many resources is one row that counts the others. */
function grouped(differences: readonly Difference[]): readonly Difference[] {
  const rows = new Map<string, Difference>()
  for (const difference of differences) {
    const { resource: _resource, schemaPointer: _schemaPointer, also: _also, shared: _shared, ...rest } = difference
    const key = difference.pointer === '' ? JSON.stringify(difference) : JSON.stringify(rest)
    const known = rows.get(key)
    rows.set(key, known === undefined ? difference : { ...known, also: known.also + difference.also + 1 })
  }
  return [...rows.values()]
}

function listed(report: StructureReport): Readonly<{ rows: readonly Difference[]; hidden: number }> {
  const ordered = grouped(inOrder(report))
  const compatible = ordered.filter(({ effect }) => effect === 'compatible')
  const rows = [...ordered.filter(({ effect }) => effect !== 'compatible'), ...compatible.slice(0, COMPATIBLE_SHOWN)]
  return { rows, hidden: ordered.length - rows.length }
}

/** One row for the same proposal in both directions and at many resources. */
function renameTexts({ renames }: StructureReport): readonly string[] {
  const rows = new Map<string, { first: Rename; directions: Set<string>; resources: Set<string> }>()
  for (const rename of renames) {
    const { resource, direction, toResource, ...rest } = rename
    const key = JSON.stringify([rest, toResource === resource ? '' : toResource])
    const row = rows.get(key) ?? { first: rename, directions: new Set(), resources: new Set() }
    rows.set(key, row)
    row.directions.add(direction)
    row.resources.add(resource)
  }
  return [...rows.values()].map(({ first, directions, resources }) => {
    const others = resources.size - 1
    const also = others === 0 ? '' : ` (also in ${counted(others, 'other resource')})`
    const sure = `confidence ${first.confidence} %: ${first.evidence.join('; ')}`
    return `${renamedOf(first, [...directions].sort().join(' and '))}${also}, ${sure}`
  })
}

type Rename = StructureReport['renames'][number]

function renamedOf({ kind, resource, from, to, toResource, oldValue, newValue }: Rename, directions: string): string {
  switch (kind) {
    case 'resource':
      return `${from} → ${to} (${directions})`
    case 'field':
      return `${resource} ${directions} ${from} → ${to}`
    case 'move':
      return `${resource} ${directions} ${from} → ${to} of ${toResource}`
    case 'value':
      return `${resource} ${directions} ${from}: value ${oldValue} → ${newValue}`
  }
}

function opinionText({ secondOpinion }: StructureReport): string {
  if (secondOpinion === null) return 'No second engine was asked.'
  const { engine, agreed, disagreed, notAsked } = secondOpinion
  return `${engine} agrees on ${agreed} of ${counted(agreed + disagreed.length, 'changed place')} that it can judge; ${notAsked} it cannot.`
}

function textOf(report: StructureReport): string {
  const lines = [headlineOf(report), `  old  ${sideOf(report.old)}`, `  new  ${sideOf(report.new)}`]
  if (report.counts.blocking > 0)
    lines.push(`  ${counted(report.counts.blocking, 'change')} at places that the recordings use`)
  const { rows, hidden } = listed(report)
  for (const effect of EFFECTS) {
    const mine = rows.filter((difference) => difference.effect === effect)
    if (mine.length === 0) continue
    lines.push('', effect.toUpperCase())
    let resource = ''
    for (const difference of mine) {
      if (difference.resource !== resource) lines.push(`  ${difference.resource}`)
      resource = difference.resource
      const facts = [valuesOf(difference), usageOf(difference), sharedOf(difference)].filter(Boolean).join('; ')
      lines.push(
        `    ${difference.direction}  ${placeOf(difference)}  ${difference.keyword} ${difference.change}${facts === '' ? '' : `: ${facts}`}`,
      )
      if (effect !== 'compatible') lines.push(`          ${difference.why}`)
    }
  }
  if (hidden > 0) lines.push('', `  and ${counted(hidden, 'more compatible change')}; --format json lists all.`)
  if (report.renames.length > 0)
    lines.push(
      '',
      'PERHAPS RENAMED (never assumed; expect it in change.yaml to accept it)',
      ...renameTexts(report).map((text) => `  ${text}`),
    )
  lines.push('', opinionText(report))
  for (const { resource, direction, pointer, ours, theirs } of report.secondOpinion?.disagreed ?? []) {
    lines.push(`  DEFECT OF THE GATE  ${resource} ${direction} ${pointer}: we say ${ours}, it says ${theirs}`)
  }
  if (report.blindSpots.length > 0) lines.push('', 'BLIND SPOTS', ...report.blindSpots.map((spot) => `  ${spot}`))
  return `${lines.map((line) => line.replaceAll('\n', '⏎').trimEnd()).join('\n')}\n`
}

function markdownOf(report: StructureReport): string {
  const cell = (text: string) => text.replaceAll('\n', ' ').replace(/[\\|<>*_`[\]]/g, (sign) => `\\${sign}`)
  const lines = [
    `# ${headlineOf(report)}`,
    '',
    `- old: ${cell(sideOf(report.old))}`,
    `- new: ${cell(sideOf(report.new))}`,
  ]
  const { rows, hidden } = listed(report)
  for (const effect of EFFECTS) {
    const mine = rows.filter((difference) => difference.effect === effect)
    if (mine.length === 0) continue
    lines.push('', `## ${effect[0]?.toUpperCase()}${effect.slice(1)} (${report.counts[effect]})`, '')
    lines.push('| resource | direction | place | change | values | use | why |', '|---|---|---|---|---|---|---|')
    for (const difference of mine) {
      const { resource, direction, keyword, change, why } = difference
      const use = [usageOf(difference), sharedOf(difference)].filter(Boolean).join('; ')
      const cells = [resource, direction, placeOf(difference), `${keyword} ${change}`, valuesOf(difference), use, why]
      lines.push(`| ${cells.map(cell).join(' | ')} |`)
    }
  }
  if (hidden > 0) lines.push('', `And ${counted(hidden, 'more compatible change')}.`)
  if (report.renames.length > 0)
    lines.push('', '## Perhaps renamed', '', ...renameTexts(report).map((text) => `- ${cell(text)}`))
  lines.push('', '## Second opinion', '', cell(opinionText(report)))
  for (const { resource, direction, pointer, ours, theirs } of report.secondOpinion?.disagreed ?? []) {
    lines.push(
      `- defect of the gate: ${cell(`${resource} ${direction} ${pointer}`)}: we say ${ours}, it says ${theirs}`,
    )
  }
  if (report.blindSpots.length > 0)
    lines.push('', '## Blind spots', '', ...report.blindSpots.map((spot) => `- ${cell(spot)}`))
  return `${lines.join('\n')}\n`
}

const PAGE = Handlebars.compile(
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{headline}}</title>
<style>
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1b1b1f;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid #d5d5dc}
th{font-weight:600}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}.breaking h2{color:#9b1c1c}.unknown h2{color:#7a4b00}.compatible h2{color:#1e5e2f}
</style>
</head>
<body>
<main>
<h1>{{headline}}</h1>
<ul><li>Old: {{old}}</li><li>New: {{new}}</li></ul>
{{#each groups}}
<section class="{{effect}}">
<h2>{{title}} ({{count}})</h2>
<table>
<thead><tr><th scope="col">Resource</th><th scope="col">Direction</th><th scope="col">Place</th><th scope="col">Change</th><th scope="col">Values</th><th scope="col">Use</th><th scope="col">Why</th></tr></thead>
<tbody>
{{#each rows}}<tr><td><code>{{resource}}</code></td><td>{{direction}}</td><td><code>{{place}}</code></td><td>{{change}}</td><td><code>{{values}}</code></td><td>{{use}}</td><td>{{why}}</td></tr>
{{/each}}</tbody>
</table>
</section>
{{/each}}
{{#if hidden}}<p>And {{hidden}} more compatible changes.</p>{{/if}}
{{#if renames}}<section><h2>Perhaps renamed</h2><ul>{{#each renames}}<li>{{this}}</li>{{/each}}</ul></section>{{/if}}
<section><h2>Second opinion</h2><p>{{opinion}}</p>{{#if disagreed}}<ul>{{#each disagreed}}<li>Defect of the gate: {{place}}: we say {{ours}}, it says {{theirs}}</li>{{/each}}</ul>{{/if}}</section>
{{#if blindSpots}}<section><h2>Blind spots</h2><ul>{{#each blindSpots}}<li>{{this}}</li>{{/each}}</ul></section>{{/if}}
</main>
</body>
</html>
`,
  { strict: true },
)

function htmlOf(report: StructureReport): string {
  const { rows, hidden } = listed(report)
  return PAGE({
    headline: headlineOf(report),
    old: sideOf(report.old),
    new: sideOf(report.new),
    groups: EFFECTS.flatMap((effect) => {
      const mine = rows.filter((difference) => difference.effect === effect)
      if (mine.length === 0) return []
      return [
        {
          effect,
          title: `${effect[0]?.toUpperCase()}${effect.slice(1)}`,
          count: report.counts[effect],
          rows: mine.map((difference) => ({
            resource: difference.resource,
            direction: difference.direction,
            place: placeOf(difference),
            change: `${difference.keyword} ${difference.change}`,
            values: valuesOf(difference),
            use: [usageOf(difference), sharedOf(difference)].filter(Boolean).join('; '),
            why: difference.why,
          })),
        },
      ]
    }),
    hidden,
    renames: renameTexts(report),
    opinion: opinionText(report),
    disagreed: report.secondOpinion?.disagreed ?? [],
    blindSpots: report.blindSpots,
  })
}
