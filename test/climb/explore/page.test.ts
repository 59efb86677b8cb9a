import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { digest } from '../../../climb/content-key.ts';
import type { Exploration, ExploredRow } from '../../../climb/explore/exploration.ts';
import { explorationPage } from '../../../climb/explore/page.ts';
import { madeExploration } from './made-exploration.ts';

/** The page's tags with the names of their attributes, in order: what a browser would see of its structure. */
const structure = (page: string) =>
  [...page.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '<$1></$1>').matchAll(/<\/?[a-z!][^>]*>/gi)].map(([tag]) =>
    tag.replace(/="[^"]*"/g, ''),
  );

/** Which labels of the map have room depends on their texts. */
const withoutLabels = (page: string) => page.replace(/<g class="labels"[\s\S]*?<\/svg>/g, '</svg>');

/** The same exploration with every text of a document replaced. */
function poisoned(text: string): Exploration {
  const exploration = madeExploration();
  const replaced = (row: ExploredRow): ExploredRow =>
    'problem' in row
      ? { ...row, problem: text }
      : {
          ...row,
          clusters: row.clusters.map((cluster) => ({
            ...cluster,
            label: text,
            terms: cluster.terms.map(() => text),
            examples: cluster.examples.map(() => text),
          })),
          dropped: row.dropped.map((dropped) => ({ ...dropped, terms: [text, text, text], reasons: [text, text] })),
        };
  return { ...exploration, file: text, rows: exploration.rows.map(replaced) };
}

const harmless = explorationPage(poisoned('harmless'));
const made = explorationPage(madeExploration());

describe('explorationPage', () => {
  test('the same exploration is the same page, to the byte', () => {
    expect(digest(explorationPage(madeExploration()))).toBe(digest(made));
  });

  test('names nothing outside of itself', () => {
    const page = made;
    expect(page).not.toMatch(/https?:|\bsrc=|@import|<link/);
    // The pattern of the dropped ones, in the page itself.
    expect(page.match(/url\([^)]*\)/g)).toEqual(['url(#hatch)']);
  });

  test('its policy knows its one script by hash, and allows no other', () => {
    const page = made;
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(page).toContain(`script-src &#39;sha256-${hash}&#39;`);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/\son[a-z]+=/);
    expect(() => new Script(script)).not.toThrow();
  });

  test.each([
    '</script><img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    `' onmouseover='alert(1)`,
    '</style><script>alert(1)</script>',
    '<!--',
    '${alert(1)}',
    ']]>&lt;script&gt;',
    '\u202e\u0000\u001b[2J\ud800',
    'سلام',
  ])('text of documents stays text: %j', (text) => {
    const page = explorationPage(poisoned(text));
    expect(structure(withoutLabels(page)).join('\n')).toBe(structure(withoutLabels(harmless)).join('\n'));
    expect(new Set(structure(page))).toEqual(new Set(structure(harmless)));
    expect(/(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.exec(page)).toBeNull();
  });

  test('every circle leads to an entry of its own view, and every row has its view', () => {
    const page = made.replace(/<script>[\s\S]*/, '');
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const wanted = [...page.matchAll(/(?:href="#|data-entry=")([^"]+)"/g)].map(([, id]) => id);
    expect(wanted.length).toBeGreaterThan(100);
    expect(wanted.filter((id) => !ids.has(id))).toEqual([]);
    expect(page.match(/ id="/g)).toHaveLength(ids.size);
    for (let row = 0; row < 5; row++) {
      expect([ids.has(`row-${row}`), ids.has(`view-${row}`)]).toEqual([true, true]);
    }
  });

  test("the file's own row is chosen first; one that can't be searched over says why", () => {
    const page = made;
    expect(page.match(/id="row-\d" checked/g)).toEqual(['id="row-2" checked']);
    expect(page).toContain('<p class="problem">one cluster is left of 64; try a smaller threshold</p>');
    const none = madeExploration();
    expect(explorationPage({ ...none, rows: none.rows.map((row) => ({ ...row, own: false })) })).toContain(
      'id="row-0" checked',
    );
  });

  test('without quality nothing speaks of it; with it the map can be coloured by each axis', () => {
    for (const name of ['all axes', 'repetition', 'line ends']) expect(made).toContain(`by quality: ${name}`);
    expect(made).toContain('repetition 0.82 &lt; 3; line ends 2.10 &lt; 3');
    const plain = explorationPage(madeExploration({}, false));
    const body = plain.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
    expect(/quality|Dropped for|Hatched/.exec(body)).toBeNull();
  });

  test('a domain set of hundreds of clusters lists the largest and says so', () => {
    const exploration = madeExploration();
    const [row] = exploration.rows;
    if (row === undefined || !('clusters' in row)) throw new Error('no row');
    const clusters = Array.from({ length: 230 }, (_, at) => ({
      ...row.clusters[0]!,
      cluster: `c${String(at).padStart(4, '0')}`,
    }));
    const map = Array.from({ length: 230 }, (_, at) => at);
    const points = map.map((at) => [at % 20, Math.floor(at / 20)] as const);
    const clustering = { k: 230, sizes: map.map(() => 50), inertia: 1, points };
    const page = explorationPage({
      ...exploration,
      clusterings: [clustering],
      rows: [{ ...row, k: 230, clusters, map, dropped: [] }],
    });
    expect(page).toContain('30 smaller ones are in explore.json.');
    expect(page.match(/<tr id="v0-c/g)).toHaveLength(200);
  });
});
