/** Where a document may be cut, best first. */
const separators = ['\n\n', '\n', ' '];

/**
 * A long text as several of at most `most` UTF-16 code units, which together are the whole: cut behind a paragraph,
 * else behind a line, else behind a space, as late as it can be, and only where none is in the second half of a piece
 * just anywhere but within a surrogate pair.
 */
export function splitText(text: string, most: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (text.length - start > most) {
    const end = cutIn(text, start, start + most);
    pieces.push(text.slice(start, end));
    start = end;
  }
  pieces.push(text.slice(start));
  return pieces;
}

function cutIn(text: string, start: number, end: number): number {
  const half = start + Math.ceil((end - start) / 2);
  const window = text.slice(half, end);
  for (const separator of separators) {
    const at = window.lastIndexOf(separator);
    if (at >= 0) return half + at + separator.length;
  }
  return isHighSurrogate(text.charCodeAt(end - 1)) ? end - 1 : end;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
