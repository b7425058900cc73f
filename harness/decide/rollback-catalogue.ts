import type { Lane } from '../model/common.ts'

/** How one class of change is taken back. `{erp}`, `{connector}`, `{from}` and `{to}` are filled in for the change. */
export type ChangeClass = Readonly<{
  title: string
  pointOfNoReturn: string
  steps: readonly Readonly<{ owner: Lane; minutes: number; action: string; expected: string; verify: string }>[]
}>

/** The catalogue, by change class. */
export const CHANGE_CLASSES: Readonly<Record<string, ChangeClass>> = {
  C1: {
    title: 'A field is renamed or removed',
    pointOfNoReturn: 'None for the connector; for the ERP, the moment {erp} {from} is no longer kept to go back to.',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 15,
        action:
          'Install the build of {connector} and the field mapping that ran against {erp} {from}, by their digests.',
        expected: '{connector} reads and sends the fields of {from} again.',
        verify: 'The digest of the installed build and of mapping.yaml are those of the last good export.',
      },
    ],
  },
  C2: {
    title: 'A field or segment is required that was not',
    pointOfNoReturn: 'None: invoices without the field were refused and wait in the queue.',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 15,
        action:
          'Put the field mapping back to its version of before the change, so that {connector} no longer fills the field, and hold the invoices that {erp} {to} refused.',
        expected: 'The mapping fills what {erp} {from} asks for and nothing else.',
        verify: 'The digest of mapping.yaml is that of the last good export, and the held invoices are those refused.',
      },
    ],
  },
  C3: {
    title: 'A listed value is renamed, recoded or blocked',
    pointOfNoReturn: 'The close of the first period that holds invoices booked to the wrong value.',
    steps: [
      {
        owner: 'finance',
        minutes: 15,
        action:
          'Put the value table of the mapping back to its version of before the change, and open in {erp} each value that was blocked.',
        expected: 'Every code that the recorded invoices use resolves to one open value.',
        verify: 'Count the invoices per value: the counts equal those of the recording.',
      },
    ],
  },
  C7: {
    title: 'Validation is stricter or looser',
    pointOfNoReturn: 'None: invoices that were refused wait in the queue; those newly accepted are listed for finance.',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 10,
        action:
          'Hold the invoices that {erp} {to} refuses or newly accepts, each with its error, and take them out of automatic retry.',
        expected: 'The held invoices are those that the findings list.',
        verify: 'Send one that must be refused and one that must be accepted: both end as on {from}.',
      },
    ],
  },
  C8: {
    title: 'The ERP computes or books in another way',
    pointOfNoReturn: 'The payment run, or the period close, that includes the first invoice booked in the new way.',
    steps: [
      {
        owner: 'finance',
        minutes: 20,
        action:
          'List every document that {erp} {to} booked since the update started; delete those in draft, cancel those posted and unpaid, and write a credit note for those paid.',
        expected: 'Nothing booked by {to} is left in the open period without a decision.',
        verify: 'The supplier ledger equals its control account, and the listed documents are all reversed.',
      },
    ],
  },
  C9: {
    title: 'A connector release',
    pointOfNoReturn: 'The migration of the queue or of the state of {connector} to the new format.',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 15,
        action: 'Install release {from} of {connector} by its digest, with the configuration saved before the change.',
        expected: '{connector} reports release {from}.',
        verify: 'The digest of the installed build is the one that was in production.',
      },
    ],
  },
  C11: {
    title: 'The update of the ERP itself',
    pointOfNoReturn:
      'The first document that people enter in {erp} {to} after the window: it is lost when the database of {from} comes back.',
    steps: [
      {
        owner: 'it',
        minutes: 30,
        action: 'Stop {erp} {to}, restore the database that was saved before the update, and start {erp} {from} on it.',
        expected: '{erp} answers and names version {from}.',
        verify:
          'Count invoices, journal entries and the highest invoice number: they equal what was written down before the update.',
      },
    ],
  },
}
