import { lineLimit, type RawLine } from './line-splitter.ts';

// Takes away a byte order mark.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A file of plain text as the JSON line of its one document.
 * @param field that the text is given, as if the line were one of a JSONL file
 */
export async function textLine(chunks: AsyncIterable<Uint8Array>, field: string): Promise<RawLine> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    // Read to its end all the same, since the hash is checked there.
    if (length <= lineLimit) parts.push(chunk);
    else parts.length = 0;
  }
  if (length > lineLimit) return { bad: `text of more than ${lineLimit} bytes` };
  let text: string;
  try {
    text = utf8.decode(Buffer.concat(parts));
  } catch {
    return { bad: 'not UTF-8' };
  }
  return Buffer.from(JSON.stringify({ [field]: text }));
}
