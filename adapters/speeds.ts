import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, contentKey } from '../climb/content-key.ts';
import type { ProxyShape } from '../climb/spec/proxy-shape.ts';
import type { Trainer } from './trainer.ts';
import { publish } from './publish.ts';

/** What a speed depends on besides the proxy's shape and how many train side by side. */
type Measured = Pick<Trainer, 'identity' | 'device' | 'dtype'>;

/** Training speed of proxies on this machine, as last measured, by what the speed depends on. For estimates alone. */
export class Speeds {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #path({ identity, device, dtype }: Measured, { model, batch }: ProxyShape, members: number): string {
    return join(this.#root, `${contentKey({ identity, device, dtype, members, model, batch })}.json`);
  }

  /**
   * Tokens a second on one device that trains so many `members` side by side, all of them together; undefined when no
   * such group was trained here.
   */
  async find(trainer: Measured, proxy: ProxyShape, members: number): Promise<number | undefined> {
    try {
      return (JSON.parse(await readFile(this.#path(trainer, proxy, members), 'utf8')) as { tokensPerSecond: number })
        .tokensPerSecond;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async record(trainer: Measured, proxy: ProxyShape, members: number, tokensPerSecond: number): Promise<void> {
    await publish(this.#path(trainer, proxy, members), canonicalJson({ tokensPerSecond }));
  }
}
