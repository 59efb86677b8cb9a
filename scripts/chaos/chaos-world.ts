import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { repositoryRoot } from '../../adapters/home.ts';
import { freePorts } from '../../adapters/ports.ts';
import { ensureServer, type TemporalServer } from '../../adapters/temporal-server.ts';
import { tinySearch, writeTinyCorpus } from '../../test/search-lab.ts';
import { treeOf } from '../checker/files.ts';
import type { Plan } from './plan.ts';

/** What all plans share: a corpus, a bundle of the workflows, a server, and a place where nobody may write. */
export type ChaosWorld = Awaited<ReturnType<typeof openChaosWorld>>;

/** The search that every plan disturbs: two iterations and a verification, of six proxies each. */
export const searchFile = (trainer: Plan['trainer']) => ({
  ...tinySearch,
  proxy: { ...tinySearch.proxy, trainer: trainer === 'fake' ? 'fake' : 'default' },
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
  const { code } = await bundleWorkflowCode({ workflowsPath: join(repositoryRoot, 'workflows/index.ts'), logger });
  await writeFile(bundle, code);
  const server = await startServer(join(root, 'server'));
  const outside = { folders: [corpus, elsewhere], except: [join(elsewhere, `tsx-${process.getuid?.() ?? 0}`)] };
  return {
    root,
    corpus,
    elsewhere,
    bundle,
    code,
    server,
    outside: { ...outside, before: await treeOf(outside.folders, outside.except) },
    canary: `canary-${randomUUID()}`,
    close: async ({ keep }: { keep: boolean }) => {
      await server.stop();
      if (!keep) await rm(root, { recursive: true, force: true });
    },
  };
}

/** A dev server of its own; started again on the same folder it has the same database and port. */
export async function startServer(home: string): Promise<TemporalServer & { restart: () => Promise<TemporalServer> }> {
  const [port, uiPort] = await freePorts(2);
  const { TEMPORAL_ADDRESS: _, ...inherited } = process.env;
  const env = { ...inherited, CLIMB_PORT: String(port), CLIMB_UI_PORT: String(uiPort) };
  const restart = () => ensureServer({ home, env });
  return { ...(await restart()), restart };
}

/** In memory where possible: a plan syncs thousands of files. */
async function fastFolder(): Promise<string> {
  return access('/dev/shm', constants.W_OK).then(
    () => '/dev/shm',
    () => tmpdir(),
  );
}
