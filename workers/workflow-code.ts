import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What workflows are bundled from, here and ahead of time by `bundleWorkflowCode`. */
export const workflowsPath = here('../workflows/index.ts');

/** Bundled too and loaded first, so that workflows keep no call stacks. */
export const preloadModules = [here('../workflows/without-stacks.ts')];
