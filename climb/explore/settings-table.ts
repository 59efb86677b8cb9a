import { count, fixed, number, percent } from '../markdown.ts';
import { shareStrip } from './cluster-picture.ts';
import type { Exploration, ExploredRow, FoundRow } from './exploration.ts';
import { mergeWords } from './exploration-text.ts';
import { markup, type Markup } from './markup.ts';

type Column = { readonly head: string; readonly title: string; readonly cell: (row: FoundRow) => string | Markup };

/** All settings as a table in which one is chosen. @param chosen index of the row to start with */
export function settingsTable(exploration: Exploration, chosen: number): Markup {
  const { rows, clusterings } = exploration;
  const columns = columnsOf(exploration);
  const group = ({ k, sizes }: Exploration['clusterings'][number]) => markup`<tbody>
<tr class="k"><th scope="rowgroup" colspan="${columns.length + 1}">K ${number(k)}${sizes.length < k && markup`<small>${count(sizes.length, 'cluster')} with a document</small>`}</th></tr>
${rows.map((row, at) => row.k === k && settingRow(row, at, at === chosen, columns))}</tbody>`;
  return markup`<table>
<caption>Settings<span>K of k-means, then how its clusters are merged (${rows[0]!.merge.method})</span></caption>
<thead><tr><th scope="col">merge</th>${columns.map(({ head, title }) => markup`<th scope="col" class="of-${head}" title="${title}">${head}</th>`)}</tr></thead>
${clusterings.map(group)}
</table>
<p class="note">${columns.map(({ head, title }) => `${head}: ${title}`).join('. ')}.</p>`;
}

function settingRow(row: ExploredRow, at: number, chosen: boolean, columns: readonly Column[]): Markup {
  const { target, threshold } = row.merge;
  const name = `k${row.k}-${target === null ? `t${threshold}` : target}`;
  const cells =
    'figures' in row
      ? columns.map(({ head, cell }) => markup`<td class="of-${head}">${cell(row)}</td>`)
      : markup`<td class="why" colspan="${columns.length}">can’t be searched over</td>`;
  return markup`<tr class="row" data-name="${name}"><th scope="row"><label><input type="radio" name="row" id="row-${at}" ${chosen && markup`checked`}>${mergeWords(row.merge)} ${row.own && markup`<span class="own">file</span>`}</label></th>${cells}</tr>
`;
}

/** What not a single row has to say gets no column. */
function columnsOf({ rows, axes }: Exploration): Column[] {
  const found = rows.filter((row) => 'figures' in row);
  const any = (has: (row: FoundRow) => boolean, column: Column) => (found.some(has) ? [column] : []);
  return [
    { head: 'clusters', title: 'the axes of the search', cell: ({ figures }) => number(figures.clusters) },
    {
      head: 'sizes',
      title: 'shares of the documents',
      cell: ({ clusters }) => shareStrip(clusters.map((c) => c.documents)),
    },
    { head: 'largest', title: 'share of the largest cluster', cell: ({ figures }) => percent(figures.largestShare) },
    { head: 'smallest', title: 'documents of the smallest cluster', cell: ({ figures }) => number(figures.smallest) },
    ...any(({ figures }) => figures.droppedClusters > 0, {
      head: 'dropped',
      title: 'documents of clusters that fail on quality',
      cell: ({ figures }) => number(figures.droppedDocuments),
    }),
    ...any(({ figures }) => figures.nmi !== null, {
      head: 'NMI',
      title: 'how much clusters and labels tell of each other, 1 at most',
      cell: ({ figures }) => fixed(figures.nmi, 2),
    }),
    ...any(() => axes.length > 0, {
      head: 'quality',
      title: axes.length > 1 ? `mean of ${axes.join(', ')}` : `mean of ${axes.join('')}`,
      cell: ({ figures }) => fixed(figures.meanQuality, 2),
    }),
  ];
}
