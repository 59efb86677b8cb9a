import { InvalidInput, type Problem } from '../problem.ts';
import { parse } from '../schema-problems.ts';
import { budgetProblems } from './budget-rules.ts';
import { constraintProblems } from './constraint-rules.ts';
import { corpusProblems } from './corpus-rules.ts';
import { gateProblems } from './gate-rules.ts';
import { proposalProblems } from './proposal-rules.ts';
import { searchFileSchema, type SearchSpec } from './search-file.ts';
import { ladderProblems, proxyProblems } from './shape-rules.ts';
import { guardProblems, taskProblems } from './task-rules.ts';
import { settleVerify, type Era } from './verify-defaults.ts';
import { verifyProblems } from './verify-rules.ts';

/**
 * The search file with its defaults, or every reason why it can't be one: first all problems of shape, then, if there
 * are none, all problems between fields.
 * @param now milliseconds since 1970: a deadline must lie after it
 * @param era what searches of the version that began this one know
 * @throws InvalidInput
 */
export function parseSearchFile(file: unknown, now: number, era: Era = {}): SearchSpec {
  const spec = settleVerify(parse(searchFileSchema, file, 'the search file'), file, era);
  const problems = crossFieldProblems(spec, now, era);
  if (problems.length > 0) throw new InvalidInput('the search file', problems);
  return spec;
}

function crossFieldProblems(spec: SearchSpec, now: number, era: Era): Problem[] {
  return [
    ...budgetProblems(spec, now),
    ...taskProblems(spec),
    ...guardProblems(spec),
    ...proxyProblems(spec),
    ...ladderProblems(spec),
    ...verifyProblems(spec, era),
    ...gateProblems(spec),
    ...proposalProblems(spec, era),
    ...constraintProblems(spec, era),
    ...corpusProblems(spec),
  ];
}
