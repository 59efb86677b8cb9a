import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openSearch } from '../../activities/open-search.ts';
import type { Deps } from '../../activities/deps.ts';
import type { Ref } from '../../climb/artifact.ts';
import type { Problem } from '../../climb/problem.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { checkpointOf, tokenizerOf } from '../adapters/made-checkpoint.ts';
import { filesBelow, place, scratch } from '../adapters/scratch.ts';
import { specOf } from '../climb/made-search.ts';
import { failureOf, fakeTrainer, perform, worldIn } from './made-world.ts';

const root = scratch();
let worlds = 0;
let folder: string;

const own = (name: string) => ({ name, path: `${name}.jsonl` });
/** Of three blocks of 128 tokens, at three characters a token. */
const longText = 'x'.repeat(3 * 128 * 3 - 1);
/** A search that starts from the checkpoint beside its corpus. */
const warm = (changes: object = {}) => ({
  warmStart: { checkpoint: 'ck.safetensors', tokenizer: 'tokenizer.json', ...changes },
});
const good = {
  corpus: { path: 'corpus.jsonl' },
  tasks: [own('quiz'), own('riddles')],
  report: { tasks: [own('exam')] },
  clusters: { initial: 4, merge: { target: 2 } },
};

beforeAll(async () => {
  folder = join(root, String(worlds++));
  const items = (name: string) =>
    [0, 1].map((at) => JSON.stringify({ query: `${name} ${at}`, choices: ['a', 'b'], gold: at })).join('\n');
  for (const name of ['quiz', 'riddles', 'exam']) await place(join(folder, `${name}.jsonl`), items(name));
  await place(join(folder, 'texts.jsonl'), `${JSON.stringify({ text: longText })}\n{"text":"short"}\n`);
  await place(join(folder, 'copied-texts.jsonl'), `${JSON.stringify({ text: longText })}\n{"text":"other"}\n`);
  await place(join(folder, 'ck.safetensors'), checkpointOf(proxyShape(specOf(good).proxy).model));
  await place(join(folder, 'tokenizer.json'), tokenizerOf(2048));
  await place(join(folder, 'copy.jsonl'), items('quiz'));
  await place(join(folder, 'bad.jsonl'), '{"query":"q","choices":["a"],"gold":7}\n');
  const documents = Array.from({ length: 20 }, (_, at) =>
    JSON.stringify({ text: `document number ${at} about many things` }),
  );
  await place(join(folder, 'corpus.jsonl'), `${documents.join('\n')}\n`);
  await place(join(folder, 'empty.jsonl'), '');
  await place(join(folder, 'runs', 'ratios.csv'), 'run,anything\na,1\n');
  await place(join(folder, 'runs', 'metrics.csv'), 'run,quiz,puzzles\na,2,3\n');
});

/** The inputs are shared, what is written is not. */
function open(changes: Partial<Deps> = {}) {
  const home = join(root, String(worlds++));
  const { corpus, tasks, trainers, warmStarts, evidenceFiles } = worldIn(folder, {
    trainer: fakeTrainer(() => Promise.resolve()).trainer,
  });
  const deps = { ...worldIn(home), corpus, tasks, trainers, warmStarts, evidenceFiles, ...changes };
  return { home, deps, openSearch: openSearch(deps) };
}

test('an opening has the items of every task and what the search relies on later', async () => {
  const { deps, openSearch } = open();
  const opening = await perform(openSearch, specOf(good));
  expect(opening).toMatchObject({
    searchAttributes: ['ClimbPhase'],
    timeouts: { heartbeat: 20, retryInitial: 1, retryMaximum: 60 },
    queues: { cpu: 'climb-cpu', train: 'climb-train' },
    maxHistory: 7500,
    continuations: { search: 4, verify: 12 },
  });
  expect(opening.tokensPerSecond).toBeUndefined();
  const texts = await Promise.all([...opening.tasks, ...opening.reportTasks].map((ref) => deps.store.read(ref)));
  expect(texts.map((text) => text.toString().split('\n')[0])).toEqual([
    '{"id":"0","query":"quiz 0","choices":["a","b"],"gold":0}',
    '{"id":"0","query":"riddles 0","choices":["a","b"],"gold":0}',
    '{"id":"0","query":"exam 0","choices":["a","b"],"gold":0}',
  ]);
  expect(texts.every((text) => text.toString().endsWith('}\n'))).toBe(true);
});

test('plain texts are stored as texts, and cost as many continuations as they have blocks', async () => {
  const { deps, openSearch } = open();
  const opening = await perform(openSearch, specOf({ ...good, report: { tasks: [own('texts')] } }));
  expect((await deps.store.read(opening.reportTasks[0] as Ref)).toString()).toBe(
    `{"id":"0","text":"${longText}"}\n{"id":"1","text":"short"}\n`,
  );
  expect(opening.continuations).toEqual({ search: 4, verify: 8 + 3 + 1 });
});

test('weights and tokenizer that are given are kept as artifacts', async () => {
  const { deps, openSearch } = open();
  const given = { ...(await deps.warmStarts.keep({ checkpoint: 'ck.safetensors', tokenizer: 'tokenizer.json' })) };
  expect(await perform(openSearch, specOf({ ...good, proxy: warm() }))).toMatchObject({ warmStart: given });
  expect(await perform(openSearch, specOf(good))).not.toHaveProperty('warmStart');
});

test('opening twice gives the same', async () => {
  const { openSearch } = open();
  expect(await perform(openSearch, specOf(good))).toEqual(await perform(openSearch, specOf(good)));
});

test('the speed that this machine was measured at is known to the search', async () => {
  const { deps, openSearch } = open();
  await deps.speeds.record(deps.trainers('default'), proxyShape(specOf(good).proxy), 1, 12_345);
  expect((await perform(openSearch, specOf(good))).tokensPerSecond).toBe(12_345);
});

describe('a search that names what can not be', () => {
  const problemsOf = async (changes: object) => {
    const { home, openSearch } = open();
    const failure = await failureOf(perform(openSearch, specOf({ ...good, ...changes })));
    expect(failure).toMatchObject({ type: 'InvalidSearchSpec', nonRetryable: true });
    expect(await filesBelow(home)).toEqual([]);
    return (failure.details as Problem[][])[0] ?? (failure.details as Problem[]);
  };

  test.each<[string, object, string, string]>([
    [
      'report items that are searched under another name',
      { report: { tasks: [{ name: 'other', path: 'copy.jsonl' }] } },
      'report.tasks.0',
      '2 of the 2 items of "other" are also searched, in "quiz"',
    ],
    [
      'report texts that are searched',
      { tasks: [own('texts')], report: { tasks: [own('exam'), own('copied-texts')] } },
      'report.tasks.1',
      'are also searched',
    ],
    [
      'accuracy of plain texts',
      { report: { tasks: [{ ...own('texts'), metric: 'accuracy' as const }] } },
      'report.tasks.0',
      'got the metric "accuracy"; use bitsPerByte',
    ],
    [
      'a checkpoint that is not there',
      { proxy: warm({ checkpoint: 'no' }) },
      'proxy.warmStart.checkpoint',
      "can't open",
    ],
    [
      'a checkpoint of another shape',
      { proxy: { ...warm(), model: { layers: 3 } } },
      'proxy.warmStart.checkpoint',
      '2.qkv: expected F32 [64, 192], found none',
    ],
    [
      'a tokenizer that is none',
      { proxy: warm({ tokenizer: 'quiz.jsonl' }) },
      'proxy.warmStart.tokenizer',
      'expected a tokenizer.json',
    ],
    [
      'a trunk longer than the corpus allows',
      { proxy: { warmStart: { tokens: 1e9 } } },
      'proxy.warmStart.tokens',
      'got 999999488, but 4 epochs of this corpus are',
    ],
    ['a target that no tokenizer fills', { target: { tokens: 1e9 } }, 'target.tokens', 'tokens at most'],
    ['a missing corpus', { corpus: { path: 'none.jsonl' } }, 'corpus.path', "can't open"],
    ['a corpus outside the roots', { corpus: { path: '/etc/passwd' } }, 'corpus.path', 'outside'],
    ['an empty corpus', { corpus: { path: 'empty.jsonl' } }, 'corpus.path', 'empty.jsonl'],
    [
      'a bad line in a strict corpus',
      { corpus: { path: 'bad.jsonl', strict: true } },
      'corpus.strict',
      'bad.jsonl line 1',
    ],
    ['more clusters than documents', { clusters: { initial: 64 } }, 'corpus.path', 'holds 20 different documents'],
    ['an unknown trainer', { proxy: { trainer: 'gpu' } }, 'proxy.trainer', 'no trainer profile "gpu"'],
    ['an unknown task', { tasks: [own('quiz'), { name: 'pika' }] }, 'tasks.1', 'no task "pika"'],
    ['an unknown report task', { report: { tasks: [{ name: 'pika' }] } }, 'report.tasks.0', 'no task "pika"'],
    ['bad items', { tasks: [own('bad')] }, 'tasks.0', 'gold is 7'],
    ['items outside the roots', { tasks: [{ name: 'x', path: '../../../etc/passwd' }] }, 'tasks.0', 'outside'],
  ])('%s', async (_, changes, path, piece) => {
    const problems = await problemsOf(changes);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(piece);
  });

  test('evidence that can be seen to be unusable before there are clusters', async () => {
    const warmStart = [
      { search: 'nobody' },
      { path: 'runs', format: 'olmix' },
      { path: 'none', format: 'olmix' },
      { path: 'runs', format: 'olmix', tasks: { puzzles: 'riddles' } },
    ];
    const problems = await problemsOf({ search: { warmStart } });
    expect(problems.map(({ path }) => path)).toEqual([0, 1, 2].map((at) => `search.warmStart.${at}`));
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('nothing is kept of a search "nobody"'),
      expect.stringContaining('no column for the task "riddles" (it has quiz, puzzles)'),
      expect.stringContaining("can't open"),
    ]);
  });

  test('all problems are told at once, and nothing was written', async () => {
    const problems = await problemsOf({
      corpus: { path: 'none.jsonl' },
      proxy: { trainer: 'gpu' },
      tasks: [own('quiz'), { name: 'pika' }],
      report: { tasks: [own('exam'), own('bad')] },
    });
    expect(problems.map(({ path }) => path)).toEqual(['corpus.path', 'proxy.trainer', 'tasks.1', 'report.tasks.1']);
  });
});

test('what may pass is tried again, not refused', async () => {
  const { openSearch } = open({
    tasks: { items: () => Promise.reject(Object.assign(new Error('I/O error'), { code: 'EIO' })) },
  });
  await expect(perform(openSearch, specOf(good))).rejects.toThrow('I/O error');
  await expect(perform(openSearch, specOf(good))).rejects.not.toMatchObject({ nonRetryable: true });
});
