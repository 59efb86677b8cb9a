import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '../../adapters/home.ts';
import { CommandProblem } from '../run-command.ts';
import { rounded } from './bench-process.ts';
import type { StageNews } from './corpus-stages.ts';
import { writeSyntheticCorpus } from './synthetic-text.ts';

type Outcome = Extract<StageNews, { manifest: string }>;
type Life = {
  readonly outcome: Outcome | undefined;
  /** By stage: work that was done, and the most memory the process had used by its end. */
  readonly steps: ReadonlyMap<string, number>;
  readonly peaks: ReadonlyMap<string, number>;
  readonly peakRssMB: number;
};

const stages = ['ingest', 'embed', 'cluster'];

/**
 * A made corpus from text to clusters, once undisturbed and once killed by SIGKILL and started again, in another home:
 * both must end with the same bytes. It is killed when an equal share of each stage's work was seen to be done.
 * @param bytes of text to make, in `folder`
 */
export async function killedCorpus(
  { bytes, kills }: { bytes: number; kills: number },
  folder: string,
): Promise<Record<string, unknown>> {
  const corpus = join(folder, 'corpus');
  const written = await writeSyntheticCorpus(corpus, bytes);
  note(`made ${rounded(written / 1e9)} GB of text`);

  const home = join(folder, 'undisturbed');
  const began = performance.now();
  const undisturbed = await live(home, corpus, () => false);
  const seconds = (performance.now() - began) / 1000;
  if (undisturbed.outcome === undefined) {
    throw new CommandProblem('the stages ended without a result; what they said is above');
  }
  note(`undisturbed: ${rounded(seconds)} s, ${told(undisturbed)}`);
  await rm(home, { recursive: true });

  const killedHome = join(folder, 'killed');
  const done = new Map<string, number>();
  let peakRssMB = undisturbed.peakRssMB;
  for (let kill = 0; kill < kills; kill++) {
    const { stage, share } = momentOf(kill, kills);
    const enough = share * (undisturbed.steps.get(stage) ?? 0);
    const life = await live(killedHome, corpus, (news) => news === stage && count(done, news) >= enough, done);
    if (life.outcome !== undefined) {
      throw new CommandProblem(`the stages ended before kill ${kill + 1}: the corpus is too small for ${kills} kills`);
    }
    peakRssMB = Math.max(peakRssMB, life.peakRssMB);
    note(`killed in ${stage} after ${told(life)}`);
  }
  const last = await live(killedHome, corpus, () => false);
  note(`went on: ${told(last)}`);
  return {
    bytes: written,
    seconds: rounded(seconds),
    peakRssMB: Math.max(peakRssMB, last.peakRssMB),
    kills,
    sameManifest: last.outcome?.manifest === undisturbed.outcome.manifest,
    sameAssignment: last.outcome?.assignment === undisturbed.outcome.assignment,
    documents: undisturbed.outcome.documents,
  };
}

/** Kills are spread evenly over the stages, each of which counts alike. */
function momentOf(kill: number, kills: number): { stage: string; share: number } {
  const at = ((kill + 0.5) / kills) * stages.length;
  const stage = Math.min(stages.length - 1, Math.floor(at));
  return { stage: stages[stage] as string, share: at - stage };
}

const count = (done: Map<string, number>, stage: string) => done.get(stage) ?? 0;

/**
 * One process, to its end or until it is killed.
 * @param enough whether it is time, asked after each step with its stage
 * @param done steps by stage, of this process and of those before it
 */
async function live(
  home: string,
  corpus: string,
  enough: (stage: string) => boolean,
  done = new Map<string, number>(),
): Promise<Life> {
  const program = join(repositoryRoot, 'scripts/bench/corpus-stages.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, home, corpus], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const steps = new Map<string, number>();
  const peaks = new Map<string, number>();
  let peakRssMB = 0;
  let outcome: Outcome | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const news = JSON.parse(line) as StageNews;
    peakRssMB = Math.max(peakRssMB, news.peakRssMB);
    if ('manifest' in news) outcome = news;
    else {
      peaks.set(news.stage, news.peakRssMB);
      for (const counted of [steps, done]) counted.set(news.stage, count(counted, news.stage) + 1);
      if (enough(news.stage)) child.kill('SIGKILL');
    }
  }
  const [code] = await exited;
  if (code !== 0 && code !== null) {
    throw new CommandProblem(`the stages ended with exit ${code}; what they said is above`);
  }
  return { outcome, steps, peaks, peakRssMB };
}

const told = ({ steps, peaks }: Life) =>
  [...steps].map(([stage, count]) => `${count} steps of ${stage} (${peaks.get(stage)} MB)`).join(', ');

const note = (text: string) => console.error(text);
