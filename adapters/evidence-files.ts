import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunTable, type RunTable, type TableFormat } from '../climb/exchange/run-table.ts';
import { InvalidInput } from '../climb/problem.ts';
import { allowedPath } from './allowed-path.ts';

/** Which file of a folder is which: Olmix calls them so, RegMix has `train_mixture_1m.csv`, `test_pile_loss_1m.csv`. */
const patterns = {
  regmix: { mixtures: /mixture[^/]*\.csv$/i, losses: /loss[^/]*\.csv$/i },
  olmix: { mixtures: /^ratios\.csv$/, losses: /^metrics\.csv$/ },
} as const;

/** A million runs of a hundred columns are as much; read whole. */
const longest = 1 << 30;

/** Tables of runs in folders that a search file names. */
export class EvidenceFiles {
  readonly #roots: readonly string[];

  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /**
   * The table of a folder; of RegMix also that of its test split, if there.
   * @throws RefusedPath, InvalidInput
   */
  async read(path: string, format: TableFormat): Promise<RunTable[]> {
    const { location, folder } = await allowedPath(this.#roots, path);
    if (!folder) throw problem(path, 'is a file; name the folder of both files, mixtures and losses');
    const names = (await readdir(location)).sort();
    const isTest = (name: string) => name.toLowerCase().startsWith('test');
    const splits = format === 'regmix' ? [names.filter((name) => !isTest(name)), names.filter(isTest)] : [names];
    const found = splits.flatMap((split) => {
      const mixtures = split.filter((name) => patterns[format].mixtures.test(name));
      const losses = split.filter((name) => patterns[format].losses.test(name) && !mixtures.includes(name));
      if (mixtures.length === 0 && losses.length === 0) return [];
      if (mixtures.length === 1 && losses.length === 1) return [{ mixtures: mixtures[0]!, losses: losses[0]! }];
      throw problem(
        path,
        `has ${mixtures.length} files of mixtures (${mixtures.join(', ')}) and ${losses.length} of losses (${losses.join(', ')}) of one split, where one of each belongs; leave those of one size of proxies`,
      );
    });
    if (found.length === 0) {
      throw problem(path, `has no table in ${format}'s layout; it has ${names.slice(0, 12).join(', ') || 'no files'}`);
    }
    return Promise.all(
      found.map(async ({ mixtures, losses }) => {
        const text = (name: string) => this.#text(join(path, name));
        const files = { mixtures: await text(mixtures), losses: await text(losses) };
        return parseRunTable(format, files, { mixtures: join(path, mixtures), losses: join(path, losses) });
      }),
    );
  }

  /** A file in a folder that may be read may still be a link to one that may not. */
  async #text(path: string): Promise<string> {
    const { location, folder, bytes } = await allowedPath(this.#roots, path);
    if (folder) throw problem(path, 'is a folder where a table belongs; leave the file of the table');
    if (bytes > longest) throw problem(path, `has ${bytes} bytes, a table ${longest} at most; leave some of its runs`);
    return readFile(location, 'utf8');
  }
}

const problem = (path: string, message: string) => new InvalidInput('the table', [{ path, message }]);
