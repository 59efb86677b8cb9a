/** `npm run dev`: a server with UI and a worker, left running, so that searches are started with the Temporal CLI. */
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './run-command.ts';
import { inSession } from './session.ts';

const untilInterrupted = new Promise<never>(() => undefined);

await runCommand(async () => {
  await inSession(({ server, cli, home }) => {
    const onPath = (process.env['PATH'] ?? '').split(delimiter).includes(dirname(cli.path));
    const elsewhere = server.address === '127.0.0.1:7233' ? '' : ` --address ${server.address}`;
    console.log(
      [
        `Temporal server  ${server.address}`,
        ...(server.uiAddress ? [`Temporal UI      ${server.uiAddress}`] : []),
        `worker log       ${join(home, 'worker.log')}`,
        '',
        'Start a search:',
        `  ${onPath ? 'temporal' : cli.path} workflow start -t climb --type climbSearch -w my-search --input-file examples/quickstart.json --fail-existing${elsewhere}`,
        'Watch it:',
        '  npm run climb -- watch my-search',
        '',
        'Ctrl-C ends server and worker; searches go on with the next start.',
      ].join('\n'),
    );
    return untilInterrupted;
  });
  return 0; // Ctrl-C is how it is meant to end
});
