import { Context } from '@temporalio/activity';

/** The run of the workflow that this activity works for, as Temporal calls it. */
export function runIdNow(): string {
  const { workflowExecution } = Context.current().info;
  if (workflowExecution === undefined) throw new Error('no workflow runs this activity');
  return workflowExecution.runId;
}
