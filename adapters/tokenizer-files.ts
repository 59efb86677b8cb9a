import { readFile } from 'node:fs/promises';
import type { Ref } from '../climb/artifact.ts';
import { tokenizerProblem, type TokenizerUse } from '../climb/spec/tokenizer-rules.ts';
import type { ProxyModel } from '../climb/spec/proxy-presets.ts';
import { allowedPath } from './allowed-path.ts';
import type { ArtifactStore } from './artifact-store.ts';

/** A tokenizer that the proxies of a search can't use. */
export class BadTokenizer extends Error {
  override name = 'BadTokenizer';
}

/** The largest in use (a quarter of a million tokens, with scores) are a tenth of it; read whole to be looked at. */
const longest = 256 << 20;

/** Files tokenizer.json that search files name, below the allowed roots. */
export class TokenizerFiles {
  readonly #roots: readonly string[];
  readonly #store: ArtifactStore;

  constructor(roots: readonly string[], store: ArtifactStore) {
    this.#roots = roots;
    this.#store = store;
  }

  /**
   * @param use `corpus`: what `proxy.tokenizer` names; `checkpoint`: what `proxy.warmStart` names
   * @throws BadTokenizer where it is no tokenizer, can't mark where documents begin, or has ids that the model has no
   * embedding for; RefusedPath
   */
  async check(path: string, { vocab }: Pick<ProxyModel, 'vocab'>, use: TokenizerUse): Promise<void> {
    const problem = tokenizerProblem(path, await readFile(await this.#file(path), 'utf8'), vocab, use);
    if (problem !== null) throw new BadTokenizer(problem);
  }

  /** A copy as an artifact: what happens to the file later changes no token. */
  async keep(path: string): Promise<Ref> {
    return this.#store.copyFile(await this.#file(path));
  }

  async #file(path: string): Promise<string> {
    const { location, folder, bytes } = await allowedPath(this.#roots, path);
    if (folder) throw new BadTokenizer(`${path} is a folder; name the tokenizer.json in it`);
    if (bytes > longest) {
      throw new BadTokenizer(`${path} has ${bytes} bytes, a tokenizer.json ${longest} at most; name another file`);
    }
    return location;
  }
}
