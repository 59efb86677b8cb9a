import { Worker } from '@temporalio/worker';
import type { Invariant } from './evidence.ts';

/** I10: the recorded histories replay. */
export const historiesReplay: Invariant = async ({ search, runs, workflows }) => {
  if (workflows === undefined) return [];
  const histories = runs.map((history, at) => ({ workflowId: `${search}, run ${at + 1}`, history }));
  const wrong: string[] = [];
  const results = Worker.runReplayHistories({ ...workflows, replayName: 'checker' }, histories);
  for await (const { workflowId, error } of results) {
    if (error !== undefined) wrong.push(`${workflowId} doesn't replay: ${error.message}`);
  }
  return wrong;
};
