import { join } from 'node:path'
import { isMap, isNode, isSeq, parseDocument, stringify } from 'yaml'
import { GateError } from '../base/errors.ts'
import { readTextFile } from '../base/files.ts'
import { unifiedDiff } from '../base/unified-diff.ts'
import { parseYaml } from '../base/yaml.ts'
import { planGrounds } from '../decide/plan-grounds.ts'
import type { MappingRow } from '../model/mapping.ts'
import { FieldMapping } from '../model/mapping.ts'
import { planSentence } from '../reconcile/plan-sentence.ts'
import { plannedMapping } from '../replay/planned-mapping.ts'
import { faultyOperations } from './plan-faults.ts'
import { readSubject } from './run.ts'
import { readScenario, shown } from './scenario.ts'

/** What the plan of a change request does, and what is wrong with it. */
export type PlanText = Readonly<{ text: string; isFaulty: boolean }>

/** What a plan changes in `mapping.yaml`, and what it changes that stands elsewhere. */
export type PlanDiff = Readonly<{ diff: string; outside: readonly string[] }>

/** The plan in sentences by note, held against the recordings. Throws what the input is at fault for. */
export async function planText(changeFolder: string, snapshots: string): Promise<PlanText> {
  const subject = await readSubject({ changeFolder, snapshots, reports: '' })
  const notes = subject.scenario.change.notes.filter((note) => note.plan.length > 0)
  const lines = notes.flatMap((note) => [
    `${note.id}${note['affects-us'] === true ? '' : ' (not in force: nobody said that it affects us)'}`,
    ...note.plan.map((step) => `  ${planSentence(step)}`),
  ])
  const target = subject.candidate ?? subject.baseline
  const faults = planGrounds(faultyOperations(subject.scenario, subject, target)).map((ground) => ground.text)
  return {
    text: [
      ...(lines.length === 0 ? ['No note has a plan.'] : lines),
      ...(faults.length === 0 ? [] : ['', ...faults]),
    ].join('\n'),
    isFaulty: faults.length > 0,
  }
}

/** A unified diff of `mapping.yaml`: the change to make in it when the plan is installed. */
export async function planDiff(changeFolder: string): Promise<PlanDiff> {
  const scenario = await readScenario(changeFolder)
  const plan = scenario.change.notes.filter((note) => note['affects-us'] === true).flatMap((note) => note.plan)
  const file = join(scenario.folder, 'mapping.yaml')
  const before = await readTextFile(file, 'Name the folder of a change request.')
  const { rows, outside } = plannedMapping(scenario.mapping, plan)
  const after = rewritten(before, rows)
  // What is printed is what somebody installs, so it must be a mapping.
  parseYaml(after, FieldMapping, shown(file))
  return { diff: unifiedDiff(before, after, shown(file)), outside: outside.map(planSentence) }
}

/** The text of a mapping with other rows; rows that did not change keep their spelling. */
function rewritten(text: string, rows: ReturnType<typeof plannedMapping>['rows']): string {
  const document = parseDocument(text)
  const list = document.get('fields', true)
  if (!isSeq(list)) throw unreadable()
  const starts = list.items.map((item) => (isNode(item) ? lineStart(text, item.range?.[0] ?? 0) : 0))
  const ends = list.items.map((item) => (isNode(item) ? lineEnd(text, item.range?.[1] ?? 0) : 0))
  const isFlow = list.items.map((item) => isMap(item) && item.flow === true)
  const indent = /^ */.exec(text.slice(starts[0] ?? 0))?.[0] ?? '  '
  const [first = 0, last = text.length] = [starts[0], ends.at(-1)]
  const pieces = rows.map(({ row, was, behind, isChanged }) =>
    was !== undefined && !isChanged
      ? text.slice(starts[was], ends[was])
      : rowText(row, indent, isFlow[was ?? behind] ?? true),
  )
  return text.slice(0, first) + pieces.join('') + text.slice(last)
}

function rowText(row: MappingRow, indent: string, isFlow: boolean): string {
  const { from, to, direction, transform, list, required } = row
  const told = {
    ...(from === undefined ? {} : { from }),
    to,
    direction,
    ...(transform === undefined ? {} : { transform }),
    ...(list === undefined ? {} : { list }),
    ...(required ? { required } : {}),
  }
  const lines = stringify([told], { lineWidth: 0, ...(isFlow ? { collectionStyle: 'flow' } : {}) })
  if (isFlow) return `${indent}- ${stringify(told, { lineWidth: 0, collectionStyle: 'flow' })}`
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => `${indent}${line}\n`)
    .join('')
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', text.lastIndexOf('- ', at)) + 1
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', Math.max(0, at - 1))
  return end < 0 ? text.length : end + 1
}

function unreadable(): GateError {
  return new GateError('yaml-invalid', 'mapping.yaml has no list of fields.', { hint: 'Write fields: as a list.' })
}
