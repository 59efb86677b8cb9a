import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { count, fixed } from '../markdown.ts';
import { clusterView, type ViewInput } from './cluster-view.ts';
import type { Exploration } from './exploration.ts';
import { badWarning, firstBad, leftOut } from './left-out.ts';
import { Markup, markup, type Content } from './markup.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { qualityScales } from './picture-colours.ts';
import { settingsTable } from './settings-table.ts';

/**
 * An exploration as one page that needs nothing else: no network, no second file. Its policy lets no script run but its
 * own, known by its hash, so that text of a document stays text even in a browser that errs.
 */
export function explorationPage(exploration: Exploration): string {
  const { file, rows, clusterings } = exploration;
  const scales = qualityScales(exploration);
  const chosen = Math.max(
    0,
    rows.findIndex(({ own }) => own),
  );
  const views = rows.map((row, view): ViewInput => {
    const clustering = clusterings.find(({ k }) => k === row.k);
    if (clustering === undefined) throw new Error(`no clustering with K ${row.k} in this exploration`);
    return { row, view, clustering, scales, axes: exploration.axes };
  });
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${base64(sha256(utf8ToBytes(pageScript)))}'; base-uri 'none'; form-action 'none'`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${file} · clusters</title>
<style>${new Markup(pageStyle(rows.length, scales.length))}</style>
</head>
<body>
<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6"/></pattern></defs></svg>
<header>
<p class="eyebrow">Climb · clusters to choose from</p>
<h1>${file}</h1>
<p class="facts">${facts(exploration).join(' · ')}</p>${badRecords(exploration.corpus)}
</header>
<main>
<section class="settings" aria-label="Settings">${settingsTable(exploration, chosen)}</section>
<div>${colouring(scales.map(({ name }) => name))}${views.map(clusterView)}</div>
</main>
<script>${new Markup(pageScript)}</script>
</body>
</html>
`.text;
}

function facts({ corpus, embedding, seed }: Exploration): string[] {
  const { documents, bytes } = corpus;
  return [
    `${count(documents, 'document')}, ${textSize(bytes)} of text`,
    `${embedding.kind}, ${count(embedding.dimensions, 'dimension')}`,
    `seed ${seed}`,
    ...leftOut(corpus),
  ];
}

/** What was skipped, by its first few. */
function badRecords(corpus: Exploration['corpus']): Content {
  const warning = badWarning(corpus);
  return [
    warning === undefined ? null : markup`<p class="warning">${warning}</p>`,
    ...firstBad(corpus).map((line) => markup`<p class="facts bad">${line}</p>`),
  ];
}

/** What the marks' colours say; nothing to choose where quality was not scored. */
function colouring(scales: readonly string[]): Content {
  if (scales.length === 0) return null;
  return markup`<fieldset class="by"><legend>Colour</legend><label><input type="radio" name="by" id="by-group" checked>by cluster</label><span class="soft">or by quality:</span>${scales.map((name, at) => markup`<label><input type="radio" name="by" id="by-${at}" aria-label="by quality: ${name}">${name}</label>`)}</fieldset>`;
}

const textSize = (bytes: number) => (bytes < 1e9 ? `${fixed(bytes / 1e6, 1)} MB` : `${fixed(bytes / 1e9, 1)} GB`);

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
