import { z } from 'zod'
import { Amount } from './common.ts'

const Severity = z.enum(['error', 'warning', 'info'])
const Days = z.int().nonnegative()
const Percent = z.number().min(0).max(100)

/** A person's part in a change request. */
export const Role = z.enum(['requester', 'developer', 'tester', 'approver'])
export type Role = z.infer<typeof Role>

/** What the change authority has decided beforehand. Every default stands here and nowhere else; docs/change.md says why. */
export const Policy = z.strictObject({
  /** Severity by check id; an id that no check has is an error. */
  severity: z.record(z.string(), Severity).default({}),
  /** The weakest evidence that can carry a go. */
  'evidence-level': z.enum(['live', 'recorded', 'schema']).default('recorded'),
  /** Largest accepted difference of an amount, by currency, in units of the currency, such as "0.01". */
  'amount-tolerance': z
    .record(
      z.string().regex(/^[A-Z]{3}$/, 'must be a currency such as EUR'),
      Amount.refine((amount) => !amount.startsWith('-'), 'must not be negative'),
    )
    .default({}),
  /** Ages in days on the day the window opens, beyond which evidence says nothing about the release in use. */
  'recording-max-age-days': Days.default(90),
  'snapshot-max-age-days': Days.default(180),
  'sandbox-max-age-days': Days.default(90),
  /** Percent of what the integration uses that the recordings must exercise. Not asked for unless stated. */
  'minimum-coverage': Percent.optional(),
  /** Percent of seeded faults that the gate must have found. Not asked for unless stated. */
  'minimum-drill-score': Percent.optional(),
  /** Days beyond the window for which the credential of production must live. */
  'credential-margin-days': Days.default(7),
  /** Days before a period close in which nothing is installed. */
  'close-margin-days': Days.default(2),
  /** The rehearsal of the rollback that a go needs: none, against the mocked API, or on a real ERP. */
  'rollback-rehearsal': z.enum(['none', 'mock', 'live']).default('none'),
  /** Parts that one person may not play in the same change. */
  'segregated-duties': z.array(z.tuple([Role, Role])).default([
    ['developer', 'approver'],
    ['developer', 'tester'],
    ['requester', 'approver'],
  ]),
})
export type Policy = z.infer<typeof Policy>
