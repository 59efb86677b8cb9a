import type { Problem } from '../problem.ts';
import type { SearchSpec } from './search-file.ts';

/** Gates that nobody would come to. */
export function* gateProblems({ gates = [], verify }: Pick<SearchSpec, 'gates' | 'verify'>): Iterable<Problem> {
  for (const [at, gate] of gates.entries()) {
    if (gates.indexOf(gate) < at) yield { path: `gates.${at}`, message: `"${gate}" stands there twice; name it once` };
  }
  const at = gates.indexOf('ladder');
  if (at >= 0 && verify.ladder === undefined && verify.efficiency === undefined) {
    yield {
      path: `gates.${at}`,
      message:
        'the search trains nothing after verification, so that it would wait for nothing; leave it out, or give verify.ladder or verify.efficiency',
    };
  }
}
