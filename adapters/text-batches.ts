import { setMaxListeners } from 'node:events';

/** Under the 2 MB that text-embeddings-inference takes, since a proxy may count headers too. */
const requestBytes = 1_500_000;

/**
 * Asks for texts in requests that a server takes at once: consecutive texts, not too many, not too large. The first
 * failure ends the others, since what they would answer is asked for again anyway.
 * @param most texts of a request
 * @returns the answers, in the order of the texts
 */
export async function askInBatches<Answer>(
  texts: readonly string[],
  most: number,
  signal: AbortSignal,
  ask: (batch: readonly string[], signal: AbortSignal) => Promise<Answer>,
): Promise<Answer[]> {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  // Every batch that waits for its turn listens: hundreds are no leak.
  setMaxListeners(0, until);
  return Promise.all(
    batchesOf(texts, most).map(async (batch) => {
      try {
        return await ask(batch, until);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
}

function batchesOf(texts: readonly string[], most: number): string[][] {
  const batches: string[][] = [];
  let bytes = Infinity;
  for (const text of texts) {
    // Quoted, and with the brackets that a classifier wants around each.
    const size = Buffer.byteLength(JSON.stringify(text)) + 3;
    const open = batches.at(-1);
    if (open === undefined || open.length >= most || bytes + size > requestBytes) {
      batches.push([text]);
      bytes = size;
    } else {
      open.push(text);
      bytes += size;
    }
  }
  return batches;
}
