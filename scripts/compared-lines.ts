import type { Compared, Outcome } from '../climb/comparison/compared-searches.ts';
import { shown } from '../climb/problem.ts';

/** A comparison for people: the answer first. */
export function comparedLines(compared: Compared): string {
  const { a, b } = compared;
  return [
    [`a  ${outcomeLine(a)}`, `b  ${outcomeLine(b)}`, `   ${ancestryLine(compared)}`],
    ...[scoreLines(compared), weightLines(compared), fileLines(compared), costLines(a, b)],
  ]
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function outcomeLine({ search, state, verdict, stoppedBy, iterations, branchOf }: Outcome): string {
  const from = branchOf === null ? '' : `; goes on from iteration ${branchOf.iteration} of ${branchOf.of.join(' of ')}`;
  const after = `${iterations} ${iterations === 1 ? 'iteration' : 'iterations'}`;
  if (state === 'snapshot') return `${search}: no recipe yet, best so far after ${after}${from}`;
  return `${search}: ${verdict}, ${after}, stopped by ${stoppedBy}${from}`;
}

function ancestryLine({ a, b, ancestry: { nearest } }: Compared): string {
  if (nearest === null) return 'they share no ancestor';
  if (nearest === a.search || nearest === b.search) {
    const [parent, branch] = nearest === a.search ? [a, b] : [b, a];
    if (parent.search === branch.search) return 'they are the same search';
    return `${branch.search} comes from ${parent.search} and shares ${branch.branchOf?.shared ?? 0} scored proxies with what it goes on from`;
  }
  return `both come from ${nearest}`;
}

const figure = (value: number) => value.toFixed(4);

function scoreLines({ a, b, scores }: Compared): string[] {
  const head = `scores on report tasks, lower is better, ${100 * scores.confidence} % intervals each for itself; + where ${a.search} is better than ${b.search}`;
  const rows = scores.tasks.map(({ task, metric, a: one, b: other, advantage: { mean, lower, upper } }) => {
    const told = lower > 0 ? 'a is better' : upper < 0 ? 'b is better' : 'not told apart';
    const estimate = (of: typeof one) => `${figure(of.mean)} [${figure(of.lower)}, ${figure(of.upper)}]`;
    return `  ${task} ${metric}  a ${estimate(one)}  b ${estimate(other)}  ${mean < 0 ? '' : '+'}${figure(mean)} [${figure(lower)}, ${figure(upper)}]  ${told}`;
  });
  const not = scores.not.map(({ task, why }) => `  ${task}: not compared, ${why}`);
  return [head, ...rows, ...not];
}

function weightLines({ weights }: Compared): string[] {
  if (weights === null) return ['weights can’t be compared: the clusters are others'];
  const percent = (weight: number) => `${(100 * weight).toFixed(1)} %`.padStart(8);
  return [
    `weights, total variation distance ${weights.distance.toFixed(4)}`,
    ...weights.clusters.map(({ cluster, label, a, b }) => `  ${percent(a)} ${percent(b)}  ${cluster}  ${label}`),
  ];
}

function fileLines({ files }: Compared): string[] {
  if (files.length === 0) return ['their search files say the same'];
  return ['search files', ...files.map(({ path, a, b }) => `  ${path}: ${shown(a)} | ${shown(b)}`)];
}

function costLines(a: Outcome, b: Outcome): string[] {
  const line = ({ cost, fromLedger }: Outcome) =>
    cost === null
      ? 'unknown'
      : `${cost.proxies} proxies${fromLedger ? ` (${fromLedger} from the ledger)` : ''}, ${cost.trainTokens.toLocaleString('en-US')} tokens, ${cost.deviceHours.toFixed(3)} device hours`;
  return ['cost', `  a ${line(a)}`, `  b ${line(b)}`];
}
