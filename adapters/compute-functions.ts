import { assignVectors } from '../climb/assign.ts';
import { fitClusters } from '../climb/cluster.ts';
import { labelClusters } from '../climb/cluster-labels.ts';
import { fitLsa } from '../climb/lsa.ts';
import { mergeClusters } from '../climb/merge.ts';
import { fitPredictor } from '../climb/predictor.ts';
import { pruneCandidates, sampleBatch } from '../climb/propose.ts';
import { countShardFeatures, embedShard } from '../climb/shard-embedding.ts';
import { surveyShard } from '../climb/shard-survey.ts';

/**
 * What may run in a thread: pure functions of one structured-cloneable input. A second argument, where there is one,
 * is called with the share that is done.
 */
export const computeFunctions = {
  assignVectors,
  countShardFeatures,
  embedShard,
  fitClusters,
  fitLsa,
  fitPredictor,
  labelClusters,
  mergeClusters,
  pruneCandidates,
  sampleBatch,
  surveyShard,
};

export type ComputeFunctions = typeof computeFunctions;
