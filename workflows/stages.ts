import type { Priority } from '@temporalio/common';
import { ActivityCancellationType, proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Opening } from '../climb/search/search-state.ts';

type StageName = keyof Activities;

/** How long a stage may take, where it runs; how often it is tried decides the activity (activities/patience.ts). */
type StagePolicy = {
  queue: 'climb' | 'cpu' | 'train';
  hours: number;
  /** Before other stages of the search that wait for the same queue. */
  first?: true;
};

const light: StagePolicy = { queue: 'climb', hours: 0.1 };
const heavy: StagePolicy = { queue: 'cpu', hours: 6 };

const policies: Record<StageName, StagePolicy> = {
  openSearch: { ...light, hours: 0.2 },
  ingestCorpus: { ...heavy, hours: 24 },
  embedCorpus: { ...heavy, hours: 24 * 7 },
  scoreQuality: { ...heavy, hours: 24 * 7 },
  clusterCorpus: heavy,
  mergeClusters: heavy,
  groupByField: heavy,
  tokeniseClusters: { ...heavy, hours: 24 },
  fitNgramPrior: heavy,
  openEvidence: light,
  openTasks: { ...light, hours: 0.5 },
  sampleMixtures: { ...light, hours: 0.5 },
  trainProxies: { queue: 'train', hours: 24 },
  // Behind every training in flight, no score would be known until the last of them was done.
  evaluateProxies: { queue: 'train', hours: 2, first: true },
  refitPredictor: { ...heavy, hours: 0.25 },
  pruneCandidates: { ...heavy, hours: 1 },
  commitIteration: light,
  sampleRegmix: light,
  fitRegmix: { ...heavy, hours: 0.25 },
  sampleVerification: light,
  recommendArm: light,
  recommendMixture: light,
  writeReport: light,
  openAssignment: { ...light, hours: 0.5 },
  // As embedCorpus, which it does for files that came later.
  assignShard: { ...heavy, hours: 24 * 7 },
};

/** Before a worker said how it is configured. */
const unopened: Pick<Opening, 'timeouts' | 'queues'> = {
  timeouts: { heartbeat: 60, retryInitial: 1, retryMaximum: 300 },
  queues: { cpu: 'climb-cpu', train: 'climb-train' },
};

/** What people see of a stage in the timeline of the Temporal UI. */
export type StageView = { activityId: string; summary: string };

/**
 * Runs a stage as an activity.
 * @param view its id and summary in the history: `i2-p017`, `iteration 2 · proxy 17/32`
 */
export function runStage<Name extends StageName>(
  opening: Pick<Opening, 'timeouts' | 'queues'> | null,
  name: Name,
  view: StageView,
  input: Parameters<Activities[Name]>[0],
): ReturnType<Activities[Name]> {
  type Stage = { stage: (input: Parameters<Activities[Name]>[0]) => Promise<unknown> };
  const stages = proxyActivities<Stage>({ ...optionsFor(policies[name], opening ?? unopened), ...view });
  return stages[name as unknown as 'stage'](input) as ReturnType<Activities[Name]>;
}

function optionsFor(policy: StagePolicy, { timeouts, queues }: Pick<Opening, 'timeouts' | 'queues'>): ActivityOptions {
  return {
    startToCloseTimeout: policy.hours * 3_600_000,
    ...(policy.queue !== 'climb' && { taskQueue: queues[policy.queue] }),
    // Of every stage: a worker that is killed in a short one is missed as soon as in a long one.
    heartbeatTimeout: timeouts.heartbeat * 1000,
    priority: priorityOf(policy),
    // A cancelled search ends when its trainers have: no process is left behind.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: timeouts.retryInitial * 1000,
      backoffCoefficient: 2,
      maximumInterval: timeouts.retryMaximum * 1000,
    },
  };
}

/** Temporal's own where nobody gave the search one. */
const usualPriority = 3;

/** Searches share a queue by turns where the server is set up for fairness. */
function priorityOf({ first }: StagePolicy): Priority {
  const { firstExecutionRunId, priority } = workflowInfo();
  // What wasn't given arrives as 0 and ''.
  const priorityKey = priority?.priorityKey || usualPriority;
  const fairnessKey = priority?.fairnessKey || firstExecutionRunId;
  return { priorityKey: first ? Math.max(1, priorityKey - 1) : priorityKey, fairnessKey };
}
