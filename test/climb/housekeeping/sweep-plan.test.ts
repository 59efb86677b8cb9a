import { describe, expect, test } from '@jest/globals';
import { namedHashes } from '../../../climb/housekeeping/named-hashes.ts';
import { planSweep, reached, type Stored } from '../../../climb/housekeeping/sweep-plan.ts';

const hash = (letter: string) => letter.repeat(64);

test('names are told by their length: parts of longer ones are none', () => {
  const text = `{"a":"${hash('a')}","b":["${hash('b')}","${hash('a')}"],"c":"${hash('c')}c","d":"${hash('d').slice(1)}"}`;
  expect([...namedHashes(text)]).toEqual([hash('a'), hash('b')]);
  expect([...namedHashes('')]).toEqual([]);
});

test('what is reached: through any number of others, circles too', async () => {
  const names: Record<string, string[]> = { a: ['b'], b: ['c', 'a'], d: ['e'] };
  expect([...(await reached(['a'], (artifact) => Promise.resolve(names[artifact] ?? [])))].sort()).toEqual([
    'a',
    'b',
    'c',
  ]);
});

describe('what may go', () => {
  const file = (name: string, used = 0): Stored => ({ name, bytes: 1, used });
  const entry = (name: string, names: string[], used = 0) => ({ ...file(name, used), names });
  const plan = (artifacts: Stored[], entries: ReturnType<typeof entry>[] = []) => {
    const { artifacts: some, entries: others } = planSweep({ artifacts, entries }, new Set(['kept']), 100);
    return [some.map(({ name }) => name), others.map(({ name }) => name)];
  };

  test('artifacts that nothing kept reaches, once nobody used them for long enough', () => {
    expect(plan([file('kept'), file('old'), file('young', 100)])).toEqual([['old'], []]);
  });

  test('entries of the ledger whose answer goes or is gone, and no others', () => {
    const artifacts = [file('kept'), file('old'), file('young', 100)];
    const entries = [
      entry('of-kept', ['kept']),
      entry('of-old', ['kept', 'old']),
      entry('of-gone', ['gone']),
      entry('of-gone-young', ['gone'], 100),
      entry('diverged', []),
      entry('of-young', ['young']),
    ];
    expect(plan(artifacts, entries)).toEqual([['old'], ['of-old', 'of-gone']]);
  });
});
