import type { Direction, StructureEffect } from '../../model/structure.ts'
import type { KeywordChange, Reach } from './keywords.ts'

/** What is proven about the place where a change was seen. */
export type Proof = Readonly<{
  /** Everything that was accepted still is. */
  keepsAll: () => boolean
  /** Nothing is accepted that was not before. */
  addsNothing: () => boolean
}>

/** The effect of a change on a connector that sends, or reads, the place; and why. */
export function effectOf(
  change: KeywordChange,
  direction: Direction,
  proof: Proof,
): Readonly<{ effect: StructureEffect; why: string }> {
  const name = change.member === undefined ? 'the value' : `"${change.member}"`
  const breaking = (why: string) => ({ effect: 'breaking' as const, why })
  const compatible = (why: string) => ({ effect: 'compatible' as const, why })
  const unknown = (why: string) => ({ effect: 'unknown' as const, why })
  const isSent = direction === 'send'

  switch (change.rule) {
    case 'field-removed':
      if (!isSent) return breaking(`${name} is no longer answered, so whoever reads it finds nothing.`)
      return change.reach === 'narrower'
        ? breaking(`${name} is no longer accepted: it is refused, or ignored without a word.`)
        : breaking(`${name} is no longer described: it may be ignored without a word.`)
    case 'field-added':
      if (!isSent)
        return compatible(`${name} is answered in addition; a reader that asks for its own fields does not see it.`)
      return change.reach === 'wider' || proof.keepsAll()
        ? compatible(`${name} may be sent in addition and need not be.`)
        : breaking(`${name} was free to hold anything and now has a type.`)
    case 'field-became-read-only':
      return breaking(`${name} can be read but no longer sent.`)
    case 'field-became-writable':
      return compatible(`${name} may be sent now and need not be.`)
    case 'undeclared-members':
      if (change.reach === 'narrower') {
        if (!isSent) return compatible('Fewer undeclared members are answered.')
        return proof.keepsAll()
          ? compatible('No document is affected.')
          : breaking('Members that are not declared are refused now, or must have a type.')
      }
      return isSent
        ? compatible('Members that are not declared are accepted now.')
        : unknown('Members that nobody declared may be answered now.')
    case 'undeclared-members-said':
      return saidOfUndeclared(change, isSent)
    case 'required-added':
      return isSent
        ? bySet(change.reach, proof, direction, `${name} must be sent now.`, '')
        : compatible(`${name} is always answered now.`)
    case 'required-removed':
      return isSent
        ? compatible(`${name} need not be sent any more.`)
        : bySet(change.reach, proof, direction, '', `${name} may be missing from the answer now.`)
    case 'null-added':
      return isSent
        ? compatible('An empty value is accepted now.')
        : bySet(change.reach, proof, direction, '', 'An empty value may be answered now, where there always was one.')
    case 'null-removed':
      return bySet(change.reach, proof, direction, 'An empty value is refused now.', '')
    case 'value-removed':
      return bySet(
        change.reach,
        proof,
        direction,
        'These values are refused now.',
        'Values that were fixed are free now.',
      )
    case 'value-added':
      return bySet(change.reach, proof, direction, '', 'Values may be answered now that a reader has never seen.')
    case 'default':
      return isSent
        ? unknown('What is not sent gets another value than before.')
        : compatible('The default only matters to a sender.')
    case 'deprecated':
      return compatible(
        change.new === 'true'
          ? 'It still works and is going to be removed.'
          : 'It is not announced for removal any more.',
      )
    case 'relation':
      return breaking('It refers to records of another kind, so the same id means something else.')
    case 'maps-to':
      return unknown(
        'It keeps its name and stands for another field inside the ERP; only a replay shows what that does.',
      )
    case 'scale':
      if (change.reach === 'unclear') return unknown('The number of digits follows another rule now.')
      // Digits are no JSON Schema keyword, so no proof about documents speaks of them.
      if (change.reach === 'none') return compatible('No limit before and none now.')
      if (change.reach === 'narrower') {
        return isSent
          ? breaking('Fewer digits are accepted: an amount is refused, or rounded without a word.')
          : compatible('Fewer digits are answered than before.')
      }
      return isSent
        ? compatible('More digits are let through than before.')
        : breaking('More digits may be answered than before.')
    case 'condition':
      return isSent
        ? unknown('The ERP evaluates another rule on the record; only a replay shows whether our records satisfy it.')
        : unknown('The rule for this value is another; only a replay shows what it does.')
    case 'read-only':
      return change.new === 'true'
        ? breaking('It can be read but no longer sent.')
        : compatible('It may be sent now and need not be.')
    case 'create-only':
      return isSent && change.new === 'true'
        ? unknown('It can be set when the record is created and not changed afterwards.')
        : compatible('It only matters to those who change records later.')
    case 'publisher-type':
      return compatible("The publisher's own type is another; what travels is the same.")
    case 'annotation':
      return compatible('It does not change which documents are accepted.')
    default:
      return bySet(
        change.reach,
        proof,
        direction,
        'Fewer documents are accepted than before.',
        'More may be answered than before.',
      )
  }
}

/**
 * What it means that an object says something of members which it does not declare, or no longer does. Where nothing is
 * said, an API answers none of them, and drops them when they are sent.
 */
function saidOfUndeclared(
  { reach, old, new: next }: KeywordChange,
  isSent: boolean,
): Readonly<{ effect: StructureEffect; why: string }> {
  if (!isSent) {
    return reach === 'narrower'
      ? { effect: 'compatible', why: 'Fewer undeclared members are answered.' }
      : { effect: 'unknown', why: 'Members that nobody declared may be answered now.' }
  }
  if (next === '"closed"')
    return {
      effect: 'breaking',
      why: 'Members that are not declared are refused now; nothing was said of them before.',
    }
  if (reach === 'narrower')
    return {
      effect: 'unknown',
      why: 'Members that are not declared could be sent; nothing is said of them now, and they may be dropped without a word.',
    }
  if (next === '"typed"')
    return {
      effect: 'unknown',
      why: 'Members that are not declared must have a type now; nothing was said of them before.',
    }
  return old === '"closed"'
    ? { effect: 'compatible', why: 'Members that are not declared are no longer said to be refused.' }
    : { effect: 'compatible', why: 'Members that are not declared are accepted now.' }
}

/** Sending breaks where fewer documents are accepted, reading where more are; a proof of the contrary wins. */
function bySet(
  reach: Reach,
  proof: Proof,
  direction: Direction,
  narrowed: string,
  widened: string,
): Readonly<{ effect: StructureEffect; why: string }> {
  const isSent = direction === 'send'
  if (reach === 'none' || (isSent && reach === 'wider') || (!isSent && reach === 'narrower')) {
    return {
      effect: 'compatible',
      why: isSent ? 'Everything that was accepted still is.' : 'Nothing is answered that was not before.',
    }
  }
  if (isSent ? proof.keepsAll() : proof.addsNothing()) {
    return { effect: 'compatible', why: 'No document is affected: other keywords of this place already say so.' }
  }
  if (reach === 'unclear' && !(isSent ? proof.addsNothing() : proof.keepsAll())) {
    return { effect: 'unknown', why: 'No engine can tell whether documents are affected; only a replay shows it.' }
  }
  const why = isSent
    ? narrowed || 'Fewer documents are accepted than before.'
    : widened || 'More may be answered than before.'
  return { effect: 'breaking', why }
}
