const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' }],
  },
  // Imports are written with the extension that the compiled file will have.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // The packages of this repository are tested from their sources: hukz-x is packages/x/src/x.ts.
    '^hukz-([a-z]+)$': '<rootDir>/packages/$1/src/$1.ts',
    '^hukz-([a-z]+)/(?!package\\.json$)(.+)$': '<rootDir>/packages/$1/src/$2.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/packages/[^/]+/dist/'],
};

/** What needs no server: rules and configuration. */
const pure = ['/internal/domain/.*\\.test\\.ts$', '/config/.*\\.test\\.ts$', '\\.pure\\.test\\.ts$'];

export default {
  // The machine is shared with the PostgreSQL, the nats-servers and the receivers of the tests.
  maxWorkers: 2,
  // Modules of finished files stay in memory, and a large heap makes each garbage collection long.
  workerIdleMemoryLimit: '1.2GB',
  testTimeout: 180_000,
  projects: [
    { ...common, displayName: 'pure', testRegex: pure },
    {
      ...common,
      displayName: 'real',
      testRegex: ['\\.test\\.ts$'],
      testPathIgnorePatterns: ['/node_modules/', ...pure],
      globalSetup: '<rootDir>/internal/testkit/global-setup.mjs',
      globalTeardown: '<rootDir>/internal/testkit/global-teardown.mjs',
    },
  ],
};
