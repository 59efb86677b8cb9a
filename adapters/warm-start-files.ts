import { checkpointProblem } from '../climb/spec/checkpoint-rules.ts';
import type { ProxyModel } from '../climb/spec/proxy-presets.ts';
import type { WarmStart } from '../climb/search/search-state.ts';
import { allowedPath } from './allowed-path.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { BadCheckpoint, readCheckpoint } from './safetensors.ts';
import { TokenizerFiles } from './tokenizer-files.ts';

/** Checkpoints that search files name, below the allowed roots. */
export class WarmStartFiles {
  readonly #roots: readonly string[];
  readonly #store: ArtifactStore;
  readonly #tokenizers: TokenizerFiles;

  constructor(roots: readonly string[], store: ArtifactStore) {
    this.#roots = roots;
    this.#store = store;
    this.#tokenizers = new TokenizerFiles(roots, store);
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

  /** @throws BadTokenizer where it can't be the one that such a model was trained with; RefusedPath */
  checkTokenizer(path: string, model: ProxyModel): Promise<void> {
    return this.#tokenizers.check(path, model, 'checkpoint');
  }

  /** Copies of both as artifacts: what happens to the files later changes no proxy. */
  async keep({ checkpoint, tokenizer }: { checkpoint: string; tokenizer: string }): Promise<WarmStart> {
    const weights = await this.#store.copyFile(await this.#file(checkpoint));
    return { weights, tokenizer: await this.#tokenizers.keep(tokenizer) };
  }

  async #file(path: string): Promise<string> {
    const { location, folder } = await allowedPath(this.#roots, path);
    if (folder) throw new BadCheckpoint(`${path} is a folder; a checkpoint is one file`);
    return location;
  }
}
