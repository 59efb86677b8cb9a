import type { Ref } from '../climb/artifact.ts';
import type { Paid } from '../climb/exchange/proxy-table.ts';
import type { ProxyScore } from '../climb/verification/proxy-score.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { Ledger } from './ledger.ts';

type ProxyEntry = { readonly weights: Ref | null; readonly seconds: number };
type ScoreEntry = { readonly score: Ref; readonly seconds: number };

/** What the ledger knows of scores: under which keys they stand, what was trained for them and what that took. */
export async function paidScores(
  { store, ledger }: { store: ArtifactStore; ledger: Ledger },
  scores: ReadonlySet<string>,
): Promise<Map<string, Paid>> {
  const trained = new Map<string, { key: string; seconds: number }>();
  for await (const [key, { weights, seconds }] of ledger.entries<ProxyEntry>('proxy')) {
    if (weights !== null) trained.set(weights.sha256, { key, seconds });
  }
  const paid = new Map<string, Paid>();
  for await (const [scoreKey, { score, seconds }] of ledger.entries<ScoreEntry>('score')) {
    if (!scores.has(score.sha256) || !(await store.has(score))) continue;
    const { weights } = await store.readJson<ProxyScore>(score);
    const proxy = trained.get(weights.sha256);
    paid.set(score.sha256, {
      scoreKey,
      evaluateSeconds: seconds,
      proxyKey: proxy?.key ?? null,
      trainSeconds: proxy?.seconds ?? null,
      trained: weights.sha256,
    });
  }
  return paid;
}
