/**
 * Runs a command and ends it when its own standard input closes, that is when set-up dies, even by kill -9.
 * Otherwise an orphaned `npm ci` or `pip install` would go on writing under the next set-up's hands.
 */
import { spawn } from 'node:child_process';

const [command = '', ...args] = process.argv.slice(2);
// A process group of its own, so that the command's children are ended with it.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });

const end = () => {
  if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
};
process.stdin.resume().on('close', end);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('close', (code) => process.exit(code ?? 1));
