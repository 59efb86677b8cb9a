/** Row 15 of the fault matrix: the network between worker and server is cut. Each has a network of its own here. */
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../../adapters/home.ts';
import { findTemporalCli } from '../../../adapters/temporal-cli.mjs';
import type { Recipe } from '../../../climb/search/recipe.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  fakeSearch,
  kill,
  noted,
  openFaultLab,
  outage,
  slowSteps,
  undisturbed,
  type FaultLab,
} from '../fault-lab.ts';

const [there, here] = ['server', 'worker'].map((end) => `climb-${end}-${process.pid}`) as [string, string];
const cable = `cl${process.pid}`.slice(-12);
const [serverIp, workerIp] = ['10.231.77.1', '10.231.77.2'];
const address = `${serverIp}:7233`;

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });

/** Two networks joined by a cable, apart from all others. */
function layCable(): void {
  for (const name of [there, here]) {
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }
  ip('link', 'add', `${cable}a`, 'netns', there, 'type', 'veth', 'peer', 'name', `${cable}b`, 'netns', here);
  for (const [name, end, own] of [
    [there, `${cable}a`, serverIp],
    [here, `${cable}b`, workerIp],
  ] as const) {
    ip('-n', name, 'addr', 'add', `${own}/24`, 'dev', end);
    ip('-n', name, 'link', 'set', end, 'up');
  }
}

function removeNetworks(): void {
  for (const name of [there, here]) {
    try {
      ip('netns', 'del', name);
    } catch {
      // It wasn't made.
    }
  }
}

const canLayCable = (() => {
  try {
    layCable();
    return true;
  } catch {
    return false;
  } finally {
    removeNetworks();
  }
})();
const betweenNetworks = canLayCable ? test : test.skip;
const unless = canLayCable ? '' : ' (skipped: this user may not make network namespaces)';

let lab: FaultLab;
let expected: string;
const processes: ChildProcess[] = [];
beforeAll(async () => {
  if (canLayCable) expected = digestOf(await undisturbed(fakeSearch, slowSteps));
}, 600_000);
beforeEach(async () => {
  lab = await openFaultLab(slowSteps);
  layCable();
}, 60_000);
afterEach(async () => {
  for (const child of processes.splice(0)) await kill(child);
  removeNetworks();
  await lab.close();
}, 60_000);

function startIn(network: string, command: string, args: string[], env: NodeJS.ProcessEnv): void {
  const inside = ['netns', 'exec', network, command, ...args];
  processes.push(spawn('ip', inside, { cwd: repositoryRoot, env, stdio: ['pipe', 'ignore', 'ignore'] }));
}

betweenNetworks.each([5, 60])(
  `row 15: the network is cut for %i s: the same recipe${unless}`,
  async (seconds) => {
    const cli = findTemporalCli(repositoryRoot, lab.env)!.path;
    const { TEMPORAL_CONFIG_FILE: _, ...others } = lab.env;
    const env = { ...others, TEMPORAL_ADDRESS: address, CLIMB_HEARTBEAT_SECONDS: '2', CLIMB_LIFE_LINE: 'stdin' };
    const database = join(lab.home, 'apart.db');
    // Its inner services talk over this machine's own address, which is apart here, too.
    const ports = ['--ip', '0.0.0.0', '--port', '7233', '--headless', '--db-filename', database];
    startIn(there, cli, ['server', 'start-dev', '--log-level', 'warn', ...ports], env);
    const temporal = (...args: string[]) =>
      promisify(execFile)('ip', ['netns', 'exec', there, cli, ...args, '--address', address], { env });
    await until(() =>
      temporal('operator', 'cluster', 'health').then(
        () => true,
        () => false,
      ),
    );
    startIn(here, process.execPath, ['--import', 'tsx', 'workers/main.ts'], env);
    const input = join(lab.home, 'search.json');
    await writeFile(input, JSON.stringify(fakeSearch));
    const start = ['workflow', 'start', '-t', 'climb', '--type', 'climbSearch', '-w', 'cut', '--input-file', input];
    // A server that has just begun may not know its namespace yet; started twice the search is the same one.
    await until(() =>
      temporal(...start).then(
        () => true,
        () => false,
      ),
    );
    await until(async () => (await noted(lab, 'start')).length >= 3, 180_000);

    // Its other end hears nothing any more, and isn't told.
    ip('-n', there, 'link', 'set', `${cable}a`, 'down');
    await outage(seconds);
    ip('-n', there, 'link', 'set', `${cable}a`, 'up');
    const { stdout } = await temporal('workflow', 'result', '-w', 'cut', '-o', 'json');
    expect(stdout).toContain('COMPLETED');
    const recipe = JSON.parse(await readFile(join(lab.home, 'searches', 'cut', 'recipe.json'), 'utf8')) as Recipe;
    expect(recipe.digest).toBe(expected);
    expect(recipe.run.charged.proxies).toBe(16);
  },
  600_000,
);
