import type { RawLine } from './line-splitter.ts';

export type CorpusBlock = {
  /** Whole lines, each ended by LF; a line that can't be read is an empty one. */
  readonly bytes: Uint8Array;
  /** Number of the first line in its file, from 1. */
  readonly firstLine: number;
  /** Lines that can't be read, by their numbers in the file. */
  readonly bad: readonly { readonly line: number; readonly reason: string }[];
};

/** What a thread parses at once: some thousand documents, and few enough bytes to have several in flight. */
export const blockBytes = 16_000_000;

const lineFeed = 0x0a;

/**
 * Packs lines into blocks. A line that would take a block over the limit begins the next one, so where blocks are cut
 * depends on the lines alone; only a block of one line can be larger.
 */
export async function* cutBlocks(
  batches: AsyncIterable<Iterable<RawLine>>,
  limit: number = blockBytes,
): AsyncGenerator<CorpusBlock> {
  let block = new OpenBlock(1);
  for await (const lines of batches) {
    for (const line of lines) {
      if (block.size > 0 && block.size + lengthOf(line) + 1 > limit) {
        yield block.close();
        block = new OpenBlock(block.nextLine);
      }
      block.add(line);
    }
  }
  if (block.size > 0) yield block.close();
}

function lengthOf(line: RawLine): number {
  return line instanceof Uint8Array ? line.length : 0;
}

/** Lines are copied at once: a million views of short ones would take more memory than their bytes. */
class OpenBlock {
  readonly firstLine: number;
  nextLine: number;
  size = 0;
  #bytes = new Uint8Array(2 ** 16);
  readonly #bad: { line: number; reason: string }[] = [];

  constructor(firstLine: number) {
    this.firstLine = firstLine;
    this.nextLine = firstLine;
  }

  add(line: RawLine): void {
    this.#reserve(this.size + lengthOf(line) + 1);
    if (line instanceof Uint8Array) this.#bytes.set(line, this.size);
    else this.#bad.push({ line: this.nextLine, reason: line.bad });
    this.size += lengthOf(line) + 1;
    this.#bytes[this.size - 1] = lineFeed;
    this.nextLine++;
  }

  close(): CorpusBlock {
    return { bytes: this.#bytes.subarray(0, this.size), firstLine: this.firstLine, bad: this.#bad };
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.size));
    this.#bytes = larger;
  }
}
