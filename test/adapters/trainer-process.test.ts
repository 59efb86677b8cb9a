import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { TrainerFailure, type TrainerEvent } from '../../adapters/trainer.ts';
import { TrainerProcess, type TrainerProfile } from '../../adapters/trainer-process.ts';
import { until } from '../until.ts';
import { isAlive } from './is-alive.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
let count = 0;

const version = `if [ "$1" = version ]; then echo '{"event":"version","name":"toy","version":"3","torch":"none"}'; exit 0; fi`;

/** A trainer as a shell script; it is called `<command> --spec <file> --out <folder>`. */
async function profileOf(script: string, changes: Partial<TrainerProfile> = {}): Promise<TrainerProfile> {
  const path = await place(join(folder, `trainer-${count++}.sh`), `${version}\n${script}\n`);
  return { command: ['/bin/sh', path], device: 'cpu', dtype: 'float32', env: {}, stallSeconds: 60, ...changes };
}

/** Runs a script as `train` to its end. */
async function run(
  script: string,
  options: Partial<TrainerProfile> & {
    signal?: AbortSignal;
    onEvent?: (event: TrainerEvent) => void;
    out?: string;
    spec?: object;
  } = {},
) {
  const {
    signal = new AbortController().signal,
    onEvent,
    out = join(folder, `run-${count++}`),
    spec = {},
    ...profile
  } = options;
  const trainer = await TrainerProcess.open(await profileOf(script, profile));
  const events: TrainerEvent[] = [];
  const done = trainer.run('train', spec, out, {
    signal,
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  return { trainer, events, out, done };
}

async function failureOf(script: string, options: Parameters<typeof run>[1] = {}): Promise<TrainerFailure> {
  const { done } = await run(script, options);
  const failure = await done.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TrainerFailure);
  return failure as TrainerFailure;
}

const pidIn = (path: string) => Number(readFileSync(path, 'utf8'));

test('row 14: a folder that another worker removes, since it has finished the same work, is no bad spec', async () => {
  const failure = await failureOf('rm -r "$5"; echo \'{"event":"error","code":64,"message":"no such file"}\'; exit 64');
  expect(failure).toMatchObject({ kind: 'stopped', permanent: false });
  expect(failure.message).toMatch(/was removed while a trainer worked in it.*no such file/);
});

describe('open', () => {
  test('asks the trainer who it is', async () => {
    const trainer = await TrainerProcess.open(await profileOf('', { device: 'cuda', dtype: 'bfloat16' }));
    expect(trainer.identity).toEqual({ name: 'toy', version: '3', torch: 'none' });
    expect([trainer.device, trainer.dtype]).toEqual(['cuda', 'bfloat16']);
  });

  test('refuses a program that is not there', async () => {
    const opening = TrainerProcess.open(await profileOf('', { command: [join(folder, 'no-such-program')] }));
    await expect(opening).rejects.toMatchObject({ name: 'TrainerFailure', kind: 'missing', permanent: true });
  });

  describe('a device trains side by side', () => {
    const able = `if [ "$1" = version ]; then echo '{"event":"version","name":"toy","version":"3","torch":"none","ensemble":true}'; exit 0; fi`;
    const open = async (script: string, changes: Partial<TrainerProfile>) => {
      const path = await place(join(folder, `able-${count++}.sh`), script);
      return TrainerProcess.open({ ...(await profileOf('', changes)), command: ['/bin/sh', path] });
    };

    test.each<[string, Partial<TrainerProfile>, string, number]>([
      ['one proxy on a core', { device: 'cpu' }, able, 1],
      ['many on a GPU', { device: 'cuda' }, able, 32],
      ['one on a GPU whose trainer can do no better', { device: 'cuda' }, version, 1],
      ['what its owner says', { device: 'cuda', members: 7 }, able, 7],
      ['what its owner says, on a core too', { members: 3 }, able, 3],
    ])('%s', async (_, changes, script, members) => {
      const trainer = await open(script, changes);
      expect(trainer.members).toBe(members);
      expect(trainer.identity).toEqual({ name: 'toy', version: '3', torch: 'none' });
    });

    test('never more than its trainer can', async () => {
      await expect(open(version, { members: 2 })).rejects.toThrow("members 2, but toy 3 doesn't say");
    });
  });

  test('hears what the trainer can besides', async () => {
    const able = `if [ "$1" = version ]; then echo '{"event":"version","name":"toy","version":"3","torch":"none","encode":true}'; exit 0; fi`;
    const path = await place(join(folder, `encodes-${count++}.sh`), able);
    const trainer = await TrainerProcess.open({ ...(await profileOf('')), command: ['/bin/sh', path] });
    expect(trainer.encodes).toBe(true);
    expect((await TrainerProcess.open(await profileOf(''))).encodes).toBe(false);
    expect(trainer.identity).toEqual({ name: 'toy', version: '3', torch: 'none' });
  });

  test('what may speed a training up is told to the trainer as its owner set it', async () => {
    const accelerate = async (changes: Partial<TrainerProfile>) =>
      (await TrainerProcess.open(await profileOf('', changes))).accelerate;
    expect(await accelerate({})).toBeUndefined();
    expect(await accelerate({ compile: true })).toEqual({ compile: true, cudaGraphs: false });
    expect(await accelerate({ cudaGraphs: true })).toEqual({ compile: false, cudaGraphs: true });
  });

  test('refuses a program that is no trainer', async () => {
    const opening = TrainerProcess.open(await profileOf('', { command: ['/bin/echo', 'hello'] }));
    await expect(opening).rejects.toThrow('/bin/echo hello version printed no version line');
  });
});

describe('a run', () => {
  test('gets its spec as canonical JSON and its folder, each as an argument of its own', async () => {
    const spec = { b: [1e21, 'é'], a: null };
    const { out, done } = await run('printf "%s\\n" "$@" > "$5/arguments"', { spec });
    await done;
    expect(await readFile(join(out, 'spec.json'), 'utf8')).toBe('{"a":null,"b":[1e+21,"é"]}');
    expect(await readFile(join(out, 'arguments'), 'utf8')).toBe(
      `train\n--spec\n${join(out, 'spec.json')}\n--out\n${out}\n`,
    );
  });

  test('row 35: hands arguments over byte for byte, whatever a shell would make of them', async () => {
    const odd = [
      `a b`,
      `$(touch ${folder}/pwned)`,
      '`id`',
      `'"\\`,
      '; exit 3 #',
      '-n',
      '*',
      '\t\n',
      'ü😀',
      '',
      '%PATH%',
      '!!',
    ];
    const { command } = await profileOf('printf "%s\\0" "$@" > "$LOG"');
    const log = join(folder, `arguments-${count++}`);
    // `sh script` takes the odd ones first: the version question comes after them, so it is answered here.
    const script = await place(
      join(folder, 'odd.sh'),
      `printf '%s\\0' "$@" > "$LOG"; echo '{"event":"version","name":"toy","version":"3","torch":"none"}'\n`,
    );
    const trainer = await TrainerProcess.open({
      command: [command[0] as string, script, ...odd],
      device: 'cpu',
      dtype: 'float32',
      env: { LOG: log },
      stallSeconds: 60,
    });
    const out = join(folder, `odd out; $(id) '"`);
    await trainer.run('evaluate', {}, out, { signal: new AbortController().signal, onEvent: () => {} });
    expect((await readFile(log, 'utf8')).split('\0')).toEqual([
      ...odd,
      'evaluate',
      '--spec',
      join(out, 'spec.json'),
      '--out',
      out,
      '',
    ]);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  test('tells events in their order and takes every other line for a log', async () => {
    const { events, done } = await run(`
      echo '{"event":"hello"}'
      echo 'Loading…'
      echo '{"event":"progress","step":1}'
      echo '{"step":2}'
      echo '[1]'
      echo 'null'
      echo '{"event":'
      echo ''
      printf '{"event":"done","sha256":"no line end"}'`);
    await done;
    expect(events).toEqual([
      { event: 'hello' },
      { event: 'progress', step: 1 },
      { event: 'done', sha256: 'no line end' },
    ]);
  });

  test("sees nothing of the worker's environment but what it needs and what its profile adds", async () => {
    process.env['CLIMB_CANARY_TOKEN'] = 'canary-in-a-coal-mine';
    try {
      const { out, done } = await run('env > "$5/env"', { env: { OMP_NUM_THREADS: '1' } });
      await done;
      const environment = await readFile(join(out, 'env'), 'utf8');
      expect(environment).not.toContain('canary');
      expect(environment).toContain('OMP_NUM_THREADS=1');
      const names = environment.split('\n').flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
      const own = ['OMP_NUM_THREADS', 'PWD', 'OLDPWD', '_', 'SHLVL'];
      const allowed = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', ...own];
      expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
    } finally {
      delete process.env['CLIMB_CANARY_TOKEN'];
    }
  });

  test('that diverged has a result like any other', async () => {
    await expect((await run('exit 66')).done).resolves.toBeUndefined();
  });

  test('goes on in the folder where an earlier one ended', async () => {
    const out = join(folder, `again-${count++}`);
    await mkdir(out);
    await place(join(out, 'checkpoint'), '7');
    const { events, done } = await run(`echo "{\\"event\\":\\"resumed\\",\\"step\\":$(cat "$5/checkpoint")}"`, { out });
    await done;
    expect(events).toEqual([{ event: 'resumed', step: 7 }]);
  });
});

describe('a failure', () => {
  test.each([
    [64, 'badSpec'],
    [65, 'badData'],
    [70, 'internal'],
    [71, 'outOfMemory'],
    [72, 'deviceLost'],
    [75, 'stopped'],
    [1, 'internal'],
  ])('exit code %i is %s', async (code, kind) => {
    const failure = await failureOf(`exit ${code}`);
    expect(failure.kind).toBe(kind);
    expect(failure.message).toBe(`the trainer ended (exit ${code}): it said nothing`);
  });

  test('by a signal is killed', async () => {
    const failure = await failureOf('kill -9 $$');
    expect(failure).toMatchObject({
      kind: 'killed',
      message: 'the trainer ended (killed by a signal): it said nothing',
    });
  });

  test.each([
    ['SIGKILL while the machine killed for want of memory: out of memory', 'kill -9 $$', 1, 'outOfMemory'],
    ['SIGKILL while it did not: killed', 'kill -9 $$', 0, 'killed'],
    ['another signal at that time: killed', 'kill -15 $$', 1, 'killed'],
    ['an exit code at that time: what the code says', 'exit 70', 1, 'internal'],
  ])('by %s', async (_, script, kills, kind) => {
    let machine = 0;
    const readOomKills = () => Promise.resolve({ machine, cgroup: 0 });
    const trainer = await TrainerProcess.open(await profileOf(`echo '{"event":"hello"}'\n${script}`), { readOomKills });
    const done = trainer.run('train', {}, join(folder, `killed-${count++}`), {
      signal: new AbortController().signal,
      onEvent: () => (machine += kills),
    });
    await expect(done).rejects.toMatchObject({ name: 'TrainerFailure', kind });
  });

  test("is told in the trainer's own words", async () => {
    const failure = await failureOf(`
      echo 'a log line' >&2
      echo '{"event":"error","code":65,"kind":"BadData","message":"shard 3 is cut short"}'
      exit 65`);
    expect(failure.message).toBe('the trainer ended (exit 65): shard 3 is cut short');
  });

  test('that the trainer calls a full disk is one', async () => {
    const failure = await failureOf(`echo '{"event":"error","kind":"DiskFull","message":"needs 5 GB"}'; exit 70`);
    expect(failure.kind).toBe('diskFull');
  });

  test('without words is told by the end of its log, however long that is', async () => {
    const failure = await failureOf(
      `i=0; while [ $i -lt 3000 ]; do echo "line $i of a traceback" >&2; i=$((i+1)); done; exit 1`,
    );
    expect(failure.message).toContain('line 2999 of a traceback');
    expect(failure.message).not.toContain('line 2979 ');
    expect(failure.message.length).toBeLessThan(1100);
  });

  test('of a trainer that never read its input does not take the worker along', async () => {
    expect((await failureOf('exec 0<&-; exit 75')).kind).toBe('stopped');
  });
});

describe('an end from outside', () => {
  const busy = 'while :; do sleep 0.05; done';

  test('a trainer that falls silent is killed with its helpers', async () => {
    const out = join(folder, `silent-${count++}`);
    const failure = await failureOf(`sleep 600 & echo $! > "$5/helper"; echo $$ > "$5/leader"; trap '' TERM; ${busy}`, {
      out,
      stallSeconds: 1,
    });
    expect(failure).toMatchObject({ kind: 'stalled', message: expect.stringContaining('no sign of life for 1 s') });
    await until(() => !isAlive(pidIn(join(out, 'leader'))) && !isAlive(pidIn(join(out, 'helper'))));
  });

  test('a trainer that talks now and then may take longer than its silence may', async () => {
    const { events, done } = await run(
      `for i in 1 2 3 4; do sleep 0.5; echo "{\\"event\\":\\"progress\\",\\"step\\":$i}"; done`,
      { stallSeconds: 1.8 },
    );
    await done;
    expect(events).toHaveLength(4);
  });

  test('called off, it is asked to stop, may save its work, and the call ends with the reason', async () => {
    const controller = new AbortController();
    const { out, done } = await run(
      `trap 'echo 41 > "$5/checkpoint"; exit 75' TERM; echo '{"event":"progress"}'; ${busy}`,
      {
        signal: controller.signal,
        onEvent: () => controller.abort(new Error('the search was cancelled')),
      },
    );
    await expect(done).rejects.toThrow('the search was cancelled');
    expect(await readFile(join(out, 'checkpoint'), 'utf8')).toBe('41\n');
  });

  test('called off when it was just done, it has its result', async () => {
    const controller = new AbortController();
    const { done } = await run(`trap 'exit 0' TERM; echo '{"event":"progress"}'; ${busy}`, {
      signal: controller.signal,
      onEvent: () => controller.abort(new Error('cancelled')),
    });
    await expect(done).resolves.toBeUndefined();
  });

  test('called off before it began, it never begins', async () => {
    const { out, done } = await run('touch "$5/started"', { signal: AbortSignal.abort(new Error('cancelled')) });
    await expect(done).rejects.toThrow('cancelled');
    expect(existsSync(join(out, 'started'))).toBe(false);
  });

  test('a helper that outlives its leader neither keeps the call waiting nor stays behind', async () => {
    const { out, done } = await run('sleep 600 & echo $! > "$5/helper"');
    await done;
    await until(() => !isAlive(pidIn(join(out, 'helper'))));
  });

  test('while the worker lives its input stays open; when the worker is killed it ends, and so does the trainer', async () => {
    const out = join(folder, `orphan-${count++}`);
    const profile = await profileOf(
      'echo $$ > "$5/pid.tmp"; mv "$5/pid.tmp" "$5/pid"; cat > /dev/null; echo over > "$5/over"',
    );
    const owner = fileURLToPath(new URL('stand-in/trainer-owner.ts', import.meta.url));
    const worker = spawn(process.execPath, ['--import', 'tsx', owner, JSON.stringify(profile), out], {
      stdio: 'inherit',
    });
    await until(() => existsSync(join(out, 'pid')));
    expect(existsSync(join(out, 'over'))).toBe(false);
    worker.kill('SIGKILL');
    await until(() => existsSync(join(out, 'over')) && !isAlive(pidIn(join(out, 'pid'))));
  });
});
