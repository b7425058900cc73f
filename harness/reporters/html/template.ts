/**
 * The page, in Handlebars. Only double-stash, and every attribute is quoted, so that each text is escaped by construction.
 * Its style and script stand in it literally: their digests are what the content security policy allows.
 */
export function templateOf(style: string, script: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{view.title}}</title>
<style>${style}</style>
</head>
<body class="{{view.verdict.id}}">
${ICONS}
<a class="skip" href="#main">Skip to the verdict</a>
<header class="top">
<p><strong>Change assessment</strong> <bdi>{{view.change.id}}</bdi></p>
<p>Assessed {{view.change.assessedAt}} by {{view.meta.harness}}</p>
</header>
<div class="frame">
<nav class="contents" aria-label="Contents">
<ol>
<li><a href="#board">Verdict</a></li>
<li><a href="#reasons">Reasons</a></li>
<li><a href="#findings">Findings</a> <span class="count">{{view.findings.total}}</span></li>
<li><a href="#invoices">Invoices</a> <span class="count">{{view.invoices.total}}</span></li>
<li><a href="#side-by-side">Side by side</a> <span class="count">{{view.sides.count}}</span></li>
<li><a href="#mapping">Mapping</a> <span class="count">{{view.mapping.count}}</span></li>
<li><a href="#totals">Control totals</a></li>
{{#if view.connector}}<li><a href="#connector">Connector</a></li>
{{/if}}<li><a href="#checks">Checks</a></li>
<li><a href="#notes">Release notes</a> <span class="count">{{view.notes.count}}</span></li>
<li><a href="#agreement">Mock and sandbox</a></li>
<li><a href="#waivers">Waivers</a></li>
<li><a href="#installation">Installation</a></li>
<li><a href="#rollback">Way back</a></li>
<li><a href="#evidence">Evidence</a></li>
<li><a href="#coverage">Coverage</a></li>
<li><a href="#not-compared">Not compared</a></li>
</ol>
</nav>
<main id="main" tabindex="-1">
${BOARD}
${REASONS}
${FINDINGS}
${INVOICES}
${SIDE_BY_SIDE}
${MAPPING}
${TOTALS}
${CONNECTOR}
${CHECKS}
${NOTES}
${AGREEMENT}
${WAIVERS}
${INSTALLATION}
${ROLLBACK}
${EVIDENCE}
${COVERAGE}
${NOT_COMPARED}
</main>
</div>
<footer class="bottom">
<p>{{view.title}}</p>
<p>SHA-256 of the JSON assessment: <code>{{view.digest}}</code></p>
</footer>
<script type="application/json" id="assessment">{{embedded}}</script>
<script>${script}</script>
</body>
</html>
`
}

/** Partials by name: what stands in more than one place. */
export const PARTIALS: Readonly<Record<string, string>> = {
  icon: '<svg class="icon {{name}}" aria-hidden="true" focusable="false"><use href="#icon-{{name}}"></use></svg>',
  link: '{{#if linked}}<a class="print" href="#f-{{fingerprint}}">{{fingerprint}}</a>{{else}}<code class="whole">{{fingerprint}}</code>{{/if}}',
  links: '{{#each rows}}{{> link}} {{/each}}{{#if more}}<span class="more">and {{more}}</span>{{/if}}',
  value: '{{#if absent}}<span class="absent">{{text}}</span>{{else}}<bdi class="value">{{text}}</bdi>{{/if}}',
  meter:
    '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="100" height="10"/><rect class="part" width="{{percent}}" height="10"/></svg>',
  confidence: `<div class="card confidence">
<h2>How far to trust this</h2>
<dl>{{#each view.confidence}}<div><dt>{{term}}</dt><dd>{{#if ok}}{{> icon name="ok"}}<span class="unseen">in order: </span> {{else}}{{#unless (isNull ok)}}{{> icon name="no"}}<span class="unseen">not in order: </span> {{/unless}}{{/if}}<bdi>{{text}}</bdi></dd></div>{{/each}}</dl>
</div>`,
  finding: `<article class="finding {{severity}}" id="f-{{fingerprint}}" tabindex="-1" aria-labelledby="t-{{fingerprint}}" data-item data-loudness="{{loudness}}" data-severity="{{severity}}" data-class="{{class}}" data-lane="{{laneId}}" data-status="{{status}}">
<header>
<h4 id="t-{{fingerprint}}">{{> icon name=severityIcon}} <bdi>{{message}}</bdi></h4>
<p class="chips"><a class="print" href="#f-{{fingerprint}}" aria-label="Link to finding {{fingerprint}}">{{fingerprint}}</a> <span class="chip">{{check}}</span> <span class="chip">{{severity}}</span> <span class="chip">{{loudness}}</span> <span class="chip">{{class}}</span> <span class="chip">{{> icon name=handledIcon}} {{handling}}</span> <span class="chip">{{lane}}</span></p>
</header>
<dl class="facts">
<div><dt>Concerns</dt><dd>{{count}}{{#each money}}, <span class="whole">{{this}}</span>{{/each}}</dd></div>
<div><dt>Where</dt><dd><code>{{resource}}</code> <code>{{pointer}}</code>{{#if stage}} at stage <code>{{stage}}</code>{{/if}}</dd></div>
<div><dt>Seen</dt><dd>{{seenBy}}; {{relevance}}</dd></div>
<div><dt>Plan</dt><dd>{{withPlan}}{{#if notes}}; announced by {{#each notes}}<a href="#n-{{this}}">{{this}}</a> {{/each}}{{/if}}</dd></div>
</dl>
{{#if examples}}<div class="scroll" role="region" aria-label="Examples of finding {{fingerprint}}" tabindex="0">
<table class="examples">
<caption>What was sent and what was stored</caption>
<thead><tr><th scope="col">Invoice</th><th scope="col">Place</th><th scope="col">Sent</th><th scope="col">Baseline <bdi>{{@root.view.findings.baseline}}</bdi></th><th scope="col">Candidate <bdi>{{@root.view.findings.candidate}}</bdi></th></tr></thead>
<tbody>{{#each examples}}<tr><th scope="row">{{#if side}}<a href="#{{side}}"><bdi>{{invoice}}</bdi></a>{{else}}<bdi>{{invoice}}</bdi>{{/if}}</th><td><code>{{pointer}}</code></td><td>{{> value sent}}</td><td{{#if differs}} class="before"{{/if}}>{{> value baseline}}</td><td{{#if differs}} class="after"{{/if}}>{{> value candidate}}</td></tr>{{/each}}</tbody>
</table>
</div>{{/if}}
<p class="remedy"><strong>Next</strong> <bdi>{{remedy}}</bdi> <span class="who">{{lane}}: <bdi>{{contact}}</bdi></span></p>
{{#if invoices.rows}}<details><summary>{{count}} concerned</summary><p class="keys">{{#each invoices.rows}}<a href="#{{place}}"><bdi>{{key}}</bdi></a> {{/each}}{{#if invoices.more}}<span class="more">and {{invoices.more}}, in the JSON assessment</span>{{/if}}</p></details>{{/if}}
{{#if suggestion}}<details><summary>Expectation to paste, if a release note announces it</summary><pre tabindex="0" aria-label="Expectation for finding {{fingerprint}}">{{suggestion}}</pre></details>{{/if}}
</article>`,
}

const ICONS = `<svg class="symbols" aria-hidden="true" focusable="false"><defs>
<symbol id="icon-go" viewBox="0 0 24 24"><circle cx="12" cy="12" r="11"/><path class="mark" d="M6.5 12.5l3.8 3.8 7.2-8"/></symbol>
<symbol id="icon-conditional" viewBox="0 0 24 24"><path d="M12 1.5L23.5 22H.5z"/><path class="mark" d="M12 9v6M12 17.6v1.6"/></symbol>
<symbol id="icon-no-go" viewBox="0 0 24 24"><path d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/><path class="mark" d="M7.5 7.5l9 9M16.5 7.5l-9 9"/></symbol>
<symbol id="icon-undecided" viewBox="0 0 24 24"><rect x="1.5" y="1.5" width="21" height="21" rx="3"/><path class="mark" d="M8.5 9a3.5 3.5 0 1 1 4.8 3.3c-.9.4-1.3 1-1.3 2.2M12 17v1.8"/></symbol>
<symbol id="icon-ok" viewBox="0 0 16 16"><path class="stroke" d="M2.5 8.5l3.5 3.5 7.5-8"/></symbol>
<symbol id="icon-no" viewBox="0 0 16 16"><path class="stroke" d="M3.5 3.5l9 9M12.5 3.5l-9 9"/></symbol>
<symbol id="icon-warn" viewBox="0 0 16 16"><path class="stroke" d="M8 2L15 14H1zM8 6.5v3.5M8 11.5v1"/></symbol>
<symbol id="icon-info" viewBox="0 0 16 16"><circle class="stroke" cx="8" cy="8" r="6.3"/><path class="stroke" d="M8 7.2V11.5M8 4.4v1"/></symbol>
<symbol id="icon-unknown" viewBox="0 0 16 16"><path class="stroke" d="M5 5.6a3 3 0 1 1 4.2 2.8C8.3 8.8 8 9.3 8 10.3M8 12.6v1.2"/></symbol>
<symbol id="icon-silent" viewBox="0 0 16 16"><path class="stroke" d="M1.5 6v4h3l4 3V3l-4 3zM11 6l4 4M15 6l-4 4"/></symbol>
<symbol id="icon-loud" viewBox="0 0 16 16"><path class="stroke" d="M1.5 6v4h3l4 3V3l-4 3zM11 5.5a3.6 3.6 0 0 1 0 5M13 3.6a6.3 6.3 0 0 1 0 8.8"/></symbol>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="2.4" height="6"/></pattern>
</defs></svg>`

const BOARD = `<section id="board" class="board" aria-labelledby="verdict">
<div class="verdict">
<svg class="sign" aria-hidden="true" focusable="false"><use href="#icon-{{view.verdict.id}}"></use></svg>
<div>
<h1 id="verdict">{{view.verdict.word}}</h1>
<p class="advice">{{view.verdict.advice}}</p>
</div>
<dl class="stamp">
<div><dt>Permits</dt><dd>{{view.verdict.permits}}</dd></div>
<div><dt>Reason codes</dt><dd>{{#each view.verdict.codes}}<code>{{this}}</code> {{else}}none{{/each}}</dd></div>
</dl>
</div>
<dl class="change">
<div class="wide"><dt>Change</dt><dd><bdi>{{view.change.id}}</bdi> <bdi>{{view.change.shortTitle}}</bdi></dd></div>
<div><dt>Releases</dt><dd><strong><bdi>{{view.change.from}}</bdi> → <bdi>{{view.change.to}}</bdi></strong>, {{view.change.kind}}, {{view.change.type}}</dd></div>
<div class="wide"><dt>Integration</dt><dd><bdi>{{view.change.integration}}</bdi>, <bdi>{{view.change.connector}}</bdi></dd></div>
<div><dt>Window</dt><dd><span class="whole">{{view.change.start}}</span> to <span class="whole">{{view.change.end}}</span></dd></div>
</dl>
<div class="columns">
<div class="column">
<div class="card reasoning">
<h2>{{#if view.allConditions}}Conditions and reasons{{else}}Why{{/if}}</h2>
{{#if view.conditions.rows}}<ul class="conditions">{{#each view.conditions.rows}}<li><span class="box" aria-hidden="true"></span> <bdi>{{this}}</bdi></li>{{/each}}{{#if view.conditions.more}}<li class="more">and <a href="#reasons">{{view.conditions.more}}</a></li>{{/if}}</ul>{{/if}}
{{#if view.reasons.top.rows}}<ol class="reasons">{{#each view.reasons.top.rows}}<li>{{#if condition}}<span class="box" aria-hidden="true"></span> {{/if}}<bdi class="what">{{short}}</bdi> <span class="who"><strong>{{lane}}</strong> answers within {{hours}} {{> links shortFindings}}</span></li>{{/each}}</ol>
{{#if view.reasons.top.more}}<p class="more">and <a href="#reasons">{{view.reasons.top.more}}</a></p>{{/if}}
{{else}}<p>Every recorded invoice came out as it did in the baseline, and nothing stands against the change.</p>{{/if}}
</div>
<div class="card owners">
<h2>Who must act</h2>
<div class="scroll" role="region" aria-label="Table: Who must act" tabindex="0"><table class="acting">
<caption class="unseen">Owners and how soon they answer</caption>
<thead><tr><th scope="col">Owner</th><th scope="col">Contact</th><th scope="col">Answers</th><th scope="col">Reasons</th><th scope="col">Findings</th></tr></thead>
<tbody>{{#each view.owners}}<tr{{#if acts}} class="acts"{{/if}}><th scope="row">{{lane}}</th><td><bdi>{{person}}</bdi>{{#if address}}<bdi class="kind">{{address}}</bdi>{{/if}}</td><td>{{hours}}</td><td>{{reasons}}</td><td>{{open}}</td></tr>{{/each}}</tbody>
</table></div>
</div>
<div class="card traced">
<h2>Release notes</h2>
<p><strong>{{view.notes.count}}</strong> entries read, {{view.notes.unaffected}} do not affect us. Expectations: <strong>{{view.notes.met}}</strong> met, <strong>{{view.notes.unmet}}</strong> unmet, <strong>{{view.notes.untested}}</strong> untested. Nobody has decided: <strong>{{view.notes.undecided}}</strong>.</p>
{{#if view.notes.open.rows}}<ul>{{#each view.notes.open.rows}}<li><a href="#n-{{id}}">{{id}}</a> <strong>{{state}}</strong>: <bdi>{{text}}</bdi></li>{{/each}}</ul>{{/if}}
{{#if view.notes.open.more}}<p class="more">and <a href="#notes">{{view.notes.open.more}}</a></p>{{/if}}
</div>
{{#if view.calm}}{{> confidence}}{{/if}}
</div>
<div class="column">
<div class="card impact">
<h2>Business impact if nothing is done</h2>
{{#if view.impact.any}}<p class="figure"><strong>{{view.impact.invoices}}</strong> of {{view.impact.recordedInvoices}} invoices, <strong>{{view.impact.suppliers}}</strong> of {{view.impact.recordedSuppliers}} suppliers</p>
{{#if view.impact.companies}}<p>Control totals differ in {{view.impact.companies}}.</p>{{/if}}
<p class="split">{{> icon name="silent"}} <strong>{{view.impact.silent.invoices}}</strong> silently wrong, found at close &nbsp; {{> icon name="loud"}} <strong>{{view.impact.loud.invoices}}</strong> refused at once</p>{{else}}<p class="figure"><strong>0</strong> of {{view.impact.recordedInvoices}} invoices, <strong>0</strong> of {{view.impact.recordedSuppliers}} suppliers</p>{{/if}}
<div class="scroll" role="region" aria-label="Table: Gross amount concerned" tabindex="0"><table class="money">
<caption class="unseen">Gross amount concerned, by currency, period and company</caption>
<thead><tr><th scope="col"><span class="unseen">Currency</span></th><th scope="col">Concerned</th><th scope="col">Share</th><th scope="col">Silent</th><th scope="col">Loud</th></tr></thead>
<tbody>{{#each view.impact.rows.rows}}<tr><th scope="row">{{currency}}</th><td class="sum">{{all}}</td><td class="share">{{percent}}%<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="100" height="10"/><rect class="part" width="{{width}}" height="10"/></svg></td><td>{{silent}}</td><td>{{loud}}</td></tr>{{/each}}</tbody>
</table></div>
{{#if view.impact.rows.more}}<p class="more">and <a href="#totals">{{view.impact.rows.more}}</a></p>{{/if}}
</div>
<div class="card back">
<h2>Way back</h2>
<p><strong>{{view.rollback.minutes}} minutes</strong>, {{view.rollback.count}} ({{view.rollback.rehearsed}}). <bdi>{{view.rollback.shortDecider}}</bdi> decides <strong class="whole">by {{view.rollback.decideBy}}</strong>.</p>
<svg class="timeline" viewBox="0 0 1000 26" preserveAspectRatio="none" role="img" aria-label="Steps of the way back by minutes; hatched ones are estimates">{{#each view.rollback.steps}}<rect class="{{timing}}" x="{{x}}" y="1" width="{{width}}" height="24"/>{{/each}}</svg>
<p class="phases">{{#each view.rollback.phases}}<span>{{this}}</span> {{/each}} <span class="key">solid: rehearsed, hatched: estimate</span></p>
<p><strong>Go back when</strong> <bdi>{{view.rollback.shortTrigger}}</bdi></p>
{{#each view.rollback.topPoints.rows}}<p class="point">{{> icon name="warn"}} <strong>Point of no return</strong>{{#if by}} {{by}}{{/if}}: <bdi>{{text}}</bdi></p>{{else}}<p class="point">{{#if view.rollback.staysOpen}}{{> icon name="ok"}} No point of no return: the way back stays open.{{else}}No point of no return is known.{{/if}}</p>{{/each}}
<p class="more"><a href="#rollback">{{#if view.rollback.topPoints.more}}All points and steps{{else}}All steps{{/if}}</a></p>
</div>
{{#unless view.calm}}{{> confidence}}{{/unless}}
</div>
</div>
{{#if view.installation}}<div class="install">
<h2><a href="#installation">Put it in</a></h2>
<ol>{{#each view.installation}}<li><bdi>{{shortTitle}}</bdi></li>{{/each}}</ol>
</div>{{/if}}
<div class="approvals">
<h2>Approvals</h2>
<ul class="signatures">{{#each view.approvals}}<li><strong>{{role}}</strong> <span class="signs">{{signs}}</span> <bdi>{{person}}</bdi> <span class="line"><span class="unseen">Signature and date</span></span></li>{{/each}}</ul>
<p class="digest">Evidence: SHA-256 of the JSON assessment <code>{{view.digest}}</code></p>
</div>
</section>`

const REASONS = `<section id="reasons" aria-labelledby="reasons-title">
<h2 id="reasons-title">Reasons and owners</h2>
{{#if view.allConditions}}<h3>Conditions</h3><ul>{{#each view.allConditions}}<li><bdi>{{this}}</bdi></li>{{/each}}</ul>{{/if}}
{{#if view.reasons.all}}<div class="scroll" role="region" aria-label="Table: Reasons" tabindex="0"><table>
<caption>Reasons of the verdict, in the order of their weight</caption>
<thead><tr><th scope="col">Reason</th><th scope="col">Code</th><th scope="col">Owner</th><th scope="col">Answers in</th><th scope="col">Findings</th></tr></thead>
<tbody>{{#each view.reasons.all}}<tr><td><bdi>{{text}}</bdi></td><td class="whole"><code>{{code}}</code></td><td><strong>{{lane}}</strong>: <bdi>{{contact}}</bdi>{{#if dispute}} <span class="why"><bdi>{{dispute}}</bdi></span>{{/if}}</td><td>{{hours}}</td><td class="prints">{{> links findings}}</td></tr>{{/each}}</tbody>
</table></div>{{else}}<p>No reason stands against the change.</p>{{/if}}
<h3>Owners</h3>
<p>Accountable for the integration: <bdi>{{view.accountable}}</bdi></p>
<div class="scroll" role="region" aria-label="Table: Owners" tabindex="0"><table>
<caption>Findings that are open, by who answers for them</caption>
<thead><tr><th scope="col">Lane</th><th scope="col">Contact</th><th scope="col">Answers in</th><th scope="col">Open findings</th></tr></thead>
<tbody>{{#each view.owners}}<tr><th scope="row">{{lane}}</th><td><bdi>{{contact}}</bdi></td><td>{{hours}}{{#if until}}, by {{until}}{{/if}}</td><td class="prints">{{#if findings.rows}}{{> links findings}}{{else}}none{{/if}}</td></tr>{{/each}}</tbody>
</table></div>
</section>`

const FINDINGS = `<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
{{#if view.findings.any}}
<p>Findings: {{view.findings.total}}. Of weight in the decision: {{view.findings.weighing}} ({{view.findings.counts.unexpected}} unexpected, {{view.findings.counts.expected}} expected, {{view.findings.counts.waived}} waived). Of severity error and not handled: {{view.findings.counts.open}}. The others are for information.{{#if view.findings.more}} <strong>Showing {{view.findings.more.shown}} of {{view.findings.more.all}}</strong> that weigh, the worst first; the rest is in the JSON assessment.{{/if}}</p>
<div class="scroll" role="region" aria-label="Table: Findings by class and owner" tabindex="0"><table class="picture">
<caption>What broke, by class and owner: one square a finding, filled = silent, open = loud</caption>
<thead><tr><th scope="col">Class</th>{{#each view.findings.lanes}}<th scope="col">{{title}}</th>{{/each}}</tr></thead>
<tbody>{{#each view.findings.picture}}<tr><th scope="row">{{name}}</th>{{#each cells}}<td>{{#if count}}<span class="number">{{count}}</span> {{#if squares}}<svg width="{{width}}" height="12" role="img" aria-label="{{silent}} silent, {{loud}} loud">{{#each squares}}<rect class="{{#if silent}}filled{{else}}open{{/if}}" x="{{x}}" y="1" width="10" height="10"/>{{/each}}</svg>{{else}}<span class="more">{{silent}} silent, {{loud}} loud</span>{{/if}}{{else}}<span class="absent">0</span>{{/if}}</td>{{/each}}</tr>{{/each}}</tbody>
</table></div>
<form class="filters" data-filters="findings" hidden>
<p class="grow"><label for="findings-q">Search findings</label><input id="findings-q" name="q" type="search" autocomplete="off" spellcheck="false"></p>
<p><label for="findings-loudness">Loudness</label><select id="findings-loudness" name="loudness"><option value="">all</option><option value="silent">silent</option><option value="loud">loud</option></select></p>
<p><label for="findings-severity">Severity</label><select id="findings-severity" name="severity"><option value="">all</option><option value="error">error</option><option value="warning">warning</option><option value="info">info</option></select></p>
<p><label for="findings-status">Status</label><select id="findings-status" name="status"><option value="">all</option><option value="unexpected">unexpected</option><option value="expected">expected</option><option value="waived">waived</option></select></p>
<p><label for="findings-class">Class</label><select id="findings-class" name="class"><option value="">all</option>{{#each view.findings.classes}}<option value="{{this}}">{{this}}</option>{{/each}}</select></p>
<p><label for="findings-lane">Owner</label><select id="findings-lane" name="lane"><option value="">all</option>{{#each view.findings.lanes}}<option value="{{id}}">{{title}}</option>{{/each}}</select></p>
<p><button type="reset">Show all</button></p>
<p class="result" role="status"></p>
</form>
<div class="group" data-group>
<h3>{{> icon name="silent"}} Silent: the ERP says yes and means something else</h3>
<p>{{view.findings.silent.count}} on {{view.findings.silent.invoices}}{{#each view.findings.silent.money}}, <span class="whole">{{this}}</span>{{/each}}</p>
{{#each view.findings.silent.findings}}{{> finding}}{{/each}}
</div>
<div class="group" data-group>
<h3>{{> icon name="loud"}} Loud: the ERP refuses, so somebody notices</h3>
<p>{{view.findings.loud.count}} on {{view.findings.loud.invoices}}{{#each view.findings.loud.money}}, <span class="whole">{{this}}</span>{{/each}}</p>
{{#each view.findings.loud.findings}}{{> finding}}{{/each}}
</div>
{{#if view.findings.information.findings}}<div class="group" data-group>
<h3>{{> icon name="info"}} For information: seen, and of no weight in the decision</h3>
<p>{{view.findings.information.count}}.{{#if view.findings.information.more}} <strong>Showing {{view.findings.information.more.shown}} of {{view.findings.information.more.all}}</strong>; the rest is in the JSON assessment.{{/if}}</p>
<div class="scroll" role="region" aria-label="Table: Findings for information" tabindex="0"><table>
<caption class="unseen">Findings for information</caption>
<thead><tr><th scope="col">Finding</th><th scope="col">What differs</th><th scope="col">Where</th><th scope="col">Class</th><th scope="col">Concerns</th><th scope="col">Status</th></tr></thead>
<tbody>{{#each view.findings.information.findings}}<tr id="f-{{fingerprint}}" tabindex="-1" data-item data-loudness="{{loudness}}" data-severity="{{severity}}" data-class="{{class}}" data-lane="{{laneId}}" data-status="{{status}}"><th scope="row"><a class="print" href="#f-{{fingerprint}}">{{fingerprint}}</a><span class="kind">{{check}}</span></th><td><bdi>{{message}}</bdi></td><td><code>{{resource}}</code> <code>{{pointer}}</code></td><td>{{class}}, {{loudness}}</td><td>{{count}}</td><td>{{> icon name=handledIcon}} {{handling}}{{#if notes}} {{#each notes}}<a href="#n-{{this}}">{{this}}</a> {{/each}}{{/if}}</td></tr>{{/each}}</tbody>
</table></div>
</div>{{/if}}
{{else}}<p>No finding. Every recorded invoice came out as it did in the baseline.</p>{{/if}}
</section>`

const INVOICES = `<section id="invoices" aria-labelledby="invoices-title">
<h2 id="invoices-title">Invoices</h2>
<p>{{#each view.invoices.outcomes}}{{> icon name=icon}} {{count}} {{title}}{{#unless @last}}, {{/unless}}{{/each}}.{{#if view.invoices.more}} <strong>Showing {{view.invoices.more.shown}} of {{view.invoices.more.all}}</strong>, the worst first; the rest is in the JSON assessment.{{/if}}</p>
<form class="filters" data-filters="invoices" hidden>
<p class="grow"><label for="invoices-q">Search invoices</label><input id="invoices-q" name="q" type="search" autocomplete="off" spellcheck="false"></p>
<p><label for="invoices-outcome">Outcome</label><select id="invoices-outcome" name="outcome"><option value="">all</option>{{#each view.invoices.outcomes}}<option value="{{id}}">{{title}}</option>{{/each}}</select></p>
<p><button type="reset">Show all</button></p>
<p class="result" role="status"></p>
</form>
<div class="scroll" role="region" aria-label="Table: Invoices" tabindex="0"><table class="invoices">
<caption>What became of every recorded invoice</caption>
<thead><tr><th scope="col">Invoice</th><th scope="col">Supplier and reference</th><th scope="col" class="amount">Gross</th><th scope="col">Recorded → replayed</th><th scope="col">Outcome</th><th scope="col">Findings</th></tr></thead>
<tbody>{{#each view.invoices.rows}}<tr id="{{place}}" data-item data-outcome="{{outcomeId}}"><th scope="row"><bdi>{{key}}</bdi> <span class="kind">{{type}}{{#if date}} of {{date}}{{/if}}</span>{{#if side}} <a class="kind" href="#{{side}}" aria-label="{{key}} side by side">side by side</a>{{/if}}</th><td><bdi>{{supplier}}</bdi> <span class="kind"><bdi>{{reference}}</bdi></span></td><td class="amount">{{currency}} {{gross}}</td><td><bdi>{{recorded}}</bdi> → <bdi>{{replayed}}</bdi>{{#if document}} <span class="kind whole">as <bdi>{{document}}</bdi></span>{{/if}}</td><td class="outcome">{{> icon name=icon}} {{outcome}} <span class="kind">{{evidence}} evidence</span></td><td class="prints">{{#if findings.rows}}{{> links findings}}{{else}}<span class="absent">none</span>{{/if}}</td></tr>{{/each}}</tbody>
</table></div>
</section>`

const SIDE_BY_SIDE = `<section id="side-by-side" aria-labelledby="side-by-side-title">
<h2 id="side-by-side-title">Sent, baseline and candidate side by side</h2>
{{#if view.sides.invoices}}<p>{{#if view.sides.rest}}<strong>Showing {{view.sides.count}} of {{view.sides.all}}</strong> invoices: at least one of every finding as far as there is room. Of the others, the findings say where they differ{{#if view.sides.packed}}, and <code>change-gate run … --shard 1/1</code> keeps every document in its evidence pack{{/if}}.{{else}}Every recorded invoice, as it was sent and as each release stored it.{{/if}}</p>
{{#each view.sides.invoices}}<details><summary><bdi>{{invoice}}</bdi> <span class="told">{{> icon name=icon}} {{told}}</span></summary>
<div id="{{place}}" class="side" tabindex="-1">
<p>{{supplier}}{{#each stages}} After <code>{{after}}</code>: {{said}}.{{/each}} <a href="#{{row}}">Its row among the invoices</a></p>
{{#if refused}}<p>{{> icon name="no"}} <strong>Refused by the {{refused.by}}</strong> at <code>{{refused.stage}}</code>: <bdi>{{refused.said}}</bdi></p>{{/if}}
{{#if rows}}<div class="scroll" role="region" aria-label="Table: {{invoice}} side by side" tabindex="0"><table class="sides">
<caption>The document after <code>{{stage}}</code></caption>
<thead><tr><th scope="col">Place</th><th scope="col">Sent</th><th scope="col">Baseline <bdi>{{@root.view.findings.baseline}}</bdi></th><th scope="col">Candidate <bdi>{{@root.view.findings.candidate}}</bdi></th><th scope="col">Result</th></tr></thead>
<tbody>{{#each rows}}<tr><th scope="row"><code>{{pointer}}</code></th><td>{{> value sent}}</td>{{#if differs}}<td class="before">{{> value baseline}}</td><td class="after">{{> value candidate}}</td><td>{{> icon name="warn"}} differs</td>{{else}}<td>{{> value baseline}}</td><td>{{> value candidate}}</td><td>{{result}}</td>{{/if}}</tr>{{/each}}</tbody>
</table></div>{{/if}}
<p class="more">{{rest}}</p>
</div></details>{{/each}}
{{else}}<p>No invoice was stored by both releases, or this assessment is of before they were kept.</p>{{/if}}
</section>`

const MAPPING = `<section id="mapping" aria-labelledby="mapping-title">
<h2 id="mapping-title">Mapping</h2>
{{#if view.mapping.rows}}<p>{{#each view.mapping.states}}{{> icon name=icon}} {{title}}: <strong>{{count}}</strong>{{#unless @last}}, {{/unless}}{{/each}}. {{view.mapping.unused}}</p>
<div class="scroll" role="region" aria-label="Table: Mapping" tabindex="0"><table class="mapping">
<caption>Which field of the approved invoice feeds which field of the ERP, how many recorded invoices exercise it, and what the change does to it</caption>
<thead><tr><th scope="col">Approved invoice</th><th scope="col">ERP</th><th scope="col">On the way</th><th scope="col">Recorded invoices</th><th scope="col">As it is</th>{{#if view.mapping.planned}}<th scope="col">With the plan</th>{{/if}}</tr></thead>
<tbody>{{#each view.mapping.rows}}<tr><th scope="row"><code>{{from}}</code></th><td>{{arrow}} <code>{{resource}}</code> <code>{{field}}</code>{{#if record}} <span class="kind">of <bdi>{{record}}</bdi></span>{{/if}}</td><td>{{#each way}}<span class="why"><bdi>{{this}}</bdi></span> {{else}}<span class="absent">as it is</span>{{/each}}</td><td class="used"><span class="whole">{{#if unused}}{{> icon name="unknown"}} {{/if}}{{used}}</span> {{> meter}}</td><td>{{#if state}}{{> icon name=state.icon}} {{state.title}}{{else}}<span class="absent">no row yet</span>{{/if}} <span class="prints">{{> links findings}}</span></td>{{#if @root.view.mapping.planned}}<td>{{#if plan}}{{> icon name=plan.icon}} {{plan.title}}{{#if plan.moved}} <span class="kind">then <code>{{plan.to}}</code></span>{{/if}}{{/if}}</td>{{/if}}</tr>{{/each}}</tbody>
</table></div>{{else}}<p>Not kept in this assessment.</p>{{/if}}
</section>`

const TOTALS = `<section id="totals" aria-labelledby="totals-title">
<h2 id="totals-title">Control totals</h2>
<p>{{#if view.accounting.reconciles}}{{> icon name="ok"}} Counts reconcile{{else}}{{> icon name="no"}} <strong>Counts do not reconcile</strong>{{/if}}: {{view.accounting.recorded}} invoices recorded, {{view.accounting.replayed}} replayed, {{view.accounting.observed}} observed, {{view.accounting.compared}} compared. Of {{view.accounting.interactions}} interactions {{view.accounting.interactionsReplayed}} were replayed; {{view.accounting.interactionsNotReached}} come after a refusal in their invoice, so the ERP could not be asked.</p>
<div class="scroll" role="region" aria-label="Table: Control totals" tabindex="0"><table class="totals">
<caption>Documents, gross, tax and hash total by currency, period and company</caption>
<thead><tr><th scope="col">Of</th><th scope="col">At</th><th scope="col">Documents</th><th scope="col">Gross</th><th scope="col">Tax</th><th scope="col">Hash total</th><th scope="col">Result</th></tr></thead>
<tbody>{{#each view.controlTotals}}{{#each rows}}<tr>{{#if @first}}<th scope="rowgroup" rowspan="3">{{../currency}}</th>{{/if}}<th scope="row">{{title}}</th><td{{#if differs.documents}} class="after"{{/if}}>{{documents}}</td><td{{#if differs.gross}} class="after"{{/if}}>{{gross}}</td><td{{#if differs.tax}} class="after"{{/if}}>{{tax}}</td><td{{#if differs.hash}} class="after"{{/if}}>{{hash}}</td>{{#if @first}}<td rowspan="3">{{#if ../reconciles}}{{> icon name="ok"}} equal{{else}}{{> icon name="no"}} different{{/if}}</td>{{/if}}</tr>{{/each}}{{/each}}</tbody>
</table></div>
</section>`

const CONNECTOR = `{{#if view.connector}}<section id="connector" aria-labelledby="connector-title">
<h2 id="connector-title">The connector under test</h2>
<dl class="facts">
<div><dt>Run</dt><dd><code>{{view.connector.command}}</code></dd></div>
<div><dt>Against</dt><dd><bdi>{{view.connector.erp}}</bdi></dd></div>
<div><dt>Ended</dt><dd>{{> icon name=view.connector.icon}} {{view.connector.ended}}</dd></div>
<div><dt>Reported</dt><dd>{{view.connector.reported}} of {{view.connector.given}} invoices; {{view.connector.results}}</dd></div>
</dl>
{{#if view.connector.failures}}<div class="scroll" role="region" aria-label="Table: Failures of the ERP" tabindex="0"><table>
<caption>What the ERP was made to do wrong, and what the connector made of it</caption>
<thead><tr><th scope="col">Failure</th><th scope="col">The ERP</th><th scope="col">Outcome</th><th scope="col">Seen</th></tr></thead>
<tbody>{{#each view.connector.failures}}<tr><th scope="row" class="whole"><code>{{failure}}</code></th><td><bdi>{{title}}</bdi></td><td class="outcome">{{> icon name=icon}} {{state}}</td><td>{{#each saw}}<span class="why">{{> icon name=icon}} <bdi>{{text}}</bdi></span> {{/each}}</td></tr>{{/each}}</tbody>
</table></div>{{else}}<p>It was not tried with failures of the ERP.</p>{{/if}}
{{#if view.connector.stderr}}<details><summary>Last lines that it wrote to its error output</summary><pre tabindex="0" aria-label="Error output of the connector">{{view.connector.stderr}}</pre></details>{{/if}}
{{#if view.connector.stdout}}<details><summary>Last lines that it wrote to its output</summary><pre tabindex="0" aria-label="Output of the connector">{{view.connector.stdout}}</pre></details>{{/if}}
</section>{{/if}}`

const CHECKS = `<section id="checks" aria-labelledby="checks-title">
<h2 id="checks-title">Checks</h2>
<div class="scroll" role="region" aria-label="Table: Checks" tabindex="0"><table>
<caption>What was checked, and how it ended</caption>
<thead><tr><th scope="col">Check</th><th scope="col">It holds that</th><th scope="col">State</th><th scope="col">Findings</th></tr></thead>
<tbody>{{#each view.checks}}<tr><th scope="row" class="whole"><code>{{check}}</code></th><td><bdi>{{title}}</bdi>{{#if reason}} <span class="why">{{reason}}</span>{{/if}}</td><td class="outcome">{{> icon name=icon}} {{state}}</td><td>{{findings}}</td></tr>{{/each}}</tbody>
</table></div>
</section>`

const NOTES = `<section id="notes" aria-labelledby="notes-title">
<h2 id="notes-title">Release notes</h2>
{{#each view.notes.all}}<article class="note" id="n-{{id}}" tabindex="-1" aria-labelledby="nt-{{id}}">
<h3 id="nt-{{id}}">{{id}}: <bdi>{{says}}</bdi></h3>
<p class="chips"><span class="chip">{{from}}</span> <span class="chip">{{#if undecided}}{{> icon name="unknown"}} {{/if}}{{affects}}</span> {{#if address}}<a href="{{address}}" rel="noreferrer noopener">{{source}}</a>{{else}}<bdi>{{source}}</bdi>{{/if}}</p>
{{#if because}}<p><strong>Because</strong> <bdi>{{because}}</bdi></p>{{/if}}
{{#if expectations}}<ul class="plain">{{#each expectations}}<li>{{> icon name=icon}} <strong>{{state}}</strong>: <bdi>{{summary}}</bdi> <code>{{expectation}}</code> <span class="prints">{{> links findings}}</span></li>{{/each}}</ul>{{/if}}
{{#if plan}}<p><strong>Plan</strong></p><ul>{{#each plan}}<li><bdi>{{this}}</bdi></li>{{/each}}</ul>{{/if}}
</article>{{else}}<p>No release note entry was read.</p>{{/each}}
</section>`

const AGREEMENT = `<section id="agreement" aria-labelledby="agreement-title">
<h2 id="agreement-title">Mocked API and sandbox</h2>
{{#if view.agreement}}<p>{{view.agreement.agreed}} of {{view.agreement.compared}} values agree; {{view.agreement.count}}.</p>
{{#if view.agreement.disagreements.rows}}<div class="scroll" role="region" aria-label="Table: Disagreements" tabindex="0"><table>
<caption>Where the mocked API and the sandbox disagree</caption>
<thead><tr><th scope="col">Invoice</th><th scope="col">Stage</th><th scope="col">Place</th><th scope="col">Mocked API</th><th scope="col">Sandbox</th></tr></thead>
<tbody>{{#each view.agreement.disagreements.rows}}<tr><th scope="row"><bdi>{{invoice}}</bdi></th><td><bdi>{{stage}}</bdi></td><td><code>{{resource}}</code> <code>{{pointer}}</code></td><td>{{> value mock}}</td><td>{{> value sandbox}}</td></tr>{{/each}}</tbody>
</table></div>{{#if view.agreement.disagreements.more}}<p class="more">and {{view.agreement.disagreements.more}}, in the JSON assessment</p>{{/if}}{{/if}}{{else}}<p>Not measured: only one of mocked API and sandbox answered.</p>{{/if}}
</section>`

const WAIVERS = `<section id="waivers" aria-labelledby="waivers-title">
<h2 id="waivers-title">Waivers</h2>
{{#if view.waivers}}<div class="scroll" role="region" aria-label="Table: Waivers" tabindex="0"><table>
<caption>Accepted findings</caption>
<thead><tr><th scope="col">Finding</th><th scope="col">Reason</th><th scope="col">Owner</th><th scope="col">Approved by</th><th scope="col">Expires</th><th scope="col">State</th></tr></thead>
<tbody>{{#each view.waivers}}<tr><th scope="row">{{> link}}</th><td><bdi>{{reason}}</bdi></td><td><bdi>{{owner}}</bdi></td><td><bdi>{{approver}}</bdi></td><td>{{expires}}</td><td class="outcome">{{> icon name=icon}} {{state}}</td></tr>{{/each}}</tbody>
</table></div>{{else}}<p>No finding is waived.</p>{{/if}}
</section>`

const INSTALLATION = `<section id="installation" aria-labelledby="installation-title">
<h2 id="installation-title">Installation</h2>
{{#if view.installation}}<div class="scroll" role="region" aria-label="Table: Steps of the installation" tabindex="0"><table class="steps">
<caption>In this order; each step is verified before the next one starts</caption>
<thead><tr><th scope="col">Step</th><th scope="col">Action</th><th scope="col">Owner</th><th scope="col">How to verify</th><th scope="col"><span class="unseen">Done</span></th></tr></thead>
<tbody>{{#each view.installation}}<tr><th scope="row">{{number}}. <bdi>{{title}}</bdi></th><td><bdi>{{action}}</bdi></td><td>{{owner}}</td><td><bdi>{{verify}}</bdi></td><td><span class="box" aria-hidden="true"></span></td></tr>{{/each}}</tbody>
</table></div>{{else}}<p>The verdict permits nothing to be installed, so no steps are given.</p>{{/if}}
</section>`

const ROLLBACK = `<section id="rollback" aria-labelledby="rollback-title">
<h2 id="rollback-title">Way back</h2>
<dl class="facts">
<div><dt>Go back when</dt><dd><bdi>{{view.rollback.trigger}}</bdi></dd></div>
<div><dt>Decides</dt><dd><bdi>{{view.rollback.decider}}</bdi>, by {{view.rollback.decideBy}}</dd></div>
<div><dt>Takes</dt><dd>{{view.rollback.minutes}} minutes, {{view.rollback.count}} ({{view.rollback.rehearsed}})</dd></div>
{{#if view.rollback.rehearsal}}<div><dt>Rehearsal</dt><dd><bdi>{{view.rollback.rehearsal}}</bdi></dd></div>{{/if}}
</dl>
<h3>Points of no return</h3>
{{#if view.rollback.pointOfNoReturn}}<ul class="plain">{{#each view.rollback.pointOfNoReturn}}<li>{{> icon name=icon}} <strong>{{#if by}}{{by}}{{else}}{{#if isOpen}}None{{else}}No date{{/if}}{{/if}}</strong>: <bdi>{{text}}</bdi> <span class="why">{{of}}</span></li>{{/each}}</ul>{{else}}<p>None is known.</p>{{/if}}
<h3>Steps</h3>
<div class="scroll" role="region" aria-label="Table: Steps of the way back" tabindex="0"><table class="steps">
<caption>In this order; each step is verified before the next one starts</caption>
<thead><tr><th scope="col">Step</th><th scope="col">Action</th><th scope="col">Owner</th><th scope="col">Minutes</th><th scope="col">Ends at</th><th scope="col">Expected, and how to verify</th><th scope="col"><span class="unseen">Done</span></th></tr></thead>
<tbody>{{#each view.rollback.steps}}<tr><th scope="row">{{number}}. {{phase}}</th><td><bdi>{{action}}</bdi>{{#if where}} <span class="why">Where: <bdi>{{where}}</bdi></span>{{/if}}</td><td>{{owner}}</td><td>{{minutes}} <span class="kind">{{timed}}</span></td><td>{{after}} min</td><td><bdi>{{expected}}</bdi> <span class="why"><bdi>{{verify}}</bdi></span>{{#if pointOfNoReturn}} <span class="why">{{> icon name=pointOfNoReturn.icon}} {{pointOfNoReturn.title}}: <bdi>{{pointOfNoReturn.text}}</bdi></span>{{/if}}</td><td><span class="box" aria-hidden="true"></span></td></tr>{{/each}}</tbody>
</table></div>
{{#if view.rollback.documents}}<h3>Documents to reverse once it is too late to restore</h3>
<div class="scroll" role="region" aria-label="Table: Documents to reverse" tabindex="0"><table>
<caption>Each as its state allows</caption>
<thead><tr><th scope="col">Invoice</th><th scope="col">Number</th><th scope="col">State</th><th scope="col">Gross</th><th scope="col">How</th><th scope="col">Findings</th></tr></thead>
<tbody>{{#each view.rollback.documents}}<tr><th scope="row"><bdi>{{invoice}}</bdi></th><td><bdi>{{number}}</bdi></td><td>{{state}}</td><td class="whole">{{amount}}</td><td>{{how}} <span class="why"><bdi>{{action}}</bdi></span></td><td class="prints">{{> links findings}}</td></tr>{{/each}}</tbody>
</table></div>{{/if}}
{{#if view.rollback.queue}}<h3>Queue to drain</h3><p>Refused, and waiting with what was approved since: <bdi>{{view.rollback.queue}}</bdi></p>{{/if}}
{{#if view.rollback.reconciliation}}<h3>What must be equal in the end</h3><ul class="plain">{{#each view.rollback.reconciliation}}<li>{{this}}</li>{{/each}}</ul>{{/if}}
<h3>Why these steps</h3>
<ul class="plain">{{#each view.rollback.changeClasses}}<li><span class="chip">{{id}}</span> {{title}} <span class="prints">{{> links findings}}</span></li>{{/each}}</ul>
</section>`

const EVIDENCE = `<section id="evidence" aria-labelledby="evidence-title">
<h2 id="evidence-title">Evidence</h2>
<dl class="facts">
<div><dt>Level</dt><dd>{{view.evidence.level}}</dd></div>
<div><dt>Target</dt><dd>{{view.evidence.target.kind}}, <bdi>{{view.evidence.target.environment}}</bdi>, build <bdi>{{view.evidence.target.build}}</bdi>, <bdi>{{view.meta.targetUrl}}</bdi></dd></div>
<div><dt>Proven a sandbox</dt><dd><bdi>{{view.evidence.target.proof}}</bdi></dd></div>
<div><dt>Run</dt><dd>{{view.meta.assessedAt}}, {{view.meta.seconds}}, tag <bdi>{{view.meta.runTag}}</bdi>, {{view.meta.harness}}</dd></div>
</dl>
<div class="scroll" role="region" aria-label="Table: Evidence index" tabindex="0"><table class="digests">
<caption>What the decision rests on</caption>
<thead><tr><th scope="col">Artifact</th><th scope="col">About</th><th scope="col">Made</th><th scope="col">Digest</th></tr></thead>
<tbody>{{#each view.evidence.artifacts}}<tr><th scope="row">{{title}}</th><td><bdi>{{about}}</bdi></td><td>{{at}}</td><td><code>{{digest}}</code></td></tr>{{/each}}
<tr><th scope="row">JSON assessment</th><td>this page, for machines; as the json reporter writes it</td><td>{{view.meta.assessedAt}}</td><td><code>{{view.digest}}</code></td></tr></tbody>
</table></div>
<h3>Removed before anything was stored</h3>
{{#if view.evidence.sanitizing}}<div class="scroll" role="region" aria-label="Table: Sanitizing" tabindex="0"><table class="narrow"><caption class="unseen">Sanitizing rules and how often each applied</caption><thead><tr><th scope="col">Rule</th><th scope="col" class="amount">Times</th></tr></thead><tbody>{{#each view.evidence.sanitizing}}<tr><th scope="row"><bdi>{{rule}}</bdi></th><td class="amount">{{count}}</td></tr>{{/each}}</tbody></table></div>{{else}}<p>No sanitizing rule applied.</p>{{/if}}
<h3>Left behind in the target</h3>
{{#if view.leftBehind}}<ul>{{#each view.leftBehind}}<li><bdi>{{invoice}}</bdi>: <code>{{id}}</code>, <bdi>{{why}}</bdi></li>{{/each}}</ul>{{else}}<p>Nothing: every document that was posted has been removed.</p>{{/if}}
</section>`

const COVERAGE = `<section id="coverage" aria-labelledby="coverage-title">
<h2 id="coverage-title">Coverage</h2>
{{#if view.coverage}}<p>What the recorded invoices exercise. A defect in what they do not exercise is not seen.</p>
<div class="scroll" role="region" aria-label="Table: Coverage" tabindex="0"><table>
<caption class="unseen">What the recordings exercise, and which invoice to add for the rest</caption>
<thead><tr><th scope="col">What</th><th scope="col">Exercised</th><th scope="col">To exercise the rest, record</th></tr></thead>
<tbody>{{#each view.coverage}}<tr><th scope="row"><bdi>{{area}}</bdi></th><td class="used"><span class="whole">{{exercised}} of {{of}}</span> {{> meter}}</td><td>{{#if missing.rows}}<details><summary>{{count}}</summary><ul>{{#each missing.rows}}<li><bdi>{{add}}</bdi> <span class="kind"><bdi>{{what}}</bdi></span></li>{{/each}}</ul>{{#if missing.more}}<p class="more">and {{missing.more}}, in the JSON assessment</p>{{/if}}</details>{{else}}<span class="absent">nothing is missing</span>{{/if}}</td></tr>{{/each}}</tbody>
</table></div>{{else}}<p>Not counted in this assessment.</p>{{/if}}
{{#if view.survivors}}<h3>Defects that this recording would not have shown</h3>
<ul>{{#each view.survivors}}<li><bdi>{{does}}</bdi> <bdi>{{why}}</bdi></li>{{/each}}</ul>{{/if}}
</section>`

const NOT_COMPARED = `<section id="not-compared" aria-labelledby="not-compared-title">
<h2 id="not-compared-title">Not compared</h2>
{{#if view.notCompared}}<p>Seen and left out of the comparison. None of it is known to be safe.</p>
<div class="scroll" role="region" aria-label="Table: Not compared" tabindex="0"><table>
<caption class="unseen">What was not compared, and why</caption>
<thead><tr><th scope="col">What</th><th scope="col" class="amount">Places</th><th scope="col">Why</th></tr></thead>
<tbody>{{#each view.notCompared}}<tr><th scope="row"><bdi>{{what}}</bdi></th><td class="amount">{{count}}</td><td><bdi>{{why}}</bdi></td></tr>{{/each}}</tbody>
</table></div>{{else}}<p>Nothing was left out.</p>{{/if}}
</section>`
