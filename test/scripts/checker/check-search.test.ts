/** Each invariant is broken on purpose, and the checker must say so: one that sees nothing proves nothing. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { checkSearch } from '../../../scripts/checker/check-search.ts';
import type { Evidence } from '../../../scripts/checker/evidence.ts';
import { treeOf } from '../../../scripts/checker/files.ts';
import { repositoryRoot } from '../../../adapters/home.ts';
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
  expect(await found({ digest: 'd1', canary: 'hunter2', mark: made.home })).toEqual([]);
});

test('one that did not complete, or has no recipe, is told at once', async () => {
  const { recipe } = made;
  made.result = undefined;
  expect(await found()).toEqual(['the search did not complete']);
  made.result = { recipe };
  const evidence = await made.evidence();
  await rm(join(made.home, 'searches'), { recursive: true });
  expect(await checkSearch(evidence)).toEqual([expect.stringContaining('without a recipe')]);
});

describe('I1, one result and one charge', () => {
  test('a second result', async () => {
    await made.proxy('i1-p002');
    expect(await found()).toEqual(['I1: i1-p002 has 2 results', 'I1: i1-p002 was paid 2 times']);
  });

  test('scores for other tasks are no second result, weights that broke are trained anew', async () => {
    made.activity('evaluateProxies', 'retask', { members: [{ id: 'i1-p001' }], tasks: ['u'] }, { members: [] });
    made.train('i1-p003', null);
    await made.write('ledger/proxy/i1-p003.json', '{}');
    made.recipe.run.charged.proxies = 3;
    made.recipe.spec.budget = { proxies: 3, trainTokens: 300 };
    expect(await found()).toEqual([]);
  });

  test('a charge too many or too few', async () => {
    made.recipe.run.charged.proxies = 3;
    expect(await found()).toEqual(['I1: 2 proxies were accepted, 3 were charged']);
  });

  test('one that the ledger does not know', async () => {
    await rm(join(made.home, 'ledger/proxy/i1-p001.json'));
    expect(await found()).toEqual([expect.stringContaining("I1: i1-p001 isn't in the ledger")]);
  });
});

describe('I2, within the budget', () => {
  test('a proxy, or its tokens, too many', async () => {
    await made.proxy('i1-p003');
    made.recipe.run.charged.proxies = 3;
    expect(await found()).toEqual([
      'I2: i1-p003 is begun as proxy 3 of 2',
      'I2: i1-p003 is begun at 300 tokens of 200',
    ]);
  });

  test('a raised budget has room, one that was refused as a whole has not, one that fell stops what comes', async () => {
    made.signal('setBudget', { proxies: 3, trainTokens: 300 });
    await made.proxy('i1-p003');
    made.recipe.run.charged.proxies = 3;
    expect(await found()).toEqual([]);
    made.signal('setBudget', { proxies: 9, oops: 1 });
    made.signal('setBudget', { proxies: 1 });
    made.train('i1-p004', {});
    expect(await found()).toEqual([
      'I2: i1-p004 is begun as proxy 4 of 1',
      'I2: i1-p004 is begun at 400 tokens of 300',
    ]);
  });

  test('what was lost makes room again', async () => {
    made.activity('trainProxies', 'i1-p003', { members: [{ id: 'i1-p003' }], proxy: { tokens: 100 } });
    made.events.splice(2, 0, ...made.events.splice(-2));
    expect(await found()).toEqual([]);
  });
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
      'I6: sea has weight -0.25, outside 0.1 to 0.3',
    ]);
    weigh(0.25, 0.75 + 1e-8);
    expect(await found()).toContainEqual(expect.stringContaining('I6: the recipe has weights that sum to 1.00000001'));
    weigh(0.5, 0.5);
    expect(await found()).toEqual(['I6: sea has weight 0.5, outside 0.1 to 0.3']);
  });

  test('of a group, of a cluster that has none, and of a mixture on the way', async () => {
    Object.assign(made.recipe.spec.constraints.groups.both, { upper: 0.9 });
    Object.assign(made.recipe.spec.constraints.bounds, { oven: { upper: 1 } });
    const ref = await made.artifact(JSON.stringify({ kind: 'mixtures', mixtures: [{ id: 'm', weights: [0.5, 0.4] }] }));
    made.activity('sampleMixtures', 's', {}, ref);
    expect(await found()).toEqual([
      'I6: oven is bounded and has no weight',
      'I6: group both has weight 1, outside 0 to 0.9',
      'I6: mixture m has weights that sum to 0.9',
    ]);
  });
});

test('I7: another digest than the undisturbed run, or than the answer', async () => {
  expect(await found({ digest: 'd2' })).toEqual(["I7: the recipe's digest is d1, undisturbed it is d2"]);
  made.result = { recipe: { digest: 'd3' } };
  expect(await found()).toEqual(['I7: the result says d3, recipe.json d1']);
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
