/** Tokens that the trainer knows as the beginning of a document (trainer/climb_trainer/tokens.py). */
const beginnings = ['<|bos|>', '<s>', '<|begin_of_text|>', '<bos>', '<|endoftext|>'];

/** What a search is given a tokenizer for: why more ids than the proxy has are no use there, and what to try. */
const uses = {
  checkpoint: {
    missing: 'the checkpoint has no embedding for the others',
    otherwise: 'name the tokenizer that the checkpoint was trained with',
    smaller: () => 'name the tokenizer that the checkpoint was trained with',
  },
  corpus: {
    missing: 'the proxies would have no embedding for the others',
    otherwise: 'name another proxy.tokenizer, or leave it out: one is then trained on the corpus',
    smaller: (size: number) => `raise proxy.model.vocab to ${size}, or name a smaller tokenizer`,
  },
};

export type TokenizerUse = keyof typeof uses;

/**
 * Why a search can't use a tokenizer, in a sentence, or null: it can.
 * @param text of the file, a tokenizer.json
 * @param vocab tokens that the proxies have an embedding for
 * @param use it belongs to the checkpoint that proxies start from, or is what the corpus shall be encoded with
 */
export function tokenizerProblem(file: string, text: string, vocab: number, use: TokenizerUse): string | null {
  const { missing, otherwise, smaller } = uses[use];
  const ids = vocabularyOf(text);
  if (ids === null) {
    return `${file}: expected a tokenizer.json with model.type and model.vocab, found none; ${otherwise}`;
  }
  if (!beginnings.some((name) => ids.has(name))) {
    return `${file}: expected one of ${beginnings.join(', ')} in its vocabulary to mark where documents begin, found none; ${otherwise}`;
  }
  const size = 1 + [...ids.values()].reduce((most, id) => Math.max(most, id), -1);
  if (size <= vocab) return null;
  return `${file}: expected at most ${vocab} tokens, the proxy's vocabulary, found ${size}: ${missing}; ${smaller(size)}`;
}

/** The ids of a tokenizer's tokens, added ones included, or null where the text is no such file. */
function vocabularyOf(text: string): Map<string, number> | null {
  try {
    const { model, added_tokens: added = [] } = JSON.parse(text) as {
      model: { type: string; vocab: Record<string, number> | [token: string, score: number][] };
      added_tokens?: { id: number; content: string }[];
    };
    const { type, vocab } = model;
    const entries = Array.isArray(vocab)
      ? vocab.map(([token], id): [string, number] => [token, id])
      : Object.entries(vocab);
    const tokens = new Map([...entries, ...added.map(({ id, content }): [string, number] => [content, id])]);
    const whole = [...tokens.values()].every(Number.isSafeInteger);
    return typeof type === 'string' && tokens.size > 0 && whole ? tokens : null;
  } catch {
    return null;
  }
}
