import { expect, test } from '@jest/globals';
import { finishRecipe } from '../../../climb/search/recipe.ts';
import { ladderSection } from '../../../climb/search/report-ladder.ts';
import { weighEvidence } from '../../../climb/verification/evidence.ts';
import { weighLadder, type Skipped } from '../../../climb/verification/ladder.ts';
import { arms, bodyOf, run, runsAt, smallSpec } from '../made-recipe.ts';

const levels = [2.5, 2.6, 2.9, 3];
const rungs = [
  { width: 128, layers: 4, tokens: 2_048_000 },
  { width: 256, layers: 4, tokens: 4_096_000 },
];
const spec = { ...smallSpec, verify: { ...smallSpec.verify, ladder: rungs } };

function section(of: readonly (readonly number[] | Skipped)[] | null, changes: object = {}): string {
  const { verification } = weighEvidence(spec, arms, runsAt(levels))!;
  const body = bodyOf(of === null ? null : levels, { spec, ...changes });
  const ladder = weighLadder(
    spec,
    arms,
    verification,
    (of ?? []).map((found, at) => ({
      rung: rungs[at]!,
      skipped: typeof found === 'string' ? found : null,
      runs: typeof found === 'string' ? [] : runsAt(found),
    })),
  );
  return ladderSection(finishRecipe({ ...body, evidence: { ...body.evidence, ladder } }, run)).join('\n\n');
}

test('a column a size: advantages with their intervals, and how sizes rank the arms', () => {
  const text = section([
    [2.2, 2.3, 2.5, 2.4],
    [2, 2.1, 2.3, 2.25],
  ]);
  expect(text).toContain('|  | 64 × 2 | 128 × 4 | 256 × 4 |');
  expect(text).toContain('| parameters | 360,448 | 1,310,720 | 4,194,304 |');
  expect(text).toContain('| tokens | 499,712 | 2,048,000 | 4,096,000 |');
  expect(text).toMatch(/\| \*\*observed-1\*\* over uniform \| 0\.4000 \[.*\] \| 0\.3000 \[.*\] \| 0\.3000 \[.*\] \|/);
  expect(text).toMatch(/\| predicted-1 over proportional \| 0\.4000 \[.*\] \| 0\.1000 \[.*\] \| 0\.1500 \[.*\] \|/);
  expect(text).toContain('| ranks as the proxies do | – | 0.80 | 0.80 |');
  expect(text).toContain('| ranks as the size before does | – | 0.80 | 1.00 |');
  expect(text).toContain('of 4 arms it can say little');
});

test('what was not trained says why', () => {
  const text = section(['trainTokens', 'finishEarly']);
  expect(text).toMatch(/\| \*\*observed-1\*\* over uniform \| 0\.4000 \[.*\] \| – \| – \|/);
  expect(text).toContain('128 × 4: not trained, the budget (trainTokens) did not reach for it.');
  expect(text).toContain('256 × 4: not trained, the search was finished early.');
  expect(section([[2.2, 2.3, 2.5, 2.4]].map((found) => found.slice(0, 2)))).toContain(
    '128 × 4: too few of its proxies have a score.',
  );
  expect(section([[2.2, 2.3, 2.5, 2.4]])).toContain('256 × 4: not trained, the search was cancelled.');
  expect(section(null)).toBe('## Do larger proxies agree?\n\nNot trained, since nothing was verified.');
});

test('a ladder beside a trunk says that it did not start from it', () => {
  const warm = { ...spec, proxy: { ...spec.proxy, warmStart: { tokens: 1e6 } } };
  expect(section([], { spec: warm })).toContain("No larger model fits the search's trunk");
  expect(section([])).not.toContain('trunk');
});

test('a search without a ladder has no such section', () => {
  expect(ladderSection(finishRecipe(bodyOf(levels), run))).toEqual([]);
});
