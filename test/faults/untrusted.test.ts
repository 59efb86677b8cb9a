/**
 * Rows 35, 36 and 38 of the fault matrix: names that a shell, a terminal or a log would obey, and secrets that must stay
 * where they are. One worker process, its log in the state folder.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { WorkflowFailedError } from '@temporalio/client';
import type { Recipe } from '../../climb/search/recipe.ts';
import type { SearchResult } from '../../climb/search/search-result.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { formatOutcome, failureReason } from '../../scripts/outcome.ts';
import { startWorker, type WorkerProcess } from '../../scripts/worker-process.ts';
import { json, openEndpoint, type MadeEndpoint } from '../activities/made-endpoint.ts';
import { filesBelow } from '../adapters/scratch.ts';
import { openLab, tinySearch, type Lab } from '../search-lab.ts';
import { until } from '../until.ts';

const canary = 'canary-7f3a9c51';
const fine = { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } };
const hostile = {
  shell: '$(touch pwned); `touch pwned` | "\' && touch pwned #',
  lines: 'sea\n{"level":"error","message":"forged"}\r2030-01-01T00:00:00 [ERROR] forged',
  terminal: '\u001b[31m\u001b]0;forged\u0007sky\u009b2J',
  separators: 'oven\u2028forged\u2029\u202eforged',
};
const domains = Object.values(hostile);

let lab: Lab;
let endpoint: MadeEndpoint;
let worker: WorkerProcess;

beforeAll(async () => {
  endpoint = await openEndpoint();
  endpoint.answerWith((response) => json(response, { error: 'unauthorised' }, 401));
  lab = await openLab({ FAKE_STEP_MS: '30' });
  const endpoints = join(lab.home, 'endpoints.json');
  const profile = { url: endpoint.url, tokenVariable: 'CLIMB_TEST_TOKEN' };
  await writeFile(endpoints, JSON.stringify({ guarded: profile }));
  const lines = (await readFile(join(lab.home, 'corpus', 'tiny.jsonl'), 'utf8')).trimEnd().split('\n');
  const named = lines.map((line) => {
    const { domain, ...rest } = JSON.parse(line) as { domain: string };
    return JSON.stringify({ ...rest, domain: domains[Number(domain.slice(-1))] });
  });
  await writeFile(join(lab.home, `odd ${hostile.shell.replaceAll('/', '')}\n.jsonl`), named.join('\n'));
  await copyFile(join(lab.home, 'searched.jsonl'), join(lab.home, `-n $(touch pwned)\u001b[31m.jsonl`));
  // A trainer of the owner's that says what it shouldn't when it fails.
  const trainers = JSON.parse(await readFile(join(lab.home, 'trainers.json'), 'utf8')) as object;
  const version = '{"event":"version","name":"leaky","version":"1","torch":"none"}';
  const script = `[ "$1" = version ] && echo '${version}' && exit; echo "logged in with $WANDB_API_KEY" >&2; exit 64`;
  const leaky = { command: ['/bin/sh', '-c', script, 'leaky'], env: { WANDB_API_KEY: canary } };
  await writeFile(join(lab.home, 'trainers.json'), JSON.stringify({ ...trainers, leaky }));
  worker = startWorker(lab.home, {
    ...lab.env,
    CLIMB_ENDPOINTS: endpoints,
    CLIMB_TEST_TOKEN: canary,
    HF_TOKEN: canary,
    AWS_SECRET_ACCESS_KEY: canary,
    WANDB_API_KEY: canary,
    NODE_OPTIONS: '',
  });
}, 120_000);

afterAll(async () => {
  await worker.stop();
  await endpoint.close();
  await lab.close();
}, 60_000);

const search = {
  ...fine,
  corpus: { path: `odd ${hostile.shell.replaceAll('/', '')}\n.jsonl`, labelField: 'domain' },
  clusters: { field: 'domain' },
  tasks: [{ name: hostile.terminal + hostile.lines, path: '-n $(touch pwned)\u001b[31m.jsonl' }],
};
const id = `it's ${hostile.shell}${hostile.lines}${hostile.terminal}`;
let result: SearchResult;

/** What processes of this test were started with, as the kernel has it. */
function seenOfTrainers(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const own = command.includes('fake_trainer') && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(lab.home);
      return own ? [command + readFileSync(`/proc/${pid}/environ`, 'utf8')] : [];
    } catch {
      return []; // it ended, or it is somebody else's
    }
  });
}

test('row 35: a search whose every name has shell metacharacters ends like any other, and no shell saw them', async () => {
  const handle = await lab.start(id, search);
  const seen = new Set<string>();
  await until(() => {
    for (const one of seenOfTrainers()) seen.add(one);
    return Promise.resolve(seen.size > 0);
  }, 120_000);
  result = (await handle.result()) as SearchResult;
  expect(result.verified).toBe(true);
  for (const one of seen) {
    expect(one).not.toContain('pwned');
    expect(one).not.toContain(canary); // row 36
  }
  for (const folder of [lab.home, repositoryRoot, process.cwd()]) expect(existsSync(join(folder, 'pwned'))).toBe(false);
}, 240_000);

test('row 38: what names say is one line and one object, in result, recipe, report and on the terminal', async () => {
  const recipe = JSON.parse(await readFile(result.recipe.path, 'utf8')) as Recipe;
  expect(recipe.run.search).toBe(id);
  expect(recipe.weights).toHaveLength(domains.length);
  const shown = formatOutcome(result);
  expect(stripVTControlCharacters(shown)).toBe(shown);
  expect(shown.split(/[\n\r\u2028\u2029]/)).toHaveLength(domains.length + 8);
  const report = await readFile(result.report.path, 'utf8');
  for (const text of [shown, report]) expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
  // No line of the report is one that a name wrote.
  expect(report.split('\n').filter((line) => /^(\{|2030)/.test(line))).toEqual([]);
  expect(report).toContain('forged');
}, 30_000);

test('row 38: a message with a hostile name or field is one line of the log', async () => {
  const handle = await lab.start('messages', fine);
  const reason = `x${hostile.lines}${hostile.terminal}`;
  await handle.signal('setBudget', { proxies: -1, reason, [hostile.lines]: 1 });
  await handle.signal(`pause${hostile.lines}`, { reason });
  await until(async () => (await handle.query<{ rejected: unknown[] }>('status')).rejected.length > 0, 60_000);
  await handle.cancel();
  await handle.result().catch(() => undefined);
  const log = await until(async () => {
    const text = await readFile(join(lab.home, 'worker.log'), 'utf8');
    return text.includes('signal refused') && text;
  });
  expect(log.split(/[\n\r]/).filter((line) => /^(\{"level|2030)/.test(line))).toEqual([]);
  expect(stripVTControlCharacters(log)).not.toMatch(/\u0007|\u009b/);
}, 240_000);

test('row 36: tokens of the environment and of a refused request stand in no history, file, log or message', async () => {
  const refused = await lab.start('refused', { ...fine, embedding: { kind: 'endpoint', endpoint: 'guarded' } });
  const error: unknown = await refused.result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect(failureReason(error)).toMatch(/401/);
  expect(endpoint.seen.headers.some(({ authorization }) => authorization === `Bearer ${canary}`)).toBe(true);

  const leaking = await lab.start('leaking', { ...fine, proxy: { ...fine.proxy, trainer: 'leaky' } });
  expect(failureReason(await leaking.result().catch((reason: unknown) => reason))).toContain(
    'logged in with [value of WANDB_API_KEY]',
  );

  for (const workflowId of [id, 'messages', 'refused', 'leaking']) {
    const { events } = await lab.client.workflow.getHandle(workflowId).fetchHistory();
    expect(told(events).join('\n')).not.toContain(canary);
  }
  for (const path of await filesBelow(lab.home)) {
    if (path === 'trainers.json') continue; // its owner wrote it there
    const content = await readFile(join(lab.home, path)).catch(() => Buffer.alloc(0));
    expect([path, content.includes(canary)]).toEqual([path, false]);
  }
}, 240_000);

/** Every text in a history; payloads are bytes. */
function told(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...told(inner)]);
}
