import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TrainerProcess, type TrainerProfile } from '../../../adapters/trainer-process.ts';

/** A worker that does nothing but run a trainer: `trainer-owner.ts <profile as JSON> <out> [hold]`; with `hold` it stays. */
const [profile, out, hold] = process.argv.slice(2) as [string, string, string?];
const trainer = await TrainerProcess.open(JSON.parse(profile) as TrainerProfile);
await trainer.run('train', {}, out, { signal: new AbortController().signal, onEvent: () => {} });
await writeFile(join(out, 'ended'), '');
if (hold !== undefined) setInterval(() => {}, 1000);
