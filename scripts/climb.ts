/** `npm run climb -- …`: conveniences for people. The Temporal CLI alone starts, steers and reads a search too. */
import { Command } from 'commander';
import { assignCommand } from './commands/assign.ts';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exploreCommand } from './commands/explore.ts';
import { exportCommand } from './commands/export.ts';
import { gcCommand } from './commands/gc.ts';
import { heldOutCommand } from './commands/held-out.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { schemaCommand } from './commands/schema.ts';
import { sendCommand } from './commands/send.ts';
import { watchCommand } from './commands/watch.ts';

// Whoever reads the beginning alone, as `| head` does, has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

await new Command('climb')
  .description('Durable data-mixture search: CLIMB on Temporal')
  .addCommand(assignCommand)
  .addCommand(checkCommand)
  .addCommand(compareCommand)
  .addCommand(doctorCommand)
  .addCommand(exploreCommand)
  .addCommand(exportCommand)
  .addCommand(gcCommand)
  .addCommand(heldOutCommand)
  .addCommand(ledgerCommand)
  .addCommand(schemaCommand)
  .addCommand(sendCommand)
  .addCommand(watchCommand)
  .parseAsync();
