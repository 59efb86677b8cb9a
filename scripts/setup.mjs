/**
 * Prepares a machine to run Climb: node modules, Python packages, the Temporal CLI, the demo corpus.
 * `npm start`, `npm run dev`, `npm test` and `npm run check` all begin here; once done it only compares stamps.
 * With `--embed-server` it also installs what the local embedding server needs (`npm run embed-server`, `npm test`).
 *
 * Plain Node without dependencies, because it runs before `npm ci`. This file holds no modern syntax: an old Node must
 * get as far as the sentence below instead of a SyntaxError.
 */
const NODE = { major: 20, minor: 19 };

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NODE.major || (major === NODE.major && minor < NODE.minor)) {
  console.error(
    `climb: this is Node ${process.versions.node}, and Climb needs ${NODE.major}.${NODE.minor} or newer: older ones can't load ES modules ` +
      'from CommonJS packages. Try: install the current LTS from https://nodejs.org, open a new shell, and run the same command again.',
  );
  process.exit(1);
}

const { setUp } = await import('./setup/steps.mjs');
process.exitCode = await setUp(process.env, { withEmbeddingServer: process.argv.includes('--embed-server') });
