import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld, UnknownTrainer } from '../../adapters/world.ts';
import { repositoryRoot } from '../../adapters/home.ts';
import { pythonEnvironment } from '../../adapters/python-environment.ts';
import { scratch } from './scratch.ts';

const folder = scratch();

test('a trainer profile that cannot be run is refused where it is named, and no other', async () => {
  const settings = workerSettings({ CLIMB_HOME: join(folder, 'home') });
  const profile = { ...settings.trainers['default']!, stallSeconds: 30 };
  const fake = [pythonEnvironment(repositoryRoot).python, join(repositoryRoot, 'test/fakes/fake_trainer.py')];
  const world = await openWorld({
    ...settings,
    trainers: {
      default: { ...profile, command: fake },
      gone: { ...profile, command: ['/no/such/program'] },
      silent: { ...profile, command: ['true'] },
    },
  });
  try {
    expect(world.trainers('default').identity.name).toBe('fake_trainer');
    for (const [name, fault] of [
      ['gone', "/no/such/program can't be started"],
      ['silent', 'printed no version line'],
    ] as const) {
      expect(() => world.trainers(name)).toThrow(UnknownTrainer);
      expect(() => world.trainers(name)).toThrow(`the trainer profile "${name}" can't be used on this worker`);
      expect(() => world.trainers(name)).toThrow(fault);
    }
  } finally {
    await world.close();
  }
});
