import type { ArmEvidence, ArmTaskScore } from '../verification/evidence.ts';
import { cell, fixed, percent, table } from '../markdown.ts';
import { taskLabel } from '../verification/objective.ts';
import type { Verification } from '../verification/verification.ts';
import type { Recipe } from './recipe.ts';

/** The part of the report that counts: arms on the report tasks, what tells them apart, and the searched tasks again. */
export function verificationSection({ evidence, spec, arm: recommended }: Recipe): string {
  const { verification, arms } = evidence;
  const title = '## Recipe beside the baselines';
  if (verification === null) return `${title}\n\nNot verified.`;
  const named = ({ id, proxy }: ArmEvidence) =>
    (id === recommended ? `**${id}**` : id) + (proxy === undefined ? '' : ` (${proxy})`);
  const means = verification.arms.flatMap(({ arm, mean, lower, upper, seeds }) =>
    arms
      .filter(({ id }) => id === arm)
      .map((of) => [
        named(of),
        `${fixed(mean)} [${fixed(lower)}, ${fixed(upper)}]`,
        ...of.report.map(taskCell),
        String(seeds),
      ]),
  );
  const differences = verification.comparisons.map(({ arm, against, advantage, lower, upper }) => [
    `${arm} over ${against}`,
    `${fixed(advantage)} [${fixed(lower)}, ${fixed(upper)}]`,
    lower > 0 ? 'better' : upper < 0 ? 'worse' : 'not told apart',
  ]);
  return [
    title,
    `On the report tasks, which the search never saw: ${spec.report.tasks[0]?.metric}, lower is better; accuracy in brackets (at proxy scale it is mostly noise). The recommended arm is bold.`,
    table(['arm', 'mean [interval]', ...taskNames(spec.report.tasks), 'seeds'], means),
    `Differences, positive where the first is better; intervals hold together with ${percent(verification.confidence)} confidence. Standard deviation over seeds: ${fixed(verification.seedSd)}.`,
    table(['comparison', 'advantage [interval]', ''], differences),
    ...missingRuns(verification),
    'The same proxies on the searched tasks, for completeness: candidates were chosen there, so these figures flatter them.',
    table(
      ['arm', ...taskNames(spec.tasks)],
      arms.map((of) => [named(of), ...of.searched.map(taskCell)]),
    ),
  ].join('\n\n');
}

/** Said where a proxy of the verification diverged, failed or was never started. */
function missingRuns({ arms }: Verification): string[] {
  const planned = Math.max(...arms.map(({ seeds }) => seeds));
  const missing = arms
    .filter(({ seeds }) => seeds < planned)
    .map(({ arm, seeds }) => `${arm} (${seeds} of ${planned})`);
  return missing.length === 0 ? [] : [`Some arms have fewer seeds than others: ${missing.join(', ')}.`];
}

/** Task labels as table cells. */
export function taskNames(tasks: readonly Parameters<typeof taskLabel>[0][]): string[] {
  return tasks.map((task) => cell(taskLabel(task)));
}

const taskCell = ({ mean, accuracy }: ArmTaskScore) =>
  `${fixed(mean)}${accuracy === null ? '' : ` (${percent(accuracy)})`}`;
