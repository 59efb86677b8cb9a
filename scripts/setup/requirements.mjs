/** The two programs set-up can't bring by itself: npm and Python. */
import { spawnSync } from 'node:child_process';
import { Problem } from './command.mjs';

/** The pinned numpy has no wheel for an older one. */
const PYTHON = { major: 3, minor: 10 };

/** @param {NodeJS.ProcessEnv} env */
export function requireNpm(env) {
  if (spawnSync('npm', ['--version'], { env }).error) {
    throw new Problem(
      'npm is not on PATH.',
      'install Node from https://nodejs.org, which brings npm (on Debian: apt install npm)',
    );
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} the command of a Python that can make virtual environments
 */
export function requirePython(env) {
  const { error, status, stdout, stderr } = spawnSync(
    'python3',
    ['-c', 'import sys; print(*sys.version_info[:3], sep=".")'],
    { env, encoding: 'utf8' },
  );
  const wanted = `Python ${PYTHON.major}.${PYTHON.minor} or newer`;
  if (error)
    throw new Problem(
      `python3 is not on PATH; Climb trains its proxies with ${wanted}.`,
      'install Python from https://www.python.org (on Debian: apt install python3 python3-venv)',
    );
  if (status !== 0)
    throw new Problem(`python3 doesn't run: ${stderr.trim()}`, `put a working ${wanted} on PATH as python3`);

  const [major = 0, minor = 0] = stdout.trim().split('.').map(Number);
  if (major < PYTHON.major || (major === PYTHON.major && minor < PYTHON.minor)) {
    throw new Problem(
      `python3 is Python ${stdout.trim()}, and Climb needs ${wanted}.`,
      `put a ${wanted} first on PATH as python3, for example with pyenv or uv`,
    );
  }
  if (spawnSync('python3', ['-c', 'import venv, ensurepip'], { env }).status !== 0) {
    throw new Problem(
      `python3 (${stdout.trim()}) comes without venv and ensurepip, so it can't make the folder for torch.`,
      'install them (on Debian: apt install python3-venv)',
    );
  }
  return 'python3';
}
