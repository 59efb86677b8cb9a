import type { DomainSetCluster, DroppedCluster } from '../../../climb/corpus/corpus-artifacts.ts';
import { clusterMap } from '../../../climb/explore/cluster-map.ts';
import {
  figuresOf,
  type Exploration,
  type ExploredRow,
  type MergeSetting,
} from '../../../climb/explore/exploration.ts';
import { stream } from '../../../climb/random.ts';

const words =
  'whale ship sea captain bread oven flour butter judge appeal jury court planet comet orbit moon import return class self congress nation treaty peace promise async module export wrote list mail server genus plant leaf flower'.split(
    ' ',
  );

const dimensions = 24;
const sha256 = (digit: string) => digit.repeat(64);

/** `k` clusters in eight groups, cluster i in group i mod 8; the last one is of poor quality. */
function clustering(k: number): Exploration['clusterings'][number] {
  const draws = stream(k, ['made']);
  const centroids = Float32Array.from(
    { length: k * dimensions },
    (_, at) => 0.08 * draws.normal() + (at % dimensions === Math.floor(at / dimensions) % 8 ? 1 : 0),
  );
  const sizes = Array.from({ length: k }, (_, at) => Math.round(4000 / (at + 3)));
  return { k, sizes, inertia: k / 10, points: clusterMap(centroids, dimensions) };
}

/** The first clusters each the seed of a group, the others with the one that is alike; the last is dropped. */
function row(k: number, merge: MergeSetting, groups: number, { own = false, scored = true } = {}): ExploredRow {
  const { sizes } = clustering(k);
  const map = sizes.map((_, initial) => (scored && initial === k - 1 ? null : initial % Math.min(groups, k - 1)));
  const clusters = Array.from({ length: Math.min(groups, k - 1) }, (_, group): DomainSetCluster => {
    const documents = sizes.reduce((sum, size, at) => (map[at] === group ? sum + size : sum), 0);
    const terms = Array.from({ length: 8 }, (_, at) => words[(4 * group + at) % words.length]!);
    return {
      cluster: `c${String(group).padStart(4, '0')}`,
      label: terms.slice(0, 4).join(', '),
      terms,
      examples: [`It begins with ${terms.join(' and ')}.`, `Then there is ${terms[3]}.`, `${terms[1]}`],
      documents,
      bytes: 3200 * documents,
      estimatedTokens: 1000 * documents,
      ...(scored && {
        quality: {
          repetition: { mean: 1 + ((group * 7) % 16) / 4, documents },
          'line ends': group % 5 === 4 ? { mean: null, documents: 0 } : { mean: 3 + (group % 4) / 2, documents },
        },
      }),
    };
  });
  const dropped: DroppedCluster[] = scored
    ? [
        {
          initial: k - 1,
          documents: sizes.at(-1)!,
          bytes: 9000,
          terms: ['click', 'here', 'buy'],
          reasons: ['repetition 0.82 < 3', 'line ends 2.10 < 3'],
        },
      ]
    : [];
  return {
    k,
    merge,
    own,
    figures: figuresOf({ clusters, dropped }, 0.1 * Math.min(8, groups), scored ? ['repetition', 'line ends'] : []),
    domainSet: { sha256: sha256('d'), bytes: 1234 },
    clusters,
    map,
    dropped,
  };
}

const to = (target: number): MergeSetting => ({ method: 'ward', target, threshold: null });
const nearer = (threshold: number): MergeSetting => ({ method: 'ward', target: null, threshold });

/** Two clusterings with three ways to merge each, of which one fails. */
export function madeExploration(changes: Partial<Exploration> = {}, scored = true): Exploration {
  return {
    schema: 1,
    kind: 'exploration',
    file: 'made.json',
    seed: 7,
    corpus: {
      records: 12_361,
      documents: 12_345,
      bytes: 39_500_000,
      split: 2,
      duplicates: 12,
      nearDuplicates: 0,
      contaminatedCount: 3,
      bad: [{ file: 'a.jsonl', line: 1203, reason: 'not JSON' }],
      badCount: 1,
      heldOut: 0,
    },
    embedding: { kind: 'lsa', dimensions },
    axes: scored ? ['repetition', 'line ends'] : [],
    clusterings: [clustering(32), clustering(64)],
    rows: [
      row(32, to(8), 8, { scored }),
      row(32, nearer(0.5), 24, { scored }),
      row(64, to(8), 8, { scored, own: true }),
      row(64, nearer(0.5), 40, { scored }),
      { k: 64, merge: nearer(2), own: false, problem: 'one cluster is left of 64; try a smaller threshold' },
    ],
    ...changes,
  };
}
