import { readFileSync } from 'node:fs';
import { CorpusReader } from '../../../adapters/corpus-reader.ts';
import { madeSource } from '../../adapters/made-corpus.ts';

/** Reads a corpus in a process of its own, and says what was there and how much memory it took at most. */

const [root = '', path = ''] = process.argv.slice(2);
const source = madeSource(path);
const reader = new CorpusReader([root]);
const found = { lines: 0, bytes: 0, bad: [] as { line: number; reason: string }[], error: '' };
try {
  for (const file of await reader.files([source])) {
    for await (const block of reader.blocks(await reader.hash(file), source)) {
      for (let at = block.bytes.indexOf(0x0a); at >= 0; at = block.bytes.indexOf(0x0a, at + 1)) found.lines++;
      found.bytes += block.bytes.length;
      found.bad.push(...block.bad);
    }
  }
} catch (error) {
  found.error = (error as Error).message;
}
console.log(JSON.stringify({ ...found, peakMb: peakMb() }));

/** Of this process alone: what the system reports of its resources counts its parent's memory too. */
function peakMb(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1e3;
  return (Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024) / 1e6;
}
