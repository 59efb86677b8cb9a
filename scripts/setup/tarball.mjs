/** Takes one npm package apart in memory: no dependency tree, no install script, nothing unpacked on disk. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Problem } from './command.mjs';

const BLOCK = 512;

/**
 * @param {string} name `package@version`
 * @param {string} integrity the `sha512-…` the registry published for this version: the same bytes on every machine, or none
 * @param {import('./command.mjs').Log} log
 * @returns {Promise<Map<string, Buffer>>} path inside the package → content, sorted by path
 */
export async function fetchPackage(name, integrity, log) {
  const folder = await mkdtemp(join(tmpdir(), 'climb-pack-'));
  try {
    await log.run(`npm pack ${name}`, 'npm', ['pack', name, '--pack-destination', folder], folder);
    const [file = ''] = await readdir(folder);
    const bytes = await readFile(join(folder, file));
    const got = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    if (got !== integrity) {
      throw new Problem(
        `${name} came with the hash ${got} instead of ${integrity}, so its text isn't the text of the published results.`,
        'look at which registry `npm config get registry` names',
      );
    }
    return readTar(gunzipSync(bytes));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Reads the regular files of a tar archive as npm writes it (ustar, pax headers for long paths); the leading `package/` is dropped.
 *
 * @param {Buffer} tar
 * @returns {Map<string, Buffer>}
 */
export function readTar(tar) {
  /** @type {[string, Buffer][]} */
  const files = [];
  let paxPath = '';
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + BLOCK);
    const size = Number.parseInt(text(header, 124, 12), 8);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (Number.isNaN(size) || content.length < size) throw new Error(`tar archive is cut short at byte ${at}`);
    const type = text(header, 156, 1);
    if (type === 'x') {
      paxPath = /\d+ path=([^\n]*)\n/.exec(content.toString())?.[1] ?? '';
    } else {
      const path = paxPath || [text(header, 345, 155), text(header, 0, 100)].filter(Boolean).join('/');
      if (type === '0' || type === '') files.push([path.slice(path.indexOf('/') + 1), content]);
      paxPath = '';
    }
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {Buffer} header @param {number} from @param {number} length */
const text = (header, from, length) =>
  header
    .toString('utf8', from, from + length)
    .split('\0', 1)[0]
    ?.trim() ?? '';
