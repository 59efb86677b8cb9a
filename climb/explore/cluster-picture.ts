import { count, percent } from '../markdown.ts';
import type { DomainSetCluster } from '../corpus/corpus-artifacts.ts';
import type { FoundRow } from './exploration.ts';
import type { Circle, LabelPlace } from './label-places.ts';
import { markup, type Markup } from './markup.ts';
import { stepOf, type QualityScale } from './picture-colours.ts';
import type { Frame, PictureLayout } from './picture-layout.ts';

/** How a view names its clusters' entries, so that circles lead there. */
export const entryId = (view: number, cluster: DomainSetCluster) => `v${view}-${cluster.cluster}`;

/** Classes that colour a cluster: by its hue, and by its step on each scale of quality. */
export function colourClasses(cluster: DomainSetCluster, hue: number, scales: readonly QualityScale[]): string {
  return [`h${hue}`, ...scales.map((scale, at) => `q${at}-${stepOf(cluster, scale) ?? 'none'}`)].join(' ');
}

export type PictureInput = {
  readonly row: FoundRow;
  readonly layout: PictureLayout;
  /** Colour of each cluster. */
  readonly colours: readonly string[];
  /** Number of the view. */
  readonly view: number;
  readonly frame: Frame;
};

/** The map of a row as SVG: circles are links to the clusters' entries, dots are K_init clusters. */
export function clusterPicture({ row, layout, colours, view, frame }: PictureInput): Markup {
  const { clusters, dots, dropped } = layout;
  const documents = row.clusters.reduce((sum, cluster) => sum + cluster.documents, 0);
  const share = (cluster: DomainSetCluster) => percent(cluster.documents / documents);
  const bySize = clusters.map((circle, at) => ({ circle, at })).sort((a, b) => b.circle.r - a.circle.r || a.at - b.at);
  return markup`<svg class="map ${frame.upright ? 'upright' : 'broad'}" viewBox="0 0 ${frame.width} ${frame.height}" role="group" aria-label="Map of ${count(row.clusters.length, 'cluster')}; arrow keys go from one to the next">
<g class="spokes" aria-hidden="true">${dots.map(({ x, y, group }) => markup`<path class="${colours[group]!}" d="M${at(x)} ${at(y)}L${at(clusters[group]!.x)} ${at(clusters[group]!.y)}"/>`)}</g>
<g class="gone">${dropped.map((circle, d) => markup`<circle tabindex="-1" role="img" data-entry="v${view}-d${d}" aria-label="dropped: ${row.dropped[d]!.reasons.join('; ')}" ${round(circle)}/>`)}</g>
${bySize.map(({ circle, at: c }) => {
  const cluster = row.clusters[c]!;
  const id = entryId(view, cluster);
  return markup`<a class="bubble ${colours[c]!}" href="#${id}" data-entry="${id}" aria-label="${cluster.cluster}, ${cluster.label}: ${count(cluster.documents, 'document')}, ${share(cluster)}"><circle ${round(circle)}/></a>`;
})}
<g class="dots" aria-hidden="true">${dots.map(({ x, y, group }) => markup`<circle class="${colours[group]!}" data-entry="${entryId(view, row.clusters[group]!)}" cx="${at(x)}" cy="${at(y)}" r="${dots.length > 200 ? 1.8 : 2.6}"/>`)}</g>
<g class="labels" aria-hidden="true" font-size="${frame.fontSize}">${clusters.map(({ label, text, ...circle }, c) => label && labelOf(circle, label, text, share(row.clusters[c]!), frame))}</g>
</svg>`;
}

function labelOf(circle: Circle, label: LabelPlace, text: string, share: string, { fontSize }: Frame): Markup {
  // The side that faces the circle is held, since the text may turn out narrower than its box.
  const [anchor, x] =
    label.x >= circle.x
      ? ['start', label.x]
      : label.x + label.width <= circle.x
        ? ['end', label.x + label.width]
        : ['middle', label.x + label.width / 2];
  const leader = label.gap > 0 && markup`<path d="${leaderPath(circle, label)}"/>`;
  return markup`${leader}<g text-anchor="${anchor}"><text x="${at(x)}" y="${at(label.y + fontSize)}">${text}</text><text class="share" x="${at(x)}" y="${at(label.y + 2.05 * fontSize)}" font-size="${fontSize - 1.5}">${share}</text></g>`;
}

/** From the circle's edge to the nearest point of its label. */
function leaderPath({ x, y, r }: Circle, box: LabelPlace): string {
  const [px, py] = [Math.min(box.x + box.width, Math.max(box.x, x)), Math.min(box.y + box.height, Math.max(box.y, y))];
  const length = Math.hypot(px - x, py - y) || 1;
  return `M${at(x + ((px - x) * r) / length)} ${at(y + ((py - y) * r) / length)}L${at(px)} ${at(py)}`;
}

const round = ({ x, y, r }: Circle): Markup => markup`cx="${at(x)}" cy="${at(y)}" r="${at(r)}"`;

/** Tenths of a pixel. */
const at = (pixels: number) => Math.round(10 * pixels) / 10;

/** A bar of the clusters' shares: how even they are, at a glance. */
export function shareStrip(sizes: readonly number[]): Markup {
  const all = sizes.reduce((a, b) => a + b, 0);
  let from = 0;
  const parts = sizes.map((size) => {
    const part = { from, width: (100 * size) / all };
    from += part.width;
    return part;
  });
  // Narrower ones can't be seen apart.
  const seen = parts.filter(({ width }) => width >= 0.8);
  return markup`<svg class="strip" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="10"/>${seen.map(({ from: x, width }) => markup`<rect x="${at(x)}" width="${at(Math.max(0.4, width - 0.7))}" height="10"/>`)}</svg>`;
}
