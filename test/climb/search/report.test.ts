import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { DomainSet, Manifest } from '../../../climb/corpus/corpus-artifacts.ts';
import { finishRecipe, type RecipeBody } from '../../../climb/search/recipe.ts';
import { renderReport, verdictSentence } from '../../../climb/search/report.ts';
import { bodyOf, domainSet, manifest, run, smallSpec, tokens } from '../made-recipe.ts';

const report = (body: RecipeBody, changes: object = {}) =>
  renderReport({ recipe: finishRecipe(body, run), manifest, domainSet, tokens, ...changes });
const sentence = (body: RecipeBody) => verdictSentence(finishRecipe(body, run));
const golden = (name: string) => readFileSync(new URL(`../../golden/${name}`, import.meta.url), 'utf8');

const found = bodyOf([2.5, 2.6, 2.9, 3]);

test('the report of a small search, word for word', () => {
  expect(report(found)).toBe(golden('report.md'));
});

test('the same recipe is promised only where the file alone decided', () => {
  const untouched = { ...run, budgetChanges: [] };
  const rerun = (body: RecipeBody) => report(body, { recipe: finishRecipe(body, untouched) });
  expect(rerun(found)).toContain('it gives the same recipe');
  for (const changes of [
    { stoppedBy: 'cancelled' },
    { stoppedBy: 'finishEarly' },
    { stoppedByLimit: 'deadline' },
  ] as const) {
    expect(rerun({ ...found, ...changes })).toContain('it searches as the file says');
  }
});

describe('the verdict claims no more than the evidence', () => {
  test('better than every baseline, by so much and so surely', () => {
    expect(sentence(found)).toMatch(
      /^\*\*Better than every baseline\*\*: it beats uniform by 0\.4000 \[0\.\d+, 0\.\d+\] and proportional by 0\.5000 \[0\.\d+, 0\.\d+\] with fresh seeds, on tasks that were not searched \(95\.0 % intervals/,
    );
  });

  test('no better than a baseline: that baseline is the recipe', () => {
    const body = bodyOf([3, 3.01, 3.05, 3.0005]);
    expect(body).toMatchObject({ verdict: 'no better than proportional', arm: 'proportional', verified: true });
    expect(sentence(body)).toMatch(
      /^\*\*No better than proportional\*\*: no mixture that the search found is shown to beat/,
    );
    expect(sentence(body)).toMatch(/The weights are those of proportional\.$/);
    expect(report(body)).not.toContain('Better than every baseline');
  });

  test('not verified, and why', () => {
    const body = bodyOf(null);
    expect(sentence(body)).toBe(
      '**Not verified**: the budget did not reach for one candidate beside every baseline. The weights are those of the best mixture that the search trained; its advantage may be luck.',
    );
    expect(sentence({ ...body, unverified: 'finishEarly' })).toContain(
      '**Not verified**: the search was finished early.',
    );
    expect(report(body)).toContain('## Recipe beside the baselines\n\nNot verified.');
  });
});

test('differences are called better, worse or not told apart by their intervals alone', () => {
  const text = report(bodyOf([2.5, 3, 2.9, 3]));
  expect(text).toMatch(/\| observed-1 over uniform \| .* \| better \|/);
  expect(text).toMatch(/\| predicted-1 over uniform \| .* \| worse \|/);
  expect(text).toMatch(/\| predicted-1 over proportional \| .* \| not told apart \|/);
});

describe('text from outside', () => {
  const hostile = 'a|b `c` *d* [e](f) <img src=x>\n# g\r\n| --- |\u001b[2J';

  test('no label, example, file, reason, task or search can break a table or start markup', () => {
    const named = { ...smallSpec, tasks: smallSpec.tasks.map((task) => ({ ...task, name: hostile })) };
    const recipe = finishRecipe(
      { ...found, spec: named, weights: found.weights.map((weight) => ({ ...weight, label: hostile })) },
      { ...run, search: hostile },
    );
    const text = report(found, {
      recipe,
      domainSet: {
        ...domainSet,
        clusters: domainSet.clusters.map((c) => ({ ...c, label: hostile, examples: [hostile] })),
      },
      manifest: { ...manifest, bad: [{ file: hostile, line: 1, reason: hostile }] },
    });
    const plain = golden('report.md');
    const bars = (markdown: string) => markdown.split('\n').map((line) => line.split('|').length);
    const headings = (markdown: string) => markdown.match(/^#+ .*$/gm)?.slice(1);
    expect(bars(text)).toEqual(bars(plain));
    expect(headings(text)).toEqual(headings(plain));
    expect(text).not.toMatch(/<img|\]\(f\)|\p{Cc}(?<!\n)/u);
  });

  test('the command to run again is safe to paste whatever the search was called', () => {
    const named = (search: string) => report(found, { recipe: finishRecipe(found, { ...run, search }) });
    expect(named('my-search')).toContain('-w my-search-again --input-file');
    for (const search of ['a; rm -rf /', '$(id)', '-x', "it's", 'a\n```\nb']) {
      expect(named(search)).toContain('-w search-again --input-file');
    }
  });
});

test('clusters whose pools are too small to be repeated faithfully are named, and only they', () => {
  const target = (tokens: number) => report({ ...found, spec: { ...smallSpec, target: { tokens } } });
  expect(target(1_000_000)).not.toContain('read less often');
  // A thousandth of each cluster is 2,000, 1,500 and 500 tokens; a batch is 2,048.
  expect(target(499_712_000)).toContain(
    [
      '## Clusters read less often than in the target run\n',
      "A proxy reads 499,712 of the target's 499,712,000 tokens, and should",
    ].join('\n'),
  );
  expect(target(499_712_000)).toContain('| c0002 | 500 | 2,048 |');
  expect(target(400 * 499_712)).not.toContain('| c0000 | 5,000 |');
});

test('a search without a target counts epochs at a proxy; unread documents are counted', () => {
  const text = report(
    { ...found, spec: { ...smallSpec, target: {} } },
    { manifest: { ...manifest, bad: [], badCount: 0 } },
  );
  expect(text).toContain("repeated in a proxy's 499,712 tokens");
  expect(text).toContain('0 bad documents skipped');
  expect(text).not.toContain('Bad documents:');
});

test('what was left out of the corpus, and which clusters quality took away, is said', () => {
  const text = report(found, {
    manifest: {
      ...manifest,
      split: 3,
      nearDuplicates: 5,
      contaminatedCount: 2,
      contaminated: [{ file: 'corpus/a.jsonl', line: 7, task: 'piqa' }],
      heldOut: { shards: [], documents: 40, bytes: 1000 },
    },
    domainSet: {
      ...domainSet,
      map: [...domainSet.map, null],
      dropped: [{ initial: 8, documents: 90, bytes: 9000, terms: ['click', 'buy'], reasons: ['repetition 1.82 < 3'] }],
    },
  });
  expect(text).toContain(
    '- Of the corpus: 5 near duplicates dropped; 2 documents with text of evaluation items dropped (piqa); 40 documents held out; 3 long documents split',
  );
  expect(text).toContain(
    '- Clusters: 9 found without labels (lsa, 128 dimensions), 1 pruned by quality, merged to 3 (ward)',
  );
  expect(text).toContain('- Pruned: 90 documents, among them click, buy (repetition 1.82 < 3)');
});

test('what quality could not judge is said with its reason', () => {
  const [first, ...others] = domainSet.clusters;
  const quality = { stopWords: { mean: null, documents: 0 }, repetition: { mean: 4, documents: 2000 } };
  const judged = { ...first!, quality, kinds: { code: 1990, english: 10 } };
  expect(report(found, { domainSet: { ...domainSet, clusters: [judged, ...others] } })).toContain(
    '- Quality: c0000 not judged by stopWords: 1990 of 2000 documents are code',
  );
});

test('known domains are said to be known', () => {
  const origin = { kind: 'field' as const, field: 'meta.domain', values: ['a', 'b', 'c'] };
  expect(report(found, { domainSet: { ...domainSet, origin } })).toContain('3 known domains, by the field meta.domain');
});

test('a search begun before 0.2.0 has a report, too', () => {
  const { nearDuplicates: _near, contaminatedCount: _count, contaminated: _list, split: _split, ...read } = manifest;
  const { dropped: _dropped, origin: _origin, ...domains } = domainSet;
  const text = report(found, { manifest: read as Manifest, domainSet: domains as DomainSet });
  expect(text).toContain('8 found without labels');
});
