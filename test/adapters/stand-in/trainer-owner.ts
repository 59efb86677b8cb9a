import { TrainerProcess, type TrainerProfile } from '../../../adapters/trainer-process.ts';

/** A worker that does nothing but run a trainer: `trainer-owner.ts <profile as JSON> <out>`. */
const [profile, out] = process.argv.slice(2) as [string, string];
const trainer = await TrainerProcess.open(JSON.parse(profile) as TrainerProfile);
await trainer.run('train', {}, out, { signal: new AbortController().signal, onEvent: () => {} });
