import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainProxies, type TrainProxiesInput } from '../../activities/train-proxies.ts';
import type { TrainerRun } from '../../adapters/trainer.ts';
import { digest } from '../../climb/content-key.ts';
import { proxyShape } from '../../climb/spec/proxy-shape.ts';
import { scratch } from '../adapters/scratch.ts';
import { refOf } from '../climb/made-recipe.ts';
import { specOf } from '../climb/made-search.ts';
import { fakeTrainer, worldIn } from './made-world.ts';

/** Where the worlds lie. */
export const root = scratch();
let worlds = 0;

/** What the stand-in for a trainer reads of its spec. */
export type Spec = { members: { id: string; weights: number[]; seed: number }[]; budget: { tokensPerMember: number } };

/** What a trainer that keeps the contract leaves behind; the seed 666 diverges. */
export const finishAs =
  (content: string) =>
  async ({ members, budget }: Spec, out: string): Promise<void> => {
    const results = [];
    for (const { id, weights, seed } of members) {
      const file = `${id}.safetensors`;
      const bytes = `${content} ${JSON.stringify([weights, seed])}`;
      await writeFile(join(out, file), bytes);
      const diverged = seed === 666;
      results.push({
        id,
        status: diverged ? 'diverged' : 'trained',
        weights: diverged ? null : { file, sha256: digest(bytes), bytes: bytes.length },
        tokens: budget.tokensPerMember,
        finalLoss: diverged ? null : 2.5,
        seconds: 20,
      });
    }
    await writeFile(join(out, 'result.json'), JSON.stringify({ members: results }));
  };
export const finish = finishAs('weights');

export type Work = (spec: Spec, out: string, run: TrainerRun) => Promise<void>;

/** A world whose trainer does `work`, and an input of one proxy. */
export async function world(work: Work = finish, changes: Parameters<typeof worldIn>[1] = {}) {
  const folder = join(root, String(worlds++));
  const { trainer, calls } = fakeTrainer(work);
  const deps = worldIn(folder, { trainer, ...changes });
  const mixtures = await deps.store.putJson({
    schema: 1,
    kind: 'mixtures',
    mixtures: [
      { id: 'i1-p001', weights: [0.5, 0.5] },
      { id: 'i1-p002', weights: [0.25, 0.75] },
    ],
  });
  const input: TrainProxiesInput = {
    tokens: refOf('tokens'),
    mixtures,
    members: [{ id: 'i1-p001', mixture: 'i1-p001', seed: 11, dataSeed: 12 }],
    proxy: proxyShape(specOf().proxy),
    trainer: 'default',
    maxEpochs: 4,
    checkpointSeconds: 10,
  };
  return { folder, deps, trainer, calls, input, train: trainProxies(deps) };
}

/** The input's proxy and another. */
export const two = ({ members: [first] }: TrainProxiesInput) => [
  first as TrainProxiesInput['members'][number],
  { id: 'i1-p002', mixture: 'i1-p002', seed: 11, dataSeed: 12 },
];
