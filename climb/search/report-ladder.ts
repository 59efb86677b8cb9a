import { fixed, number, table } from '../markdown.ts';
import { rungName, rungShape, sizeName } from '../spec/ladder.ts';
import { parameters, proxyShape, type ProxyShape } from '../spec/proxy-shape.ts';
import type { RungEvidence } from '../verification/ladder.ts';
import type { Verification } from '../verification/verification.ts';
import type { Recipe } from './recipe.ts';

/** Whether larger proxies agree with those of the search; nothing where no ladder was asked for. */
export function ladderSection({ evidence, spec, arm: recommended }: Recipe): string[] {
  const { ladder = [], verification } = evidence;
  if (spec.verify.ladder === undefined) return [];
  const title = '## Do larger proxies agree?';
  if (verification === null) return [title, 'Not trained, since nothing was verified.'];
  const own = proxyShape(spec.proxy);
  const sizes: Size[] = [
    { shape: own, verification, likeProxies: null, likeBefore: null },
    ...ladder.map((evidence) => ({ ...evidence, shape: rungShape(spec.proxy, evidence.rung) })),
  ];
  const row = (name: string, cellOf: (size: Size) => string) => [name, ...sizes.map(cellOf)];
  const { candidates, baselines } = verification;
  const pairs = candidates.flatMap((arm) => baselines.map((against) => ({ arm, against })));
  return [
    title,
    `Every arm again at other sizes, with the same tokenizer, context and seeds, on the report tasks. Advantages as above, positive where the first is better, each size by itself; the recommended arm is bold. What shrinks from left to right may be gone at the target's size.`,
    table(
      ['', ...sizes.map(({ shape }) => sizeName(shape.model))],
      [
        row('parameters', ({ shape }) => number(parameters(shape.model))),
        row('tokens', ({ shape }) => number(shape.tokens)),
        ...pairs.map(({ arm, against }) =>
          row(`${arm === recommended ? `**${arm}**` : arm} over ${against}`, (size) => advantage(size, arm, against)),
        ),
        row('ranks as the proxies do', ({ likeProxies }) => fixed(likeProxies, 2)),
        row('ranks as the size before does', ({ likeBefore }) => fixed(likeBefore, 2)),
      ],
    ),
    `Ranks: Spearman over the arms' means, 1 where they are in the same order; of ${verification.arms.length} arms it can say little.`,
    ...startOf(spec.proxy.warmStart !== undefined),
    ...ladder.flatMap(missing),
    ...spec.verify.ladder
      .slice(ladder.length)
      .map((rung) => `${rungName(rung)}: not trained, the search was cancelled.`),
  ];
}

type Size = Pick<RungEvidence, 'likeProxies' | 'likeBefore'> & {
  readonly shape: ProxyShape;
  readonly verification: Verification | null;
};

function advantage({ verification }: Size, arm: string, against: string): string {
  const found = verification?.comparisons.find((one) => one.arm === arm && one.against === against);
  if (found === undefined) return fixed(null);
  return `${fixed(found.advantage)} [${fixed(found.lower)}, ${fixed(found.upper)}]`;
}

const startOf = (warm: boolean) =>
  warm
    ? ["No larger model fits the search's trunk: the ladder's proxies started from their seeds, unlike the others."]
    : [];

function missing({ rung, skipped, verification }: RungEvidence): string[] {
  if (verification !== null) return [];
  return [`${rungName(rung)}: ${whyMissing(skipped)}.`];
}

function whyMissing(skipped: RungEvidence['skipped']): string {
  if (skipped === null) return 'too few of its proxies have a score';
  if (skipped === 'finishEarly') return 'not trained, the search was finished early';
  return `not trained, the budget (${skipped}) did not reach for it`;
}
