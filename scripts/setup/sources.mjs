/** Where the demo corpus takes its texts from: packages fetched for it, and what set-up has installed anyway. */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {{ source: string, text: string }} Text */

/**
 * @param {Map<string, Buffer>} files of one package
 * @param {RegExp} pattern which of its paths
 * @param {(text: string) => string} [extract] what of their text
 * @returns {Text[]}
 */
export function filesOf(files, pattern, extract = (text) => text) {
  return [...files].filter(([path]) => pattern.test(path)).flatMap(([path, bytes]) => decoded(path, bytes, extract));
}

/**
 * Files of the installed node packages. Packages built for one platform are left out: they differ from machine to machine.
 *
 * @param {string} folder a `node_modules`
 * @param {RegExp} pattern
 * @returns {Promise<Text[]>}
 */
export async function nodeModuleFiles(folder, pattern) {
  const texts = [];
  for (const path of await walk(folder, (inside) => forThisPlatformOnly(join(folder, inside)))) {
    if (pattern.test(path)) texts.push(...decoded(path, await readFile(join(folder, path))));
  }
  return texts;
}

/**
 * Files of named packages in a virtual environment.
 *
 * @param {string} venv
 * @param {string[]} packages
 * @param {RegExp} pattern
 * @param {(text: string) => string} [extract]
 * @returns {Promise<Text[]>}
 */
export async function pythonFiles(venv, packages, pattern, extract) {
  const [python = ''] = await readdir(join(venv, 'lib'));
  const site = join(venv, 'lib', python, 'site-packages');
  const texts = [];
  for (const name of packages) {
    for (const path of await walk(join(site, name))) {
      if (pattern.test(path))
        texts.push(...decoded(`${name}/${path}`, await readFile(join(site, name, path)), extract));
    }
  }
  return texts;
}

/** Paths of all regular files under a folder, sorted; links aren't followed. @param {string} folder @param {(inside: string) => Promise<boolean>} [leaveOut] */
async function walk(folder, leaveOut = async () => false) {
  /** @type {string[]} */
  const files = [];
  /** @param {string} inside */
  const visit = async (inside) => {
    if (await leaveOut(inside)) return;
    for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) await visit(path);
      else if (entry.isFile()) files.push(path);
    }
  };
  await visit('');
  return files.sort();
}

/** @param {string} folder */
async function forThisPlatformOnly(folder) {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return false;
  const { os, cpu } = JSON.parse(await readFile(manifest, 'utf8'));
  return Boolean(os || cpu);
}

/** Files that aren't UTF-8 are left out. @param {string} source @param {Buffer} bytes @param {(text: string) => string} [extract] @returns {Text[]} */
function decoded(source, bytes, extract = (text) => text) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return [{ source, text: extract(text.replaceAll('\r\n', '\n')) }];
  } catch {
    return [];
  }
}
