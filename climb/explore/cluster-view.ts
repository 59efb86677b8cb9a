import { count, fixed, number, percent } from '../markdown.ts';
import type { DomainSetCluster } from '../corpus/corpus-artifacts.ts';
import { clusterPicture, colourClasses, entryId } from './cluster-picture.ts';
import type { ExploredClustering, ExploredRow, FoundRow } from './exploration.ts';
import { mergeWords, unjudged } from './exploration-text.ts';
import { markup, type Content, type Markup } from './markup.ts';
import { farHues, steps, type QualityScale } from './picture-colours.ts';
import { pictureLayout, type Frame } from './picture-layout.ts';

export type ViewInput = {
  readonly row: ExploredRow;
  /** Number of the row. */
  readonly view: number;
  readonly clustering: ExploredClustering;
  readonly scales: readonly QualityScale[];
  readonly axes: readonly string[];
};

const broad: Frame = { width: 880, height: 560, upright: false, fontSize: 13, mostLabels: 36 };
/** For a telephone. */
const upright: Frame = { width: 360, height: 500, upright: true, fontSize: 11.5, mostLabels: 16 };

/** A page can't be read that lists more; the others are in the map and in explore.json. */
const mostListed = 200;

/** One setting: its map, its clusters, what was dropped. */
export function clusterView(input: ViewInput): Markup {
  const { row, view } = input;
  return markup`
<section class="view" id="view-${view}" aria-label="K ${number(row.k)}, ${mergeWords(row.merge)}">
<div class="head"><h2>${'figures' in row ? count(row.figures.clusters, 'cluster') : 'No domain set'}</h2><span class="soft">K ${number(row.k)}, ${row.merge.method} ${mergeWords(row.merge)}</span>${row.own ? markup`<span class="own">as the search file has it</span>` : markup`<code>${changes(row)}</code>`}</div>
${'figures' in row ? found({ ...input, row }) : markup`<p class="problem">${row.problem}</p>`}
</section>`;
}

/** What to write into the search file; whatever else its part `clusters` says stays as it is. */
function changes({ k, merge: { method, target, threshold } }: ExploredRow): string {
  const until = target === null ? (['threshold', threshold] as const) : (['target', target] as const);
  const fields = [
    ['initial', k],
    ['merge.method', method],
    [`merge.${until[0]}`, until[1]],
  ] as const;
  return fields.map(([field, value]) => `clusters.${field} = ${JSON.stringify(value)}`).join(', ');
}

function found({ row, view, clustering, scales, axes }: ViewInput & { row: FoundRow }): Markup {
  const pictures = [broad, upright].map((frame) => ({ frame, layout: pictureLayout(row, clustering, frame) }));
  const hues = farHues(pictures[0]!.layout.clusters);
  const colours = row.clusters.map((cluster, at) => colourClasses(cluster, hues[at]!, scales));
  const all = row.clusters.reduce((sum, { documents }) => sum + documents, 0);
  const listed = row.clusters.slice(0, mostListed);
  return markup`<figure>
${pictures.map((picture) => clusterPicture({ row, colours, view, ...picture }))}
<figcaption><span>Near is alike. A circle is a cluster, its area the documents; a dot is one of the ${number(clustering.sizes.length)} clusters of k-means it was merged from. ${row.dropped.length > 0 && 'Hatched ones were dropped.'}</span>${scales.map(legend)}</figcaption>
</figure>
<h3>Clusters</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Clusters"><table class="clusters">
<thead><tr><th scope="col">cluster</th><th scope="col" class="what">terms, and how typical documents begin</th><th scope="col">documents</th><th scope="col">share</th><th scope="col" title="estimated from the bytes of text">tokens</th>${axes.map((axis) => markup`<th scope="col">${axis}</th>`)}</tr></thead>
<tbody>${listed.map((cluster, at) => entry(cluster, { id: entryId(view, cluster), colour: colours[at]!, all, axes, largest: row.figures.largest }))}</tbody>
</table></div>
${row.clusters.length > mostListed && markup`<p class="soft">${number(row.clusters.length - mostListed)} smaller ones are in explore.json.</p>`}
${row.dropped.length > 0 && droppedList(row, view)}`;
}

type EntryInput = {
  readonly id: string;
  readonly colour: string;
  readonly all: number;
  readonly largest: number;
  readonly axes: readonly string[];
};

function entry(cluster: DomainSetCluster, { id, colour, all, axes, largest }: EntryInput): Markup {
  const { terms, label, documents, estimatedTokens, quality } = cluster;
  // A known domain's name isn't among its terms.
  const [bold, others] = label === terms.slice(0, 4).join(', ') ? [label, terms.slice(4)] : [label, terms];
  return markup`<tr id="${id}" data-title="${cluster.cluster}"><th scope="row"><span class="swatch ${colour}"></span>${cluster.cluster}</th><td class="what"><div class="terms"><b>${bold}</b>${others.length > 0 && `, ${others.join(', ')}`}</div>${examplesOf(cluster)}${unjudged(cluster) !== undefined && markup`<div class="soft">${unjudged(cluster) ?? ''}</div>`}</td><td data-label="documents">${number(documents)}</td><td data-label="share">${percent(documents / all)}<span class="bar ${colour}" style="width:${((100 * documents) / largest).toFixed(1)}%"></span></td><td data-label="tokens, estimated">${number(estimatedTokens)}</td>${axes.map((axis) => markup`<td data-label="${axis}">${fixed(quality?.[axis]?.mean ?? null, 2)}</td>`)}</tr>
`;
}

function examplesOf({ examples }: DomainSetCluster): Content {
  const [first, ...others] = examples;
  if (first === undefined) return null;
  return markup`<details><summary><span class="example">${first}</span></summary><ul>${others.map((example) => markup`<li class="example">${example}</li>`)}</ul></details>`;
}

function droppedList({ dropped, figures }: FoundRow, view: number): Markup {
  return markup`<h3>Dropped for quality: ${count(figures.droppedClusters, 'cluster')} of k-means, ${count(figures.droppedDocuments, 'document')}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Dropped"><table class="clusters">
<thead><tr><th scope="col">of K</th><th scope="col" class="what">terms</th><th scope="col" class="what">why</th><th scope="col">documents</th></tr></thead>
<tbody>${dropped.slice(0, mostListed).map(
    (
      { initial, terms, reasons, documents },
      at,
    ) => markup`<tr id="v${view}-d${at}" data-title="dropped"><th scope="row">${initial}</th><td class="what"><div class="terms">${terms.join(', ')}</div></td><td class="what" data-label="why">${reasons.join('; ')}</td><td data-label="documents">${number(documents)}</td></tr>
`,
  )}</tbody>
</table></div>`;
}

/** The steps of a scale of quality with the means they stand for. */
function legend({ name, low, high }: QualityScale, scale: number): Markup {
  const edge = (step: number) => (low + ((high - low) * step) / steps).toFixed(2);
  return markup`<span class="scale scale-${scale}">${name}: ${Array.from({ length: steps }, (_, step) => markup`<span><span class="swatch" style="--c:var(--s${step})"></span>${edge(step)} to ${edge(step + 1)}</span>`)}</span>`;
}
