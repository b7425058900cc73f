/** The style of the page: system fonts, dark on screen by preference, always light in print. */
export const STYLE = `
:root{--ground:#f4f5f7;--paper:#fff;--ink:#18202a;--soft:#4d5864;--rule:#d3d9df;--faint:#eef1f4;--link:#0a55a3;--focus:#0a55a3;
--bad:#9c1420;--bad-soft:#fcebec;--good:#14603a;--good-soft:#e7f5ec;--warn:#744700;--warn-soft:#fdf2da;--open:#463b8a;--open-soft:#efedfb;
--solid:#9c1420;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;color-scheme:light dark}
.go{--solid:#14603a}.conditional{--solid:#744700}.undecided{--solid:#463b8a}
@media screen and (prefers-color-scheme:dark){:root{--ground:#10141a;--paper:#181e26;--ink:#e6eaef;--soft:#aab4bf;--rule:#36404b;--faint:#212933;--link:#86bdfb;--focus:#86bdfb;
--bad:#ff9d99;--bad-soft:#3b1b1e;--good:#83d8a6;--good-soft:#14301f;--warn:#f1c676;--warn-soft:#35290f;--open:#c0b6ff;--open-soft:#292550}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;overflow-wrap:break-word}
bdi,code,.value{overflow-wrap:anywhere}.whole{white-space:nowrap}
h1,h2,h3,h4,p,ul,ol,dl,dd,table{margin:0}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 .6rem}
h3{font-size:1.05rem;margin:1.6rem 0 .5rem}
h4{font-size:1rem;line-height:1.4}
ul,ol{padding-left:1.3rem}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:2px}
main:focus{outline:none}
code,pre{font-family:var(--mono);font-size:.86em}
code{background:var(--faint);padding:.05em .3em;border-radius:3px}
pre{background:var(--faint);padding:.7rem .9rem;overflow:auto;white-space:pre;border-radius:4px;margin:.4rem 0 0}
bdi{unicode-bidi:isolate}
.skip{position:absolute;left:.5rem;top:-4rem;background:var(--paper);padding:.6rem 1rem;z-index:2}
.skip:focus{top:.5rem}
.symbols{position:absolute;width:0;height:0;overflow:hidden}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.icon{width:1em;height:1em;vertical-align:-.12em;color:var(--soft);flex:none}
.stroke{fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
.mark{fill:none;stroke:var(--mark,#fff);stroke-width:2.6;stroke-linecap:round;stroke-linejoin:round}
.icon.ok{color:var(--good)}.icon.no{color:var(--bad)}.icon.warn{color:var(--warn)}.icon.unknown{color:var(--open)}
.top,.bottom{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;justify-content:space-between;max-width:1320px;margin:0 auto;padding:.7rem 1rem;color:var(--soft);font-size:.9rem}
.top strong{color:var(--ink)}
.frame{max-width:1320px;margin:0 auto;padding:0 1rem 2rem}
.contents ol{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.1rem 1rem}
.contents a{display:inline-block;padding:.25rem 0;text-decoration:none}
.contents a:hover{text-decoration:underline}
.count{color:var(--soft);font-size:.85em}
main>section{background:var(--paper);border:1px solid var(--rule);border-radius:6px;padding:1.2rem 1.3rem;margin-top:1rem}
.verdict{display:grid;grid-template-columns:auto 1fr minmax(0,22rem);gap:.4rem 1rem;align-items:center;background:var(--solid);color:#fff;margin:-1.2rem -1.3rem 0;padding:1rem 1.3rem;border-radius:5px 5px 0 0}
.sign{width:3.4rem;height:3.4rem;fill:#fff;--mark:var(--solid)}
h1{font-size:2.3rem;line-height:1.05;letter-spacing:.01em}
.advice{font-size:1.08rem}
.stamp{font-size:.86rem}
.stamp div{display:flex;gap:.5rem}.stamp dt{flex:0 0 6.2rem;opacity:1}.stamp dd{font-weight:600}
.stamp code{background:none;padding:0;color:#fff;display:inline-block;margin-right:.5em}
.change{display:grid;grid-template-columns:3fr 2fr;gap:.15rem 1.5rem;padding:.8rem 0;border-bottom:1px solid var(--rule)}
.change div{display:flex;gap:.6rem}.change dt{flex:0 0 7.6rem;color:var(--soft)}.change .wide dt{flex-basis:8rem}
.columns{display:grid;grid-template-columns:minmax(0,1.1fr) minmax(0,1fr);column-gap:1.8rem}
.card{padding:.8rem 0 .9rem}.card+.card{border-top:1px solid var(--rule)}.columns{border-bottom:1px solid var(--rule)}
.card h2,.approvals h2{font-size:.95rem;margin:0 0 .35rem}
.card p+p{margin-top:.3rem}
.reasons{padding-left:1.4rem}.reasons li{margin-bottom:.35rem}.reasons li::marker{font-weight:700}
.reasons .what{font-weight:600}
.who{color:var(--soft);font-size:.9em;display:block}
.who strong{color:var(--ink)}
.figure{font-size:1.05rem}.figure strong{font-size:1.7rem;line-height:1.1}
.split .icon{color:var(--bad)}
table{border-collapse:collapse;width:100%;font-size:.93em;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.92em;padding:0 0 .35rem}
th,td{text-align:start;vertical-align:top;padding:.34rem .6rem .34rem 0;border-top:1px solid var(--rule)}
thead th{border-top:0;color:var(--soft);font-weight:600;font-size:.92em;vertical-align:bottom}
tbody th{font-weight:600}
.money td,.money thead th,.amount{text-align:right;white-space:nowrap}
.money{width:auto;min-width:100%}.money td:last-child,.money th:last-child{padding-right:0}
.money th,.money td{padding-left:.3rem}
.money tbody th{padding-left:0}
.share{position:relative}.bar{position:absolute;right:.6rem;bottom:1px;width:calc(100% - .9rem);height:3px}.bar .track{fill:var(--faint)}.bar .part{fill:var(--bad)}
.acts td:not(:nth-child(2)){font-weight:600}.owners td:nth-child(n+3),.owners thead th:nth-child(n+3),.money tbody th{white-space:nowrap}.sum{font-weight:600}.owners tbody th{width:24%}.owners .kind{font-size:.82em}
.owners tbody tr:not(.acts) td{color:var(--soft)}
.confidence dl div,.facts div{display:flex;gap:.6rem;padding:.1rem 0}
.confidence dt,.facts dt{flex:0 0 7.4rem;color:var(--soft)}
.facts dd{min-width:0}
.timeline{width:100%;height:20px;display:block;margin:.45rem 0 .1rem}
.timeline .rehearsed{fill:var(--good)}.timeline .estimate{fill:url(#hatch)}
.hatch-ground{fill:var(--faint)}.hatch-line{fill:var(--soft)}
.install{display:flex;gap:.2rem 1rem;flex-wrap:wrap;align-items:baseline;padding-top:.5rem}.install h2{font-size:.95rem;margin:0}.install ol{list-style:none;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;counter-reset:step;flex:1;min-width:15rem}.install li::before{counter-increment:step;content:counter(step) '. ';color:var(--soft)}
.phases{font-size:.85em;color:var(--soft)}.phases span{margin-right:.7em;white-space:nowrap}
.point .icon{color:var(--warn)}
.more{color:var(--soft);font-size:.92em}
.traced ul{margin-top:.25rem}
.approvals{padding-top:.8rem}
.signatures{list-style:none;padding:0;display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:.2rem 1.2rem}.signatures li{display:flex;flex-direction:column;font-size:.93em}.signs{color:var(--soft);font-size:.92em;margin-bottom:.2rem}
.line{height:2.1rem;margin-top:auto;border-bottom:1px solid var(--soft)}
.digest{color:var(--soft);font-size:.8em;margin-top:.5rem}
.conditions{list-style:none;padding:0;margin-bottom:.5rem}
.box{display:inline-block;width:.95em;height:.95em;border:1.5px solid var(--soft);border-radius:2px;vertical-align:-.12em}
.scroll{overflow-x:auto;margin-top:.5rem;position:relative}.card .scroll{margin-top:0}
.prints{font-size:.92em}
.print{font-family:var(--mono);font-size:.86em;display:inline-block;padding:.2em 0;margin-right:.4em}
.absent{color:var(--soft);font-style:italic}
.chips>*{max-width:100%}.chips{display:flex;flex-wrap:wrap;gap:.3rem .45rem;align-items:center;margin-top:.35rem;font-size:.88em}
.chip{border:1px solid var(--rule);border-radius:999px;padding:.05em .65em;overflow-wrap:anywhere}
.kind{display:block;font-weight:400;color:var(--soft);font-size:.88em}
.why{display:block;color:var(--soft)}
.plain{list-style:none;padding:0}.plain li{padding:.15rem 0}
.finding,.note{border:1px solid var(--rule);border-left:5px solid var(--soft);border-radius:4px;padding:.8rem 1rem .9rem;margin-top:.8rem;scroll-margin-top:1rem}
.finding.error{border-left-color:var(--bad)}.finding.warning{border-left-color:var(--warn)}
.finding:target,.note:target{outline:3px solid var(--focus);outline-offset:2px}
.note{border-left-width:1px}.note h3{margin:0}
tr{scroll-margin-top:1rem}
tr:target{background:var(--warn-soft);outline:2px solid var(--focus)}
.finding .facts{margin-top:.55rem;font-size:.93em;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));column-gap:1.5rem}
.finding .facts dt{flex-basis:5.4rem}
.examples th,.examples td{min-width:6.5rem}.steps th,.steps td:nth-child(5){white-space:nowrap}
.examples .value{font-family:var(--mono);font-size:.9em}
.before{background:var(--good-soft)}.after{background:var(--bad-soft)}
.before,.after{padding-left:.5rem}
.remedy{margin-top:.6rem}.remedy strong{margin-right:.4em}
details{margin-top:.25rem}summary{cursor:pointer;padding:.25rem 0;color:var(--link)}
.keys a{display:inline-block;padding:.2em 0;margin-right:.6em}
.picture{width:auto}.picture td,.picture th{padding-right:1.8rem}
.picture .number{display:inline-block;min-width:1.2em}
.picture svg{vertical-align:-1px}.filled{fill:var(--bad);stroke:var(--bad);stroke-width:1.5}.open{fill:none;stroke:var(--bad);stroke-width:1.5}
.meter{display:block;width:100%;height:6px;margin-top:.2rem}.meter .track{fill:var(--faint)}.meter .part{fill:var(--soft)}.used{min-width:7rem}.mapping tbody th{white-space:nowrap}.mapping tbody th code{font-size:.8em}
.told{color:var(--soft)}.side{padding:.2rem 0 .8rem 1.1rem}.sides .value{font-family:var(--mono);font-size:.9em}.sides{table-layout:fixed}.sides thead th:first-child{width:28%}.sides thead th:last-child{width:6.5rem}
.filters{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:end;margin:1rem 0 .6rem;padding:.8rem;background:var(--faint);border-radius:4px}
.filters[hidden]{display:none}
.filters .grow{flex:1 1 13rem}.filters .result{flex-basis:100%;color:var(--soft)}
label{display:block;font-size:.85em;color:var(--soft)}
input,select,button{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:4px;padding:.3rem .5rem;min-height:2.15rem;max-width:100%}
input{width:100%}button{cursor:pointer;padding:.3rem .9rem}
.invoices .prints{min-width:14.5rem}.kind bdi{color:inherit}
.outcome{white-space:nowrap}
.totals td{text-align:right;white-space:nowrap;padding-right:1rem}.totals thead th:nth-child(n+3){text-align:right;padding-right:1rem}.totals td[rowspan]{text-align:left}.totals thead th:last-child{text-align:left}
.totals tbody tr:not(:nth-child(3n+1)) th,.totals tbody tr:not(:nth-child(3n+1)) td{border-top-color:transparent}
.narrow{width:auto}.narrow td,.narrow th{padding-right:2rem}
.digests code,.bottom code,.digest code{word-break:break-all}
@media screen{.filtered-out{display:none}
#findings,#invoices{content-visibility:auto;contain-intrinsic-size:auto 400rem}
.finding{content-visibility:auto;contain-intrinsic-size:auto 24rem}}
@media screen and (min-width:1180px){.frame{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:1.5rem}
.contents{position:sticky;top:1rem;align-self:start;padding-top:1rem}.contents ol{display:block}}
@media screen and (max-width:820px){.columns{display:flex;flex-direction:column}.column{display:contents}.change{grid-template-columns:minmax(0,1fr)}
.reasoning{order:1}.impact{order:2}.owners{order:3}.back{order:4}.confidence{order:5}.traced{order:6}
.verdict{grid-template-columns:auto 1fr}.stamp{grid-column:1/-1}
.scroll>table:not(.narrow):not(.picture):not(.money):not(.acting){min-width:44rem}.scroll>.acting{min-width:31rem}.scroll>.examples{min-width:38rem}.scroll>.invoices{min-width:52rem}}
@media screen and (max-width:520px){body{font-size:14.5px}main>section{padding:.9rem .85rem}.frame{padding:0 .5rem 1.5rem}.verdict{margin:-.9rem -.85rem 0;padding:.9rem .85rem}
.sign{width:2.6rem;height:2.6rem}h1{font-size:1.9rem}.change div,.facts div,.confidence dl div{display:block}.change dt,.facts dt,.confidence dt{font-size:.88em}
.signatures{grid-template-columns:minmax(0,1fr)}
table.money,.owners table{font-size:.86em}.owners th,.owners td,.money th,.money td{padding-right:.35rem}}
@media print{@page{size:auto;margin:10mm 11mm}
:root{color-scheme:light}
body{background:none;font-size:9pt;line-height:1.35;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.skip,.contents,.filters,.top{display:none!important}
.frame{display:block;max-width:none;padding:0;margin:0}
main>section{border:0;padding:0;margin:6mm 0 0;border-radius:0}
a{color:inherit;text-decoration:none}
.board{font-size:7.8pt;line-height:1.24;break-after:page;margin:0!important}
.verdict{margin:0;padding:2.2mm 3mm;border-radius:0;grid-template-columns:auto 1fr 74mm}.sign{width:11mm;height:11mm}h1{font-size:19pt}.advice{font-size:10pt}.stamp{font-size:7.6pt}
.change{grid-template-columns:3fr 2.2fr;padding:1.6mm 0}.change dt{flex-basis:17mm}.change .wide dt{flex-basis:22mm}
.columns{grid-template-columns:minmax(0,1.08fr) minmax(0,1fr);column-gap:6mm}
.card{padding:1.5mm 0 1.6mm}.card h2,.approvals h2{font-size:9pt;margin:0 0 .8mm}.card p+p{margin-top:.6mm}
.reasons li{margin-bottom:.7mm}.reasons .who{display:inline}.figure strong{font-size:14pt}.figure{font-size:9pt}
.board table{font-size:7.4pt}.board th,.board td{padding-top:.6mm;padding-bottom:.6mm}.board .money{font-size:7.1pt}.board .money th,.board .money td{padding-left:.4mm;padding-right:.9mm}.bar{right:.9mm;width:calc(100% - 1.3mm)}
.confidence dt{flex-basis:22mm}.confidence dl div{padding:.15mm 0}
.timeline{height:4mm;margin:1mm 0 0}
.install{padding-top:.8mm;gap:0 3mm}.install h2{font-size:9pt}.install ol{gap:0 3mm}.approvals{padding-top:1mm}.line{height:7mm}.signatures{gap:1mm 4mm}.digest{margin-top:1.5mm;font-size:6.8pt}
.print{padding:0}
.scroll{overflow:visible}
thead{display:table-header-group}tr,.finding>header,.facts,.remedy,.card,h2,h3{break-inside:avoid}h2,h3,.finding>header{break-after:avoid}
.finding{margin-top:3mm;padding:2mm 3mm}
details::details-content{content-visibility:visible;display:block;height:auto}
details>summary{list-style:none;color:inherit}
.invoices{font-size:7pt}.invoices th,.invoices td,.examples th,.examples td{min-width:0!important;white-space:normal}.invoices td{padding-right:1.2mm}
.bottom{font-size:7pt;padding:3mm 0 0}
.digests code{font-size:6.6pt}}
`
