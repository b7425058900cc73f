import { instant } from '../../base/instant.ts'
import type { ChangeAssessment } from '../../model/assessment.ts'
import { LANE_TITLES } from '../../model/common.ts'
import { openNotes } from '../rendering/open-notes.ts'
import { counted, grouped, timingWords } from '../rendering/words.ts'
import { capped, type Link, number, SHOWN, shortened } from './cells.ts'

const NOTE_STATES = { met: 'ok', unmet: 'no', untested: 'unknown' } as const

/** Release note entries, and what of them is still open. */
export function notesOf({ notes }: Readonly<ChangeAssessment>, link: Link) {
  const expectations = notes.flatMap((note) => note.expectations)
  const inState = (state: keyof typeof NOTE_STATES) => expectations.filter((expectation) => expectation.state === state)
  const undecided = notes.filter((note) => note.affectsUs === 'undecided')
  const open = openNotes(notes).map((note) => ({ ...note, text: shortened(note.text, 90) }))
  return {
    count: number(notes.length),
    met: number(inState('met').length),
    unmet: number(inState('unmet').length),
    untested: number(inState('untested').length),
    undecided: number(undecided.length),
    unaffected: number(notes.filter((note) => note.affectsUs === 'no').length),
    open: capped(open, SHOWN.openNotes, 'open entry', 'open entries'),
    all: notes.map((note) => ({
      ...note,
      from: note.from === 'erp-publisher' ? 'ERP publisher' : 'AP vendor',
      /** Only addresses of the web become links; everything else is shown as text. */
      address: /^https?:\/\/[^\s]+$/.test(note.source) ? note.source : null,
      affects: { yes: 'affects us', no: 'does not affect us', undecided: 'nobody has decided' }[note.affectsUs],
      undecided: note.affectsUs === 'undecided',
      expectations: note.expectations.map((expectation) => ({
        ...expectation,
        icon: NOTE_STATES[expectation.state],
        findings: capped(expectation.findings.map(link), SHOWN.findingsOfReason, 'finding'),
      })),
    })),
  }
}

/** A point of no return as the page tells it: one that there is warns, and that there is none does not. */
function pointOf(text: string) {
  const reason = /^None: (.+)$/s.exec(text)?.[1]
  return reason === undefined
    ? { isOpen: false, icon: 'warn', title: 'Point of no return', text }
    : {
        isOpen: true,
        icon: 'ok',
        title: 'No point of no return',
        text: `${reason[0]?.toUpperCase()}${reason.slice(1)}`,
      }
}

const PHASES: Readonly<Record<ChangeAssessment['rollback']['steps'][number]['phase'], string>> = {
  hold: 'Hold',
  freeze: 'Freeze',
  undo: 'Undo',
  verify: 'Verify',
  drain: 'Drain',
  reconcile: 'Reconcile',
  close: 'Close',
}

/** How it is put in; null where the verdict permits nothing. */
export function installationOf({ installation }: Readonly<ChangeAssessment>) {
  if (installation.length === 0) return null
  return installation.map((step, index) => ({
    ...step,
    number: index + 1,
    shortTitle: shortened(step.title, 30),
    owner: LANE_TITLES[step.owner],
  }))
}

/** The way back: its card on page one and the runbook. */
export function rollbackOf({ rollback }: Readonly<ChangeAssessment>, link: Link) {
  const total = Math.max(1, rollback.totalMinutes)
  let elapsed = 0
  const steps = rollback.steps.map((step, index) => {
    const start = elapsed
    elapsed += step.minutes
    return {
      ...step,
      number: index + 1,
      phase: PHASES[step.phase],
      owner: LANE_TITLES[step.owner],
      rehearsed: step.timing === 'rehearsed',
      timed: timingWords(step),
      where: step.where ?? null,
      pointOfNoReturn: step.pointOfNoReturn === undefined ? null : pointOf(step.pointOfNoReturn),
      after: elapsed,
      x: ((start * 1000) / total).toFixed(1),
      width: Math.max(2, (step.minutes * 1000) / total - 3).toFixed(1),
    }
  })
  const rehearsed = steps.filter((step) => step.rehearsed).length
  const titles = new Map(rollback.changeClasses.map(({ id, title }) => [id, title]))
  // The first to pass comes first; what nobody can date comes behind it.
  const points = rollback.pointOfNoReturn
    .map(({ changeClass, text, by }) => ({ ...pointOf(text), by, of: titles.get(changeClass) ?? changeClass }))
    .toSorted(
      (left, right) => Number(left.isOpen) - Number(right.isOpen) || ((left.by ?? '~') < (right.by ?? '~') ? -1 : 1),
    )
  return {
    trigger: rollback.trigger,
    shortTrigger: shortened(rollback.trigger, 190),
    decider: rollback.decider,
    shortDecider: shortened(rollback.decider, 80),
    decideBy: instant(rollback.decideBy),
    minutes: number(rollback.totalMinutes),
    count: counted(steps.length, 'step'),
    rehearsed:
      rehearsed === 0 ? 'none rehearsed: every time is an estimate' : `${rehearsed} rehearsed, the rest estimates`,
    steps,
    phases: phaseMinutes(rollback.steps),
    pointOfNoReturn: points.map((point) => ({ ...point, by: point.by === null ? null : instant(point.by) })),
    /** Whether points are known, and none of them ends the way back. */
    staysOpen: points.length > 0 && points.every(({ isOpen }) => isOpen),
    topPoints: capped(
      points
        .filter(({ isOpen }) => !isOpen)
        .map((point) => ({ text: shortened(point.text, 130), by: point.by === null ? null : instant(point.by) })),
      SHOWN.pointsOfNoReturn,
      'point',
    ),
    rehearsal: rollback.rehearsal?.text ?? null,
    documents: (rollback.documents ?? []).map((document) => ({
      ...document,
      number: document.document ?? 'no number',
      amount: `${document.currency} ${grouped(document.gross)}`,
      how: document.how.replaceAll('-', ' '),
      findings: capped(document.findings.map(link), 2, 'finding'),
    })),
    queue: (rollback.queue ?? []).join(', ') || null,
    reconciliation: rollback.reconciliation ?? [],
    changeClasses: rollback.changeClasses.map((entry) => ({
      ...entry,
      findings: capped(entry.findings.map(link), SHOWN.findingsOfReason, 'finding'),
    })),
  }
}

function phaseMinutes(steps: ChangeAssessment['rollback']['steps']): readonly string[] {
  const phases = [...new Set(steps.map((step) => step.phase))]
  return phases.map((phase) => {
    const own = steps.filter((step) => step.phase === phase)
    return `${PHASES[phase]} ${own.reduce((sum, step) => sum + step.minutes, 0)}`
  })
}
