import type { JsonSchema, JsonSchemaObject } from '../../model/schema.ts'
import { isAnnotation, isObject, isSchema, targetOf } from './space.ts'

/** The way from a schema to one directly below it, in both releases. */
export type AlikeStep = Readonly<{
  tokens: readonly string[]
  path: readonly string[]
  old: JsonSchema
  new: JsonSchema
}>

/** What the two releases are asked while schemas are followed. */
export type AlikeRules = Readonly<{
  isSame: (old: JsonSchema, next: JsonSchema) => boolean
  /** Undefined where it would have to be looked into. */
  isNull: (schema: JsonSchema) => boolean | undefined
}>

/** Keywords beside which records and lists mean what they mean alone. */
const BESIDE = new Set(['type', 'required', 'properties', 'items', 'format'])

/**
 * The steps below two schemas that are written alike, told from how they are written: nothing but what they lead to can
 * differ, and each of them means more only where what it leads to means more. Undefined for all but records, lists and choices
 * of any of several definitions: those are looked into.
 */
export function alikeSteps(
  old: JsonSchemaObject,
  next: JsonSchemaObject,
  rules: AlikeRules,
): readonly AlikeStep[] | undefined {
  if (old.anyOf !== undefined) return branchSteps(old, next, rules)
  // What is said by true or false leads nowhere, so it demands the same in both.
  for (const keyword in old)
    if (!BESIDE.has(keyword) && !isAnnotation(keyword) && typeof old[keyword] !== 'boolean') return undefined
  const steps: AlikeStep[] = []
  const [properties, counterparts] = [old.properties, next.properties]
  if (mayBe('object', old) && isObject(properties) && isObject(counterparts)) {
    for (const name of Object.keys(properties).sort()) {
      const [one, other] = [properties[name], counterparts[name]]
      if (isSchema(one) && isSchema(other) && !rules.isSame(one, other))
        steps.push({ tokens: [name], path: ['properties', name], old: one, new: other })
    }
  }
  const { items } = old
  if (mayBe('array', old) && isSchema(items) && isSchema(next.items) && !rules.isSame(items, next.items))
    steps.push({ tokens: ['*'], path: ['items'], old: items, new: next.items })
  return steps
}

function mayBe(type: string, schema: JsonSchemaObject): boolean {
  return schema.type === undefined || schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))
}

function branchSteps(
  old: JsonSchemaObject,
  next: JsonSchemaObject,
  { isSame, isNull }: AlikeRules,
): readonly AlikeStep[] | undefined {
  for (const keyword in old) if (keyword !== 'anyOf' && !isAnnotation(keyword)) return undefined
  const [branches, counterparts] = [old.anyOf, next.anyOf]
  if (!Array.isArray(branches) || !Array.isArray(counterparts)) return undefined
  const steps: AlikeStep[] = []
  const names = new Set<string>()
  let others = 0
  for (const [index, branch] of branches.entries()) {
    const counterpart: unknown = counterparts[index]
    if (!isSchema(branch) || !isSchema(counterpart)) return undefined
    const name = targetOf(branch)
    const nothing = isNull(branch)
    // Two branches of one name, or one that may or may not be null, are told apart by those who look into them.
    if (nothing === undefined || (name !== undefined && names.has(name))) return undefined
    if (nothing) continue
    others += 1
    if (name !== undefined) names.add(name)
    if (isSame(branch, counterpart)) continue
    if (name === undefined) return undefined
    steps.push({ tokens: [], path: ['anyOf', name], old: branch, new: counterpart })
  }
  // A choice of one and null is that one.
  return others < 2 ? undefined : steps
}
