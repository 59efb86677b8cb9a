import { named, type BlockFacts, type PartFacts } from './parse-block.ts';

/** Where a part of a block lies. */
export type PartPlace = {
  /** Index of the file. */
  readonly file: number;
  /** Number in the file of the part's first line, from 1. */
  readonly firstLine: number;
};

/** A line of a file: its index, and the line's number from 1. */
export type LinePlace = { readonly file: number; readonly line: number };

export type ReadingTally = {
  readonly files: readonly PartFacts[];
  readonly records: number;
  /** Before anything was dropped or split. */
  readonly documents: number;
  readonly split: number;
  readonly badCount: number;
  /** The first hundred. */
  readonly bad: readonly (LinePlace & { readonly reason: string })[];
  readonly contaminatedCount: number;
  /** The first hundred. */
  readonly contaminated: readonly (LinePlace & { readonly task: number })[];
};

/** What was read in all, with lines counted in their files. */
export function tallyBlocks(
  blocks: readonly { readonly facts: BlockFacts; readonly places: readonly PartPlace[] }[],
  files: number,
): ReadingTally {
  const byFile: PartFacts[] = Array.from({ length: files }, () => ({
    records: 0,
    documents: 0,
    bad: 0,
    firstBad: null,
  }));
  const bad: ReadingTally['bad'][number][] = [];
  const contaminated: ReadingTally['contaminated'][number][] = [];
  for (const { facts, places } of blocks) {
    for (const [at, part] of facts.parts.entries()) {
      const { file, firstLine } = places[at] as PartPlace;
      const { records, documents, bad, firstBad } = byFile[file] as PartFacts;
      const first = firstBad ?? (part.firstBad && { ...part.firstBad, line: firstLine + part.firstBad.line });
      byFile[file] = {
        records: records + part.records,
        documents: documents + part.documents,
        bad: bad + part.bad,
        firstBad: first,
      };
    }
    const placed = <T extends { part: number; line: number }>({ part, line, ...rest }: T) => {
      const { file, firstLine } = places[part] as PartPlace;
      return { ...rest, file, line: firstLine + line };
    };
    bad.push(...facts.bad.slice(0, named - bad.length).map(placed));
    contaminated.push(...facts.contaminated.slice(0, named - contaminated.length).map(placed));
  }
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  return {
    files: byFile,
    records: total(byFile.map(({ records }) => records)),
    documents: total(byFile.map(({ documents }) => documents)),
    split: total(blocks.map(({ facts }) => facts.split)),
    badCount: total(byFile.map(({ bad }) => bad)),
    bad,
    contaminatedCount: total(blocks.map(({ facts }) => facts.contaminatedCount)),
    contaminated,
  };
}
