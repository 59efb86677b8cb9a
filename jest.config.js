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
  modulePathIgnorePatterns: ['<rootDir>/.venv', '<rootDir>/.climb', '<rootDir>/examples/corpus'],
  testTimeout: 20_000,
};
