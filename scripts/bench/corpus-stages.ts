/**
 * A process that takes a made corpus from text to clusters and says after each piece of work which stage it is in and
 * what memory it has used: `killed-corpus.ts` starts it, and kills it. Arguments: home, corpus folder.
 */
import { basename, dirname } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import { Compute } from '../../adapters/compute.ts';
import { openWorld } from '../../adapters/world.ts';
import type { Clusters } from '../../climb/corpus/corpus-artifacts.ts';
import { runCommand } from '../run-command.ts';
import { ownUsage } from './bench-process.ts';
import { benchSettings, specFor } from './corpus-world.ts';

/** A line of its output. */
export type StageNews =
  | { readonly stage: string; readonly peakRssMB: number }
  | { readonly manifest: string; readonly assignment: string; readonly documents: number; readonly peakRssMB: number };

let stage = 'ingest';
const say = (news: StageNews) => console.log(JSON.stringify(news));

class TalkingCompute extends Compute {
  override async run(...call: Parameters<Compute['run']>): Promise<never> {
    const result = await super.run(...call);
    say({ stage, peakRssMB: ownUsage().peakRssMB });
    return result as never;
  }
}

await runCommand(async () => {
  const [home = '', corpus = ''] = process.argv.slice(2);
  const world = await openWorld(benchSettings(home, [dirname(corpus)]));
  const compute = new TalkingCompute();
  const { store } = world;
  const stages = createActivities({ ...world, compute, searchAttributes: () => Promise.resolve([]) });
  const spec = specFor(basename(corpus));
  const { embedding } = spec;
  const seed = 1;
  const { ref: manifest, summary } = await stages.ingestCorpus({ corpus: spec, tasks: [] });
  stage = 'embed';
  const { ref: vectors } = await stages.embedCorpus({ manifest, embedding, seed });
  stage = 'cluster';
  const { ref } = await stages.clusterCorpus({ vectors, clusters: {}, seed });
  const { assignment } = await store.readJson<Clusters>(ref);
  const { documents } = summary;
  say({ manifest: manifest.sha256, assignment: assignment.sha256, documents, peakRssMB: ownUsage().peakRssMB });
  return 0;
});
