import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What workflows are bundled from, here and ahead of time by `bundleWorkflowCode`. */
export const workflowCode = {
  workflowsPath: here('../workflows/index.ts'),
  workflowInterceptorModules: [here('../workflows/late-query.ts')],
  /** Loaded first, so that workflows keep no call stacks. */
  preloadModules: [here('../workflows/without-stacks.ts')],
};
