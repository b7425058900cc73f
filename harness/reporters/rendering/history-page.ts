import Handlebars from 'handlebars'
import { digestOf } from '../../base/fingerprint.ts'
import { instant } from '../../base/instant.ts'
import type { ChangeHistory, History, KnownFinding, Progress } from '../../model/history.ts'
import { STYLE } from '../html/style.ts'
import { visible } from './visible-text.ts'
import { counted, VERDICTS } from './words.ts'

/** More findings than this are counted and left to the assessment. */
const SHOWN = 50

const HISTORY_STYLE = `${STYLE}
.frame{display:block;padding-top:1rem}.frame h2{margin:1.6rem 0 .2rem}.frame h3{margin:1.2rem 0 .4rem}
.runs{background:var(--paper)}.runs td,.runs th{padding:.4rem .7rem}
.go{color:var(--good)}.no-go{color:var(--bad)}.conditional{color:var(--warn)}.undecided{color:var(--open)}
details li{margin:.15rem 0}summary{cursor:pointer}
`

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${Buffer.from(digestOf(HISTORY_STYLE).slice('sha256:'.length), 'hex').toString('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const page = Handlebars.create().compile(
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Change assessments</title>
<style>${HISTORY_STYLE}</style>
</head>
<body>
<div class="frame">
<main>
<h1>Change assessments</h1>
<p>{{summary}}</p>
{{#if unreadable.length}}<section>
<h2>Not read</h2>
<p>These files may hold runs. They are not part of what follows.</p>
<ul>{{#each unreadable}}<li><code>{{this.file}}</code> {{this.why}}</li>{{/each}}</ul>
</section>
{{/if}}{{#each integrations}}<section>
<h2><bdi>{{this.title}}</bdi></h2>
{{#each this.changes}}<h3><bdi>{{this.id}}</bdi> <bdi>{{this.title}}</bdi></h3>
<p><a href="{{this.report}}">Latest report</a></p>
<div class="scroll" tabindex="0" role="region" aria-label="Runs of {{this.folder}}">
<table class="runs">
<thead><tr><th scope="col">Run</th><th scope="col">Verdict</th><th scope="col">Releases</th><th scope="col">Evidence</th><th scope="col">Since the run before</th></tr></thead>
<tbody>
{{#each this.runs}}<tr>
<th scope="row"><a href="{{this.href}}">{{this.at}}</a></th>
<td><strong class="{{this.verdict}}">{{this.word}}</strong></td>
<td><bdi>{{this.from}}</bdi> → <bdi>{{this.to}}</bdi></td>
<td>{{this.evidence}}</td>
<td>{{#if this.groups.length}}{{#each this.groups}}<details><summary>{{this.title}}</summary><ul>{{#each this.shown}}<li><code>{{this.fingerprint}}</code> <bdi>{{this.message}}</bdi></li>{{/each}}</ul>{{#if this.rest}}<p>{{this.rest}}</p>{{/if}}</details>{{/each}}{{else}}{{this.nothing}}{{/if}}</td>
</tr>
{{/each}}</tbody>
</table>
</div>
{{/each}}</section>
{{/each}}</main>
</div>
</body>
</html>
`,
  { strict: true, knownHelpersOnly: true },
)

/** The index of all runs: one file that needs no network and no script. The same runs are the same bytes. */
export function renderHistory(history: History): string {
  const runs = history.changes.reduce((sum, change) => sum + change.runs.length, 0)
  const integrations = [...new Set(history.changes.map((change) => change.integration))].map((integration) => {
    const changes = history.changes.filter((change) => change.integration === integration)
    return { title: visible(changes[0]?.integrationTitle ?? integration), changes: changes.map(changeView) }
  })
  return page({
    policy: POLICY,
    summary: `${counted(runs, 'run')} of ${counted(history.changes.length, 'change request')}.`,
    unreadable: history.unreadable.map(({ file, why }) => ({ file: visible(file), why: visible(why) })),
    integrations,
  })
}

function changeView(change: ChangeHistory) {
  return {
    id: visible(change.id),
    folder: visible(`${change.integration}/${change.change}`),
    title: visible(change.title),
    report: hrefOf(`${change.integration}/${change.change}/report.html`),
    runs: change.runs.map(({ run, progress }) => ({
      href: hrefOf(run.file),
      at: visible(instant(run.assessedAt)),
      verdict: run.verdict,
      word: VERDICTS[run.verdict].word,
      from: visible(run.from),
      to: visible(run.to),
      evidence: `${run.evidence}, ${run.target}${run.complete ? '' : ', incomplete'}`,
      groups:
        progress === null
          ? groupsOf({ 'open in the first run': run.open }, run.file)
          : groupsOf(titled(progress), run.file),
      nothing: progress === null ? 'first run, nothing open' : 'nothing open, nothing changed',
    })),
  }
}

function titled({ fresh, open, fixed, accepted, unseen }: Progress): Readonly<Record<string, readonly KnownFinding[]>> {
  return {
    new: fresh,
    'still open': open,
    fixed,
    'announced or waived since': accepted,
    'not seen, and not checked': unseen,
  }
}

function groupsOf(groups: Readonly<Record<string, readonly KnownFinding[]>>, file: string) {
  return Object.entries(groups)
    .filter(([, findings]) => findings.length > 0)
    .map(([title, findings]) => ({
      title: `${findings.length} ${title}`,
      shown: findings
        .slice(0, SHOWN)
        .map(({ fingerprint, message }) => ({ fingerprint: visible(fingerprint), message: visible(message) })),
      rest:
        findings.length > SHOWN
          ? `Showing ${SHOWN} of ${findings.length}; the assessments hold all: ${visible(file)}.`
          : '',
    }))
}

/** A link that cannot leave the folder of reports: each part of the path is encoded, so none can be a scheme or a host. */
function hrefOf(path: string): string {
  return `./${path.split('/').map(encodeURIComponent).join('/')}`
}
