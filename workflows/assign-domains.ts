import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { contentKey } from '../climb/content-key.ts';
import { InvalidInput } from '../climb/problem.ts';
import { parseAssignInput, type AssignInput } from '../climb/spec/assign-input.ts';
import type { AssignSummary } from '../activities/assign-shard.ts';
import { runStage } from './stages.ts';

export type AssignResult = {
  /** In the order of the corpus; each assignment is an artifact, and lies in the search folder of this workflow too. */
  readonly files: readonly AssignSummary[];
  readonly documents: number;
  /** SHA-256 over paths and assignments, the same whoever assigned them. */
  readonly digest: string;
};

/**
 * Applies the frozen domain set of a search to files that came later, several at once.
 * @param given see climb/spec/assign-input.ts
 */
export async function assignDomains(given: unknown): Promise<AssignResult> {
  const { concurrency, ...input } = checked(given);
  const open = { activityId: 'open', summary: 'find the domain set and the files' };
  const opened = await runStage(null, 'openAssignment', open, input);
  const publish = workflowInfo().workflowId;
  const files: AssignSummary[] = [];
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < opened.files && !failed) {
      const file = next++;
      const view = { activityId: `f${file}`, summary: `file ${file + 1}/${opened.files}` };
      try {
        files[file] = (await runStage(opened, 'assignShard', view, { plan: opened.plan, file, publish })).summary;
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // All of them end before the workflow does: none is left at work for a result that nobody reads.
  const ends = await Promise.allSettled(Array.from({ length: Math.min(concurrency, opened.files) }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const documents = files.reduce((sum, file) => sum + file.documents, 0);
  return { files, documents, digest: contentKey(files.map(({ path, assignment }) => [path, assignment.sha256])) };
}

function checked(given: unknown): AssignInput {
  try {
    return parseAssignInput(given);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, 'InvalidAssignment', error.problems);
  }
}
