import { isText, type TaskItem } from '../spec/task-item.ts';
import { emptyWords, hashWords, mixed, type WordHashes } from './word-hashes.ts';

/**
 * Documents that hold text of an evaluation: trained on, they raise a score without teaching anything. As GPT-3's
 * authors looked for them (Brown et al. 2020, arXiv 2005.14165, appendix C): 13 words in a row, lower case, without
 * punctuation; a shorter item counts as a whole if it has 8 words, since anything shorter is found everywhere.
 */
const longest = 13;
const shortest = 8;

/**
 * A question is contained or not. A plain text is often an excerpt of the same kind of source as the corpus, and shares
 * quotations, licences and headings with documents that are others: only one that is a near copy goes, which is one
 * whose n-grams are to a fifth those of a task's texts.
 */
const nearCopy = 1 / 5;

/** N-grams of all items. Threads share its memory instead of copying it. */
export type GramTable = {
  /** Open addressing, three uint32 a slot: two hashes and 1 + 2 × index of the task + (1 for a plain text); 0 is free. */
  readonly slots: Uint32Array;
  /** A bit for each hash of an n-gram's first 8 words: small enough for a cache, and most words of a text end here. */
  readonly filter: Uint32Array;
  /** Lengths of n-grams that occur, in words, rising. */
  readonly lengths: readonly number[];
};

type Visit = (words: WordHashes, at: number, length: number, value: number) => void;

/** @param tasks the bytes of their items, one `TaskItem` a line */
export function buildGramTable({ tasks }: { tasks: readonly Uint8Array[] }): GramTable {
  const lengths = new Set<number>();
  let grams = 0;
  visitGrams(tasks, (_words, _at, length) => {
    grams++;
    lengths.add(length);
  });
  const room = 2 ** Math.ceil(Math.log2(2 * grams + 2));
  const table: GramTable = {
    slots: shared(3 * room),
    // 16 bits or more for each n-gram.
    filter: shared(Math.max(1, room / 4)),
    lengths: [...lengths].sort((a, b) => a - b),
  };
  visitGrams(tasks, (words, at, length, value) => {
    const bit = mixed(polynomial(words.first, at, shortest)) & (32 * table.filter.length - 1);
    table.filter[bit >>> 5]! |= 1 << (bit & 31);
    const slot = slotOf(table, words, at, length);
    const known = table.slots[slot + 2] as number;
    if (known !== 0 && !(isTextValue(known) && !isTextValue(value))) return;
    table.slots[slot] = gramHash(words.first, at, length);
    table.slots[slot + 1] = gramHash(words.second, at, length);
    table.slots[slot + 2] = value;
  });
  return table;
}

/** @returns the index of the first task of which these words hold an item, or -1 */
export function contaminatingTask(table: GramTable, words: WordHashes): number {
  const { filter } = table;
  const { first, count } = words;
  const mask = 32 * filter.length - 1;
  let copied = 0;
  let copiedFrom = -1;
  let rolling = polynomial(first, 0, Math.min(shortest, count));
  for (let at = 0; at + shortest <= count; at++) {
    if (at > 0) {
      const rest = (rolling - Math.imul(first[at - 1] as number, dropped)) | 0;
      rolling = (Math.imul(rest, base) + (first[at + shortest - 1] as number)) | 0;
    }
    const bit = mixed(rolling) & mask;
    if (((filter[bit >>> 5] as number) & (1 << (bit & 31))) === 0) continue;
    let copy = false;
    for (const length of table.lengths) {
      if (at + length > words.count) break;
      const value = table.slots[slotOf(table, words, at, length) + 2] as number;
      if (value === 0) continue;
      if (!isTextValue(value)) return taskOf(value);
      if (copiedFrom < 0) copiedFrom = taskOf(value);
      copy = true;
    }
    if (copy) copied++;
  }
  const own = Math.max(1, words.count - longest + 1);
  return copied > 0 && copied >= nearCopy * own ? copiedFrom : -1;
}

const isTextValue = (value: number) => (value - 1) % 2 === 1;
const taskOf = (value: number) => Math.floor((value - 1) / 2);
const shared = (length: number) => new Uint32Array(new SharedArrayBuffer(4 * length));

function visitGrams(tasks: readonly Uint8Array[], visit: Visit): void {
  for (const [task, bytes] of tasks.entries()) {
    const items = new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line !== '');
    const queries: WordHashes[] = [];
    for (const line of items) {
      const item = JSON.parse(line) as TaskItem;
      if (isText(item)) visitWindows(wordsOf(item.text), 0, 2 * task + 2, visit);
      else queries.push(wordsOf(item.query));
    }
    if (queries.length > 0) visitQuestions(items, queries, 2 * task + 1, visit);
  }
}

/**
 * A question with each of its choices, as the model reads it, and as somebody else would have written it down: without
 * what all queries of the task begin and end with ("Question: … Answer:").
 */
function visitQuestions(lines: readonly string[], queries: readonly WordHashes[], value: number, visit: Visit): void {
  const { before, after } = template(queries);
  let next = 0;
  for (const line of lines) {
    const item = JSON.parse(line) as TaskItem;
    if (isText(item)) continue;
    const query = queries[next++] as WordHashes;
    const bare = part(query, before, query.count - after);
    visitWindows(bare, 0, value, visit);
    for (const choice of item.choices.map(wordsOf)) {
      visitWindows(choice, 0, value, visit);
      visitWindows(joined(query, choice), before, value, visit);
      if (bare.count < query.count) visitWindows(joined(bare, choice), 0, value, visit);
    }
  }
}

/** @param skipped words at the beginning that no n-gram may consist of alone */
function visitWindows(words: WordHashes, skipped: number, value: number, visit: Visit): void {
  if (words.count < shortest) return;
  const length = Math.min(longest, words.count);
  for (let at = Math.max(0, skipped - length + 1); at + length <= words.count; at++) visit(words, at, length, value);
}

/** Words that all queries begin and end with; none where that would leave nothing of one of them. */
function template(queries: readonly WordHashes[]): { before: number; after: number } {
  const [model] = queries as [WordHashes];
  const least = queries.reduce((sum, { count }) => Math.min(sum, count), Infinity);
  const shares = (from: (query: WordHashes) => number) =>
    queries.every((query) => query.first[from(query)] === model.first[from(model)]);
  let before = 0;
  while (before < least && shares(() => before)) before++;
  let after = 0;
  while (after < least && shares(({ count }) => count - 1 - after)) after++;
  return before + after < least ? { before, after } : { before: 0, after: 0 };
}

const scratch = emptyWords();

function wordsOf(text: string): WordHashes {
  hashWords(text, scratch);
  return part(scratch, 0, scratch.count);
}

/** A copy, no longer than it must be. */
function part({ first, second }: WordHashes, from: number, to: number): WordHashes {
  return { count: to - from, first: first.slice(from, to), second: second.slice(from, to) };
}

function joined(a: WordHashes, b: WordHashes): WordHashes {
  const both = (x: Uint32Array, y: Uint32Array) => {
    const result = new Uint32Array(x.length + y.length);
    result.set(x);
    result.set(y, x.length);
    return result;
  };
  return { count: a.count + b.count, first: both(a.first, b.first), second: both(a.second, b.second) };
}

/** Odd, and FNV's: any would do. */
const base = 0x01000193;
/** The weight of the first of 8 words. */
const dropped = Array.from({ length: shortest - 1 }).reduce<number>((power) => Math.imul(power, base), 1);

/** A hash of words in a row that can be rolled on by a word. */
function polynomial(hashes: Uint32Array, at: number, length: number): number {
  let hash = 0;
  for (let word = at; word < at + length; word++) hash = (Math.imul(hash, base) + (hashes[word] as number)) | 0;
  return hash;
}

function gramHash(hashes: Uint32Array, at: number, length: number): number {
  return mixed(polynomial(hashes, at, length));
}

/** Where the n-gram lies, or where it would: a free slot. */
function slotOf({ slots }: GramTable, words: WordHashes, at: number, length: number): number {
  const first = gramHash(words.first, at, length);
  const second = gramHash(words.second, at, length);
  const mask = slots.length / 3 - 1;
  for (let place = first & mask; ; place = (place + 1) & mask) {
    const slot = 3 * place;
    if (slots[slot + 2] === 0 || (slots[slot] === first && slots[slot + 1] === second)) return slot;
  }
}
