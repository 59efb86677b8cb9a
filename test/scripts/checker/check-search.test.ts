/** Each invariant is broken on purpose, and the checker must say so: one that sees nothing proves nothing. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { checkSearch } from '../../../scripts/checker/check-search.ts';
import { CommandLines } from '../../../scripts/checker/command-lines.ts';
import { digestOf } from '../../../scripts/checker/digest.ts';
import type { Evidence, Recipe } from '../../../scripts/checker/evidence.ts';
import { treeOf } from '../../../scripts/checker/files.ts';
import { finishRecipe, type RecipeBody, type RecipeRun } from '../../../climb/search/recipe.ts';
import { repositoryRoot } from '../../../adapters/home.ts';
import { bodyOf, smallSpec } from '../../climb/made-recipe.ts';
import { scratch } from '../../adapters/scratch.ts';
import { soundSearch, type MadeSearch } from './made-search.ts';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });

const root = scratch();
let made: MadeSearch;
let homes = 0;

beforeEach(async () => {
  made = await soundSearch(join(root, `home-${homes++}`));
});

const found = async (more: Partial<Evidence> = {}) => checkSearch(await made.evidence(more));

test('a sound search has nothing wrong', async () => {
  expect(await found({ digest: digestOf(made.recipe), canary: 'hunter2', mark: made.home })).toEqual([]);
});

test('one that did not complete, or has no recipe, is told at once', async () => {
  const { result } = made;
  made.result = () => undefined;
  expect(await found()).toEqual(['the search did not complete']);
  made.result = result;
  const evidence = await made.evidence();
  await rm(join(made.home, 'searches'), { recursive: true });
  expect(await checkSearch(evidence)).toEqual([expect.stringContaining('without a recipe')]);
});

describe('I3, references', () => {
  test('a missing artifact, and one that another refers to', async () => {
    const inner = await made.artifact('inner');
    const outer = await made.artifact(JSON.stringify({ inner }));
    made.activity('stage', 's', {}, outer);
    await rm(join(made.home, made.artifactPath(inner.sha256)));
    expect(await found()).toEqual([`I3: artifact ${inner.sha256} is missing`]);
  });

  test('a cut one, and one whose bytes changed', async () => {
    const cut = await made.artifact('cut short');
    const changed = await made.artifact('as it was');
    made.activity('stage', 's', {}, [changed, cut]);
    await writeFile(join(made.home, made.artifactPath(cut.sha256)), 'cut');
    await writeFile(join(made.home, made.artifactPath(changed.sha256)), 'as it is.');
    expect(await found()).toEqual([
      `I3: artifact ${cut.sha256} has 3 bytes, expected 9`,
      `I3: artifact ${changed.sha256} has other bytes than its name says`,
    ]);
  });

  test('of a snapshot', async () => {
    const ref = { sha256: 'a'.repeat(64), bytes: 1 };
    await made.write('searches/made/iterations/1.json', JSON.stringify({ predictor: ref }));
    expect(await found()).toEqual([`I3: artifact ${ref.sha256} is missing`]);
  });

  test('of an observation that a branch has from its parent, through its score to the weights', async () => {
    const weights = await made.artifact('weights of another search');
    const { sha256: score } = await made.artifact(JSON.stringify({ kind: 'score', weights }));
    const elsewhere = { score: 'b'.repeat(64), evidence: 'exact' };
    const observations = [{ id: 'i1-p001', score }, elsewhere];
    made.activity('refit', 'r', {}, await made.artifact(JSON.stringify({ kind: 'predictor', observations })));
    expect(await found()).toEqual([]);
    await rm(join(made.home, made.artifactPath(weights.sha256)));
    expect(await found()).toEqual([`I3: artifact ${weights.sha256} is missing`]);
    await rm(join(made.home, made.artifactPath(score)));
    expect(await found()).toEqual([`I3: artifact ${score} is missing`]);
  });

  test('of what the recipe was made from; its corpus is files of people', async () => {
    const hashes = { corpus: 'a'.repeat(64), 'score.v-p001': 'b'.repeat(64) };
    Object.assign(made.recipe, { hashes });
    expect(await found()).toEqual([`I3: artifact ${hashes['score.v-p001']} is missing`]);
  });
});

test.each([
  ['artifacts/tmp/1.tmp', 'a temporary file'],
  ['searches/made/.recipe.json.1.tmp', 'a temporary file'],
  ['runs/k/checkpoints/.tmp-1/model', 'a temporary file of a trainer'],
  ['runs/k/owner.json', 'the lease of a trainer'],
  ['x.lock', 'a lock'],
])('I4: %s is left', async (path, what) => {
  await made.write(path, '');
  expect(await found()).toEqual([`I4: ${path} is ${what}`]);
});

test('I4: only a temporary file is excused, and only until a worker was killed last', async () => {
  const before = await made.write('artifacts/tmp/1.tmp', '');
  await made.write('runs/k/checkpoints/.tmp-1/model', '');
  const killed = Date.now() - 10_000;
  await utimes(before, new Date(killed - 1), new Date(killed - 1));
  const model = 'I4: runs/k/checkpoints/.tmp-1/model is a temporary file of a trainer';
  expect(await found({ killed })).toEqual([model]);
  await made.write('artifacts/tmp/2.tmp', '');
  expect(await found({ killed })).toEqual(['I4: artifacts/tmp/2.tmp is a temporary file', model]);
});

test('I5: a process that is still there', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', `mark-${made.home}`], {
    stdio: 'ignore',
  });
  try {
    await once(child, 'spawn');
    expect(await found({ mark: `mark-${made.home}`, grace: 300 })).toEqual([
      expect.stringContaining(`I5: process ${child.pid} is still there`),
    ]);
  } finally {
    child.kill('SIGKILL');
  }
}, 60_000);

describe('I6, weights', () => {
  const weigh = (first: number, second: number) => {
    made.recipe.weights[0]!.weight = first;
    made.recipe.weights[1]!.weight = second;
  };

  test('negative, not summing to 1, out of bounds', async () => {
    weigh(-0.25, 1.25);
    expect(await found()).toEqual([
      'I6: the recipe has weight 0 at -0.25',
      'I6: the recipe has weight -0.25 for sea, outside 0.1 to 0.3',
    ]);
    weigh(0.25, 0.75 + 1e-8);
    expect(await found()).toContainEqual(expect.stringContaining('I6: the recipe has weights that sum to 1.00000001'));
    weigh(0.5, 0.5);
    expect(await found()).toEqual(['I6: the recipe has weight 0.5 for sea, outside 0.1 to 0.3']);
  });

  test('of a group, of a cluster that has none, and of a mixture on the way', async () => {
    Object.assign(made.recipe.spec.constraints.groups.both, { upper: 0.9 });
    Object.assign(made.recipe.spec.constraints.bounds, { oven: { upper: 1 } });
    expect(await found()).toEqual(
      ['the recipe', 'mixture i1-p001', 'mixture i1-p002']
        .flatMap((what) => [
          `I6: ${what} has no weight for oven, which is bounded`,
          `I6: ${what} has weight 1 for group both, outside 0 to 0.9`,
        ])
        .slice(0, 5)
        .concat('I6: and 1 more'),
    );
  });

  test('of a mixture on the way, whichever stage drew it', async () => {
    await made.sample('sampleMixtures', 's', [{ id: 'm', weights: [0.2, 0.7] }]);
    await made.sample('sampleVerification', 'v', [{ id: 'uniform', weights: [0.5, 0.5] }]);
    await made.sample('sampleRegmix', 'r', [{ id: 'three', weights: [0.2, 0.4, 0.4] }]);
    expect((await found()).sort()).toEqual([
      'I6: mixture m has weights that sum to 0.8999999999999999',
      'I6: mixture three has 3 weights for 2 clusters',
      'I6: mixture uniform has weight 0.5 for sea, outside 0.1 to 0.3',
    ]);
  });

  test('a pin is the nearest millionth; bounds are neither for a trunk nor for the mixtures of a parent', async () => {
    Object.assign(made.recipe.spec.constraints, { pinned: { sea: 0.2500004 } });
    Object.assign(made.recipe.spec.constraints.bounds, { sea: {} });
    const mixtures = [{ id: 'i0-p001', weights: [0.5, 0.5] }];
    await made.sample('sampleMixtures', 'trunk-sample', mixtures);
    const parents = await made.artifact(JSON.stringify({ kind: 'mixtures', of: 'parent', mixtures }));
    made.activity('openBranch', 'open', {}, { ref: parents });
    expect(await found()).toEqual([
      'I6: mixture i1-p001 has weight 0.3 for sea, outside 0.2500004 to 0.2500004',
      'I6: mixture i1-p002 has weight 0.2 for sea, outside 0.2500004 to 0.2500004',
    ]);
  });
});

describe('I7, the digest', () => {
  test('is another than the undisturbed run has, or than the answer says', async () => {
    const digest = digestOf(made.recipe);
    expect(await found({ digest: 'd2' })).toEqual([`I7: the recipe's digest is ${digest}, undisturbed it is d2`]);
    made.result = () => ({ recipe: { digest: 'd3' } });
    expect(await found()).toEqual([`I7: the result says d3, recipe.json ${digest}`]);
  });

  test('leaves out what it has to cover', async () => {
    const { weights: _, ...less } = made.recipe;
    made.digest = digestOf(less);
    expect(await found()).toEqual([
      `I7: the recipe's digest is ${made.digest}, what it has to cover is ${digestOf(made.recipe)}`,
    ]);
  });

  test('is the same although the recipes differ', async () => {
    const digest = digestOf(made.recipe);
    const undisturbed = structuredClone({ ...made.recipe, digest });
    undisturbed.run.charged.proxies = 7;
    expect(await found({ digest, undisturbed })).toEqual([]);
    undisturbed.spec.budget.concurrency = 3; // which the digest leaves out, and one file has once
    undisturbed.weights.pop();
    expect(await found({ digest, undisturbed })).toEqual([
      'I7: recipe.weights.1 is {"cluster":"c0001","label":"sky","weight":0.75}, undisturbed it is nothing',
      'I7: recipe.spec.budget.concurrency is 2, undisturbed it is 3',
    ]);
  });

  test('covers what the search says it does', () => {
    const search = { ...smallSpec.search, warmStart: { search: 'before' } };
    const files = {
      corpus: { ...smallSpec.corpus, path: 'a', sources: [{ name: 's', path: 'b' }] },
      embedding: { ...smallSpec.embedding, path: 'vectors', endpoint: 'tei' },
      gates: { beforeVerify: true },
      branchFrom: { search: 'parent', iteration: 2 },
    };
    const trunks = [{ tokens: 16 }, { checkpoint: 'trunk.safetensors' }, undefined];
    const specs = trunks.map((warmStart) => ({
      ...smallSpec,
      ...files,
      search,
      proxy: { ...smallSpec.proxy, warmStart, tokenizer: 't' },
    }));
    for (const spec of [smallSpec, ...specs] as unknown as RecipeBody['spec'][]) {
      const body = bodyOf(null, { spec, hashes: { corpus: 'c', manifest: 'm', '10': 'x', '9': 'y' } });
      const recipe = finishRecipe(body, { search: 'made' } as RecipeRun);
      expect(digestOf(JSON.parse(JSON.stringify(recipe)) as Recipe)).toBe(recipe.digest);
    }
  });
});

describe('I8, a secret', () => {
  const canary = 'hunter2';

  test('in a payload, in a failure, in a log, in an artifact', async () => {
    await made.write('worker.log', `401 for ${canary}`);
    expect(await found({ canary })).toEqual(['I8: the secret stands in worker.log']);
    made.signal('resume', { reason: canary });
    expect(await found({ canary })).toContain('I8: the secret stands in the history');
    made.events.pop();
    made.events.push({ eventType: 'EVENT_TYPE_X', failure: { message: canary } });
    expect(await found({ canary })).toContain('I8: the secret stands in the history');
  });

  test('in the command line of a process', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', canary, made.home], {
      stdio: 'ignore',
    });
    try {
      await once(child, 'spawn');
      const wrong = await found({ canary, mark: made.home, grace: 300 });
      expect(wrong).toContain(`I8: the secret stands in the command line of process ${child.pid}`);
    } finally {
      child.kill('SIGKILL');
    }
  }, 60_000);

  test('in the command line of a process that ended before the search did', async () => {
    const lines = new CommandLines(made.home);
    const run = async (secret: string, env: NodeJS.ProcessEnv) => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', `--token=${secret}`], {
        stdio: 'ignore',
        env: { ...process.env, ...env },
      });
      const ended = once(child, 'exit');
      await once(child, 'spawn');
      lines.look();
      child.kill('SIGKILL');
      await ended;
    };
    await run('none', { HOME_OF_SEARCH: made.home });
    await run(canary, {});
    expect(lines.found).toEqual([expect.stringContaining('--token=none')]);
    expect(await found({ canary, mark: made.home, commandLines: lines.found })).toEqual([]);
    await run(canary, { HOME_OF_SEARCH: made.home });
    expect(await found({ canary, mark: made.home, commandLines: lines.found })).toEqual([
      expect.stringMatching(/^I8: the secret stood in a command line: .* --token=…$/),
    ]);
  }, 60_000);
});

test('I9: a file outside that is new, changed or gone', async () => {
  const outer = join(made.home, 'outer');
  const folders = [outer];
  const files = await Promise.all(['changed', 'gone', 'passed/over'].map((name) => made.write(`outer/${name}`, name)));
  const except = [join(outer, 'passed')];
  const before = await treeOf(folders, except);
  expect(await found({ outside: { before, folders, except } })).toEqual([]);
  await made.write('outer/new', '');
  await made.write('outer/passed/new', '');
  await writeFile(files[0]!, 'otherwise');
  await rm(files[1]!);
  expect(await found({ outside: { before, folders, except } })).toEqual([
    expect.stringMatching(/^I9: .*\/changed was 7 bytes at .* and is 9 bytes/),
    expect.stringMatching(/^I9: .*\/gone was .* and is gone$/),
    expect.stringMatching(/^I9: .*\/new was not there/),
  ]);
});

test('I10: a history of other code', async () => {
  const path = join(repositoryRoot, 'test/replay/histories/0.2.0-plain.json');
  const recorded = await readFile(path, 'utf8');
  const workflows = { workflowsPath: join(repositoryRoot, 'workflows/index.ts') };
  const wrong = async (text: string) => {
    const all = await found({ runs: [JSON.parse(text) as Evidence['runs'][number]], workflows });
    return all.filter((sentence) => sentence.startsWith('I10: made, run 1'));
  };
  expect(await wrong(recorded)).toEqual([]);
  expect(await wrong(recorded.replace('"ingestCorpus"', '"readCorpus"'))).toEqual([
    expect.stringContaining("I10: made, run 1 doesn't replay"),
  ]);
}, 120_000);
