/**
 * `npm run bench:corpus`: how fast text becomes token shards here, and how good its clusters are; with `--vectors`, k-means
 * beside FAISS; with `--synthetic`, whether a corpus larger than memory survives being killed. The last line is JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { CommandProblem, runCommand } from '../run-command.ts';
import { killedCorpus } from './killed-corpus.ts';
import { realCorpus } from './real-corpus.ts';
import { vectorsBesideFaiss } from './vectors-beside-faiss.ts';

type Options = {
  corpus?: string;
  labelField?: string;
  perLabel?: number;
  vectors?: { n: number; d: number; k: number };
  synthetic?: number;
  kills: number;
  folder: string;
};

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number.');
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('expected a number above 0, at most 1000.');
  return value;
}

function sizes(text: string): { n: number; d: number; k: number } {
  const [n, d, k, ...more] = text.split(',').map(whole);
  if (n === undefined || d === undefined || k === undefined || more.length > 0 || k < 2 || k > n || d < 1) {
    throw new InvalidArgumentError('expected N,D,K: vectors, numbers of each, clusters (2 to N).');
  }
  return { n, d, k };
}

const command = new Command('bench:corpus')
  .option('--corpus <folder>', 'a corpus: read, embedded, clustered, merged, tokenised')
  .option('--label-field <name>', 'the field that names a document’s true domain: how well do clusters fit it')
  .option('--per-label <n>', 'fit clusters to domains on so many documents of each, instead of on all', whole)
  .option('--vectors <n,d,k>', 'cluster made vectors beside FAISS, which is installed for it', sizes)
  .option(
    '--synthetic <gigabytes>',
    'a made corpus of this size goes from text to clusters, killed on the way',
    positive,
  )
  .option('--kills <n>', 'how often it is killed', whole, 3)
  .option('--folder <folder>', 'where everything is made and deleted again', tmpdir());

await runCommand(async () => {
  const { corpus, labelField, perLabel, vectors, synthetic, kills, folder: parent } = command.parse().opts<Options>();
  const folder = await mkdtemp(join(parent, 'climb-bench-'));
  try {
    const figures =
      vectors !== undefined
        ? await vectorsBesideFaiss(vectors, folder)
        : synthetic !== undefined
          ? await killedCorpus({ bytes: synthetic * 1e9, kills }, folder)
          : corpus !== undefined
            ? await realCorpus({ corpus, labelField, perLabel }, folder)
            : undefined;
    if (figures === undefined) {
      throw new CommandProblem(
        'there is nothing to measure. Try: --corpus FOLDER, --vectors 1000000,128,240 or --synthetic 5',
      );
    }
    console.log(JSON.stringify(figures));
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
