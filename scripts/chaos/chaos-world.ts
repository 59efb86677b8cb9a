import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { workflowCode } from '../../workers/workflow-code.ts';
import { tinySearch, writeTinyCorpus } from '../../test/search-lab.ts';
import { treeOf } from '../checker/files.ts';
import { startServer, type ChaosServer } from './chaos-server.ts';
import type { Plan } from './plan.ts';

/** What all plans share: a corpus, a bundle of the workflows, a server, and a place where nobody may write. */
export type ChaosWorld = Awaited<ReturnType<typeof openChaosWorld>>;

/** The search that every plan disturbs: two iterations and a verification, of six proxies each. */
export const searchFile = (trainer: Plan['trainer']) => ({
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: trainer === 'fake' ? 'fake' : 'default' },
  // The optimum of the fake trainer's losses lies beyond: a search that forgot its bounds would pass them.
  constraints: { bounds: { c0000: { upper: 0.4 } } },
  budget: { proxies: 12, concurrency: 2 },
  verify: { ...tinySearch.verify, candidates: 1 },
});

export async function openChaosWorld() {
  const root = await mkdtemp(join(await fastFolder(), 'climb-chaos-'));
  const corpus = join(root, 'corpus-root');
  const elsewhere = join(root, 'elsewhere');
  await mkdir(elsewhere);
  await writeTinyCorpus(corpus);
  const bundle = join(root, 'workflows.js');
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ ...workflowCode, logger });
  await writeFile(bundle, code);
  const servers = new Set<ChaosServer>();
  /** One that ends with this world at the latest, also where its plan is interrupted. */
  const openServer = async (name: string) => {
    const server = await startServer(join(root, 'servers', name));
    servers.add(server);
    return server;
  };
  const server = await openServer('shared');
  const outside = { folders: [corpus, elsewhere], except: [join(elsewhere, `tsx-${process.getuid?.() ?? 0}`)] };
  return {
    root,
    corpus,
    elsewhere,
    bundle,
    code,
    server,
    openServer,
    outside: { ...outside, before: await treeOf(outside.folders, outside.except) },
    canary: `canary-${randomUUID()}`,
    close: async ({ keep }: { keep: boolean }) => {
      await Promise.all([...servers].map((open) => open.stop()));
      if (!keep) await rm(root, { recursive: true, force: true });
    },
  };
}

/** In memory where possible: a plan syncs thousands of files. */
async function fastFolder(): Promise<string> {
  return access('/dev/shm', constants.W_OK).then(
    () => '/dev/shm',
    () => tmpdir(),
  );
}
