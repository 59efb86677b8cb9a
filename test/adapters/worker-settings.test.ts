import { availableParallelism } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../../adapters/home.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { InvalidInput } from '../../climb/problem.ts';
import { place, scratch } from './scratch.ts';

const folder = scratch();
let count = 0;
const profiles = (content: unknown) => place(join(folder, `profiles-${count++}.json`), JSON.stringify(content));

function problemsOf(env: NodeJS.ProcessEnv) {
  try {
    workerSettings(env);
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
  return [];
}

test('an empty environment is a worker for this repository', () => {
  const settings = workerSettings({});
  expect(settings).toMatchObject({
    home: join(repositoryRoot, '.climb'),
    trainSlots: availableParallelism(),
    queues: { climb: 'climb', cpu: 'climb-cpu', train: 'climb-train' },
    trainers: {
      default: {
        device: 'cpu',
        dtype: 'float32',
        command: [join(repositoryRoot, '.venv/bin/python'), '-m', 'climb_trainer'],
      },
    },
  });
  expect(settings.roots).toEqual([resolve(repositoryRoot)]);
  expect(settings.timeouts.retryInitial).toBeLessThanOrEqual(settings.timeouts.retryMaximum);
});

test('every setting can be changed', () => {
  const settings = workerSettings({
    CLIMB_HOME: join(folder, 'home'),
    CLIMB_ROOTS: ['/data', '/more'].join(delimiter),
    CLIMB_TRAIN_SLOTS: '3',
    CLIMB_TASKS: '/tasks',
    CLIMB_TASK_QUEUE: 'a',
    CLIMB_CPU_TASK_QUEUE: 'b',
    CLIMB_TRAIN_TASK_QUEUE: 'c',
    CLIMB_HEARTBEAT_SECONDS: '2',
    CLIMB_RETRY_INITIAL_SECONDS: '0.5',
    CLIMB_RETRY_MAXIMUM_SECONDS: '10',
  });
  expect(settings).toMatchObject({
    home: join(folder, 'home'),
    roots: ['/data', '/more'],
    trainSlots: 3,
    taskLibrary: '/tasks',
    queues: { climb: 'a', cpu: 'b', train: 'c' },
    timeouts: { heartbeat: 2, retryInitial: 0.5, retryMaximum: 10 },
  });
});

test('every variable that can not be used is named at once', () => {
  const problems = problemsOf({
    CLIMB_TRAIN_SLOTS: '0',
    CLIMB_HEARTBEAT_SECONDS: 'soon',
    CLIMB_RETRY_INITIAL_SECONDS: '-1',
    CLIMB_RETRY_MAXIMUM_SECONDS: '',
  });
  expect(problems.map(({ path }) => path)).toEqual([
    'CLIMB_TRAIN_SLOTS',
    'CLIMB_HEARTBEAT_SECONDS',
    'CLIMB_RETRY_INITIAL_SECONDS',
    'CLIMB_RETRY_MAXIMUM_SECONDS',
  ]);
  expect(problems[1]?.message).toContain('got "soon"');
});

test.each(['1.5', '1025', 'two', 'NaN'])('%s is no number of slots', (slots) => {
  expect(problemsOf({ CLIMB_TRAIN_SLOTS: slots }).map(({ path }) => path)).toEqual(['CLIMB_TRAIN_SLOTS']);
});

describe('trainer profiles', () => {
  test('come beside the default with their own defaults', async () => {
    const file = await profiles({
      gpu: { command: ['/opt/train', '--fast'], device: 'cuda', dtype: 'bfloat16' },
      slow: { command: ['x'], stallSeconds: 9 },
    });
    const { trainers } = workerSettings({ CLIMB_TRAINERS: file });
    expect(Object.keys(trainers)).toEqual(['default', 'gpu', 'slow']);
    expect(trainers['gpu']).toEqual({
      command: ['/opt/train', '--fast'],
      device: 'cuda',
      dtype: 'bfloat16',
      env: {},
      stallSeconds: 120,
    });
    expect(trainers['slow']).toMatchObject({ device: 'cpu', dtype: 'float32', stallSeconds: 9 });
  });

  test('say how many proxies a device trains side by side, and what may speed it up', async () => {
    const gpu = { command: ['x'], device: 'cuda', members: 64, compile: true, cudaGraphs: true };
    const file = await profiles({ gpu });
    expect(workerSettings({ CLIMB_TRAINERS: file }).trainers['gpu']).toMatchObject(gpu);
    const bad = await profiles({ gpu: { ...gpu, members: 0, compile: 'yes' } });
    expect(problemsOf({ CLIMB_TRAINERS: bad }).map(({ path }) => path)).toEqual(['gpu.members', 'gpu.compile']);
  });

  test("run Climb's own trainer where they name no command", async () => {
    const file = await profiles({ gpu: { device: 'cuda', env: { CUDA_VISIBLE_DEVICES: '1' } } });
    const { trainers } = workerSettings({ CLIMB_TRAINERS: file });
    const { command, env } = trainers['default']!;
    expect(trainers['gpu']).toMatchObject({ command, device: 'cuda', env: { ...env, CUDA_VISIBLE_DEVICES: '1' } });
  });

  test('may replace the default', async () => {
    const file = await profiles({ default: { command: ['mine'] } });
    expect(workerSettings({ CLIMB_TRAINERS: file }).trainers['default']?.command).toEqual(['mine']);
  });

  test('are refused with their path in the file', async () => {
    const file = await profiles({ gpu: { command: [], device: 'tpu', shell: true }, slow: { command: 'python x' } });
    expect(
      problemsOf({ CLIMB_TRAINERS: file })
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['gpu.command', 'gpu.device', 'gpu.shell', 'slow.command']);
  });
});

describe('endpoint profiles', () => {
  test('are the local server where nobody says more', () => {
    expect(workerSettings({}).endpoints).toEqual({
      default: { url: 'http://127.0.0.1:8090', concurrency: 2, timeoutSeconds: 60 },
    });
  });

  test('are read from a file, beside the local server', async () => {
    const gpu = {
      url: 'https://gpu1:8080',
      tokenVariable: 'TEI_TOKEN',
      maxTexts: 8,
      concurrency: 4,
      timeoutSeconds: 9,
    };
    const file = await profiles({ gpu, plain: { url: 'http://h/tei' } });
    const { endpoints } = workerSettings({ CLIMB_ENDPOINTS: file });
    expect(endpoints).toMatchObject({ default: { url: 'http://127.0.0.1:8090' }, gpu });
    expect(endpoints['plain']).toEqual({ url: 'http://h/tei', concurrency: 2, timeoutSeconds: 60 });
  });

  test('are refused with their path in the file', async () => {
    const file = await profiles({
      a: { url: 'file:///etc/passwd', concurrency: 0, timeoutSeconds: -1, maxTexts: 0.5 },
      b: { token: 'secret', url: 'http://h' },
    });
    const problems = problemsOf({ CLIMB_ENDPOINTS: file });
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'a.concurrency',
      'a.maxTexts',
      'a.timeoutSeconds',
      'a.url',
      'b.token',
    ]);
    expect(JSON.stringify(problems)).not.toContain('secret');
  });
});
