import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { beating } from './beating.ts';

type Activity = (input: never) => Promise<unknown>;

const light = 5;
const heavy = 5;
/** Such a stage decides it itself (endpoint-patience.ts, train/trainer-run.ts), or is tried for ever. */
const unlimited = Infinity;

/** A file system may come back after a while; an artifact that is lost doesn't. */
const lostArtifact = 5;

/** Attempts at each stage. */
export const attempts = {
  openSearch: light,
  ingestCorpus: 10,
  embedCorpus: unlimited,
  clusterCorpus: heavy,
  mergeClusters: heavy,
  groupByField: heavy,
  scoreQuality: unlimited,
  tokeniseClusters: 10,
  fitNgramPrior: heavy,
  openEvidence: light,
  openTasks: light,
  sampleMixtures: light,
  trainProxies: unlimited,
  evaluateProxies: 10,
  refitPredictor: heavy,
  pruneCandidates: heavy,
  commitIteration: unlimited,
  sampleRegmix: light,
  fitRegmix: heavy,
  sampleVerification: light,
  recommendArm: light,
  recommendMixture: light,
  writeReport: 10,
  openAssignment: light,
  assignShard: unlimited,
};

/**
 * The same activities, each with heartbeats, so that a lost worker is missed soon, and with its patience. Temporal tries
 * them without end, since it can't leave an attempt uncounted: here a full disk is waited for, and any other fault ends
 * a stage at its last attempt (those on a full disk, and lost workers, counted).
 */
export function patiently<Activities extends Record<string, Activity>>(
  activities: Activities,
  most: Readonly<Record<keyof Activities, number>>,
): Activities {
  const patient = ([stage, activity]: [string, Activity]) => {
    const tried: Activity = async (input) => {
      try {
        return await beating(() => activity(input));
      } catch (error) {
        throw verdictOn(error, most[stage] as number);
      }
    };
    return [stage, tried] as const;
  };
  return Object.fromEntries(Object.entries(activities).map(patient)) as Activities;
}

function verdictOn(error: unknown, most: number): unknown {
  if (!(error instanceof Error) || error instanceof CancelledFailure) return error;
  const attempt = attemptNow();
  if (attempt === undefined || (error instanceof ApplicationFailure && error.nonRetryable)) return error;
  const { message } = error;
  if (isDiskFull(error)) return ApplicationFailure.create({ message, type: 'diskFull', nonRetryable: false });
  if (attempt < (error.name === 'BrokenArtifact' ? Math.min(most, lostArtifact) : most)) return error;
  return ApplicationFailure.create({
    message: `given up at attempt ${attempt}: ${message}`,
    type: (error instanceof ApplicationFailure && error.type) || error.name,
    nonRetryable: true,
    cause: error,
    ...(error instanceof ApplicationFailure && error.details && { details: error.details }),
  });
}

/** As adapters/disk-full.ts names it, as a trainer does, or as Node does where no bytes were written. */
export function isDiskFull(error: Error): boolean {
  const { name, code, type } = error as Error & { code?: string; type?: string | null };
  return name === 'DiskFull' || type === 'diskFull' || code === 'ENOSPC' || code === 'EDQUOT';
}

/** Undefined where no activity runs this: nobody tries again by himself there. */
export function attemptNow(): number | undefined {
  try {
    return Context.current().info.attempt;
  } catch {
    return undefined;
  }
}
