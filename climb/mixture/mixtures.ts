import type { Mixture } from './mixture.ts';

/** A mixture with the id under which it is trained, such as `i2-p003`, or the name of a baseline. */
export type NamedMixture = { readonly id: string; readonly weights: Mixture };

/** Artifact: the mixtures of one iteration, or the arms of the verification. */
export type Mixtures = { readonly schema: 1; readonly kind: 'mixtures'; readonly mixtures: readonly NamedMixture[] };

/** `i2-p003`: proxy 3 of iteration 2, both counted from 1 as people do; sorts as it counts up to 999. */
export function proxyId(iteration: number, index: number): string {
  return `i${iteration}-p${String(index).padStart(3, '0')}`;
}
