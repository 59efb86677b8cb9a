import type { Question } from '../climb/spec/task-item.ts';

/** A line of OLMES (arXiv 2406.08446): one choice of one item, `idx` its place among them and `label` the right one's. */
export type OlmesRequest = {
  readonly request: { readonly context: string; readonly continuation: string };
  readonly doc_id: number;
  readonly idx: number;
  readonly native_id?: string | number | null | undefined;
  readonly label: number;
};

/** What is wrong with the request at this index. */
export type RequestProblem = { readonly at: number; readonly message: string };

/** OLMES repeats every item without its context from this id on, for PMI: not used here. */
const unconditional = 1_000_000;

type Numbered = OlmesRequest & { readonly at: number };

/**
 * Items from requests, in the order in which they begin, choices in the order of `idx`. Only plain multiple choice can
 * be scored: one context, continuations that begin with a space.
 */
export function itemsOfRequests(requests: readonly OlmesRequest[]): { items: Question[]; problems: RequestProblem[] } {
  const documents = new Map<number, Numbered[]>();
  for (const [at, request] of requests.entries()) {
    if (request.doc_id >= unconditional) continue;
    documents.set(request.doc_id, [...(documents.get(request.doc_id) ?? []), { ...request, at }]);
  }
  const problems: RequestProblem[] = [];
  const items = [...documents].map(([doc, choices]): Question => {
    const first = choices[0] as Numbered;
    for (const choice of choices) {
      const problem = problemOf(choice, first, choices);
      if (problem !== null) problems.push({ at: choice.at, message: `doc_id ${doc}: ${problem}` });
    }
    return {
      id: String(first.native_id ?? doc),
      query: first.request.context,
      choices: choices.toSorted((a, b) => a.idx - b.idx).map(({ request }) => request.continuation.slice(1)),
      gold: first.label,
    };
  });
  return { items, problems };
}

function problemOf(choice: Numbered, first: Numbered, choices: readonly Numbered[]): string | null {
  const { request, idx, label } = choice;
  if (request.context !== first.request.context) return 'its contexts differ between choices';
  if (!/^ ./su.test(request.continuation)) return 'a continuation is a space and the choice after it';
  if (choices.find((other) => other.idx === idx) !== choice) return `idx ${idx} stands there twice`;
  if (label !== first.label) return `its label is ${first.label} and ${label}`;
  if (label < choices.length) return null;
  return choice === first ? `its label is ${label}, but it has ${choices.length} choices, counted from 0` : null;
}
