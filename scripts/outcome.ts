import { WorkflowFailedError } from '@temporalio/client';
import type { SearchResult } from '../climb/search/search-result.ts';
import { visible } from '../climb/visible.ts';

const BAR = 30;

/** The recipe for a person: the weights, largest first, the verdict, and where the files lie. */
export function formatOutcome({
  recipe,
  report,
  verdict,
  weights,
  proxies,
  fromLedger,
  stoppedBy,
  outlook,
}: SearchResult): string {
  const largest = Math.max(...weights.map(({ weight }) => weight));
  const rows = weights
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ cluster, label, weight }) => {
      const percent = `${(100 * weight).toFixed(1)} %`.padStart(7);
      return `  ${percent}  ${'█'.repeat(Math.round((BAR * weight) / largest)).padEnd(BAR)}  ${visible(cluster)}  ${visible(label)}`;
    });
  return [
    'The recommended mixture',
    ...rows,
    '',
    `verdict: ${verdict}`,
    `${proxies} proxies${fromLedger > 0 ? `, ${fromLedger} of them from the ledger` : ''}; stopped by ${stoppedBy}${outlook ? ` (expected gain ${outlook.gain.toPrecision(2)}, noise ${outlook.noise.toPrecision(2)})` : ''}`,
    '',
    `report  ${report.path}`,
    `recipe  ${recipe.path}`,
    `digest  ${recipe.digest}`,
  ].join('\n');
}

/** Why a search failed, in its own words; Temporal's outermost message says only that it did. */
export function failureReason(error: unknown): string | null {
  if (!(error instanceof WorkflowFailedError)) return null;
  let cause: Error = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return cause.message;
}
