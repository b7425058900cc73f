import { Document } from 'yaml'
import { z } from 'zod'
import type { Expectation } from '../ports/expectation.ts'
import { loadPlugIns } from './registry.ts'

export const EXPECTATION_FORMATS = ['text', 'json', 'markdown'] as const
export type ExpectationFormat = (typeof EXPECTATION_FORMATS)[number]

/** One form of arguments: an expectation can have more than one, such as for a segment that is a field or part of a code. */
type Form = readonly Readonly<{ name: string; isRequired: boolean }>[]

type Listed = Readonly<{ id: string; title: string; evidence: string; forms: readonly Form[]; example: string }>

/** Everything that `expect` in a change request may announce, with its arguments and what proves it. */
export async function expectationsText(format: ExpectationFormat): Promise<string> {
  const expectations = await loadPlugIns('expectations')
  if (format === 'json') {
    const entries = [...expectations].map(([id, expectation]) => ({
      id,
      title: expectation.title,
      evidence: expectation.evidence,
      example: expectation.example,
      arguments: schemaOf(expectation),
    }))
    return `${JSON.stringify(entries, null, 2)}\n`
  }
  const listed = [...expectations].map(([id, expectation]) => listedOf(id, expectation))
  return format === 'markdown' ? markdownOf(listed) : textOf(listed)
}

function listedOf(id: string, expectation: Expectation): Listed {
  return {
    id,
    title: expectation.title,
    evidence: expectation.evidence,
    forms: formsOf(schemaOf(expectation)),
    example: `- ${id}: ${new Document(expectation.example).toString({ lineWidth: 0, collectionStyle: 'flow' }).trim()}`,
  }
}

function schemaOf(expectation: Expectation): unknown {
  return z.toJSONSchema(expectation.args, { io: 'input' })
}

const Schema = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).default([]),
  anyOf: z.array(z.unknown()).optional(),
})

function formsOf(schema: unknown): readonly Form[] {
  const { properties = {}, required, anyOf } = Schema.parse(schema)
  if (anyOf !== undefined) return anyOf.flatMap(formsOf)
  return [Object.keys(properties).map((name) => ({ name, isRequired: required.includes(name) }))]
}

function argumentsOf(form: Form): string {
  const names = (isRequired: boolean) =>
    form.filter((argument) => argument.isRequired === isRequired).map(({ name }) => name)
  const optional = names(false)
  return [names(true).join(', '), ...(optional.length === 0 ? [] : [`and perhaps ${optional.join(', ')}`])].join('; ')
}

function textOf(listed: readonly Listed[]): string {
  return listed
    .map(
      ({ id, title, evidence, forms, example }) =>
        `${id}\n  ${title}\n  arguments  ${forms.map(argumentsOf).join('\n        or   ')}\n  proven by  ${evidence}\n  example    ${example}\n`,
    )
    .join('\n')
}

function markdownOf(listed: readonly Listed[]): string {
  return listed
    .map(
      ({ id, title, evidence, forms, example }) =>
        `### ${id}\n\n${title}\n\n${forms.map((form) => `- Arguments: ${argumentsOf(form)}`).join('\n')}\n- Proven by: ${evidence}\n\n\`\`\`yaml\n${example}\n\`\`\`\n`,
    )
    .join('\n')
}
