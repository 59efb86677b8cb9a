import { batchSize, scheduleOf } from '../spec/plan.ts';
import { proxyPresets } from '../spec/proxy-presets.ts';
import { expectedSeconds, parameters, proxyShape, type ProxyShape } from '../spec/proxy-shape.ts';
import { nothing, type Cost } from './budget.ts';
import { together as groupOf } from './groups.ts';
import type { Longest, Part, SearchState } from './search-state.ts';

/** Reserved on top of the slowest proxies so far, since the next may be slower. */
const margin = 1.25;
/** Before anything was measured: starting a trainer, and scoring one continuation, on a busy core. */
const startSeconds = 4;
const continuationSeconds = 2e-3;

/** Proxies that train side by side; by default one, of the shape that the search trains. */
export type SideBySide = { readonly shape?: ProxyShape; readonly together?: number };

/**
 * What one proxy is reserved at. Proxies and tokens are exact; seconds are an upper estimate from the slowest group so
 * far, before that from the preset's speed or the one measured on this machine. A group takes no longer than a larger
 * one did; another shape takes time as its work does, parameters × tokens.
 */
export function proxyCost(state: SearchState, part: Part, { shape, together = 1 }: SideBySide = {}): Cost {
  const { spec, longest } = state;
  const own = proxyShape(spec.proxy);
  const { tokens } = shape ?? own;
  const work = shape === undefined ? equalWork : workBeside(own, shape);
  const most = longest.together ?? { train: 1, evaluate: 1 };
  const train =
    longest.train > 0 ? longest.train / Math.min(together, most.train) : firstTrainingSeconds(state, together);
  const evaluate = evaluationSeconds(state, part, Math.min(together, most.evaluate));
  const seconds = train * work.training + evaluate * work.scoring;
  return { proxies: 1, trainTokens: tokens, deviceSeconds: margin * seconds };
}

/**
 * Before any was trained. Speeds of a device that trains groups are a full group's, and one of fewer may take as long;
 * a core's are of one proxy alone.
 */
function firstTrainingSeconds(state: SearchState, together: number): number {
  const { spec, opening } = state;
  const ofGroups = opening?.tokensPerSecond !== undefined || proxyPresets[spec.proxy.preset].speed.device === 'cuda';
  const full = usualGroup(state);
  const fewer = ofGroups ? full / Math.min(together, full) : 1;
  return startSeconds + fewer * expectedSeconds(spec.proxy, opening?.tokensPerSecond);
}

function evaluationSeconds({ longest: { evaluate }, opening }: SearchState, part: Part, together: number): number {
  if (evaluate[part] > 0) return evaluate[part] / together;
  if (opening === null) return startSeconds;
  const { continuations } = opening;
  if (part === 'verify' && evaluate.search > 0) {
    return (evaluate.search / together) * Math.max(1, continuations.verify / continuations.search);
  }
  return startSeconds + continuationSeconds * continuations[part];
}

/** Device seconds that scoring one proxy again is reserved at. */
export function scoringCost(state: SearchState, part: Part, together: number): Cost {
  return { ...nothing, deviceSeconds: margin * evaluationSeconds(state, part, together) };
}

/** What was measured of evaluations, as it would be with other tasks: in proportion to their continuations. */
export function scaledTo(longest: Longest, before: Record<Part, number>, after: Record<Part, number>): Longest {
  const { search, verify } = longest.evaluate;
  const scaled = (seconds: number, part: Part) => (seconds * after[part]) / Math.max(1, before[part]);
  return { ...longest, evaluate: { search: scaled(search, 'search'), verify: scaled(verify, 'verify') } };
}

/** What each proxy of a group cost; nothing for what the ledger knew. */
export type ProxySeconds = { readonly train: number; readonly evaluate: number };

/**
 * Remembers how long a group took, so that later ones are reserved at what they may need. One alone on a device that
 * trains groups (a trunk, all that the ledger didn't know) is left out: a group takes hardly longer than it, not as many
 * times as long.
 */
export function noteSeconds(
  state: Pick<SearchState, 'spec' | 'longest' | 'opening' | 'account'>,
  part: Part,
  shape: ProxyShape,
  seconds: readonly ProxySeconds[],
): void {
  const { spec, longest } = state;
  const work = workBeside(proxyShape(spec.proxy), shape);
  const least = Math.min(2, usualGroup(state));
  const paid = (of: keyof ProxySeconds) => {
    const shares = seconds.map((share) => share[of]).filter((share) => share > 0);
    return shares.length < least ? [] : shares;
  };
  const [train, evaluate] = [paid('train'), paid('evaluate')];
  const whole = (shares: readonly number[]) => shares.length * Math.max(0, ...shares);
  longest.train = Math.max(longest.train, whole(train) / work.training);
  longest.evaluate[part] = Math.max(longest.evaluate[part], whole(evaluate) / work.scoring);
  const most = longest.together ?? { train: 1, evaluate: 1 };
  longest.together = {
    train: Math.max(most.train, train.length),
    evaluate: Math.max(most.evaluate, evaluate.length),
  };
}

/** Members of the first iteration's groups, at whose size speeds are measured. */
const usualGroup = (state: Pick<SearchState, 'spec' | 'opening' | 'account'>) =>
  groupOf(state, batchSize(scheduleOf(state.spec), 1));

const equalWork = { training: 1, scoring: 1 };

/** How many times the work of the search's own shape another is. */
function workBeside(own: ProxyShape, { model, tokens }: ProxyShape): typeof equalWork {
  const scoring = parameters(model) / parameters(own.model);
  return { training: scoring * (tokens / own.tokens), scoring };
}
