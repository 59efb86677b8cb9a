import { type Mixture, mixtureKey } from '../mixture/mixture.ts';
import { shuffled, stream } from '../random.ts';

/**
 * Rows dealt into `count` folds for cross-validation, or one a fold where there are fewer distinct mixtures. Runs of
 * one mixture stay together: predicting a run from its repeat is no test. A function of the rows alone.
 */
export function folds(mixtures: readonly Mixture[], count: number): number[][] {
  const byMixture = new Map<string, number[]>();
  mixtures.forEach((mixture, row) => {
    const key = mixtureKey(mixture);
    byMixture.set(key, [...(byMixture.get(key) ?? []), row]);
  });
  const groups = shuffled([...byMixture.values()], stream(0, ['predictor', 'folds']));
  const dealt = Array.from({ length: Math.min(count, groups.length) }, (): number[] => []);
  groups.forEach((group, i) => dealt[i % dealt.length]?.push(...group));
  return dealt;
}
