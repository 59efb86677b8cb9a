import type { ArmEvidence, ArmTaskScore } from '../verification/evidence.ts';
import { cell, fixed, percent, table } from '../markdown.ts';
import { taskLabel } from '../verification/objective.ts';
import { baselineSentences, type Baseline } from '../verification/baselines.ts';
import type { Interval, Verification } from '../verification/verification.ts';
import type { SearchSpec } from '../spec/search-file.ts';
import { searchSettings } from '../spec/search-presets.ts';
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
    ...baselinesList(spec, evidence),
    `Differences, positive where the first is better; intervals hold together with ${percent(verification.confidence)} confidence (${intervals[verification.interval ?? 'student']}). Standard deviation over seeds: ${fixed(verification.seedSd)}.`,
    table(['comparison', 'advantage [interval]', ''], differences),
    ...missingRuns(verification),
    'The same proxies on the searched tasks, for completeness: candidates were chosen there, so these figures flatter them.',
    table(
      ['arm', ...taskNames(spec.tasks)],
      arms.map((of) => [named(of), ...of.searched.map(taskCell)]),
    ),
  ].join('\n\n');
}

const intervals: Readonly<Record<Interval, string>> = {
  bootstrap: 'paired bootstrap over items, seeds by their pooled variance',
  student: "Student's t with Bonferroni's correction",
};

const whyMissing = {
  trainer: "this trainer can't say which tokens it scores, so that there are no n-gram models",
  failed: 'too few of its mixtures differ and have a score, or no tree could tell them apart',
  finishEarly: 'the search was finished early',
} as const;

/** What each baseline is, and which ones that could be expected are not there. */
function baselinesList(spec: SearchSpec, { verification, missingBaselines = [] }: Recipe['evidence']): string[] {
  const known = (verification?.baselines ?? []).filter((name): name is Baseline => name in baselineSentences);
  const missing = missingBaselines.map(({ baseline, why }) => {
    const reason =
      why in whyMissing ? whyMissing[why as keyof typeof whyMissing] : `the budget (${why}) did not reach for it`;
    return `- not compared: ${baseline}, since ${reason}`;
  });
  const never =
    spec.verify.baselines.includes('ngram') || !isNew(spec) ? [] : [`- not compared: ngram, ${whyNoNgram(spec)}`];
  return [[...known.map((name) => `- ${name}: ${baselineSentences[name]}`), ...missing, ...never].join('\n')].filter(
    (list) => list !== '',
  );
}

/** Specs of before there were n-gram models have no interval to choose. */
const isNew = ({ verify }: SearchSpec) => (verify as Partial<SearchSpec['verify']>).interval !== undefined;

function whyNoNgram(spec: SearchSpec): string {
  const other = spec.tasks.find(({ metric }) => metric !== 'bitsPerByte');
  if (other !== undefined)
    return `whose models know bits per byte alone: ${cell(other.name)} is measured by ${other.metric}`;
  return searchSettings(spec).ngram ? 'which the search file leaves out' : 'since the search has no n-gram models';
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
