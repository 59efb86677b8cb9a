import { hues, steps } from './picture-colours.ts';

/** Okabe and Ito's colours, darkened for paper and lightened for night, without yellow and black. */
const dayHues = ['#0b6fb0', '#c9690c', '#0a8a66', '#b0508f', '#2b9ec9', '#a3402f', '#7a6a16'];
const nightHues = ['#58a6e8', '#f0a040', '#35c295', '#e58fc3', '#7fd0f0', '#f0806a', '#d5c354'];

/** From poor to good: orange to blue, which red-green blindness leaves apart. */
const daySteps = ['#b8480f', '#dd9440', '#9a948c', '#5796cf', '#1f57ad'];
const nightSteps = ['#f2713c', '#efb365', '#aaa59d', '#7fbaf0', '#4a8bf0'];

const declared = (letter: string, colours: readonly string[]) =>
  colours.map((colour, at) => `--${letter}${at}:${colour}`).join(';');

const day = `--page:#fbfaf7;--card:#fff;--ink:#1c1b19;--soft:#6a665f;--line:#e3dfd6;--pick:#f1ede3;--mark:#0b6fb0;--gone:#98938a;${declared('h', dayHues)};${declared('s', daySteps)}`;
const night = `--page:#161719;--card:#1e2023;--ink:#eceae5;--soft:#a19d95;--line:#34363a;--pick:#2a2d31;--mark:#58a6e8;--gone:#7d7a74;${declared('h', nightHues)};${declared('s', nightSteps)}`;

const numbered = (count: number, rule: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => rule(at)).join('');

/** The page's style sheet. @param views rows of the table @param scales axes of quality that can colour the map */
export function pageStyle(views: number, scales: number): string {
  return `:root{color-scheme:light dark;${day}}
@media(prefers-color-scheme:dark){:root{${night}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
header,main{max-width:1480px;margin:0 auto;padding:0 28px}
header{padding-top:26px;padding-bottom:18px}
.eyebrow{margin:0;color:var(--soft);font-size:12px;letter-spacing:.08em;text-transform:uppercase}
h1{margin:2px 0 4px;font-size:26px;line-height:1.2;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:0;font-size:19px;line-height:1.3}
h3{margin:26px 0 8px;font-size:15px}
p{margin:0}
.facts,.soft{color:var(--soft)}
.warning{margin:6px 0;font-weight:600}
.bad{font-size:12px;overflow-wrap:anywhere}
main{display:grid;grid-template-columns:minmax(0,570px) minmax(0,1fr);gap:28px;align-items:start;padding-bottom:60px}
.settings{position:sticky;top:16px;max-height:calc(100vh - 32px);overflow:auto;background:var(--card);border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%}
caption{text-align:left}
th,td{padding:5px 8px;text-align:right;font-weight:400;white-space:nowrap}
thead th{color:var(--soft);font-size:12px}
.settings table{font-size:13px}.settings th,.settings td{padding-left:6px;padding-right:6px}
.settings caption{padding:14px 14px 4px;font-weight:600;font-size:15px}
.settings caption span{display:block;color:var(--soft);font-weight:400;font-size:13px}
.settings th:first-child{text-align:left;padding-left:14px}
.settings td:last-child,.settings th:last-child{padding-right:14px}
.settings thead th{border-bottom:1px solid var(--line)}
.settings tr.k th{padding-top:14px;font-weight:600;font-size:13px}
.settings tr.k small{color:var(--soft);font-weight:400;font-size:12px;margin-left:4px}
.settings tr.row{cursor:pointer}
.settings tr.row:hover,.settings tr.row:has(:checked){background:var(--pick)}
.settings tr.row:has(:checked){box-shadow:inset 3px 0 var(--mark)}
.settings tr.row:has(:focus-visible){outline:2px solid var(--mark);outline-offset:-2px}
.settings label{cursor:pointer;display:flex;align-items:center;gap:7px}
.settings input{margin:0;accent-color:var(--mark);outline:none}
.settings td.why{color:var(--soft);text-align:left}
.own{display:inline-block;padding:0 6px;border:1px solid var(--mark);border-radius:99px;color:var(--mark);font-size:11px;line-height:16px;font-weight:500}
.strip{display:block;width:84px;margin-left:auto;height:10px;border-radius:2px}
.strip rect{fill:var(--soft)}.strip .rest{fill:var(--line)}
.note{padding:10px 14px 14px;color:var(--soft);font-size:12px;border-top:1px solid var(--line);margin-top:8px}
.view{display:none}
${numbered(views, (at) => `body:has(#row-${at}:checked) #view-${at}{display:block}`)}
@supports not selector(:has(a)){.view{display:block}}
.head{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline}
.problem{margin-top:12px;padding:14px 16px;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow-wrap:anywhere}
code{font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--pick);padding:2px 6px;border-radius:4px;overflow-wrap:anywhere}
.by{border:0;margin:0 0 14px;padding:0;display:flex;flex-wrap:wrap;gap:4px 14px}
.by legend{float:left;padding:0;margin-right:14px;color:var(--soft)}
.by label{cursor:pointer;display:inline-flex;align-items:center;gap:5px}
.by input{margin:0;accent-color:var(--mark)}
figure{margin:12px 0 0;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
figcaption{padding:9px 14px;border-top:1px solid var(--line);color:var(--soft);font-size:12px;display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center}
.scale{display:none;gap:4px 12px;flex-wrap:wrap}
.scale span{display:inline-flex;align-items:center;gap:5px}
.map{display:block;width:100%;height:auto}
.map.upright{display:none}
${numbered(hues, (at) => `.h${at}{--c:var(--h${at})}`)}
${numbered(scales, (scale) => `body:has(#by-${scale}:checked){${''}}body:has(#by-${scale}:checked) .scale-${scale}{display:flex}body:has(#by-${scale}:checked) .q${scale}-none{--c:var(--gone)}${numbered(steps, (step) => `body:has(#by-${scale}:checked) .q${scale}-${step}{--c:var(--s${step})}`)}`).replaceAll(/body:has\(#by-\d+:checked\)\{\}/g, '')}
.spokes path{stroke:var(--c);stroke-opacity:.45;stroke-width:1;fill:none}
.bubble circle{fill:var(--c);fill-opacity:.26;stroke:var(--c);stroke-width:1.5;cursor:pointer}
.bubble:hover circle,.bubble.on circle{fill-opacity:.5}
.bubble{outline:none}
.bubble:focus-visible circle{stroke:var(--ink);stroke-width:3}
.dots circle{fill:var(--c);stroke:var(--card);stroke-width:.8;cursor:pointer}
.gone circle{fill:url(#hatch);stroke:var(--gone);stroke-dasharray:3 2}
#hatch path{stroke:var(--gone);stroke-width:1.6}
.labels text{fill:var(--ink);font-weight:600;unicode-bidi:isolate;paint-order:stroke;stroke:var(--card);stroke-width:3.5px;stroke-linejoin:round;pointer-events:none}
.labels .share{font-weight:400;fill:var(--soft)}
.labels path{stroke:var(--soft);stroke-width:1;fill:none}
.swatch{display:inline-block;width:10px;height:10px;border-radius:50%;background:var(--c);margin-right:7px;flex:none}
.scroll{overflow-x:auto}
.clusters{font-size:13px}
.clusters th,.clusters td{vertical-align:top;border-top:1px solid var(--line);padding:8px 10px}
.clusters thead th{border-top:0}
.clusters th:first-child,.clusters td.what,.clusters th.what{text-align:left}
.clusters th:first-child{padding-left:0}
.clusters td.what{white-space:normal;min-width:260px;width:100%}
.clusters tr:target{background:var(--pick)}
.terms{color:var(--soft)}.terms b{color:var(--ink);font-weight:600}
.terms,.example{unicode-bidi:isolate;overflow-wrap:anywhere}
details{margin-top:3px;font-size:12px;color:var(--soft)}
summary{cursor:pointer;list-style:none;display:flex;gap:6px}
summary::-webkit-details-marker{display:none}
summary::before{content:"+";flex:none;width:9px}
details[open] summary::before{content:"–"}
summary .example{overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:1;overflow-wrap:anywhere}
details[open] summary .example{-webkit-line-clamp:none}
details ul{margin:4px 0 0;padding-left:15px;list-style:none}
details li+li{margin-top:4px}
.bar{display:block;height:3px;margin-top:4px;border-radius:2px;background:var(--c);margin-left:auto}
#tip{position:absolute;z-index:9;width:330px;max-width:calc(100vw - 24px);padding:12px 14px;background:var(--card);border:1px solid var(--line);border-radius:10px;box-shadow:0 6px 28px #0003;font-size:12.5px;pointer-events:none}
#tip b.name{display:flex;align-items:center;font-size:13.5px}
#tip dl{display:grid;grid-template-columns:auto auto;gap:1px 14px;justify-content:start;margin:6px 0}
#tip dt{color:var(--soft)}#tip dd{margin:0;text-align:right}#tip dd.long{text-align:left}
#tip .example{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;color:var(--soft);margin-top:5px}
[hidden]{display:none!important}
@media(max-width:1240px){main{grid-template-columns:minmax(0,1fr)}.settings{position:static;max-height:none}}
@media(max-width:640px){header,main{padding-left:14px;padding-right:14px}h1{font-size:22px}.map.broad{display:none}.map.upright{display:block}.settings .of-sizes,.settings .of-smallest{display:none}.settings table{font-size:12px}.settings th,.settings td{padding-left:4px;padding-right:4px}.settings th:first-child{padding-left:10px}.clusters td.what{min-width:200px}}
@media print{.settings{position:static;max-height:none;overflow:visible}}`;
}
