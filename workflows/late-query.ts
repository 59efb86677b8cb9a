import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { lateQuery } from '../climb/search/late-query.ts';

/**
 * Refuses a query that waited for a worker while events came. The SDK lets a workflow go on with these events for the
 * query, before the task that has them: what comes with that task too would be seen after them, where a replay sees it
 * at once with them (docs/decisions/0036-late-queries.md). Refused, the workflow is forgotten, and replayed for its task.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let length = 0;
  let task = '';
  return {
    internals: [
      {
        activate(input, next) {
          const { historyLength, historySizeBytes, isReplaying, timestamp } = input.activation;
          const [before, taskBefore] = [length, task];
          length = historyLength ?? 0;
          // Both are told by the event with which a task begins.
          task = [timestamp?.seconds, timestamp?.nanos, historySizeBytes].join(' ');
          if (isReplaying !== true && length > before && task === taskBefore) throw new Error(lateQuery);
          next(input);
        },
      },
    ],
  };
};
