import type { Made, Ref } from '../climb/artifact.ts';
import { canonicalJson, contentKey } from '../climb/content-key.ts';
import type { Clusters, DomainSet } from '../climb/corpus/corpus-artifacts.ts';
import type { TokenShards } from '../climb/corpus/token-shards.ts';
import { domainCells } from '../climb/exchange/domain-cells.ts';
import { mapEvidence } from '../climb/exchange/map-evidence.ts';
import { matchColumns } from '../climb/exchange/matched-columns.ts';
import type { Mixtures } from '../climb/mixture/mixtures.ts';
import { ownObservations, type Observation } from '../climb/predictor/observations.ts';
import { InvalidInput, type Problem } from '../climb/problem.ts';
import { proxyShape } from '../climb/spec/proxy-shape.ts';
import type { SearchSpec } from '../climb/spec/search-file.ts';
import { taskLabel } from '../climb/verification/objective.ts';
import type { KeptSearch } from '../adapters/kept-searches.ts';
import type { Deps } from './deps.ts';
import { refusingInvalid } from './refusal.ts';

type WarmStart = NonNullable<SearchSpec['search']['warmStart']>[number];

export type OpenEvidenceInput = {
  readonly spec: Pick<SearchSpec, 'tasks' | 'proxy' | 'search'>;
  readonly domainSet: Ref;
  readonly tokens: Ref;
  /** Of the searched tasks, as `openSearch` stored them. */
  readonly items: readonly Ref[];
};

/** Artifact: what a search begins with, in the order of its file. The predictor is yet to be fitted to it. */
export type EvidenceArtifact = {
  readonly schema: 1;
  readonly kind: 'evidence';
  readonly observations: readonly Observation[];
};

export type EvidenceSummary = {
  readonly observations: number;
  /** Left out, since their mixtures can only be told approximately. */
  readonly leftOut: number;
  /** A batch of no mixtures: the predictor is fitted as after an iteration that trained nothing. */
  readonly nothing: Ref;
};

/** Reads the evidence that a search file names, tells it over the search's own clusters and keeps it. */
export function openEvidence({ store, keptSearch, evidenceFiles }: Deps) {
  return (input: OpenEvidenceInput): Promise<Made<EvidenceSummary>> =>
    refusingInvalid(async () => {
      const problems: Problem[] = [];
      const observations: Observation[] = [];
      let leftOut = 0;
      for (const [at, named] of (input.spec.search.warmStart ?? []).entries()) {
        try {
          const found = 'search' in named ? await ofSearch(named, input) : await ofTable(named, input);
          const used = found.filter(({ evidence }) => evidence === 'exact' || ('search' in named && named.approximate));
          leftOut += found.length - used.length;
          observations.push(...used.map((one) => ({ ...one, id: `e${at + 1}-${one.id}` })));
        } catch (error) {
          if (!(error instanceof Error) || !refusals.has(error.name)) throw error;
          problems.push({ path: `search.warmStart.${at}`, message: error.message });
        }
      }
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
    const kept = await keptSearch(search);
    if (kept === undefined) {
      throw new UnusableEvidence(
        `nothing is kept of a search "${search}" on this worker; name one whose folder it has`,
      );
    }
    refuseOtherMeasure(kept, input);
    const own = ownObservations(kept.observations);
    if (own.length === 0) throw new UnusableEvidence(`the search "${search}" has no scored proxy yet`);
    if (kept.tokens === input.tokens.sha256) return own.map((one) => ({ ...one, evidence: 'exact' }));
    return remapped(kept, own, input);
  }

  async function remapped(
    { search, domainSet, tokens }: KeptSearch,
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
    return mapEvidence(own, cells, now.domainSet.clusters.length);
  }
}

/** Losses count as they stand: they have to be of the same tasks, by the same metric, and of proxies of the same shape. */
function refuseOtherMeasure(kept: KeptSearch, { spec, items }: OpenEvidenceInput): void {
  const measure = (tasks: SearchSpec['tasks']) => canonicalJson(tasks.map((task) => [taskLabel(task), task.metric]));
  const differ = (what: string) => {
    throw new UnusableEvidence(
      `"${kept.search}" measured ${what}, so its losses can't stand beside those of this search; leave it out`,
    );
  };
  if (measure(kept.spec.tasks) !== measure(spec.tasks))
    differ('other tasks, or by another metric, or in another order');
  if (canonicalJson(proxyShape(kept.spec.proxy)) !== canonicalJson(proxyShape(spec.proxy)))
    differ('proxies of another shape');
  const other = spec.tasks.find(
    (task, at) => (kept.items?.[taskLabel(task)] ?? items[at]?.sha256) !== items[at]?.sha256,
  );
  if (other !== undefined) differ(`other items of ${taskLabel(other)}`);
}

/** Evidence that this search can't begin with. */
class UnusableEvidence extends Error {
  override name = 'UnusableEvidence';
}

/** Errors by which evidence is refused, for good. */
const refusals = new Set(['UnusableEvidence', 'InvalidInput', 'RefusedPath']);
