import type { Problem } from '../problem.ts';
import { efficiencyShape } from './baseline-work.ts';
import { proxyShape } from './proxy-shape.ts';
import type { SearchSpec } from './search-file.ts';
import { searchSettings } from './search-presets.ts';
import { leastRegmixIn, mostRegmixProxies, type Era } from './verify-defaults.ts';

/** Baselines that can't be had, and figures that would say nothing. */
export function* verifyProblems(spec: SearchSpec, era: Era): Iterable<Problem> {
  const { verify, proxy, tasks, search } = spec;
  const { baselines, regmixProxies, efficiency = [] } = verify;
  if (baselines.includes('ngram') && !searchSettings(spec).ngram) {
    const other = tasks.find(({ metric }) => metric !== 'bitsPerByte');
    const why =
      other === undefined
        ? `the search has none (search.ngram ${search.ngram === false ? 'is false' : `is off in the preset "${search.preset}"`}); set it to true`
        : `these know bits per byte alone, and "${other.name}" is measured by ${other.metric}; measure bitsPerByte`;
    yield { path: 'verify.baselines', message: `"ngram" is the optimum of n-gram models, but ${why}, or leave it out` };
  }
  if (!baselines.includes('regmix') && regmixProxies !== undefined) {
    yield {
      path: 'verify.regmixProxies',
      message: `got ${regmixProxies}, but "regmix" isn't among verify.baselines; add it, or leave this out`,
    };
  }
  const least = leastRegmixIn(era);
  if (baselines.includes('regmix') && (regmixProxies ?? 0) < least) {
    yield {
      path: 'verify.regmixProxies',
      message: `at least ${least} are needed, got ${regmixProxies}: RegMix keeps a tenth aside and 20 runs a leaf, and fewer can't be split; raise it, or leave "regmix" out`,
    };
  }
  if (era.boundedBatch !== false && (regmixProxies ?? 0) > mostRegmixProxies) {
    yield {
      path: 'verify.regmixProxies',
      message: `at most ${mostRegmixProxies} can be trained, got ${regmixProxies}: they are one batch, and a longer one can't be handed from one history of the search to the next; lower it`,
    };
  }
  const lengths = [...efficiency.map((share) => efficiencyShape(proxy, share).tokens), proxyShape(proxy).tokens];
  const at = lengths.findIndex((tokens, i) => i > 0 && tokens <= (lengths[i - 1] as number));
  if (at > 0) {
    yield {
      path: `verify.efficiency.${Math.min(at, efficiency.length - 1)}`,
      message: `${lengths[at - 1]} and then ${lengths[at]} tokens in whole steps: expected each share to train more than the one before and less than the proxy; give ascending shares, further apart`,
    };
  }
  if (efficiency.length > 0 && !baselines.includes('proportional')) {
    yield {
      path: 'verify.efficiency',
      message: `it asks when the recipe reaches the proportional mixture, but verify.baselines are ${baselines.join(', ')}; add "proportional"`,
    };
  }
}
