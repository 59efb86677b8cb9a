import { Decompress } from 'fzstd';

/** Bytes that are not a whole zstd file. */
export class BrokenZstd extends Error {
  override name = 'BrokenZstd';
}

/** Bytes that a frame may look back, which are kept in memory: `zstd --ultra -20`; more is not decoded rightly. */
const largestWindow = 2 ** 25;

const largestBlock = 2 ** 17;
const none = new Uint8Array(0);
const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/**
 * Decompresses zstd, any number of frames after one another, skippable ones left out. The frames are cut into their
 * blocks here (RFC 8878, section 3.1.1) and handed to the decoder one at a time: so one block of at most 128 KiB is in
 * memory whatever it was compressed from, and an end within a frame is told from the end of the file. Checksums of
 * the content are not compared.
 * @throws BrokenZstd
 */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new Input(chunks);
  try {
    while (!(await input.atEnd())) {
      const magic = view(await input.take(4)).getUint32(0, true);
      if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
        await input.skip(view(await input.take(4)).getUint32(0, true));
      } else if (magic === frameMagic) {
        yield* frame(input);
      } else {
        throw new BrokenZstd('no frame starts where one should');
      }
    }
  } finally {
    await input.close();
  }
}

async function* frame(input: Input): AsyncGenerator<Uint8Array> {
  const header = await frameHeader(input);
  let output: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => bytes.length > 0 && output.push(bytes));
  const decode = (bytes: Uint8Array, final: boolean): Uint8Array[] => {
    output = [];
    try {
      decoder.push(bytes, final);
    } catch (error) {
      throw new BrokenZstd((error as Error).message);
    }
    return output;
  };
  decode(header.bytes, false);
  for (let last = false; !last;) {
    const head = await input.take(3);
    const word = head[0]! | (head[1]! << 8) | (head[2]! << 16);
    const size = word >> 3;
    if (size > largestBlock) throw new BrokenZstd('a block is larger than blocks may be');
    last = (word & 1) === 1;
    const runOfOneByte = ((word >> 1) & 3) === 1;
    const body = await input.take(runOfOneByte ? 1 : size);
    const end = last && header.checksum ? await input.take(4) : none;
    yield* decode(Buffer.concat([head, body, end]), last);
  }
}

async function frameHeader(input: Input): Promise<{ bytes: Uint8Array; checksum: boolean }> {
  const descriptor = (await input.take(1))[0]!;
  const singleSegment = (descriptor >> 5) & 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const contentSize = [singleSegment, 2, 4, 8][descriptor >> 6]!;
  const rest = await input.take(1 - singleSegment + dictionary + contentSize);
  if (dictionary > 0 && rest.subarray(1 - singleSegment, 1 - singleSegment + dictionary).some((byte) => byte !== 0)) {
    throw new BrokenZstd('it needs a dictionary, which a corpus has no place for');
  }
  const window = singleSegment === 1 ? littleEndian(rest.subarray(dictionary), contentSize) : windowOf(rest[0]!);
  if (window > largestWindow) {
    throw new BrokenZstd(
      `its window is ${window} bytes, more than ${largestWindow}: compress it again without --long and --ultra`,
    );
  }
  return {
    bytes: Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor]), rest]),
    checksum: (descriptor & 4) !== 0,
  };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** A content size of two bytes counts from 256. */
function littleEndian(bytes: Uint8Array, length: number): number {
  const value = bytes.reduce((sum, byte, at) => sum + byte * 256 ** at, 0);
  return length === 2 ? value + 256 : value;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes by their number, however they come. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = none;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async atEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return true;
      this.#rest = next.value;
    }
    return false;
  }

  /** @throws BrokenZstd where there are fewer */
  async take(length: number): Promise<Uint8Array> {
    if (this.#rest.length >= length) return this.#cut(length);
    const parts: Uint8Array[] = [];
    for (let missing = length; missing > 0;) {
      if (await this.atEnd()) throw new BrokenZstd('it ends before its last frame does');
      const part = this.#cut(Math.min(missing, this.#rest.length));
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** A reader that stops early leaves no file open. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0;) {
      if (await this.atEnd()) throw new BrokenZstd('it ends before its last frame does');
      missing -= this.#cut(Math.min(missing, this.#rest.length)).length;
    }
  }

  #cut(length: number): Uint8Array {
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return part;
  }
}
