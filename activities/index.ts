import { assignShard } from './assign-shard.ts';
import { clusterCorpus } from './cluster-corpus.ts';
import { commitIteration } from './commit-iteration.ts';
import type { Deps } from './deps.ts';
import { embedCorpus } from './embed-corpus.ts';
import { evaluateProxies } from './evaluate-proxies.ts';
import { fitNgramPrior } from './fit-ngram-prior.ts';
import { fitRegmix } from './fit-regmix.ts';
import { groupByField } from './group-by-field.ts';
import { ingestCorpus } from './ingest-corpus.ts';
import { mergeClusters } from './merge-clusters.ts';
import { openAssignment } from './open-assignment.ts';
import { openEvidence } from './open-evidence.ts';
import { openSearch } from './open-search.ts';
import { openTasks } from './open-tasks.ts';
import { attempts, patiently } from './patience.ts';
import { pruneCandidates } from './prune-candidates.ts';
import { recommendArm } from './recommend-arm.ts';
import { recommendMixture } from './recommend-mixture.ts';
import { refitPredictor } from './refit-predictor.ts';
import { sampleMixtures } from './sample-mixtures.ts';
import { sampleRegmix } from './sample-regmix.ts';
import { sampleVerification } from './sample-verification.ts';
import { scoreQuality } from './score-quality.ts';
import { tokeniseClusters } from './tokenise-clusters.ts';
import { trainProxies } from './train-proxies.ts';
import { writeReport } from './write-report.ts';

/** Every activity, bound to the world it works in. */
export function createActivities(deps: Deps) {
  const activities = {
    openSearch: openSearch(deps),
    ingestCorpus: ingestCorpus(deps),
    embedCorpus: embedCorpus(deps),
    clusterCorpus: clusterCorpus(deps),
    mergeClusters: mergeClusters(deps),
    groupByField: groupByField(deps),
    scoreQuality: scoreQuality(deps),
    tokeniseClusters: tokeniseClusters(deps),
    fitNgramPrior: fitNgramPrior(deps),
    openEvidence: openEvidence(deps),
    openTasks: openTasks(deps),
    sampleMixtures: sampleMixtures(deps),
    trainProxies: trainProxies(deps),
    evaluateProxies: evaluateProxies(deps),
    refitPredictor: refitPredictor(deps),
    pruneCandidates: pruneCandidates(deps),
    commitIteration: commitIteration(deps),
    sampleRegmix: sampleRegmix(deps),
    fitRegmix: fitRegmix(deps),
    sampleVerification: sampleVerification(deps),
    recommendArm: recommendArm(deps),
    recommendMixture: recommendMixture(deps),
    writeReport: writeReport(deps),
    openAssignment: openAssignment(deps),
    assignShard: assignShard(deps),
  };
  return patiently(activities, attempts);
}

export type Activities = ReturnType<typeof createActivities>;
