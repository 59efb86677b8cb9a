import { readFile } from 'node:fs/promises';
import { checkpointProblem } from '../climb/spec/checkpoint-rules.ts';
import type { ProxyModel } from '../climb/spec/proxy-presets.ts';
import type { WarmStart } from '../climb/search/search-state.ts';
import { allowedPath } from './allowed-path.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { BadCheckpoint, readCheckpoint } from './safetensors.ts';

/** Checkpoints that search files name, below the allowed roots. */
export class WarmStartFiles {
  readonly #roots: readonly string[];
  readonly #store: ArtifactStore;

  constructor(roots: readonly string[], store: ArtifactStore) {
    this.#roots = roots;
    this.#store = store;
  }

  /** @throws BadCheckpoint where proxies of this shape can't start from it; RefusedPath */
  async checkCheckpoint(path: string, model: ProxyModel): Promise<void> {
    const { tensors, notFinite } = await readCheckpoint(await this.#file(path), path);
    const problem = checkpointProblem(path, tensors, model);
    if (problem !== null) throw new BadCheckpoint(problem);
    if (notFinite === undefined) return;
    throw new BadCheckpoint(
      `${path}: expected finite weights, found NaN or infinity in ${notFinite}: every proxy that starts from it would diverge; name another checkpoint`,
    );
  }

  /**
   * @throws BadCheckpoint where it is no tokenizer, can't mark where documents begin, or has ids that the model has no
   * embedding for; RefusedPath
   */
  async checkTokenizer(path: string, { vocab }: ProxyModel): Promise<void> {
    const tokens = vocabularyOf(await readFile(await this.#file(path), 'utf8'));
    const refuse = (what: string): never => {
      throw new BadCheckpoint(`${path}: ${what}; name the tokenizer that the checkpoint was trained with`);
    };
    if (tokens === null) return refuse('expected a tokenizer.json with model.type and model.vocab, found none');
    if (!beginnings.some((name) => tokens.has(name))) {
      refuse(`expected one of ${beginnings.join(', ')} in its vocabulary to mark where documents begin, found none`);
    }
    const size = 1 + [...tokens.values()].reduce((most, id) => Math.max(most, id), -1);
    if (size > vocab) {
      refuse(
        `expected at most ${vocab} tokens, the proxy's vocabulary, found ${size}: the checkpoint has no embedding for the others`,
      );
    }
  }

  /** Copies of both as artifacts: what happens to the files later changes no proxy. */
  async keep({ checkpoint, tokenizer }: { checkpoint: string; tokenizer: string }): Promise<WarmStart> {
    const keep = async (path: string) => this.#store.copyFile(await this.#file(path));
    return { weights: await keep(checkpoint), tokenizer: await keep(tokenizer) };
  }

  async #file(path: string): Promise<string> {
    const { location, folder } = await allowedPath(this.#roots, path);
    if (folder) throw new BadCheckpoint(`${path} is a folder; a checkpoint and a tokenizer are a file each`);
    return location;
  }
}

/** Tokens that the trainer knows as the beginning of a document (trainer/climb_trainer/tokens.py). */
const beginnings = ['<|bos|>', '<s>', '<|begin_of_text|>', '<bos>', '<|endoftext|>'];

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
