/** Workers of a version: only the current one gets work, and running searches move to it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SearchResult } from '../../climb/search/search-result.ts';
import type { Status } from '../../climb/search/search-views.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { findTemporalCli } from '../../adapters/temporal-cli.mjs';
import { environmentFor } from '../../adapters/temporal-server.ts';
import { openServedLab, tinySearch, type ServedLab } from '../search-lab.ts';
import { until } from '../until.ts';

let lab: ServedLab;

beforeAll(async () => {
  lab = await openServedLab({ FAKE_STEP_MS: '100' });
}, 60_000);

afterAll(() => lab.close(), 60_000);

const version = (buildId: string) => ({ version: { deploymentName: 'climb', buildId } });

/** As docs/patching.md says it; the server has to have heard of every queue of that version first. */
async function makeCurrent(buildId: string): Promise<void> {
  const { path } = findTemporalCli(repositoryRoot, process.env) ?? { path: 'temporal' };
  const named = ['--deployment-name', 'climb', '--build-id', buildId, '-y'];
  await until(() =>
    promisify(execFile)(path, ['worker', 'deployment', 'set-current-version', ...named], {
      env: environmentFor(lab.server, lab.env),
    }).then(
      () => true,
      () => false,
    ),
  );
}

test('a search begun on one version ends on the next', async () => {
  await lab.replaceWorker(version('one'));
  await makeCurrent('one');
  const handle = await lab.start('upgraded', { ...tinySearch, proxy: { ...tinySearch.proxy, trainer: 'fake' } });
  await until(async () => (await handle.query<Status>('status')).iteration >= 1);

  await lab.replaceWorker(version('two'));
  await makeCurrent('two');
  expect((await handle.result()) as SearchResult).toMatchObject({ verified: true, proxies: 16 });
  const { raw } = await handle.describe();
  expect(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion).toMatchObject({ buildId: 'two' });
}, 180_000);
