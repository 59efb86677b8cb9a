import { assignedLines } from '../climb/corpus/assigned-lines.ts';
import { assignVectors } from '../climb/corpus/assign.ts';
import { buildGramTable } from '../climb/corpus/contamination.ts';
import { fitClusters } from '../climb/corpus/cluster.ts';
import { labelClusters } from '../climb/corpus/cluster-labels.ts';
import { surveyDomains } from '../climb/corpus/known-domains.ts';
import { readShardScores, scoreShard, shardTexts } from '../climb/corpus/quality/shard-quality.ts';
import { fitLsa } from '../climb/corpus/lsa.ts';
import { mergeClusters } from '../climb/corpus/merge.ts';
import { filterShard } from '../climb/corpus/filter-shard.ts';
import { parseBlock } from '../climb/corpus/parse-block.ts';
import { trigramProbabilities } from '../climb/ngram/interpolated-trigrams.ts';
import { ngramEvidence } from '../climb/ngram/ngram-evidence.ts';
import { ngramOptimum } from '../climb/ngram/ngram-optimum.ts';
import { fitPredictor } from '../climb/predictor/predictor.ts';
import { firstBatch } from '../climb/mixture/first-batch.ts';
import { pruneCandidates, sampleBatch } from '../climb/mixture/propose.ts';
import { regmixRecommendation } from '../climb/verification/regmix.ts';
import { weighArms } from '../climb/verification/weighed-arms.ts';
import { countShardFeatures, embedShard } from '../climb/corpus/shard-embedding.ts';
import { surveyShard } from '../climb/corpus/shard-survey.ts';

/**
 * What may run in a thread: pure functions of one structured-cloneable input. A second argument, where there is one,
 * is called with the share that is done.
 */
export const computeFunctions = {
  assignedLines,
  assignVectors,
  buildGramTable,
  countShardFeatures,
  embedShard,
  filterShard,
  firstBatch,
  fitClusters,
  fitLsa,
  fitPredictor,
  labelClusters,
  mergeClusters,
  ngramEvidence,
  ngramOptimum,
  parseBlock,
  pruneCandidates,
  readShardScores,
  regmixRecommendation,
  sampleBatch,
  scoreShard,
  shardTexts,
  surveyDomains,
  surveyShard,
  trigramProbabilities,
  weighArms,
};

export type ComputeFunctions = typeof computeFunctions;
