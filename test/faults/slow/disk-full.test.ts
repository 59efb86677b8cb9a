/** Row 5 of the fault matrix, through the whole system: the disk is full, and later it isn't. */
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SearchResult } from '../../../climb/search/search-result.ts';
import { until } from '../../until.ts';
import {
  digestOf,
  fakeSearch,
  noted,
  openFaultLab,
  slowSteps,
  trainingsUnderWay,
  undisturbed,
  type FaultLab,
} from '../fault-lab.ts';
import { canMount, fillDisk, mountSmallDisk, unmount } from '../small-disk.ts';

const onSmallDisk = canMount ? test : test.skip;
const unless = canMount ? '' : ' (skipped: this user may not mount a small disk)';

let lab: FaultLab;
let disk: string | undefined;
let expected: string;
beforeAll(async () => {
  if (canMount) expected = digestOf(await undisturbed(fakeSearch, slowSteps));
}, 600_000);
afterEach(async () => {
  await lab.stopWorkers();
  if (disk !== undefined) unmount(disk);
  await lab.close();
}, 60_000);

/** A lab whose worker keeps everything on a disk of 16 MB. */
async function openOnSmallDisk() {
  lab = await openFaultLab(slowSteps);
  disk = join(lab.home, 'disk');
  await mkdir(disk);
  mountSmallDisk(disk, 16);
  return { home: disk, env: { CLIMB_HOME: disk, TEMPORAL_ADDRESS: lab.server.address } };
}

/** Failures that the activities of a search wait on now: what people see with `temporal workflow describe`. */
async function pendingFailures(workflowId: string) {
  const { raw } = await lab.client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).flatMap(({ activityId, lastFailure, attempt }) =>
    lastFailure
      ? [{ activityId, attempt, type: lastFailure.applicationFailureInfo?.type, message: lastFailure.message ?? '' }]
      : [],
  );
}

onSmallDisk(
  `row 5: a disk that fills up while proxies train: the old checkpoints are kept, and they go on from them${unless}`,
  async () => {
    const { home, env } = await openOnSmallDisk();
    lab.startWorker(env);
    const handle = await lab.start('training', fakeSearch);
    await until(() => trainingsUnderWay({ home }).some(({ checkpoints }) => checkpoints.length > 0), 180_000);
    const giveBack = await fillDisk(home);
    const [failure] = await until(async () => {
      const failures = await pendingFailures('training');
      return failures.some(({ attempt }) => attempt! > 3) && failures;
    });
    expect(failure).toMatchObject({ type: 'diskFull' });
    expect(failure!.message).toMatch(
      /no space left while writing \d+ bytes under .*: \d+ bytes free.*free at least \d+ bytes/s,
    );
    const checkpoints = trainingsUnderWay({ home }).map((training) => training.checkpoints);
    const begun = (await noted(lab, 'start')).length;

    await giveBack();
    expect(digestOf((await handle.result()) as SearchResult)).toBe(expected);
    if (checkpoints.some((kept) => kept.length > 0)) {
      const steps = (await noted(lab, 'start')).slice(begun).map((line) => Number(line.split(' ')[2]));
      expect(Math.max(...steps)).toBeGreaterThan(0);
    }
  },
  600_000,
);

onSmallDisk(
  `row 5: a disk that is full before documents are embedded: the search waits, longer than other faults may last, and goes on${unless}`,
  async () => {
    const { home, env } = await openOnSmallDisk();
    // The moment at which the first vectors are about to be kept.
    lab.startWorker({
      ...env,
      CLIMB_FAULTS: 'embed.afterBatch:delay=3000',
      CLIMB_RETRY_MAXIMUM_SECONDS: '0.2',
    });
    const handle = await lab.start('embedding', fakeSearch);
    await until(async () => (await handle.query<{ phase: string }>('status')).phase === 'embed', 180_000);
    const giveBack = await fillDisk(home);
    const [failure] = await until(async () => {
      const failures = await pendingFailures('embedding');
      return failures.some(({ attempt }) => attempt! > 12) && failures;
    });
    expect(failure).toMatchObject({ activityId: 'embed', type: 'diskFull' });
    expect(failure!.message).toMatch(/no space left while writing \d+ bytes under .*\d+ bytes free/);

    await giveBack();
    expect(digestOf((await handle.result()) as SearchResult)).toBe(expected);
  },
  600_000,
);
