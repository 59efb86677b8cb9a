import { Argument, Command, Option } from 'commander';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createActivities } from '../../activities/index.ts';
import { publish } from '../../adapters/publish.ts';
import { workerSettings } from '../../adapters/worker-settings.ts';
import { openWorld } from '../../adapters/world.ts';
import {
  assignmentPath,
  assignmentSummary,
  otherAssignment,
  type FileAssignment,
} from '../../climb/corpus/file-assignment.ts';
import { count, number } from '../../climb/markdown.ts';
import { parseAssignInput, type AssignFile } from '../../climb/spec/assign-input.ts';
import { destinationFolder } from '../destination.ts';
import { refusals } from '../refusals.ts';
import { CommandProblem, runCommand } from '../run-command.ts';

type Options = { to: string; source?: string; format?: string; textField?: string[]; idField?: string };
type World = Awaited<ReturnType<typeof openWorld>>;

/** `climb assign SEARCH FILE... --to DIR`: the clusters of files that came after a search. */
export const assignCommand = new Command('assign')
  .description("write the cluster of every document of later files, by a search's frozen domain set")
  .argument('<search>', 'the search whose clusters they are: its workflow id, or the SHA-256 of a domain set')
  .addArgument(new Argument('<files...>', 'files, folders or globs; relative paths count from the repository'))
  .requiredOption(
    '--to <folder>',
    'FILE.clusters.jsonl and FILE.summary.json are written there; those of the same file are replaced',
  )
  .option('--source <name>', 'read them as this source of the search')
  .addOption(new Option('--format <format>', 'by default by the names of the files'))
  .option('--text-field <field...>', 'where their text is not in the fields that the search read')
  .option('--id-field <field>', 'the field that names a document')
  .action((search: string, files: string[], options: Options) => runCommand(() => assign(search, files, options)));

async function assign(search: string, paths: readonly string[], options: Options): Promise<number> {
  const folder = await destinationFolder(options.to);
  const settings = workerSettings();
  // npm runs commands in the repository: relative paths count from there, whatever the first of the roots is.
  const world = await openWorld({ ...settings, roots: [process.cwd(), ...settings.roots] });
  try {
    const { openAssignment, assignShard } = createActivities({
      ...world,
      searchAttributes: () => Promise.resolve([]),
    });
    const input = parseAssignInput(await asInput(world, search, paths, options));
    const { plan, files } = await refusals(() => openAssignment(input));
    for (let file = 0; file < files; file++) {
      const { ref, summary } = await refusals(() => assignShard({ plan, file }));
      const names = assignmentPath(summary.path);
      const made = await world.store.readJson<FileAssignment>(ref);
      const beside = join(folder, names.summary);
      const refusal = otherAssignment(join(options.to, names.summary), await textOf(beside), made);
      if (refusal !== undefined) throw new CommandProblem(`${refusal}. Try: another --to for ${summary.path}`);
      await world.store.copyTo(summary.assignment, join(folder, names.lines));
      await publish(beside, assignmentSummary(summary.path, made));
      const left = `${number(summary.unassigned)} in no cluster, ${count(summary.bad, 'bad record')}`;
      console.log(`${join(options.to, names.lines)}: ${count(summary.documents, 'document')}, ${left}`);
    }
    return 0;
  } finally {
    await world.close();
  }
}

/** Undefined where there is no such file. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function asInput(
  { store }: World,
  search: string,
  paths: readonly string[],
  { source: name, format, textField, idField }: Options,
): Promise<AssignFile> {
  const known = /^[0-9a-f]{64}$/.test(search) && (await stat(store.path({ sha256: search })).catch(() => null));
  return {
    ...(known ? { domainSet: { sha256: search, bytes: known.size } } : { search }),
    corpus: {
      sources: paths.map((path) => ({ name: name ?? path, path })),
      ...(format !== undefined && { format: format as NonNullable<AssignFile['corpus']['format']> }),
      ...(textField !== undefined && { textField }),
      ...(idField !== undefined && { idField }),
    },
  };
}
