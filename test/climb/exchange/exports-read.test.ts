/** Exports as other tools' own libraries read them, where the Python of set-up has those libraries. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryRoot } from '../../../adapters/home.ts';
import { interleavedJson } from '../../../climb/exchange/interleaved-datasets.ts';
import { olmixMix } from '../../../climb/exchange/olmix-mix.ts';
import { regmixConfig } from '../../../climb/exchange/regmix-config.ts';
import { runTableFiles } from '../../../climb/exchange/run-table.ts';
import { place, scratch } from '../../adapters/scratch.ts';
import { exported } from './made-export.ts';

const folder = scratch();
/** Any Python will do: `CLIMB_ORACLE_PYTHON` may name one that has more libraries than set-up's. */
const python = process.env['CLIMB_ORACLE_PYTHON'] ?? join(repositoryRoot, '.venv', 'bin', 'python');
const has = (library: string) => {
  if (!existsSync(python)) return false;
  try {
    execFileSync(python, ['-c', `import ${library}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const where = (library: string) => (has(library) ? test : test.skip);

type Seen = {
  regmix: { train: [string, number][]; valid: string[]; kept: string[] };
  olmix: Record<string, { weight: number; repetition_factor: number }>;
  huggingface: Record<string, number>;
  pandas: Record<string, { columns: string[]; rows: (string | number)[][] }>;
};

let seen: Promise<Seen> | undefined;
const read = () =>
  (seen ??= (async () => {
    const table = {
      domains: ['a, b', 'c'],
      targets: ['t'],
      runs: [{ id: 'r1', weights: [0.1, 0.9], losses: [1 / 3] }],
    };
    const olmix = runTableFiles('olmix', table);
    const lengths = exported.clusters.map(({ cluster, tokens, documents }) => [cluster, tokens / documents]);
    await place(join(folder, 'regmix.yaml'), regmixConfig(exported));
    await place(join(folder, 'olmix.json'), JSON.stringify(olmixMix(exported), null, 2));
    await place(join(folder, 'huggingface.json'), interleavedJson(exported));
    await place(join(folder, 'lengths.json'), JSON.stringify(Object.fromEntries(lengths)));
    await place(join(folder, 'ratios.csv'), olmix.mixtures);
    await place(join(folder, 'metrics.csv'), olmix.losses);
    const script = join(import.meta.dirname, 'oracles', 'read_exports.py');
    return JSON.parse(execFileSync(python, [script, folder], { encoding: 'utf8' })) as Seen;
  })());

where('yaml')('RegMix: PyYAML reads every weight as a number, to the last bit', async () => {
  const { regmix } = await read();
  const names = exported.clusters.map(({ cluster }) => `train_${cluster}`);
  expect(regmix.train).toEqual(exported.clusters.map(({ weight }, at) => [names[at], weight]));
  expect(regmix.kept).toEqual(names);
  expect(regmix.valid).toHaveLength(4);
});

where('yaml')('Olmix: PyYAML reads the JSON of a mix as numbers, to the last bit', async () => {
  expect((await read()).olmix).toEqual(olmixMix(exported).mix);
});

// Importing `datasets` takes some seconds, drawing 20,000 documents one.
where('datasets')(
  'Hugging Face: of 20,000 documents that it draws, each cluster has its share of the tokens',
  async () => {
    const { huggingface } = await read();
    // One document of c0000 is 20 of c0001, so about 950 are drawn of it: 3 standard errors are 5 %.
    expect(huggingface['c0000']).toBeCloseTo(0.5, 1);
    expect(Math.abs(huggingface['c0000']! - 0.5)).toBeLessThan(0.05);
  },
  60_000,
);

where('pandas')('Olmix: pandas reads names and doubles as they were', async () => {
  const { pandas } = await read();
  expect(pandas['ratios.csv']).toEqual({ columns: ['run_id', 'a, b', 'c'], rows: [['r1', 0.1, 0.9]] });
  expect(pandas['metrics.csv']?.columns).toEqual(['run_id', 't']);
  expect(pandas['metrics.csv']?.rows[0]?.[1]).toBeCloseTo(1 / 3, 14);
});
