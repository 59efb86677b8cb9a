/** What the corpus holds and no shard for training does: duplicates, what is held out, what holds items of tasks. */
import { describe, expect, test } from '@jest/globals';
import { findDuplicates } from '../../activities/ingest/find-duplicates.ts';
import { json, openIngestLab, texts, words } from './ingest-lab.ts';

const lab = openIngestLab();
const { ingest, documentsOf, textsOf } = lab;

describe('documents that say what others say', () => {
  test('are dropped wherever they lie, whatever they are called', async () => {
    const files = [
      { path: 'a.jsonl', content: json({ text: 'a', id: 1 }, { text: 'b', id: 2 }, { text: 'a', id: 3 }) },
      { path: 'b.jsonl', content: json({ text: 'c', id: 4 }, { text: 'b', id: 5 }) },
      { path: 'c.jsonl', content: json({ text: 'a', id: 6 }) },
    ];
    const { manifest } = await ingest(files, { lines: 1, search: { corpus: { path: 'x', idField: 'id' } } });
    expect((await documentsOf(manifest.shards)).map(({ id, text }) => id + text)).toEqual(['1a', '2b', '4c']);
    expect(manifest).toMatchObject({ duplicates: 3, documents: 3 });
    expect(manifest.shards).toHaveLength(3);
  });

  test('nearly are dropped where that is asked for, the first stays', async () => {
    const text = words(1, 200);
    const near = [...text.slice(0, 195), ...words(2, 5)];
    const other = words(3, 200);
    const content = texts(...[other, text, near, [...near, 'and', 'more']].map((all) => all.join(' ')), '?', '!');
    const asked = await ingest(content, { lines: 1, search: { corpus: { path: 'x', nearDuplicates: true } } });
    expect(await textsOf(asked.manifest.shards)).toEqual([other.join(' '), text.join(' '), '?', '!']);
    expect(asked.manifest).toMatchObject({ nearDuplicates: 2, duplicates: 0 });
    expect((await ingest(content, { lines: 1 })).manifest).toMatchObject({ nearDuplicates: 0, documents: 6 });
  });

  test('are found in several passes as in one', async () => {
    const content = texts(...Array.from({ length: 200 }, (_, at) => words(at % 90, 20).join(at < 150 ? ' ' : ', ')));
    const { manifest } = await ingest(content, { lines: 9, search: { corpus: { path: 'x', nearDuplicates: true } } });
    expect(manifest).toMatchObject({ documents: 90, duplicates: 60, nearDuplicates: 50 });
    // The portions as they were stored, before anything was dropped.
    const hashes = await lab.deps.store.put(
      new Uint8Array(new Uint32Array(4 * 200).map((_, at) => (at * 7) % 360).buffer),
    );
    const all = [{ shard: { ref: hashes, documents: 200, bytes: 0 }, hashes }];
    const watch = { signal: new AbortController().signal, beat: () => {} };
    const once = await findDuplicates(lab.deps.store, all, watch);
    expect(once.same).toBeGreaterThan(50);
    expect(await findDuplicates(lab.deps.store, all, watch, 9)).toEqual(once);
  });
});

describe('documents kept out', () => {
  const content = texts(...Array.from({ length: 300 }, (_, at) => `text ${at % 200}`));

  test('lie in shards of their own and are in no other', async () => {
    const { manifest, summary } = await ingest(content, { lines: 50, search: { corpus: { path: 'x', heldOut: 0.3 } } });
    const [training, heldOut] = [await textsOf(manifest.shards), await textsOf(manifest.heldOut!.shards)];
    expect([...training, ...heldOut].sort()).toEqual(Array.from({ length: 200 }, (_, at) => `text ${at}`).sort());
    expect(manifest).toMatchObject({ documents: training.length, heldOut: { documents: heldOut.length } });
    expect(manifest.heldOut!.bytes).toBe(heldOut.join('').length);
    expect(summary.heldOut).toBe(heldOut.length);
    expect(heldOut.length).toBeGreaterThan(30);
  });

  test('are none that training holds under another name', async () => {
    const twice = json(...Array.from({ length: 200 }, (_, at) => ({ text: `text ${at % 100}`, id: at })));
    const search = { corpus: { path: 'x', heldOut: 0.5, idField: 'id' } };
    const { manifest } = await ingest(twice, { lines: 20, search });
    const [training, heldOut] = [await textsOf(manifest.shards), await textsOf(manifest.heldOut!.shards)];
    expect(training.length + heldOut.length).toBe(100);
    expect(heldOut.filter((text) => training.includes(text))).toEqual([]);
  });

  test('are not mentioned where none were asked for', async () => {
    expect((await ingest(content)).manifest).not.toHaveProperty('heldOut');
  });
});

describe('items of tasks', () => {
  const items = (seed: number) =>
    Array.from({ length: 20 }, (_, at) => ({
      id: String(at),
      query: `Question: ${words(seed + at, 15).join(' ')}?\nAnswer:`,
      choices: [' yes', ' no'],
      gold: 0,
    }));
  const plain = Array.from({ length: 50 }, (_, at) => `${words(1000 + at, 60).join(' ')}.`);
  const planted = [...items(1), ...items(100)].map(
    ({ query }, at) => `${plain[at]}\n\n${query.slice(10, -8).toUpperCase()}\n${plain[at]}`,
  );

  test('planted in documents take these out of the corpus', async () => {
    const content = texts(...plain.flatMap((text, at) => [text, ...(planted[at] === undefined ? [] : [planted[at]])]));
    const tasks = { searched: items(1), reported: items(100) };
    const { manifest, summary } = await ingest(content, { lines: 7, tasks });
    expect(await textsOf(manifest.shards)).toEqual(plain);
    expect(summary.contaminated).toBe(40);
    expect(manifest.contaminatedCount).toBe(40);
    expect(manifest.contaminated.slice(0, 2)).toEqual([
      { file: 'a.jsonl', line: 2, task: 'searched' },
      { file: 'a.jsonl', line: 4, task: 'searched' },
    ]);
    expect(manifest.contaminated[39]).toEqual({ file: 'a.jsonl', line: 80, task: 'reported' });
    expect((await ingest(content, { lines: 7 })).manifest).toMatchObject({ documents: 90, contaminatedCount: 0 });
  });
});
