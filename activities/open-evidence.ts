import type { Made, Ref } from '../climb/artifact.ts';
import { contentKey } from '../climb/content-key.ts';
import type { Clusters, DomainSet } from '../climb/corpus/corpus-artifacts.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import { domainCells } from '../climb/exchange/domain-cells.ts';
import { mapEvidence } from '../climb/exchange/map-evidence.ts';
import { matchColumns } from '../climb/exchange/matched-columns.ts';
import { toldOnce } from '../climb/exchange/told-once.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import { ownObservations, type Observation } from '../climb/predictor/observations.ts';
import { InvalidInput, type Problem } from '../climb/problem.ts';
import { trunkShape } from '../climb/spec/trunk.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import type { KeptSearch } from '../adapters/kept-searches.ts';
import type { Deps } from './deps.ts';
import { namedSearch, UnusableEvidence } from './evidence/named-search.ts';
import { refusingInvalid } from './refusal.ts';

type WarmStart = NonNullable<SearchSpec['search']['warmStart']>[number];

export type OpenEvidenceInput = {
  readonly spec: Pick<SearchSpec, 'tasks' | 'proxy' | 'search' | 'constraints' | 'target' | 'seed'>;
  readonly domainSet: Ref;
  readonly tokens: Ref;
  /** Of the searched tasks, as `openSearch` stored them. */
  readonly items: readonly Ref[];
  /** The corpus; absent in requests of before it was compared. */
  readonly manifest?: Ref;
  /** Weights that the search file gives every proxy to start from. */
  readonly trunk?: Ref;
};

/** Artifact: what a search begins with, each measurement once. The predictor is yet to be fitted to it. */
export type EvidenceArtifact = {
  readonly schema: 1;
  readonly kind: 'evidence';
  readonly observations: readonly Observation[];
};

export type EvidenceSummary = {
  readonly observations: number;
  /** Measurements that were left out, since their mixtures can only be told approximately. */
  readonly leftOut: number;
  /** A batch of no mixtures: the predictor is fitted as after an iteration that trained nothing. */
  readonly nothing: Ref;
};

/** Reads the evidence that a search file names, tells it over the search's own clusters and keeps it. */
export function openEvidence({ store, keptSearch, evidenceFiles, trainers }: Deps) {
  return (input: OpenEvidenceInput): Promise<Made<EvidenceSummary>> =>
    refusingInvalid(async () => {
      const problems: Problem[] = [];
      const all: Observation[] = [];
      const usable: Observation[] = [];
      for (const [at, named] of (input.spec.search.warmStart ?? []).entries()) {
        try {
          const found = 'search' in named ? await ofSearch(named, input) : await ofTable(named, input);
          const used = found.filter(({ evidence }) => evidence === 'exact' || ('search' in named && named.approximate));
          all.push(...found);
          usable.push(...used);
        } catch (error) {
          if (!(error instanceof Error) || !refusals.has(error.name)) throw error;
          problems.push({ path: `search.warmStart.${at}`, message: error.message });
        }
      }
      const observations = toldOnce(usable);
      const leftOut = toldOnce(all).length - observations.length;
      if (problems.length === 0 && observations.length === 0) {
        const message = `nothing in it can be used: of ${leftOut} runs the clusters of now can tell the mixtures only approximately; say "approximate": true, or leave it out`;
        problems.push({ path: 'search.warmStart', message });
      }
      if (problems.length > 0) throw new InvalidInput('the search file', problems);
      const ref = await store.putJson({ schema: 1, kind: 'evidence', observations } satisfies EvidenceArtifact);
      const nothing = await store.putJson({ schema: 1, kind: 'mixtures', mixtures: [] } satisfies Mixtures);
      return { ref, summary: { observations: observations.length, leftOut, nothing } };
    });

  async function ofTable(
    { path, format, tasks }: Extract<WarmStart, { path: string }>,
    { spec, domainSet }: OpenEvidenceInput,
  ): Promise<Observation[]> {
    const { clusters } = await store.readJson<DomainSet>(domainSet);
    const axes = { clusters, tasks: spec.tasks.map(taskLabel), ...(tasks && { columns: tasks }) };
    const tables = await evidenceFiles.read(path, format);
    return tables.flatMap((table, split) =>
      matchColumns(table, axes, path).map(({ id, weights, losses }) => ({
        id: tables.length === 1 ? id : `${split + 1}-${id}`,
        weights,
        losses,
        // There is no artifact: the run is named by what it says.
        score: contentKey({ weights, losses }),
        evidence: 'exact' as const,
      })),
    );
  }

  async function ofSearch(
    { search }: Extract<WarmStart, { search: string }>,
    input: OpenEvidenceInput,
  ): Promise<Observation[]> {
    const { name, version } = trainers(input.spec.proxy.trainer).identity;
    const kept = await namedSearch({ keptSearch }, search, {
      spec: input.spec,
      trainer: `${name} ${version}`,
      items: input.items.map(({ sha256 }) => sha256),
      ...(input.trunk && { trunk: input.trunk.sha256 }),
    });
    const own = ownObservations(kept.observations);
    if (own.length === 0) throw new UnusableEvidence(`the search "${search}" has no scored proxy yet`);
    if (kept.tokens === input.tokens.sha256) return own.map((one) => ({ ...one, evidence: 'exact' }));
    return remapped(kept, own, input);
  }

  async function remapped(
    { search, domainSet, tokens, manifest }: KeptSearch,
    own: readonly Observation[],
    input: OpenEvidenceInput,
  ): Promise<Observation[]> {
    const [oldSet, oldTokens] = [await store.find(domainSet), await store.find(tokens)];
    if (oldSet === undefined || oldTokens === undefined) {
      throw new UnusableEvidence(
        `the clusters of "${search}" aren't in this worker's artifacts, so its mixtures mean nothing here`,
      );
    }
    const domains = async (set: Ref, shards: Ref) => ({
      domainSet: await store.readJson<DomainSet>(set),
      tokens: await store.readJson<TokenShards>(shards),
    });
    const [old, now] = [await domains(oldSet, oldTokens), await domains(input.domainSet, input.tokens)];
    if (old.tokens.tokenizer.sha256 !== now.tokens.tokenizer.sha256) {
      throw new UnusableEvidence(`"${search}" used another tokenizer: its losses are of other proxies`);
    }
    const { origin } = now.domainSet;
    const sizes = origin.kind === 'clusters' ? (await store.readJson<Clusters>(origin.clusters)).sizes : [];
    const cells = domainCells(old, now, sizes);
    if (cells === null) {
      throw new UnusableEvidence(
        `"${search}" has clusters of another clustering, in which these mixtures can't be told`,
      );
    }
    const mapped = mapEvidence(own, cells, now.domainSet.clusters.length);
    // Known domains have their names in common and maybe other text; a trunk is trained on the tokens in their order.
    const sameText = origin.kind === 'clusters' || (manifest !== null && manifest === input.manifest?.sha256);
    if (sameText && trunkShape(input.spec.proxy) === null) return mapped;
    return mapped.map((one) => ({ ...one, evidence: 'approximate' }));
  }
}

/** Errors by which evidence is refused, for good. */
const refusals = new Set(['UnusableEvidence', 'InvalidInput', 'RefusedPath']);
