import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../../../test/search-lab.ts';
import { CommandProblem } from '../../run-command.ts';

/** The spec file of a training, of which only the names of its members differ from one to the next. */
export type TrainingSpec = { readonly members: readonly { readonly id: string }[] };

/**
 * So many loops at once, each with a trainer that stays warm as the worker's do and gets one request after another; its
 * standard input stays open until the last result is there. Arguments: folder, trainings, loops, the trainer.
 */
const script = `
folder=$1 trainings=$2 loops=$3; shift 3
for loop in $(seq "$loops"); do
  ( for i in $(seq "$loop" "$loops" "$trainings"); do
      echo "{\\"command\\":\\"train\\",\\"spec\\":\\"$folder/$i.json\\",\\"out\\":\\"$folder/$i\\"}"
    done
    until [ -e "$folder/$i/result.json" ]; do sleep 0.05; done
  ) | "$@" serve > /dev/null &
done
wait
`;

/** Trains as many as the search did, without it, and in groups as large. @returns seconds */
export async function shellLoop(
  lab: Lab,
  {
    spec,
    proxies,
    slots,
    trainer,
  }: { readonly spec: TrainingSpec; readonly proxies: number; readonly slots: number; readonly trainer: string },
): Promise<number> {
  const folder = join(lab.home, 'shell-loop');
  await mkdir(folder);
  const trainings = Math.ceil(proxies / spec.members.length);
  for (let i = 1; i <= trainings; i++) {
    const members = spec.members
      .slice(0, proxies - (i - 1) * spec.members.length)
      .map((member, at) => ({ ...member, id: `loop-${i}-${at + 1}` }));
    await writeFile(join(folder, `${i}.json`), JSON.stringify({ ...spec, members }));
  }
  const { command, env } = lab.settings.trainers[trainer] as (typeof lab.settings.trainers)[string];
  const began = performance.now();
  const args = ['-c', script, 'sh', folder, String(trainings), String(Math.min(slots, trainings)), ...command];
  const child = spawn('sh', args, { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new CommandProblem(`the shell loop ended with exit ${String(code)}`);
  return (performance.now() - began) / 1000;
}
