import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository: where `.venv`, `examples/` and the trainer lie. */
export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));

/** The state folder (server database, artifacts): CLIMB_HOME, a relative one counted from the repository, or `.climb`. */
export const climbHome = (env: NodeJS.ProcessEnv = process.env): string =>
  resolve(repositoryRoot, env['CLIMB_HOME'] || '.climb');
