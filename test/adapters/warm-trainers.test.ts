/** A trainer that serves, as a shell script: each request runs the same few lines, with its folder in $out. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { TrainerCommand, TrainerEvent, TrainerFailure } from '../../adapters/trainer.ts';
import { TrainerProcess, type Surroundings, type TrainerProfile } from '../../adapters/trainer-process.ts';
import { until } from '../until.ts';
import { isAlive } from './is-alive.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
let count = 0;
const opened: TrainerProcess[] = [];

afterEach(() => Promise.all(opened.splice(0).map((trainer) => trainer.close())));

const hello = `echo '{"event":"hello"}'`;

/** The script of a trainer that serves; `request` may use $out and leave the loop by `exit`. */
const serving = (request: string) => `
  if [ "$1" = version ]; then echo '{"event":"version","name":"toy","version":"3","torch":"none","serve":true}'; exit 0; fi
  if [ "$1" != serve ]; then echo "once $1" > "$5/once"; exit 0; fi
  while IFS= read -r line; do
    out=$(expr "$line" : '.*"out":"\\([^"]*\\)"')
    echo $$ > "$out/pid"
    ${request}
    echo '{"event":"end","code":0}'
  done`;

async function profileOf(script: string, changes: Partial<TrainerProfile> = {}): Promise<TrainerProfile> {
  const path = await place(join(folder, `warm-${count++}.sh`), script);
  return { command: ['/bin/sh', path], device: 'cpu', dtype: 'float32', env: {}, stallSeconds: 60, ...changes };
}

async function open(request: string, changes: Partial<TrainerProfile> & Surroundings = {}) {
  const { readOomKills, idleSeconds, ...profile } = changes;
  const surroundings = { ...(readOomKills && { readOomKills }), ...(idleSeconds !== undefined && { idleSeconds }) };
  const trainer = await TrainerProcess.open(await profileOf(serving(request), profile), surroundings);
  opened.push(trainer);
  return trainer;
}

type Options = { command?: TrainerCommand; signal?: AbortSignal; onEvent?: (event: TrainerEvent) => void };

/** Starts a request in a folder of its own. */
function ask(trainer: TrainerProcess, options: Options = {}) {
  const { command = 'train', signal = new AbortController().signal, onEvent } = options;
  const out = join(folder, `run-${count++}`);
  const events: TrainerEvent[] = [];
  const done = trainer.run(command, {}, out, {
    signal,
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  done.catch(() => {}); // whoever expects it to fail says so
  return { out, events, done, pid: () => Number(readFileSync(join(out, 'pid'), 'utf8')) };
}

/** The process that carried out a request. */
async function workerOf(trainer: TrainerProcess, options: Options = {}): Promise<number> {
  const { done, pid } = ask(trainer, options);
  await done;
  return pid();
}

describe('a warm trainer', () => {
  test('carries out one request after another in one process, each with events of its own', async () => {
    const trainer = await open(`${hello}; echo "{\\"event\\":\\"done\\",\\"in\\":\\"$out\\"}"; echo 'a log line'`);
    const first = ask(trainer);
    await first.done;
    const second = ask(trainer, { command: 'evaluate' });
    await second.done;
    expect(second.pid()).toBe(first.pid());
    expect(first.events).toEqual([{ event: 'hello' }, { event: 'done', in: first.out }]);
    expect(second.events).toEqual([{ event: 'hello' }, { event: 'done', in: second.out }]);
    expect(await readFile(join(second.out, 'spec.json'), 'utf8')).toBe('{}');
  });

  test('is one of several where there are several requests at once', async () => {
    const gate = join(folder, `gate-${count++}`);
    const trainer = await open(`${hello}; while [ ! -e ${gate} ]; do sleep 0.02; done`);
    const both = [ask(trainer), ask(trainer)];
    await until(() => both.every(({ out }) => existsSync(join(out, 'pid'))));
    await place(gate, '');
    await Promise.all(both.map(({ done }) => done));
    const pids = both.map(({ pid }) => pid());
    expect(new Set(pids).size).toBe(2);
    expect(pids).toContain(await workerOf(trainer));
  });

  test('tokenises in a process of its own, which ends', async () => {
    const trainer = await open(hello);
    const { out, done } = ask(trainer, { command: 'tokenise' });
    await done;
    expect(await readFile(join(out, 'once'), 'utf8')).toBe('once tokenise\n');
  });

  test("sees nothing of the worker's environment but what it needs", async () => {
    process.env['CLIMB_CANARY_TOKEN'] = 'canary-in-a-coal-mine';
    try {
      const trainer = await open(`${hello}; env > "$out/env"`, { env: { OMP_NUM_THREADS: '1' } });
      const { out, done } = ask(trainer);
      await done;
      const environment = await readFile(join(out, 'env'), 'utf8');
      expect(environment).not.toContain('canary');
      expect(environment).toContain('OMP_NUM_THREADS=1');
    } finally {
      delete process.env['CLIMB_CANARY_TOKEN'];
    }
  });
});

describe('an idle trainer', () => {
  test('is ended when there was no work for a while', async () => {
    const trainer = await open(hello, { idleSeconds: 0.05 });
    const pid = await workerOf(trainer);
    await until(() => !isAlive(pid));
    expect(await workerOf(trainer)).not.toBe(pid);
  });

  test('is ended when the worker closes; one at work, when it is done', async () => {
    const gate = join(folder, `gate-${count++}`);
    const trainer = await open(`${hello}; while [ -n "$used" ] && [ ! -e ${gate} ]; do sleep 0.02; done; used=yes`);
    const used = await workerOf(trainer);
    const atWork = ask(trainer);
    await until(() => existsSync(join(atWork.out, 'pid')));
    const idle = await workerOf(trainer);
    await trainer.close();
    expect([isAlive(used), isAlive(idle)]).toEqual([true, false]);
    await place(gate, '');
    await atWork.done;
    await until(() => !isAlive(used));
  });

  test('that was killed is not used again', async () => {
    const trainer = await open(hello);
    const pid = await workerOf(trainer);
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid));
    expect(await workerOf(trainer)).not.toBe(pid);
  });

  test('that died unseen before it took up its next request is replaced at once, once', async () => {
    const log = join(folder, `starts-${count++}`);
    // A second request is its end before it says a word; a fresh one does the work.
    const trainer = await open(`echo start >> ${log}; if [ -n "$used" ]; then exit 70; fi; used=yes; ${hello}`);
    const [first, second] = [await workerOf(trainer), await workerOf(trainer)];
    expect(second).not.toBe(first);
    expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(3);
  });

  test('that fails after it took up the request has failed', async () => {
    const trainer = await open(`${hello}; if [ -n "$used" ]; then exit 70; fi; used=yes`);
    await workerOf(trainer);
    await expect(ask(trainer).done).rejects.toMatchObject({ kind: 'internal' });
  });
});

describe('a failure of a warm trainer', () => {
  test.each([
    [64, 'badSpec'],
    [65, 'badData'],
    [70, 'internal'],
    [71, 'outOfMemory'],
    [72, 'deviceLost'],
    [75, 'stopped'],
    [0, 'internal'],
    [66, 'internal'],
  ])('exit code %i in a request is %s, and the next request gets another process', async (code, kind) => {
    const trainer = await open(
      `${hello}; if [ ! -e ${folder}/failed-${code} ]; then : > ${folder}/failed-${code}; exit ${code}; fi`,
    );
    const { done, pid } = ask(trainer);
    await expect(done).rejects.toMatchObject({ name: 'TrainerFailure', kind });
    expect(await workerOf(trainer)).not.toBe(pid());
  });

  test('is told by its own words or by the log of its request alone', async () => {
    const trainer = await open(`${hello}; n=$((n+1)); echo "log of request $n" >&2; if [ $n = 2 ]; then exit 70; fi`);
    await workerOf(trainer);
    const failure = (await ask(trainer).done.catch((error: unknown) => error)) as TrainerFailure;
    expect(failure.message).toBe('the trainer ended (exit 70): log of request 2');
    const telling = await open(`${hello}; echo '{"event":"error","kind":"DiskFull","message":"needs 5 GB"}'; exit 70`);
    await expect(ask(telling).done).rejects.toMatchObject({
      kind: 'diskFull',
      message: 'the trainer ended (exit 70): needs 5 GB',
    });
  });

  test('by the want of memory of the machine is told from another kill', async () => {
    let machine = 0;
    const trainer = await open(`${hello}; kill -9 $$`, { readOomKills: () => Promise.resolve({ machine, cgroup: 0 }) });
    const killed = ask(trainer, { onEvent: () => (machine += 1) });
    await expect(killed.done).rejects.toMatchObject({ kind: 'outOfMemory' });
    await expect(ask(trainer).done).rejects.toMatchObject({ kind: 'killed' });
  });

  test('by silence counts from the request, and takes the helpers along', async () => {
    const trainer = await open(
      `${hello}; if [ -n "$used" ]; then sleep 600 & echo $! > "$out/helper"; while :; do sleep 0.05; done; fi; used=yes`,
      { stallSeconds: 1 },
    );
    await workerOf(trainer);
    const { out, done, pid } = ask(trainer);
    await expect(done).rejects.toMatchObject({ kind: 'stalled' });
    const helper = Number(await readFile(join(out, 'helper'), 'utf8'));
    await until(() => !isAlive(pid()) && !isAlive(helper));
  });

  test('to start is told like any other, and nothing is tried twice', async () => {
    const log = join(folder, `starts-${count++}`);
    const trainer = await open(`echo start >> ${log}; echo 'no torch here' >&2; exit 1`);
    await expect(ask(trainer).done).rejects.toThrow('the trainer ended (exit 1): no torch here');
    expect(await readFile(log, 'utf8')).toBe('start\n');
  });
});

describe('a request that is called off', () => {
  const busy = 'while :; do sleep 0.05; done';

  test('ends its process, which may save its work first; the next request gets another', async () => {
    const trainer = await open(
      `trap 'echo 41 > "$out/checkpoint"; exit 75' TERM; if [ ! -e ${folder}/off ]; then : > ${folder}/off; ${hello}; ${busy}; fi; ${hello}`,
    );
    const controller = new AbortController();
    const { out, done, pid } = ask(trainer, {
      signal: controller.signal,
      onEvent: () => controller.abort(new Error('the search was cancelled')),
    });
    await expect(done).rejects.toThrow('the search was cancelled');
    expect(await readFile(join(out, 'checkpoint'), 'utf8')).toBe('41\n');
    expect(isAlive(pid())).toBe(false);
    expect(await workerOf(trainer)).not.toBe(pid());
  });

  test('when it was just done has its result, and its process is not used again', async () => {
    const trainer = await open(
      `trap 'stopped=yes' TERM; if [ ! -e ${folder}/done ]; then : > ${folder}/done; ${hello}; while [ -z "$stopped" ]; do sleep 0.02; done; fi`,
    );
    const controller = new AbortController();
    const { done, pid } = ask(trainer, {
      signal: controller.signal,
      onEvent: () => controller.abort(new Error('late')),
    });
    await done;
    expect(await workerOf(trainer)).not.toBe(pid());
    process.kill(pid(), 'SIGKILL'); // a shell without the manners of the contract
  });

  test('before it began never begins', async () => {
    const trainer = await open(hello);
    const { out, done } = ask(trainer, { signal: AbortSignal.abort(new Error('cancelled')) });
    await expect(done).rejects.toThrow('cancelled');
    expect(existsSync(join(out, 'pid'))).toBe(false);
  });
});

describe('the end of the worker', () => {
  const owner = fileURLToPath(new URL('stand-in/trainer-owner.ts', import.meta.url));
  const startOwner = (profile: TrainerProfile, ...outs: string[]) =>
    spawn(process.execPath, ['--import', 'tsx', owner, JSON.stringify(profile), ...outs], { stdio: 'inherit' });
  const pidIn = (out: string) => Number(readFileSync(join(out, 'pid'), 'utf8'));

  test('by kill -9 ends the trainers at work and the idle ones', async () => {
    const outs = ['idle', 'busy'].map((name) => join(folder, `${name}-${count++}`)) as [string, string];
    const profile = await profileOf(serving(`${hello}; case "$out" in */busy-*) cat > /dev/null; exit 75;; esac`));
    const workers = outs.map((out) => startOwner(profile, out, 'hold'));
    await until(() => outs.every((out) => existsSync(join(out, 'pid'))));
    await until(() => existsSync(join(outs[0], 'ended')));
    expect(outs.map((out) => isAlive(pidIn(out)))).toEqual([true, true]);
    for (const worker of workers) worker.kill('SIGKILL');
    await until(() => !outs.some((out) => isAlive(pidIn(out))));
  });

  test('is not put off by idle trainers: they end with it', async () => {
    const out = join(folder, `owned-${count++}`);
    const worker = startOwner(await profileOf(serving(hello)), out);
    const code = await new Promise((resolve) => worker.once('exit', resolve));
    expect(code).toBe(0);
    await until(() => !isAlive(pidIn(out)));
  });
});
