/** `npm run climb -- …`: conveniences for people. The Temporal CLI alone starts, steers and reads a search too. */
import { Command } from 'commander';
import { doctorCommand } from './commands/doctor.ts';
import { watchCommand } from './commands/watch.ts';

await new Command('climb')
  .description('Durable data-mixture search: CLIMB on Temporal')
  .addCommand(doctorCommand)
  .addCommand(watchCommand)
  .parseAsync();
