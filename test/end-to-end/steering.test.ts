/**
 * docs/steering.md through the Temporal CLI: every command that stands there, in its order, with a fake trainer. About
 * 30 s.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageNames, queryNames } from '../../climb/spec/messages.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { findTemporalCli } from '../../adapters/temporal-cli.mjs';
import { environmentFor } from '../../adapters/temporal-server.ts';
import { openServedLab, tinySearch, writeTask, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

const search = 'my-search';
let lab: ServedLab;
let commands: string[];

/** What stands in the document's code blocks. */
async function documented(): Promise<string[]> {
  const text = await readFile(join(repositoryRoot, 'docs', 'steering.md'), 'utf8');
  const blocks = [...text.matchAll(/^```\n(.*?)^```$/gms)].map(([, block]) => block as string);
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('temporal '));
}

const wordsOf = (line: string) =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

async function run(line: string): Promise<{ code: number; output: string }> {
  const cli = findTemporalCli(repositoryRoot, process.env);
  if (cli === null) throw new Error('no Temporal CLI; run `node scripts/setup.mjs`');
  const [, ...words] = wordsOf(line);
  const options = { cwd: lab.home, env: environmentFor(lab.server, lab.env) };
  return promisify(execFile)(cli.path, words, options).then(
    ({ stdout, stderr }) => ({ code: 0, output: `${stdout}${stderr}` }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: `${error.stdout}${error.stderr}`,
    }),
  );
}

const status = () => lab.client.workflow.getHandle(search).query<Status>('status');
const phaseIs = (look: (status: Status) => boolean) => until(async () => look(await status()));

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '100' });
  for (const [at, name] of ['piqa', 'mine', 'sciq'].entries()) await writeTask(lab.home, name, 5000 + 100_000 * at);
  const file = {
    ...tinySearch,
    tasks: [{ name: 'piqa', path: 'piqa.jsonl' }],
    report: { tasks: [{ name: 'sciq', path: 'sciq.jsonl' }] },
    proxy: { ...tinySearch.proxy, trainer: 'fake' },
    search: { ...tinySearch.search, stop: { gain: false } },
    gates: ['search', 'verify'],
  };
  await writeFile(join(lab.home, 'search.json'), JSON.stringify(file));
  commands = await documented();
}, 60_000);

afterAll(() => lab.close(), 60_000);

test('the document has each message as a signal and as an update, and each query', () => {
  const has = (kind: string) => (name: string) =>
    commands.some(
      (line) => line.startsWith(`temporal workflow ${kind} -w ${search} --`) && wordsOf(line).includes(name),
    );
  for (const kind of ['signal', 'update execute']) expect(messageNames.filter(has(kind))).toEqual(messageNames);
  expect(queryNames.filter(has('query'))).toEqual(queryNames);
});

describe('every command of it', () => {
  /** Those that end a search, or ask how it ended, come last. */
  const ends = (line: string) => /finishEarly|workflow (result|cancel)/.test(line);

  test('starts, asks and changes a search that waits at its first gate', async () => {
    for (const line of commands.filter((line) => !ends(line))) {
      // The library's task is a file here: no test depends on what is downloaded.
      const { code, output } = await run(line.replace('{"name": "piqa"}', '{"name": "piqa", "path": "piqa.jsonl"}'));
      expect([line, code, output]).toEqual([line, 0, expect.any(String)]);
      if (line.includes(' start ')) await phaseIs(({ waitingFor }) => waitingFor === 'search');
      if (line.includes('--type leaderboard')) expect(output).toContain('lower is better');
      if (line.includes('update execute') && line.includes('setBudget')) expect(output).toContain('more iterations');
      if (line.includes('update execute') && line.includes('--name pause')) expect((await status()).paused).toBe(true);
      if (line.includes('metadata')) expect(output).toContain('waiting');
    }
    const { paused, rejected } = await phaseIs(({ waitingFor }) => waitingFor === null).then(status);
    expect(paused).toBe(false);
    // No proxy has failed yet: the document says that such a signal is refused by name.
    expect(rejected).toEqual([
      { name: 'retryFailed', reason: expect.stringContaining('no proxy "i1-p003" has failed') },
    ]);
    await phaseIs(({ iteration }) => iteration >= 1);
    const { tasks } = await lab.client.workflow.getHandle(search).query<{ tasks: string[] }>('leaderboard');
    expect(tasks).toEqual(['mine bitsPerByte', 'piqa bitsPerByte']);
  }, 180_000);

  test('ends it', async () => {
    for (const line of commands.filter((line) => line.includes('finishEarly'))) {
      expect(await run(line)).toMatchObject({ code: 0 });
    }
    const result = await run(commands.find((line) => line.includes('workflow result')) as string);
    expect(result).toMatchObject({ code: 0, output: expect.stringContaining('finishEarly') });
  }, 120_000);

  test('and what comes after the end is answered as it says', async () => {
    const late = await run(commands.find((line) => line.includes('signal') && line.includes('pause')) as string);
    expect(late).toMatchObject({ code: 1, output: expect.stringContaining('workflow execution already completed') });
    const unknown = await run(`temporal workflow signal -w nobody --name pause --input '{}'`);
    expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining('workflow not found') });
    expect(await run(commands.find((line) => line.includes('--type plan')) as string)).toMatchObject({ code: 0 });
  });

  test('cancels one', async () => {
    expect(await run(commands.find((line) => line.includes(' start ')) as string)).toMatchObject({ code: 0 });
    await phaseIs(({ waitingFor }) => waitingFor === 'search');
    expect(await run(commands.find((line) => line.includes('cancel')) as string)).toMatchObject({ code: 0 });
    const result = await run(commands.find((line) => line.includes('workflow result')) as string);
    expect(result).toMatchObject({ code: 1, output: expect.stringMatching(/cancel/i) });
  }, 60_000);
});

test('a bad update ends with 1 and every problem', async () => {
  await run(commands.find((line) => line.includes(' start ')) as string);
  await phaseIs(({ waitingFor }) => waitingFor === 'search');
  const bad = `temporal workflow update execute -w ${search} --name setBudget --input '{"proxies": -1, "proxy": 3}'`;
  const { code, output } = await run(bad);
  expect(code).toBe(1);
  expect(output).toContain('proxies: Too small');
  expect(output).toContain('proxy: unknown field');
  await lab.client.workflow.getHandle(search).terminate();
}, 60_000);

describe('npm run climb -- send', () => {
  const send = (...words: string[]) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/climb.ts', 'send', ...words], {
      cwd: repositoryRoot,
      env: environmentFor(lab.server, lab.env),
    }).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      (error: { code: number; stderr: string }) => ({ code: error.code, output: error.stderr }),
    );

  test('checks a message before it is sent, sends it and prints its answer', async () => {
    await run(commands.find((line) => line.includes(' start ')) as string);
    await phaseIs(({ waitingFor }) => waitingFor === 'search');
    const sent = await send(search, 'setBudget', '{"proxies": 99}');
    expect(sent.code).toBe(0);
    expect(JSON.parse(sent.output)).toMatchObject({ budget: { proxies: 99 } });
    expect(await send(search, 'approve', '{"gate": "report"}')).toMatchObject({
      code: 1,
      output: expect.stringContaining('its gates are search, verify'),
    });
    await lab.client.workflow.getHandle(search).terminate();
  }, 60_000);

  test.each([
    [['nobody', 'pause'], 'no search "nobody" is running'],
    [[search, 'status'], '"status" is a query'],
    [[search, 'setBudget', '{proxies: 3}'], "isn't JSON"],
    [[search, 'setBudget', '{"proxies": 0}'], 'proxies: Too small'],
    [[search, 'setBudget', '{"proxies": 20, "proxies": 25}'], 'proxies: stands there twice'],
  ])('%j says what is wrong', async (words, piece) => {
    expect(await send(...words)).toMatchObject({ code: 1, output: expect.stringContaining(piece) });
  });
});
