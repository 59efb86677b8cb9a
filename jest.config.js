/** Node runs Jest with --experimental-vm-modules (scripts/test.mjs): the tests are ES modules like the sources. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // What takes minutes runs in `npm run test:faults`, which says otherwise.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/faults/slow/'],
  modulePathIgnorePatterns: ['<rootDir>/.venv', '<rootDir>/.climb', '<rootDir>/examples/corpus'],
  testTimeout: 20_000,
  // Jest keeps the ES modules of every file that it has run: one process for all of them comes to its limit of 4 GB.
  workerIdleMemoryLimit: '1GB',
};
