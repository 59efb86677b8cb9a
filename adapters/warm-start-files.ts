import { readFile } from 'node:fs/promises';
import { checkpointProblem } from '../climb/spec/checkpoint-rules.ts';
import type { ProxyModel } from '../climb/spec/proxy-presets.ts';
import type { WarmStart } from '../climb/search/search-state.ts';
import { allowedPath } from './allowed-path.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { BadCheckpoint, readTensors } from './safetensors.ts';

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
    const problem = checkpointProblem(path, await readTensors(await this.#file(path), path), model);
    if (problem !== null) throw new BadCheckpoint(problem);
  }

  /** @throws BadCheckpoint where it is no tokenizer or has ids that the model has no embedding for; RefusedPath */
  async checkTokenizer(path: string, { vocab }: ProxyModel): Promise<void> {
    const size = vocabularyOf(await readFile(await this.#file(path), 'utf8'));
    if (size !== null && size <= vocab) return;
    throw new BadCheckpoint(
      size === null
        ? `${path}: expected a tokenizer.json with model.vocab, found none; name the one that the checkpoint was trained with`
        : `${path}: expected at most ${vocab} tokens, the proxy's vocabulary, found ${size}: the checkpoint has no embedding for the others; name the tokenizer that it was trained with`,
    );
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

/** Entries of a tokenizer's vocabulary, added tokens included, or null where the text is no such file. */
function vocabularyOf(text: string): number | null {
  try {
    const { model, added_tokens: added = [] } = JSON.parse(text) as {
      model: { vocab: Record<string, number> | unknown[] };
      added_tokens?: { id: number }[];
    };
    const ids = Array.isArray(model.vocab) ? [model.vocab.length - 1] : Object.values(model.vocab);
    const last = [...ids, ...added.map(({ id }) => id)].reduce((most, id) => Math.max(most, id), -1);
    return Number.isInteger(last) && last >= 0 ? last + 1 : null;
  } catch {
    return null;
  }
}
