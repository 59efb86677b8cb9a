import type { DomainSetCluster } from '../corpus/corpus-artifacts.ts';
import { count, fixed, number, percent } from '../markdown.ts';
import type { Exploration, ExploredRow, FoundRow, MergeSetting } from './exploration.ts';
import { unjudgedAxes } from '../corpus/quality/unjudged.ts';
import { plainText } from './markup.ts';

/** `to 16` or `within 0.75`. */
export const mergeWords = ({ target, threshold }: MergeSetting) =>
  target === null ? `within ${threshold}` : `to ${target}`;

/** The table of all settings as aligned text; the file's own has a star. */
export function explorationTable({ rows, axes }: Pick<Exploration, 'rows' | 'axes'>): string {
  const scored = axes.length > 0;
  const found = rows.filter((row) => 'figures' in row);
  const labelled = found.some(({ figures }) => figures.nmi !== null);
  const dropping = found.some(({ figures }) => figures.droppedClusters > 0);
  const columns: readonly [head: string, cell: (row: FoundRow) => string][] = [
    ['clusters', ({ figures }) => number(figures.clusters)],
    ['largest', ({ figures }) => number(figures.largest)],
    ['smallest', ({ figures }) => number(figures.smallest)],
    ['share', ({ figures }) => percent(figures.largestShare)],
    ...(dropping
      ? [['dropped', ({ figures }: FoundRow) => number(figures.droppedDocuments)] satisfies [string, unknown]]
      : []),
    ...(labelled ? [['NMI', ({ figures }: FoundRow) => fixed(figures.nmi, 3)] satisfies [string, unknown]] : []),
    ...(scored
      ? [['quality', ({ figures }: FoundRow) => fixed(figures.meanQuality, 2)] satisfies [string, unknown]]
      : []),
  ];
  const lines = rows.map((row) => [
    row.own ? '*' : '',
    number(row.k),
    `${row.merge.method} ${mergeWords(row.merge)}`,
    ...columns.map(([, cell]) => ('figures' in row ? cell(row) : '–')),
  ]);
  const notes = rows.filter((row) => 'problem' in row).map((row) => `${settingWords(row)}: ${row.problem}`);
  return [
    aligned(['', 'K', 'merge', ...columns.map(([head]) => head)], lines, [2]),
    ...(rows.some(({ own }) => own) ? ['', '* as the search file has it'] : []),
    ...notes,
  ].join('\n');
}

/** `K 64, ward to 16` */
export const settingWords = ({ k, merge }: ExploredRow) => `K ${number(k)}, ${merge.method} ${mergeWords(merge)}`;

/** The clusters of one row: a line of figures, and below it how a typical document begins. */
export function clusterLines(row: FoundRow, axes: readonly string[]): string {
  const documents = row.clusters.reduce((sum, cluster) => sum + cluster.documents, 0);
  const head = ['cluster', 'documents', 'share', 'tokens', ...axes.map(plainText), 'terms'];
  const lines = row.clusters.map((cluster) => [
    cluster.cluster,
    number(cluster.documents),
    percent(cluster.documents / documents),
    number(cluster.estimatedTokens),
    ...axes.map((axis) => fixed(cluster.quality?.[axis]?.mean ?? null, 2)),
    cut(plainText(cluster.label), 60),
  ]);
  const [header = '', ...body] = aligned(head, lines, [0, head.length - 1]).split('\n');
  const examples = row.clusters.map(({ examples }) => cut(plainText(examples[0] ?? ''), 100));
  return [
    header,
    ...body.flatMap((line, at) => [
      line,
      ...[examples[at], unjudged(row.clusters[at]!)].flatMap((note) => (note ? [`${' '.repeat(9)}${note}`] : [])),
    ]),
    ...(row.dropped.length === 0
      ? []
      : [
          '',
          `dropped: ${count(row.figures.droppedClusters, 'cluster')} of K with ${count(row.figures.droppedDocuments, 'document')}`,
          ...row.dropped.map(
            ({ documents: n, reasons, terms }) =>
              `  ${number(n)}  ${plainText(reasons.join('; '))}  (${cut(plainText(terms.slice(0, 4).join(', ')), 60)})`,
          ),
        ]),
  ].join('\n');
}

/** Axes of quality that a cluster isn't judged on, and why; nothing where it is on all, or none was scored. */
export const unjudged = ({ quality = {}, documents, kinds }: DomainSetCluster): string | undefined => {
  const why = unjudgedAxes(quality, documents, kinds);
  return why && plainText(why);
};

/** Columns of one width, two blanks apart; numbers to the right, the named columns to the left. */
function aligned(head: readonly string[], rows: readonly (readonly string[])[], left: readonly number[]): string {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => [...row[at]!].length)));
  const pad = (text: string, at: number) => {
    const blanks = ' '.repeat(widths[at]! - [...text].length);
    return left.includes(at) ? text + blanks : blanks + text;
  };
  return [head, ...rows].map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

function cut(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length
    ? text
    : `${characters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`;
}
