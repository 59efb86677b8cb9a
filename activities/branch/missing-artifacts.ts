import { referencesIn, type Ref } from '../../climb/artifact.ts';
import type { Problem } from '../../climb/problem.ts';
import type { Snapshot } from '../../climb/search/snapshot.ts';
import type { Deps } from '../deps.ts';

/** Those that name others, which a branch needs as well. */
const naming = new Set(['tokens', 'ngram']);

/** Artifacts of a snapshot that are gone or broken: a branch would find that out hours later. */
export async function missingArtifacts(
  { store }: Pick<Deps, 'store'>,
  snapshot: Snapshot,
  where: string,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [name, ref] of named(snapshot)) {
    const fault = await faultIn(store, ref, naming.has(name));
    if (fault === null) continue;
    const message = `${where} rests on the artifact ${name}, and ${fault}; without it nothing can go on from there; restore it, start that search again, or name another iteration`;
    problems.push({ path: 'branchFrom.iteration', message });
  }
  return problems;
}

function named({ manifest, domainSet, tokens, predictor, candidates, carried }: Snapshot): [string, Ref][] {
  const { items, warmStart, evidence, trunk, ngram, tokenizer } = { ...carried };
  const one = Object.entries({ manifest, domainSet, tokens, predictor, candidates, trunk, ngram, tokenizer });
  const many = Object.entries({ items, warmStart, evidence }).flatMap(([name, value]) =>
    referencesIn(value).map((ref): [string, Ref] => [name, ref]),
  );
  return [...one.flatMap(([name, ref]): [string, Ref][] => (ref ? [[name, ref]] : [])), ...many];
}

async function faultIn(store: Deps['store'], ref: Ref, names: boolean): Promise<string | null> {
  if (!(await store.has(ref))) return absence(store, ref);
  if (!(await store.isWhole(ref))) return `the bytes of ${store.path(ref)} aren't those that its name says`;
  for (const inner of names ? referencesIn(await store.readJson(ref)) : []) {
    if (!(await store.has(inner))) return `${absence(store, inner)} (${ref.sha256} names it)`;
  }
  return null;
}

const absence = (store: Deps['store'], ref: Ref) => `${store.path(ref)} isn't there with its ${ref.bytes} bytes`;
