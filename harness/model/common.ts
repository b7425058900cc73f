import { isLosslessNumber } from 'lossless-json'
import { z } from 'zod'

/** A whole number; accepts the lossless number of a stored artifact as well as a plain one. */
export const Whole = z.preprocess((value) => (isLosslessNumber(value) ? Number(value.value) : value), z.int())

/** A decimal amount as text, such as `1250.40`. Never a float. */
export const Amount = z.string().regex(/^-?\d+(\.\d+)?$/, 'must be a decimal amount such as 1250.40')

/** An instant with its time zone, ISO 8601. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/, 'must be like 2026-12-05T20:00Z')

/** A calendar date, ISO 8601. */
export const CalendarDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be like 2026-12-05')

/** An id as people write it in files: letters, digits, dots, dashes. */
export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'may hold letters, digits, ".", "_" and "-"')

/** Who answers for a finding. */
export const Lane = z.enum(['ap-vendor', 'erp-publisher', 'it', 'finance'])
export type Lane = z.infer<typeof Lane>

/** The lane at which an owner could push a finding, and the person who decides between the two. */
export const Disputed = z.strictObject({ with: Lane, decides: z.string() })

/** How a lane is written for people. */
export const LANE_TITLES: Readonly<Record<Lane, string>> = {
  'ap-vendor': 'AP vendor',
  'erp-publisher': 'ERP publisher',
  it: 'IT / implementation partner',
  finance: 'Finance',
}

/** Id of a class of change in the rollback catalogue. */
export const ChangeClassId = z.enum(['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10', 'C11', 'C12', 'C13'])
export type ChangeClassId = z.infer<typeof ChangeClassId>

/** Whether two names are one person: case and spaces do not make two. */
export function isSamePerson(left: string, right: string): boolean {
  const plain = (name: string) => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
  return plain(left) === plain(right)
}
