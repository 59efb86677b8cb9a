/** A stamp says which inputs a finished step was made from. It lies inside what it vouches for, so deleting that deletes the stamp too. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * A hash over the bytes of files and over literal values. Paths don't count: a moved repository keeps its stamps.
 *
 * @param {string[]} files
 * @param {string[]} values
 */
export function fingerprint(files, values) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  for (const value of values) hash.update(value).update('\0');
  return hash.digest('hex');
}

/** @param {string} path @param {string} inputs */
export function isCurrent(path, inputs) {
  try {
    return readFileSync(path, 'utf8') === inputs;
  } catch {
    return false;
  }
}

/** Written last and by rename, so that a stamp is either whole or absent. @param {string} path @param {string} inputs */
export function writeStamp(path, inputs) {
  writeFileSync(`${path}.tmp`, inputs);
  renameSync(`${path}.tmp`, path);
}
