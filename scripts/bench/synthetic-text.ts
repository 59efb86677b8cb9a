import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { stream, type Stream } from '../../climb/random.ts';

const fileBytes = 256e6;

/** Documents are of about 3 KB: sentences of one subject, of which each has as many. */
const subjects = 40;
const sentencesOfSubject = 2_000;
const wordsOfSubject = 400;
const sentencesOfDocument = { least: 10, most: 50 };

/**
 * Writes JSON lines of made text, every fourth file gzipped: the same bytes every time.
 * @param bytes of all files before they are compressed
 * @returns bytes written, before compression
 */
export async function writeSyntheticCorpus(folder: string, bytes: number): Promise<number> {
  await mkdir(folder, { recursive: true });
  const vocabularies = Array.from({ length: subjects }, (_, subject) => sentencesOf(stream(1, ['subject', subject])));
  let written = 0;
  for (let file = 0; written < bytes; file++) {
    const zipped = file % 4 === 3;
    const name = `part-${String(file).padStart(3, '0')}.jsonl${zipped ? '.gz' : ''}`;
    const out = createWriteStream(join(folder, name));
    const sink = zipped ? createGzip({ level: 1 }) : out;
    if (sink !== out) sink.pipe(out);
    const draws = stream(1, ['file', file]);
    const most = Math.min(fileBytes, bytes - written);
    let inFile = 0;
    while (inFile < most) {
      let block = '';
      while (block.length < 1e6 && inFile + block.length < most) block += document(vocabularies, draws);
      inFile += block.length;
      if (!sink.write(block)) await once(sink, 'drain');
    }
    sink.end();
    await finished(out);
    written += inFile;
  }
  return written;
}

function document(subjectsOf: readonly (readonly string[])[], draws: Stream): string {
  const sentences = subjectsOf[draws.integer(subjects)]!;
  const { least, most } = sentencesOfDocument;
  const count = least + draws.integer(most - least + 1);
  let text = '';
  for (let at = 0; at < count; at++) text += sentences[draws.integer(sentences.length)]!;
  return `{"text":"${text.trimEnd()}"}\n`;
}

function sentencesOf(draws: Stream): string[] {
  const words = Array.from({ length: wordsOfSubject }, () => wordOf(draws));
  return Array.from({ length: sentencesOfSubject }, () => {
    const count = 8 + draws.integer(16);
    // The square makes few words common and many rare, as in language.
    const chosen = Array.from({ length: count }, () => words[Math.floor(draws.uniform() ** 2 * words.length)]!);
    return `${chosen.join(' ')}. `;
  });
}

function wordOf(draws: Stream): string {
  const syllables = 1 + draws.integer(4);
  return Array.from(
    { length: syllables },
    () => 'bcdfghklmnprstvw'[draws.integer(16)]! + 'aeiou'[draws.integer(5)]!,
  ).join('');
}
