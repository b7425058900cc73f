import type { ChangeClassId, Lane } from '../model/common.ts'
import type { RehearsalPart } from '../model/rehearsal.ts'

/** What a catalogue text may name; each is filled in from what was found. */
export const PLACEHOLDERS = [
  'canary',
  'connector',
  'credential',
  'database',
  'documents',
  'erp',
  'from',
  'invoices',
  'mapping',
  'objects',
  'oldest',
  'plan',
  'queue',
  'recording',
  'refused',
  'schedule',
  'to',
  'totals',
] as const

/** One step of the catalogue. Every step says what it applies to, who does it, how it is seen, and until when it helps. */
export type CatalogueStep = Readonly<{
  owner: Lane
  /** An estimate; a rehearsal of the parts in `rehearsedBy` replaces it. */
  minutes: number
  action: string
  /** The command to type or the screen to open. */
  where: string
  expected: string
  verify: string
  /** When the step no longer helps, or `None: ` with the reason. */
  pointOfNoReturn: string
  rehearsedBy?: readonly RehearsalPart[]
}>

/** How one class of change is taken back. */
export type ChangeClass = Readonly<{
  title: string
  pointOfNoReturn: string
  /** What dates the point of no return, when the calendar of the integration tells it. */
  datedBy: 'period-close' | 'payment-run' | 'window-end' | 'credential' | undefined
  steps: readonly CatalogueStep[]
}>

/** What every rollback begins and ends with, whatever the class. */
export const FRAME: Readonly<Record<'hold' | 'freeze' | 'verify' | 'drain' | 'reconcile' | 'close', CatalogueStep>> = {
  hold: {
    owner: 'it',
    minutes: 5,
    action: 'Stop the schedule of {connector} ({schedule}) and leave approved invoices in its queue.',
    where: 'Scheduler of {connector}: pause the export to {database}.',
    expected: 'No export runs, and the queue keeps what is approved.',
    verify: 'For ten minutes {database} shows no new invoice of the user of {connector}, while the queue grows.',
    pointOfNoReturn: 'None: holding loses nothing, it only delays.',
  },
  freeze: {
    owner: 'it',
    minutes: 10,
    action:
      'Write down the last invoice that {erp} stored, how many wait in the queue of {connector} and since when; keep a copy of {database} as it is now and the logs of both sides.',
    where: '{erp}: supplier invoices by creation date, newest first. {connector}: queue, oldest first.',
    expected: 'Count, oldest waiting invoice, last stored invoice and the copy are on record.',
    verify: 'A second person reads the same numbers, and the copy opens.',
    pointOfNoReturn: 'The rotation of the logs of {connector} and {erp}: after it nobody can tell what was sent twice.',
    rehearsedBy: ['save'],
  },
  verify: {
    owner: 'ap-vendor',
    minutes: 15,
    action: 'Export one invoice, {canary}, and read it back with every account, tax, dimension and amount.',
    where: '{connector}: export {canary} alone. Then change-gate run on the control change.',
    expected: 'The stored invoice equals what {erp} {from} stored for it in recording {recording}.',
    verify: 'The control change shows no finding for {canary}.',
    pointOfNoReturn: 'None: the canary is one invoice and can be cancelled.',
    rehearsedBy: ['canary'],
  },
  drain: {
    owner: 'ap-vendor',
    minutes: 30,
    action: 'Start the schedule again at half its rate and drain the queue, oldest due date first: {queue}.',
    where: 'Scheduler of {connector}: resume the export to {database}, one document at a time.',
    expected: 'Every waiting invoice has a result, and none has two.',
    verify: 'The queue holds nothing older than the start of the drain; no supplier has one reference twice.',
    pointOfNoReturn: 'The first payment run that takes a drained invoice: from then on a mistake is a credit note.',
    rehearsedBy: ['export-after'],
  },
  reconcile: {
    owner: 'finance',
    minutes: 20,
    action:
      'Compare count, gross and tax per currency between {connector} and {erp} for the whole window. For the recorded invoices they are: {totals}.',
    where: '{erp}: supplier invoices of the window, grouped by currency. {connector}: export log of the window.',
    expected: 'Count, gross and tax are equal in every currency.',
    verify: 'Finance signs the totals; the supplier ledger equals its control account.',
    pointOfNoReturn: 'None: comparing changes nothing.',
    rehearsedBy: ['compare'],
  },
  close: {
    owner: 'it',
    minutes: 10,
    action:
      'Close the change of {erp} as rolled back to {from}, with the findings behind it, who mends each, and the next date.',
    where: 'The change record of {erp} {to}.',
    expected: 'The record names cause, owner and next date.',
    verify: 'The change authority has read it.',
    pointOfNoReturn: 'None: it is a record.',
  },
}

/** The catalogue, by change class. */
export const CHANGE_CLASSES: Readonly<Record<ChangeClassId, ChangeClass>> = {
  C1: {
    title: 'A field is renamed or removed',
    pointOfNoReturn:
      'The day on which {erp} {from} is no longer kept to go back to, with {objects}. The last build of {connector} is kept.',
    datedBy: undefined,
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 15,
        action: 'Install the build of {connector} that ran against {erp} {from}, by its digest, for {objects}.',
        where: 'Deployment of {connector}: release of the last good export.',
        expected: '{connector} sends and reads {objects} as before.',
        verify: 'The digest of the installed build is that of the last good export.',
        pointOfNoReturn: 'None: the build stays in the registry of {connector}.',
      },
      {
        owner: 'ap-vendor',
        minutes: 5,
        action: 'Put mapping.yaml back to {mapping}, which names {objects} as {from} does.',
        where: 'Version control of mapping.yaml, then the mapping screen of {connector}.',
        expected: 'Every row of the mapping names a field that {erp} {from} has.',
        verify: 'The digest of mapping.yaml is {mapping}, and {canary} carries a value in each of {objects}.',
        pointOfNoReturn: 'None: the mapping is under version control.',
      },
    ],
  },
  C2: {
    title: 'A field or segment is required that was not',
    pointOfNoReturn: 'The close of the first period that holds an invoice booked with a filled-in {objects}.',
    datedBy: 'period-close',
    steps: [
      {
        owner: 'it',
        minutes: 15,
        action:
          'Make {objects} optional again in {erp}, or restore the configuration of {from} that did not ask for it.',
        where: '{erp}: configuration of the account structure or of the form that holds {objects}.',
        expected: '{erp} accepts an invoice without {objects}.',
        verify: 'Post {canary} without {objects} in the sandbox: it is accepted.',
        pointOfNoReturn: 'The publisher making {objects} mandatory for good.',
      },
      {
        owner: 'finance',
        minutes: 30,
        action:
          'List the invoices that were booked with a filled-in value for {objects}, and recode them or leave them, each with a signature. Do not leave any in suspense.',
        where: '{erp}: supplier invoices of the window, with the column {objects}.',
        expected: 'Every invoice with a filled-in value has a decision: {invoices} of the recorded ones are concerned.',
        verify: 'The number of decisions equals the number of invoices listed.',
        pointOfNoReturn: 'The close of their period.',
      },
    ],
  },
  C3: {
    title: 'A listed value is renamed, recoded or blocked',
    pointOfNoReturn: 'The close of the first period that holds an invoice booked to another value of {objects}.',
    datedBy: 'period-close',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 10,
        action: 'Put the value table of the mapping for {objects} back to {mapping}.',
        where: 'Version control of mapping.yaml, then the value table of {connector}.',
        expected: '{connector} sends and searches {objects} by the values of {from}.',
        verify: 'The digest of mapping.yaml is {mapping}.',
        pointOfNoReturn: 'None: the table is under version control.',
      },
      {
        owner: 'finance',
        minutes: 15,
        action: 'Open again in {erp} each value of {objects} that was blocked, or restore its former code.',
        where: '{erp}: the list behind {objects}.',
        expected: 'Every code that {recording} uses resolves to one open value.',
        verify: 'Count the invoices per value: the counts equal those of {recording}.',
        pointOfNoReturn: 'Reporting that was rebuilt on the new values.',
      },
    ],
  },
  C4: {
    title: 'The mapping or a transform changes',
    pointOfNoReturn:
      'The payment run, or the period close, that takes the first invoice exported with the plan: {plan}.',
    datedBy: 'payment-run',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 10,
        action: 'Take the plan out again by putting mapping.yaml back to {mapping}. Taken out is: {plan}.',
        where: 'Version control of mapping.yaml, then the mapping screen of {connector}.',
        expected: '{connector} maps as it did for {recording}.',
        verify: 'The digest of mapping.yaml is {mapping}; change-gate run on the control change is a go.',
        pointOfNoReturn: 'None: the mapping is under version control.',
      },
      {
        owner: 'ap-vendor',
        minutes: 20,
        action:
          'List the invoices that {connector} exported between the installation and the hold and whose output the plan changed, and export each again once it is cancelled.',
        where: '{connector}: export log of the window.',
        expected: 'Every such invoice is cancelled and exported once, and no other invoice is.',
        verify: 'The listed invoices equal those that the plan changes; no supplier has one reference twice.',
        pointOfNoReturn: 'The payment run that takes the first of them.',
      },
    ],
  },
  C5: {
    title: 'An endpoint or API version moves',
    pointOfNoReturn: 'The day on which the publisher takes the version of {from} off: {objects}.',
    datedBy: undefined,
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 10,
        action: 'Point {connector} at the version of {from} again for {objects}.',
        where: 'Connection settings of {connector}: base address and version of {database}.',
        expected: '{connector} calls {objects} at the address of {from}.',
        verify: 'change-gate diff between what {database} publishes and the snapshot of {from} shows no difference.',
        pointOfNoReturn: 'The day on which the publisher takes the version of {from} off.',
      },
    ],
  },
  C6: {
    title: 'A credential, role or certificate changes',
    pointOfNoReturn: 'The day on which the old credential is revoked or lapses: {credential}.',
    datedBy: 'credential',
    steps: [
      {
        owner: 'it',
        minutes: 15,
        action:
          'Give {connector} the previous credential back while it is valid, with the rights it had; if it leaked, issue a new one instead. It is: {credential}.',
        where: '{erp}: users and access rights of the user of {connector}. Then the secret store of {connector}.',
        expected: '{connector} logs in to {database}, reads a supplier and writes a draft.',
        verify: 'Log in as {connector}, read one supplier, create a draft invoice and delete it.',
        pointOfNoReturn: 'The revocation of the previous credential.',
      },
    ],
  },
  C7: {
    title: 'Validation is stricter or looser',
    pointOfNoReturn:
      'None: what was refused waits in the queue of {connector} ({refused}), and finance lists what was newly accepted.',
    datedBy: undefined,
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 10,
        action:
          'Take the invoices that {erp} {to} refuses or newly accepts out of the automatic retry of {connector}, each with its error: {refused}. The rules are on {objects}.',
        where: '{connector}: error queue.',
        expected: 'The held invoices are those that the findings on {objects} list.',
        verify: 'Send one that {from} refuses and one that it accepts: both end as on {from}.',
        pointOfNoReturn: 'None: they wait.',
      },
    ],
  },
  C8: {
    title: 'The ERP computes or books in another way',
    pointOfNoReturn:
      'The payment run, or the period close, that takes the first invoice whose {objects} {erp} {to} computed.',
    datedBy: 'payment-run',
    steps: [
      {
        owner: 'finance',
        minutes: 20,
        action:
          'List every invoice that {erp} {to} stored since the installation and compare {objects} with what {connector} sent; set those aside that differ by more than the policy tolerates.',
        where: '{erp}: supplier invoices created since the window opened.',
        expected: 'The list holds no invoice without a decision: {invoices} of the recorded ones would be on it.',
        verify: 'The supplier ledger equals its control account, and every listed invoice is reversed or signed for.',
        pointOfNoReturn: 'The payment run that takes the first of them.',
      },
    ],
  },
  C9: {
    title: 'A connector release',
    pointOfNoReturn: 'The migration of the queue or of the state of {connector} to the format of {to}.',
    datedBy: 'window-end',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 15,
        action: 'Install release {from} of {connector} by its digest, with the configuration saved before the change.',
        where: 'Deployment of {connector}.',
        expected: '{connector} reports release {from} and reads its queue.',
        verify:
          'The signature of the installed build of {from} verifies, and its digest is the one that was in production.',
        pointOfNoReturn: 'The migration of the queue of {connector} to the format of {to}.',
      },
    ],
  },
  C10: {
    title: 'A limit on rate, size or time',
    pointOfNoReturn:
      'The end of the time for which {connector} keeps what it could not deliver, or the next payment run.',
    datedBy: 'payment-run',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 10,
        action:
          'Lower the batch size of {connector} to one document and its rate to half, and drain by due date: {queue}. The limit is on {objects}.',
        where: 'Connection settings of {connector}.',
        expected: '{database} answers without 429 or time-out.',
        verify: 'The age of the oldest waiting invoice ({oldest}) falls from quarter to quarter of an hour.',
        pointOfNoReturn: 'The end of the time for which {connector} keeps what it could not deliver.',
      },
    ],
  },
  C11: {
    title: 'The update of the ERP itself',
    pointOfNoReturn:
      'The first document that people enter in {erp} {to} once the window is over: it is lost when the saved database of {from} comes back.',
    datedBy: 'window-end',
    steps: [
      {
        owner: 'it',
        minutes: 30,
        action:
          'Stop {erp} {to}, put back the copy of {database} that was saved before the update, and start {erp} {from} on it. Where the publisher runs the ERP and does not go back, hold the export and wait for the mended release instead.',
        where: 'Server of {erp}: stop the service, restore the saved database, start the service of {from}.',
        expected: '{erp} answers and names version {from}.',
        verify:
          'Digest of the restored database, number of invoices and journal entries, and the highest invoice number equal what was written down before the update.',
        pointOfNoReturn: 'The first document that people enter in {erp} {to} once the window is over.',
        rehearsedBy: ['restore'],
      },
    ],
  },
  C12: {
    title: 'Wrong data is already stored',
    pointOfNoReturn: 'The payment of the first of these documents, or the close of their period: {documents}.',
    datedBy: 'payment-run',
    steps: [
      {
        owner: 'finance',
        minutes: 45,
        action:
          'Where the restore of {database} is no longer possible, reverse one by one, each as its state allows: {documents}.',
        where: '{erp}: the screen that the list of documents names for each state.',
        expected: 'Every listed document is deleted, cancelled or credited; nothing else is touched.',
        verify: 'The supplier ledger equals its control account; the ageing differs only by the listed documents.',
        pointOfNoReturn: 'The payment of the document; from then on only a credit note in an open period helps.',
      },
    ],
  },
  C13: {
    title: 'An invoice can be exported twice',
    pointOfNoReturn: 'The payment run that pays one of them twice: {refused}.',
    datedBy: 'payment-run',
    steps: [
      {
        owner: 'ap-vendor',
        minutes: 15,
        action:
          'Before the drain, look up each invoice that {erp} {to} stored and then refused to go on with, by supplier and reference, and take it out of the queue or delete what was stored: {refused}.',
        where: '{erp}: supplier invoices by supplier and reference.',
        expected: 'Each of them is either in the queue of {connector} or in {erp}, never in both.',
        verify: 'Count supplier, reference and gross over the window: no combination stands twice.',
        pointOfNoReturn: 'The payment run that takes one of them.',
      },
    ],
  },
}
