import { documentKinds, type ClusterQuality, type DocumentKind } from '../corpus-artifacts.ts';
import { isJudged } from '../prune-clusters.ts';
import { heuristicAxes } from './heuristic-axes.ts';
import { axesOf } from './heuristics.ts';

const names: Readonly<Record<DocumentKind, string>> = {
  english: 'English',
  'other-language': 'other languages',
  code: 'code',
  data: 'data',
};

/**
 * Which documents the heuristics don't judge by what, as a sentence for reports: "code and other languages are not
 * judged by length, stopWords and lists: these rules are made for English prose"; undefined where all are English.
 * @param kinds documents of each kind that were found
 */
export function unjudgedKinds(kinds: Readonly<Partial<Record<DocumentKind, number>>>): string | undefined {
  const found = documentKinds.filter((kind) => (kinds[kind] ?? 0) > 0 && axesOf(kind).length < heuristicAxes.length);
  if (found.length === 0) return undefined;
  const left = heuristicAxes.filter((axis) => !found.some((kind) => axesOf(kind).includes(axis)));
  const shown = found.map((kind) => names[kind]).sort();
  return `${listed(shown)} ${shown.length === 1 && shown[0] !== 'other languages' ? 'is' : 'are'} not judged by ${listed(left)}: these rules are made for English prose`;
}

/**
 * The axes that a cluster isn't judged on, and why: "not judged by stopWords, lists: 84 of 100 documents are code";
 * undefined where it is judged on all.
 * @param kinds documents of each kind, where they are known
 */
export function unjudgedAxes(
  quality: Readonly<Record<string, ClusterQuality>>,
  documents: number,
  kinds: Readonly<Partial<Record<DocumentKind, number>>> = {},
): string | undefined {
  const axes = Object.entries(quality).flatMap(([axis, judged]) => (isJudged(judged, documents) ? [] : [axis]));
  if (axes.length === 0) return undefined;
  const others = documentKinds
    .filter((kind) => kind !== 'english' && (kinds[kind] ?? 0) > 0)
    .map(
      (kind) =>
        `${kinds[kind]} of ${documents} documents are ${names[kind] === 'other languages' ? 'in other languages' : names[kind]}`,
    );
  const why = others.length === 0 ? 'they apply to less than half of its documents' : others.join(', ');
  return `not judged by ${axes.join(', ')}: ${why}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
