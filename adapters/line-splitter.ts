/** Longest line that is read: a document of this size is no document. */
export const lineLimit = 16 * 2 ** 20;

/** A line's bytes without its end, or why it can't be read. */
export type RawLine = Uint8Array | { readonly bad: string };

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits bytes at LF or CRLF, wherever the chunks are cut; a last line needs no end. Gives the lines that each chunk
 * ends, to be taken before the next chunk is asked for: a hundred thousand lines cost one wait. Never holds more than
 * one line and one chunk: `node:readline` dies of a 600 MB line with an error that can't be caught.
 * @param limit bytes of a line, without its end
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: number = lineLimit,
): AsyncGenerator<Iterable<RawLine>> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (part: Uint8Array) => {
    length += part.length;
    // One byte over, since the last one may be the CR of the line's end.
    if (length <= limit + 1) parts.push(part);
    else parts = [];
  };
  const line = (): RawLine => {
    const whole = length <= limit + 1 ? joined(parts) : null;
    const bytes = whole?.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole;
    parts = [];
    length = 0;
    return bytes !== null && bytes.length <= limit ? bytes : { bad: `line of more than ${limit} bytes` };
  };
  function* ended(chunk: Uint8Array): Iterable<RawLine> {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      take(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  for await (const chunk of chunks) yield ended(chunk);
  if (length > 0) yield [line()];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}
