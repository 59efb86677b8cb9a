import type { Arm } from '../../climb/verification/arms.ts';
import type { Ref } from '../../climb/artifact.ts';
import { digest } from '../../climb/content-key.ts';
import type { DomainSet, Manifest } from '../../climb/corpus/corpus-artifacts.ts';
import { weighEvidence } from '../../climb/verification/evidence.ts';
import { taskLabel } from '../../climb/verification/objective.ts';
import type { Observation } from '../../climb/predictor/observations.ts';
import type { ItemisedScore, ProxyScore } from '../../climb/verification/proxy-score.ts';
import type { RecipeBody, RecipeRun } from '../../climb/search/recipe.ts';
import type { SearchSpec, TaskSpec } from '../../climb/spec/search-file.ts';
import type { TokenShards } from '../../climb/corpus/token-shards.ts';
import { specOf } from './made-search.ts';

/** A small made world: three clusters, two searched and two report tasks, six items each. */

export const refOf = (name: string): Ref => ({ sha256: digest(name), bytes: name.length });

export const smallSpec = specOf({
  tasks: [{ name: 'piqa', weight: 3 }, { name: 'arc_easy' }],
  report: { tasks: [{ name: 'sciq' }, { name: 'own', split: 'test', path: 'own.jsonl' }] },
  clusters: { initial: 8, merge: { target: 3 } },
  target: { tokens: 1_000_000 },
});

export const clusters = ['c0000', 'c0001', 'c0002'];

export const tokens: TokenShards = {
  schema: 1,
  kind: 'tokens',
  tokenizer: refOf('tokenizer'),
  vocabSize: 2048,
  bos: 256,
  dtype: 'uint16',
  tokens: 4_000_000,
  clusters: [2_000_000, 1_500_000, 500_000].map((tokens, at) => ({
    cluster: clusters[at] as string,
    tokens,
    documents: tokens / 1000,
    bytes: tokens * 3,
    bin: refOf(`bin ${at}`),
    idx: refOf(`idx ${at}`),
  })),
};

export const domainSet: DomainSet = {
  schema: 2,
  kind: 'domain-set',
  clusters: [
    { label: 'law, court', examples: ['The court finds that'] },
    { label: 'cells, protein', examples: ['Protein folding is'] },
    { label: 'goals, match', examples: ['The match ended in'] },
  ].map(({ label, examples }, at) => ({
    cluster: clusters[at] as string,
    label,
    terms: label.split(', '),
    examples,
    documents: [2000, 1500, 500][at] as number,
    bytes: [6e6, 4.5e6, 1.5e6][at] as number,
    estimatedTokens: [2e6, 1.5e6, 5e5][at] as number,
  })),
  map: [0, 0, 0, 1, 1, 2, 2, 2],
  dropped: [],
  assignment: refOf('assignment'),
  origin: { kind: 'clusters', clusters: refOf('clusters') },
};

export const manifest: Manifest = {
  schema: 2,
  kind: 'manifest',
  files: [{ path: 'corpus/a.jsonl', bytes: 13_000_000, sha256: digest('a'), documents: 4000, bad: 1 }],
  shards: [{ ref: refOf('shard'), documents: 4000, bytes: 12_000_000 }],
  documents: 4000,
  bytes: 12_000_000,
  records: 4018,
  split: 0,
  duplicates: 17,
  nearDuplicates: 0,
  contaminatedCount: 0,
  contaminated: [],
  bad: [{ file: 'corpus/a.jsonl', line: 12, reason: 'not JSON' }],
  badCount: 1,
};

const items = 6;

/** A task's score about `level` bits per byte; items differ among themselves, but alike in every run. */
export function itemised(task: Pick<TaskSpec, 'name' | 'split'>, level: number): ItemisedScore {
  const bytes = Array.from({ length: items }, (_, at) => 4 + at);
  const bits = bytes.map((size, at) => size * (level + 0.1 * (at - (items - 1) / 2)));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const correct = bytes.map((_, at) => (at < 3 ? 1 : 0));
  return {
    name: taskLabel(task),
    n: items,
    bitsPerByte: sum(bits) / sum(bytes),
    accuracy: 0.5,
    accuracyNorm: 0.5,
    items: {
      ids: bytes.map((_, at) => String(at)),
      goldLogProb: bits.map((b) => -b * Math.LN2),
      bytes,
      correct,
      correctNorm: correct,
    },
  };
}

/** Everything measured on one proxy. */
export function scoreOf(spec: Pick<SearchSpec, 'tasks' | 'report'>, level: number, name = String(level)): ProxyScore {
  const tasks = [...spec.tasks, ...spec.report.tasks].map((task, at) => itemised(task, level + at / 10));
  return { schema: 1, kind: 'score', weights: refOf(name), tasks };
}

export const arms: Arm[] = [
  { id: 'observed-1', role: 'candidate', weights: [0.2, 0.7, 0.1], proxy: 'i2-p001' },
  { id: 'predicted-1', role: 'candidate', weights: [0.25, 0.65, 0.1] },
  { id: 'uniform', role: 'baseline', weights: [0.333334, 0.333333, 0.333333] },
  { id: 'proportional', role: 'baseline', weights: [0.5, 0.375, 0.125] },
];

/** Two runs of each arm, .002 apart, around these levels. */
export const runsAt = (levels: readonly number[], spec: Pick<SearchSpec, 'tasks' | 'report'> = smallSpec) =>
  levels.map((level) => [scoreOf(spec, level - 0.001), scoreOf(spec, level + 0.001)]);

export const observations: Observation[] = [
  { id: 'i1-p001', weights: [0.5, 0.375, 0.125], losses: [2.9, 3], score: digest('s1') },
  { id: 'i1-p002', weights: [0.333334, 0.333333, 0.333333], losses: [2.85, 2.95], score: digest('s2') },
  { id: 'i2-p001', weights: [0.2, 0.7, 0.1], losses: [2.7, 2.9], score: digest('s3') },
];

/** The body of a recipe whose arms reached these levels, or one that was not verified. */
export function bodyOf(levels: readonly number[] | null, changes: Partial<RecipeBody> = {}): RecipeBody {
  const evidence = levels && weighEvidence(smallSpec, arms, runsAt(levels));
  const arm = evidence?.recommendation.arm ?? null;
  const weights = arms.find(({ id }) => id === arm)?.weights ?? [0.2, 0.7, 0.1];
  return {
    schema: 1,
    kind: 'recipe',
    verdict: evidence?.recommendation.verdict ?? 'not verified',
    verified: evidence !== null,
    unverified: evidence === null ? 'budget' : null,
    weights: domainSet.clusters.map(({ cluster, label }, at) => ({ cluster, label, weight: weights[at] as number })),
    arm,
    stoppedBy: 'budget',
    stoppedByLimit: 'proxies',
    evidence: {
      verification: evidence?.verification ?? null,
      arms: evidence?.arms ?? [],
      observations,
      iterations: 2,
      pareto: { observed: ['i2-p001'], arms: levels === null ? [] : ['observed-1'] },
    },
    seeds: { search: 7, verification: levels === null ? [] : [11, 12] },
    spec: smallSpec,
    versions: { climb: '0.1.0', torch: '2.13.0', trainer: 'climb_trainer 1' },
    hashes: { manifest: digest('manifest'), tokens: digest('tokens') },
    ...changes,
  };
}

export const run: RecipeRun = {
  search: 'my-search',
  startedAt: '2026-08-01T00:00:00.000Z',
  finishedAt: '2026-08-01T01:02:03.000Z',
  charged: { proxies: 24, trainTokens: 11_993_088, deviceSeconds: 1234 },
  budget: { proxies: 24, concurrency: 8 },
  proxies: { done: 23, fromLedger: 4, diverged: 1, failed: 0 },
  budgetChanges: [{ at: Date.parse('2026-08-01T00:30:00Z'), change: 'proxies = 24 (more | `cores`)' }],
};
