import { canonicalJson } from '../content-key.ts';
import { poolsOf } from '../mixture/pools.ts';
import { ownField } from '../own-field.ts';
import { proxyShape } from '../spec/proxy-shape.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { givenTrunk, trunkShape } from '../spec/trunk.ts';
import { taskLabel } from '../verification/objective.ts';

type Spec = Pick<SearchSpec, 'tasks' | 'proxy' | 'constraints' | 'target' | 'seed'>;

/** How an earlier search measured, as far as it is kept. */
export type MeasureThen = {
  readonly spec: Spec;
  /** SHA-256 of the items of each searched task by label; null where only a snapshot is left, which doesn't say. */
  readonly items: Readonly<Record<string, string>> | null;
  /** Null likewise. */
  readonly recipe: { readonly versions: Readonly<Record<string, string>> } | null;
  readonly hashes: Readonly<Record<string, string>>;
};

/** How this search measures, as far as it is known: the items and the given trunk are read when it opens. */
export type MeasureNow = {
  readonly spec: Spec;
  /** Name and version. */
  readonly trainer: string;
  /** SHA-256 of the items of each searched task, in their order. */
  readonly items?: readonly string[];
  /** SHA-256 of the weights that the search file gives. */
  readonly trunk?: string;
};

/**
 * What the two measure differently; null where nothing is known to differ. Losses count as they stand: they have to be
 * of the same items by the same metric, and of proxies of one shape that the same trainer made from the same start.
 */
export function otherMeasure(then: MeasureThen, now: MeasureNow): string | null {
  const tasks = ({ spec }: { spec: Spec }) => canonicalJson(spec.tasks.map((task) => [taskLabel(task), task.metric]));
  if (tasks(then) !== tasks(now)) return 'other tasks, or by another metric, or in another order';
  const shape = proxyShape(now.spec.proxy);
  if (canonicalJson(proxyShape(then.spec.proxy)) !== canonicalJson(shape)) return 'proxies of another shape';
  const share = ({ spec }: { spec: Spec }) => poolsOf(spec, shape).poolShare;
  if (share(then) !== share(now)) {
    return `proxies that read ${share(then)} of each cluster and not ${share(now)} (proxy.tokens over target.tokens)`;
  }
  const trainer = then.recipe?.versions['trainer'];
  if (trainer !== undefined && trainer !== now.trainer) return `with the trainer ${trainer} and not ${now.trainer}`;
  if (otherStart(then, now)) return 'proxies that started from other weights';
  const other = now.spec.tasks.find((_, at) => otherItems(then, now, at));
  return other === undefined ? null : `other items of ${taskLabel(other)}`;
}

/** A trunk that is trained follows from its tokens and the seed; one that is given is compared by its weights or path. */
function otherStart({ spec, hashes }: MeasureThen, now: MeasureNow): boolean {
  const [a, b] = [givenTrunk(spec), givenTrunk(now.spec)];
  if (a !== null && b !== null) {
    const weights = hashes['trunk'];
    if (weights === undefined) return a.checkpoint !== b.checkpoint;
    return now.trunk !== undefined && weights !== now.trunk;
  }
  if (a !== null || b !== null) return true;
  const [trained, toTrain] = [trunkShape(spec.proxy), trunkShape(now.spec.proxy)];
  if (trained === null || toTrain === null) return trained !== toTrain;
  return trained.tokens !== toTrain.tokens || spec.seed !== now.spec.seed;
}

/** Where nothing is kept of the items themselves, what the search files say of them. */
function otherItems({ spec, items }: MeasureThen, now: MeasureNow, at: number): boolean {
  const task = now.spec.tasks[at]!;
  const hash = ownField(items, taskLabel(task));
  if (hash !== undefined) return now.items !== undefined && hash !== now.items[at];
  const before = spec.tasks[at]!;
  return before.path !== task.path || before.items !== task.items;
}
