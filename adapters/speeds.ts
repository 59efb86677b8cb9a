import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, contentKey } from '../climb/content-key.ts';
import type { ProxyShape } from '../climb/spec/proxy-shape.ts';
import type { Trainer } from './trainer.ts';
import { publish } from './publish.ts';

/** What a speed depends on besides the proxy's shape. */
type Measured = Pick<Trainer, 'identity' | 'device' | 'dtype' | 'members'>;

/** Training speed of proxies on this machine, as last measured, by what the speed depends on. For estimates alone. */
export class Speeds {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #path({ identity, device, dtype, members }: Measured, { model, batch }: ProxyShape): string {
    return join(this.#root, `${contentKey({ identity, device, dtype, members, model, batch })}.json`);
  }

  /** Tokens a second of one proxy on one device (of a group: its share), or undefined when no such proxy was trained here. */
  async find(trainer: Measured, proxy: ProxyShape): Promise<number | undefined> {
    try {
      return (JSON.parse(await readFile(this.#path(trainer, proxy), 'utf8')) as { tokensPerSecond: number })
        .tokensPerSecond;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async record(trainer: Measured, proxy: ProxyShape, tokensPerSecond: number): Promise<void> {
    await publish(this.#path(trainer, proxy), canonicalJson({ tokensPerSecond }));
  }
}
