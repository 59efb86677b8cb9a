import { Command } from 'commander';
import { doctor, formatCheck } from '../doctor.ts';
import { runCommand } from '../run-command.ts';

/** `climb doctor`: what Climb needs of this machine, each with what was found and what to do. */
export const doctorCommand = new Command('doctor')
  .description('check this machine: programs, packages, server, corpus, disk')
  .action(() =>
    runCommand(async () => {
      const checks = await doctor(process.env);
      for (const check of checks) console.log(formatCheck(check));
      return checks.some(({ level }) => level === 'fail') ? 1 : 0;
    }),
  );
