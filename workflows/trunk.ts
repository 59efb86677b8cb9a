import { ApplicationFailure, isCancellation, patched } from '@temporalio/workflow';
import type { Ref } from '../climb/artifact.ts';
import { derivedSeed } from '../climb/random.ts';
import { spaceRules } from '../climb/mixture/mixture-space.ts';
import { limitBrokenBy, reserve } from '../climb/search/budget.ts';
import { isPaused } from '../climb/search/pause.ts';
import { proxyCost } from '../climb/search/proxy-cost.ts';
import { endRetries, mayRetry, takeRetries } from '../climb/search/retrying.ts';
import { note, type Opening, type Prepared, type SearchState } from '../climb/search/search-state.ts';
import { chargeCut, settleCut, settleDiverged, settleLost, settleScored } from '../climb/search/settlement.ts';
import type { ProxyShape } from '../climb/spec/proxy-shape.ts';
import { trunkId, trunkShape } from '../climb/spec/trunk.ts';
import type { TrainedMember } from '../activities/train-proxies.ts';
import { Cut, untilPaused } from './checkpoint-pause.ts';
import { lostSecondsEach } from './device-seconds.ts';
import { enterPhase, needsAttention } from './phase.ts';
import { reasonOf } from './proxy-group.ts';
import { runStage } from './stages.ts';

/**
 * What every proxy starts from: a checkpoint that the search file names, or a trunk trained here, or (the state has no
 * trunk afterwards) its seed. Where training fails the search waits for a person; without its trunk it never goes on.
 * @throws ApplicationFailure, not retryable, when the trunk diverged or the budget of now doesn't reach for it
 */
export async function prepareTrunk(state: SearchState, opening: Opening, prepared: Prepared): Promise<void> {
  if (state.trunk !== undefined) return;
  if (opening.warmStart !== undefined) state.trunk = opening.warmStart.weights;
  const shape = trunkShape(state.spec.proxy);
  if (shape === null) return;
  await enterPhase(state, 'trunk');
  const mixtures = await naturalMixture(state, opening, prepared, shape);
  while (state.trunk === undefined && state.finishEarly === null) {
    if (state.retriable?.includes(trunkId)) {
      await needsAttention(state);
      if (state.finishEarly === null) takeRetries(state, [trunkId]);
      endRetries(state);
      continue;
    }
    if (isPaused(state) && patched('trunk-waits')) {
      await enterPhase(state, 'trunk');
      continue;
    }
    const trained = await train(state, opening, { shape, tokens: prepared.tokens, ...mixtures });
    if (trained === 'cut') {
      await enterPhase(state, 'trunk');
    } else if (trained !== null) {
      state.trunk = trained;
    } else {
      mayRetry(state, trunkId);
    }
  }
}

/** The corpus in its own proportions: bounds are for the recipe, and a trunk is to know a little of everything. */
async function naturalMixture({ spec }: SearchState, opening: Opening, { tokens }: Prepared, shape: ProxyShape) {
  const rules = { constraints: { maxEpochs: spec.constraints.maxEpochs, bounds: {} }, targetTokens: shape.tokens };
  const view = { activityId: `${trunkId}-sample`, summary: 'trunk · the corpus in its own proportions' };
  // Of any first batch the first mixture is the natural one.
  const sample = {
    tokens,
    rules,
    iteration: 0,
    size: 1,
    seed: spec.seed,
    candidates: null,
    later: spaceRules(spec),
  };
  const { ref, summary } = await runStage(opening, 'sampleMixtures', view, sample);
  return { mixtures: ref, mixture: summary.ids[0] as string };
}

/** @returns null where training failed, with its reason among the state's failures; `cut` where a pause ended it */
async function train(
  state: SearchState,
  opening: Opening,
  { shape, tokens, mixtures, mixture }: { shape: ProxyShape; tokens: Ref; mixtures: Ref; mixture: string },
): Promise<Ref | 'cut' | null> {
  const { spec, account, milestones, trunkSpent: spent = 0 } = state;
  const reserved = proxyCost(state, 'search', { shape });
  const since = Date.now();
  const paidTokens = spent > 0 ? reserved.trainTokens : 0;
  const limit = limitBrokenBy(account, { ...reserved, trainTokens: reserved.trainTokens - paidTokens }, since);
  if (limit !== undefined) throw hopeless(`budget.${limit} doesn't reach for it; raise it`);
  chargeCut(state, -paidTokens);
  reserve(account, reserved);
  if (milestones.length === 0) note(milestones, since);
  let trained: TrainedMember;
  try {
    const view = { activityId: trunkId, summary: `trunk · ${shape.tokens.toLocaleString('en-US')} tokens` };
    const random = {
      seed: derivedSeed(spec.seed, [trunkId, 'weights']),
      dataSeed: derivedSeed(spec.seed, [trunkId, 'data']),
    };
    const input = {
      tokens,
      mixtures,
      members: [{ id: trunkId, mixture, ...random }],
      proxy: shape,
      trainer: spec.proxy.trainer,
      maxEpochs: spec.constraints.maxEpochs,
      checkpointSeconds: spec.proxy.checkpointSeconds,
      ...(spent > 0 && { spent }),
    };
    const { members } = await untilPaused(state, () => runStage(opening, 'trainProxies', view, input));
    trained = members[0] as TrainedMember;
  } catch (error) {
    if (error instanceof Cut) {
      state.trunkSpent = settleCut(state, reserved, error.deviceSeconds, spent);
      return 'cut';
    }
    const failure = isCancellation(error) ? null : { id: trunkId, reason: reasonOf(error) };
    settleLost(state, reserved, lostSecondsEach(error, reserved, since, 1), failure);
    if (failure === null) throw error;
    // Its tokens are charged once more: no further attempt may take them back.
    if (spent > 0 && patched('trunk-fails-after-cut')) delete state.trunkSpent;
    return null;
  }
  const { id, weights, seconds, fromLedger } = trained;
  if (weights === null) {
    settleDiverged(state, reserved, trained);
    throw hopeless('it diverged; lower proxy.learningRate');
  }
  const group = [{ id, fromLedger, tasks: [], seconds: { train: seconds, evaluate: 0 } }];
  settleScored(state, { part: 'verify', proxy: shape }, reserved, group, Date.now());
  return weights;
}

function hopeless(why: string): ApplicationFailure {
  const message = `the trunk that every proxy was to start from is not there: ${why} and start the search again, or leave out proxy.warmStart`;
  return ApplicationFailure.nonRetryable(message, 'NoTrunk');
}
