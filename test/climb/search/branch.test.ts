import { describe, expect, test } from '@jest/globals';
import { notCleanedOf, otherCandidates, otherFit, otherTasks } from '../../../climb/search/branch-differences.ts';
import { beginBranch, type BranchStart } from '../../../climb/search/branch-start.ts';
import { recipeDigest } from '../../../climb/search/recipe.ts';
import { branchSection } from '../../../climb/search/report-branch.ts';
import {
  newSearchState,
  searchSeeds,
  type Branch,
  type Opening,
  type SearchState,
} from '../../../climb/search/search-state.ts';
import { snapshotOf } from '../../../climb/search/snapshot.ts';
import { statusOf } from '../../../climb/search/search-views.ts';
import { beforeOpening, parseBranchFile } from '../../../climb/spec/branch-file.ts';
import { finishRecipe } from '../../../climb/search/recipe.ts';
import type { SearchFile } from '../../../climb/spec/search-file.ts';
import { bodyOf, refOf, run } from '../made-recipe.ts';
import { now, specOf } from '../made-search.ts';

const branch: Branch = {
  search: 'parent',
  iteration: 1,
  of: ['parent', 'grand'],
  shared: 8,
  file: { branchFrom: { search: 'parent', iteration: 1 }, seed: 4, search: { batch: 2, predictor: null } },
};

describe('what is formed anew follows from what differs', () => {
  const parent = specOf();
  test.each<[string, Partial<SearchFile>, { tasks?: true; fit?: true; candidates?: true }]>([
    ['nothing', {}, {}],
    ['budget, verification, report', { budget: { proxies: 50 }, report: { tasks: [{ name: 'sciq' }] } }, {}],
    ['when it stops', { search: { stop: { gain: false } } }, {}],
    ['later batches', { search: { schedule: [8, 4, 3] } }, {}],
    ['the next batch', { search: { first: 8, batch: 5 } }, { candidates: true }],
    ['seed', { seed: 8 }, { candidates: true }],
    ['constraints', { constraints: { maxEpochs: 3 } }, { candidates: true }],
    [
      'guards',
      { objective: { guards: { maxLoss: 1 } }, verify: { baselines: ['proportional'] } },
      { candidates: true },
    ],
    ['candidates', { search: { candidates: 500 } }, { candidates: true }],
    ['predictor', { search: { predictor: 'ridge' } }, { fit: true, candidates: true }],
    ['n-grams', { search: { ngram: false } }, { fit: true, candidates: true }],
    ['scale', { objective: { scale: 'z-score' } }, { fit: true }],
    ['weights of tasks', { tasks: [{ name: 'piqa', weight: 2 }] }, { tasks: true }],
  ])('%s', (_, changes, { tasks = false, fit = false, candidates = false }) => {
    const own = specOf({ ...changes, verify: { ...changes.verify } });
    expect([otherTasks(parent, own), otherFit(parent, own), otherCandidates(parent, own, 1)]).toEqual([
      tasks,
      fit,
      candidates,
    ]);
  });

  test('tasks that came later were not taken out of the corpus', () => {
    const own = specOf({ tasks: [{ name: 'piqa' }, { name: 'boolq' }] });
    expect(notCleanedOf(parent, own)).toEqual(['boolq']);
    expect(notCleanedOf(own, own, ['boolq'])).toEqual(['boolq']);
    const never = { path: 'corpus', decontaminate: false };
    expect(notCleanedOf(specOf({ corpus: never }), specOf({ corpus: never, tasks: [{ name: 'boolq' }] }))).toEqual([]);
  });
});

describe('a branch begins', () => {
  const spec = { ...specOf({ seed: 4, budget: { proxies: 16 } }), branchFrom: { search: 'parent', iteration: 1 } };
  const prepared = { manifest: refOf('manifest'), domainSet: refOf('domains'), tokens: refOf('tokens') };
  const start: BranchStart = {
    ...prepared,
    spec,
    branch: { ...branch, seed: 3 },
    predictor: refOf('predictor'),
    candidates: refOf('candidates'),
    leaderboard: [{ id: 'i1-p001', score: 2, losses: [2] }],
  };
  const unopened = () =>
    newSearchState(beforeOpening(parseBranchFile({ branchFrom: branch.file['branchFrom'] }, 'branch')), now);
  const continuations = { search: 100, verify: 400 };
  const opening = { tasks: [refOf('items')], searchAttributes: [], continuations } as unknown as Opening;

  test('where its parent stood, with nothing spent', () => {
    const state = unopened();
    beginBranch(state, opening, start);
    expect(state).toMatchObject({
      iteration: 1,
      prepared,
      account: { budget: spec.budget, charged: { proxies: 0 } },
      predictor: start.predictor,
      leaderboard: start.leaderboard,
      counts: { done: 0 },
    });
    expect(statusOf(state, now)).toMatchObject({
      iterations: 3,
      proxies: { done: 0, planned: 16 },
      branch: { search: 'parent', iteration: 1, of: ['parent', 'grand'], shared: 8 },
    });
    expect(searchSeeds(state)).toEqual(searchSeeds({ spec: specOf({ seed: 3 }) }));
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  test('what messages changed while the parent was read stays changed', () => {
    const state = unopened();
    state.account.budget = { ...state.account.budget, proxies: 40 };
    state.iterationLimit = 2;
    beginBranch(state, opening, start);
    expect(state.account.budget).toEqual({ ...spec.budget, proxies: 40 });
    expect(state.iterationLimit).toBe(2);
  });

  test('with the limit of iterations that a message to its parent set', () => {
    const state = unopened();
    beginBranch(state, opening, { ...start, iterationLimit: 2 });
    expect(state.iterationLimit).toBe(2);
    expect(snapshotOf(state, opening, prepared).carried).toMatchObject({ iterationLimit: 2 });
    const own = unopened();
    beginBranch(own, opening, start);
    expect(own.iterationLimit).toBeNull();
    expect(snapshotOf(own, opening, prepared).carried).not.toHaveProperty('iterationLimit');
  });

  test('and says so: before that its figures are not its own', () => {
    const state: SearchState = { ...unopened(), unopened: true };
    expect(statusOf(state, now).detail).toContain('not open yet');
    beginBranch(state, opening, start);
    expect(statusOf(state, now).detail).toBe('opening');
  });

  test('with other tasks it begins with those that its proxies were scored on', () => {
    const state = unopened();
    const scoredOn = { tasks: specOf({ tasks: [{ name: 'boolq' }] }).tasks, items: [refOf('boolq')] };
    beginBranch(state, opening, { ...start, scoredOn, learn: { tasks: true } });
    expect(state.spec.tasks).toEqual(scoredOn.tasks);
    expect(state.opening?.tasks).toEqual(scoredOn.items);
    expect(state.retask?.tasks).toEqual(spec.tasks);
  });
});

test('the digest of a branch counts what is shared and not what it is called', () => {
  const body = bodyOf(null);
  const from = (search: string, iteration: number) =>
    recipeDigest({ ...body, spec: { ...body.spec, branchFrom: { search, iteration } } });
  expect(from('a', 1)).toBe(from('b', 1));
  expect(from('a', 1)).not.toBe(from('a', 2));
  expect(from('a', 1)).not.toBe(recipeDigest(body));
});

test('the report says where a search began', () => {
  const of = (changes: Partial<Branch>) =>
    branchSection(finishRecipe(bodyOf(null), { ...run, branch: { ...branch, ...changes } })).join();
  expect(branchSection(finishRecipe(bodyOf(null), run))).toEqual([]);
  expect(of({ seed: 3, notCleanedOf: ['bool|q'] })).toBe(
    [
      '## Where it began',
      '',
      '- Goes on from iteration 1 of parent, that goes on from grand: 8 scored proxies shared, at no cost to this search',
      '- Changed: seed, search.batch, search.predictor',
      '- Proxies of the search are trained with the seed 3 of the search that began the line, so that they compare with those that are shared; 7 draws what is proposed and what is verified',
      '- The corpus was not cleaned of the items of bool q: these tasks came later',
      '- To run it again that search has to be kept: its `iterations/`, and the artifacts that these name',
    ].join('\n'),
  );
  const plain = of({ iteration: 0, shared: 0, of: ['parent'], file: { branchFrom: {} } });
  expect(plain).toContain('Goes on from the beginning of parent: corpus and clusters shared');
  expect(plain).toContain('- Nothing was changed');
});
