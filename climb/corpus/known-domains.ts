import { stream } from '../random.ts';
import { parseShard } from './corpus-shard.ts';

/** Clusters that a search can have at most. */
export const mostDomains = 1_000;

/** Documents whose text is looked at for terms, in all; and at least so many of each domain. */
const sampledDocuments = 4_096;
const sampledPerDomain = 4;

/** The beginning of a document is enough to say what it is about, and bounds what a long one costs. */
const sampleLength = 4_000;

const longestLabel = 80;

/** A document that was drawn: those with the smallest keys are the sample. */
type Drawn = { readonly key: number; readonly text: string };

/** What a shard holds of a domain. */
export type DomainPart = {
  readonly name: string;
  readonly documents: number;
  /** UTF-8 bytes of text. */
  readonly bytes: number;
  readonly sample: readonly Drawn[];
};

export type DomainSurvey = {
  /** In the order in which they first stand in the shard; one more than a search can have at most. */
  readonly domains: readonly DomainPart[];
  /** Index into `domains`, a document. */
  readonly codes: Uint16Array;
};

/**
 * The known domains of a shard's documents, and a sample of each.
 * @param at the shard's place in the corpus: its draws are its own, whichever shard is surveyed first
 */
export function surveyDomains({ shard, seed, at }: { shard: Uint8Array; seed: number; at: number }): DomainSurvey {
  const documents = parseShard(shard);
  const draws = stream(seed, ['group', 'labels', at]);
  const encoder = new TextEncoder();
  const codes = new Uint16Array(documents.length);
  const found = new Map<
    string,
    { code: number; documents: number; bytes: number; drawn: { key: number; at: number }[] }
  >();
  for (const [index, { text, domain }] of documents.entries()) {
    if (domain === undefined) throw new Error('this shard was made without known domains: ingest the corpus again');
    const key = draws.uniform();
    let part = found.get(domain);
    if (part === undefined) {
      if (found.size > mostDomains) break;
      found.set(domain, (part = { code: found.size, documents: 0, bytes: 0, drawn: [] }));
    }
    codes[index] = part.code;
    part.documents++;
    part.bytes += encoder.encode(text).length;
    part.drawn.push({ key, at: index });
  }
  const most = sampleSize(found.size);
  const domains = [...found].map(([name, { documents: count, bytes, drawn }]) => ({
    name,
    documents: count,
    bytes,
    sample: smallest(drawn, most).map(({ key, at }) => ({ key, text: documents[at]!.text.slice(0, sampleLength) })),
  }));
  return { domains, codes };
}

/** What is known of the domains of the shards so far; surveys may be added in any order. */
export class DomainCensus {
  readonly #parts = new Map<string, DomainPart>();

  /** Domains so far. */
  get size(): number {
    return this.#parts.size;
  }

  add({ domains }: Pick<DomainSurvey, 'domains'>): void {
    for (const part of domains) {
      const known = this.#parts.get(part.name) ?? { documents: 0, bytes: 0, sample: [] };
      this.#parts.set(part.name, {
        name: part.name,
        documents: known.documents + part.documents,
        bytes: known.bytes + part.bytes,
        sample: [...known.sample, ...part.sample],
      });
    }
    // The more domains, the fewer texts of each: what is dropped here no later survey can bring back into the sample.
    const most = sampleSize(this.size);
    for (const [name, part] of this.#parts) this.#parts.set(name, { ...part, sample: smallest(part.sample, most) });
  }

  /** By falling number of documents, then by name. */
  ordered(): DomainPart[] {
    return [...this.#parts.values()].sort((a, b) => b.documents - a.documents || (a.name < b.name ? -1 : 1));
  }
}

/** How domains are called in reports, in their order: one line, and no two alike. */
export function domainLabels(names: readonly string[]): string[] {
  const given = new Set<string>();
  return names.map((name) => {
    const plain = clean(name, longestLabel) || 'unnamed';
    let label = plain;
    for (let number = 2; given.has(label); number++) label = `${clean(plain, longestLabel - 8)} (${number})`;
    given.add(label);
    return label;
  });
}

/** Untrusted text made fit for a log line or a page: no control or direction characters, no line ends, not long. */
function clean(text: string, longest: number): string {
  const characters = [...text.replace(/[\p{C}\s]+/gu, ' ').trim()];
  if (characters.length <= longest) return characters.join('');
  return `${characters
    .slice(0, longest - 1)
    .join('')
    .trimEnd()}…`;
}

const sampleSize = (domains: number) => Math.max(sampledPerDomain, Math.ceil(sampledDocuments / domains));

function smallest<T extends { readonly key: number }>(drawn: readonly T[], most: number): T[] {
  return drawn.toSorted((a, b) => a.key - b.key).slice(0, most);
}
