import { ApplicationFailure } from '@temporalio/activity';
import type { Made, Ref } from '../climb/artifact.ts';
import type { DomainSet, Manifest } from '../climb/corpus/corpus-artifacts.ts';
import { clusterName, estimatedTokens, labelsThatFit } from '../climb/corpus/domain-figures.ts';
import { DomainCensus, domainLabels, mostDomains, type DomainPart } from '../climb/corpus/known-domains.ts';
import { bytesOf } from '../climb/corpus/little-endian.ts';
import { tokensNeeded, type MinimumRule } from '../climb/corpus/merge.ts';
import { beating } from './beating.ts';
import type { Deps } from './deps.ts';

export type GroupByFieldInput = {
  readonly manifest: Ref;
  /** What the search file calls it, for messages: the documents of the shards have their domains already. */
  readonly field: string;
  readonly seed: number;
} & MinimumRule;

export type GroupSummary = {
  readonly clusters: number;
  /** Of the largest domains, as many as fit. */
  readonly labels: readonly string[];
  /** Known domains are what clusters would be compared with. */
  readonly nmi: null;
};

/** Domains that a message names. */
const named = 10;

/**
 * The domain set of a corpus whose domains are known: a cluster for each, the largest first.
 * @throws ApplicationFailure BadCorpus, not retryable, for too many domains, too few, or one with too little text
 */
export function groupByField({
  store,
  ledger,
  derive,
  compute,
}: Pick<Deps, 'store' | 'ledger' | 'derive' | 'compute'>) {
  return (input: GroupByFieldInput): Promise<Made<GroupSummary>> =>
    beating(async (beat, signal) => {
      const { shards, documents } = await store.readJson<Manifest>(input.manifest);
      const { field, minimumTokens, uniformTokens, seed } = input;
      const inputs = {
        version: 1,
        shards: shards.map(({ ref }) => ref.sha256),
        field,
        minimumTokens,
        uniformTokens,
        seed,
      };
      return derive({ store, ledger }, 'group', inputs, async () => {
        const census = new DomainCensus();
        let surveyed = 0;
        const surveys = await compute.map(shards, async ({ ref }, at) => {
          const { domains, codes } = await compute.run(
            'surveyDomains',
            { shard: await store.read(ref), seed, at },
            { signal },
          );
          census.add({ domains });
          if (census.size > mostDomains) throw tooMany(field, census.ordered());
          beat({ shards: ++surveyed, of: shards.length });
          return { names: domains.map(({ name }) => name), codes };
        });

        const domains = census.ordered();
        refuseUseless(field, domains, tokensNeeded(input, domains.length));
        const index = new Map(domains.map(({ name }, at) => [name, at]));
        const assignment = new Uint16Array(documents);
        let first = 0;
        for (const { names, codes } of surveys) {
          const places = names.map((name) => index.get(name)!);
          codes.forEach((code, at) => (assignment[first + at] = places[code]!));
          first += codes.length;
        }
        const described = await compute.run(
          'labelClusters',
          {
            map: [...domains.keys()],
            sizes: domains.map((domain) => domain.documents),
            samples: domains.map(({ sample }) => sample.map(({ text }) => text)),
          },
          { signal },
        );
        const labels = domainLabels(domains.map(({ name }) => name));
        const domainSet: DomainSet = {
          schema: 2,
          kind: 'domain-set',
          clusters: domains.map((domain, at) => ({
            cluster: clusterName(at),
            label: labels[at]!,
            terms: described[at]!.terms,
            examples: described[at]!.examples,
            documents: domain.documents,
            bytes: domain.bytes,
            estimatedTokens: tokensOf(domain),
          })),
          map: [...domains.keys()],
          dropped: [],
          assignment: await store.put(bytesOf(assignment)),
          origin: { kind: 'field', field, values: domains.map(({ name }) => name) },
        };
        const summary = { clusters: domains.length, labels: labelsThatFit(labels), nmi: null };
        return { ref: await store.putJson(domainSet), summary };
      });
    });
}

const tokensOf = ({ bytes }: Pick<DomainPart, 'bytes'>) => estimatedTokens(bytes);

function refuseUseless(field: string, domains: readonly DomainPart[], minimum: number): void {
  if (domains.length < 2) {
    throw badCorpus(
      `all documents have the same ${shownField(field)}, ${shownDomains(domains)}: expected two domains or more, found ${domains.length}, and a mixture of one leaves nothing to search; name another field in clusters.field, or leave it out and let Climb find clusters`,
    );
  }
  const small = domains.filter((domain) => tokensOf(domain) < minimum).toReversed();
  if (small.length > 0) {
    throw badCorpus(
      `${small.length} of ${domains.length} domains by ${shownField(field)} have too little text to feed a proxy: expected about ${minimum} tokens each, found ${shownDomains(small, (domain) => ` about ${tokensOf(domain)}`)}; give small domains a common name, leave their documents out, or lower clusters.merge.minimumTokens or proxy.tokens`,
    );
  }
}

function tooMany(field: string, domains: readonly DomainPart[]): ApplicationFailure {
  return badCorpus(
    `${shownField(field)} names too many domains to search over: expected ${mostDomains} at most, found ${domains.length} or more, such as ${shownDomains(domains.toReversed(), ({ documents }) => ` with ${documents === 1 ? 'one document' : `${documents} documents`}`)}; name a field with fewer values in clusters.field, or leave it out and let Climb find clusters`,
  );
}

const shownField = (field: string) => (field === 'source' ? 'source' : `field "${field}"`);

/** The first few by name, with what there is to say of each. */
function shownDomains(domains: readonly DomainPart[], of: (domain: DomainPart) => string = () => ''): string {
  const shown = domains.slice(0, named);
  const labels = domainLabels(shown.map(({ name }) => name));
  const rest = domains.length > shown.length ? ` and ${domains.length - shown.length} more` : '';
  return `${shown.map((domain, at) => `${JSON.stringify(labels[at])}${of(domain)}`).join(', ')}${rest}`;
}

const badCorpus = (message: string) => ApplicationFailure.nonRetryable(message, 'BadCorpus');
