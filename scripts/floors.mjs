// The floors of the house as rules for dependency-cruiser. Its command refuses Node 20; its API does not.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';

const ground = '^internal/[a-z-]+\\.ts$';
const domain = '^internal/domain/';
const identity = '^internal/identity/';
const config = '^config/';
const migrations = '^migrations/';
const local = '^internal/local/';
const testkit = '^internal/testkit/';
const tests = '\\.test\\.ts$|^internal/testkit/';
const stored = ['^internal/store/', '^internal/destinations/'];
const packages = '^packages/[a-z]+/src/';
const signatures = '^packages/signatures/src/';
/** The files that `hukz --version` loads: registrations, and files that import next to nothing. */
const entry = '^cmd/(hukz|command-failed|exit-codes|explain-failure)\\.ts$|^cmd/program/';
const OURS = '^(cmd|config|internal|migrations|bench|faults|packages)/';

/** Each room with what it may import of ours, besides itself. A room that is not named as such may not be imported. */
const rooms = {
  'packages/signatures': [],
  'packages/receiver': [signatures],
  'packages/client': [signatures],
  'internal/domain': [ground, signatures],
  'internal/identity': [ground],
  'internal/store': [domain, identity, ground, '^migrations/list\\.ts$'],
  'internal/destinations': [domain, ground],
  'internal/instance': [...stored, domain, ground],
  'internal/catalog': [...stored, identity, domain, ground],
  'internal/schemas': [domain, ground],
  'internal/jwt': ['^internal/destinations/', identity, domain, ground],
  'internal/sending': [...stored, '^internal/dispatch/', domain, ground],
  'internal/upkeep': [...stored, '^internal/catalog/', domain, ground, config],
  'internal/go-service': [...stored, domain, ground],
  'internal/api': [...stored, identity, domain, ground],
  'internal/intake': [...stored, '^internal/catalog/', domain, ground],
  'internal/dispatch': [...stored, '^internal/instance/', domain, ground],
  'internal/embedded': [
    '^packages/client/src/emitter/(contract|emitter-error|read|read-config|read-arguments)\\.ts$',
    '^internal/(dispatch|destinations)/',
    domain,
    ground,
  ],
  'internal/workers': ['^internal/(app|api)/', ...stored, domain, ground, config],
  'internal/app': [
    ...stored,
    '^internal/(api|intake|dispatch|catalog|instance|jwt|schemas|sending|upkeep)/',
    identity,
    domain,
    ground,
    config,
  ],
  'internal/local': [ground],
  config: [domain, ground],
  migrations: [],
  cmd: [
    packages,
    '^internal/(app|workers|go-service)/',
    '^internal/(api|intake|dispatch)/',
    ...stored,
    local,
    identity,
    domain,
    ground,
    config,
  ],
};

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `room ${room}`,
  comment: `${room} may import of ours only: itself${allowed.map((each) => `, ${each}`).join('')}`,
  severity: 'error',
  from: { path: `^${room}/`, pathNot: tests },
  to: { path: OURS, pathNot: [`^${room}/`, ...allowed] },
}));

const rules = [
  ...roomRules,
  {
    name: 'the ground stands on nothing',
    severity: 'error',
    from: { path: ground },
    to: { path: OURS, pathNot: ground },
  },
  {
    name: 'no circles, not even of types',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'the rules do no I/O',
    comment: 'of Node only node:buffer, and the deterministic part of node:crypto; of packages none',
    severity: 'error',
    from: { path: `${domain}|${identity}`, pathNot: tests },
    to: { pathNot: [domain, identity, ground, signatures, '^(node:)?(buffer|crypto)$'] },
  },
  {
    name: 'packages run everywhere',
    comment: 'what packages/ publishes imports its sibling packages and, in hukz-receiver, types of Node',
    severity: 'error',
    from: { path: packages, pathNot: tests },
    to: { pathNot: [packages, '^(node:)?http$'] },
  },
  {
    name: 'embedded emitters need no server',
    comment: 'got fetches access tokens, which emitters do not have: only its types are imported',
    severity: 'error',
    from: { path: '^internal/embedded/', pathNot: tests },
    to: { path: 'node_modules/', pathNot: 'node_modules/(undici|got|@types)/', reachable: true },
  },
  {
    name: 'the testkit is for tests and the fault suite',
    severity: 'error',
    from: { path: OURS, pathNot: [tests, '^faults/'] },
    to: { path: testkit },
  },
  {
    name: 'no program knows a test',
    severity: 'error',
    from: { path: OURS },
    to: { path: '\\.test\\.ts$' },
  },
  {
    name: 'internal/local is for cmd, testkit, bench and faults',
    severity: 'error',
    from: { path: OURS, pathNot: [local, '^(cmd|bench|faults)/', tests] },
    to: { path: local },
  },
  {
    name: 'bench measures from outside',
    comment: 'bench starts programs; of ours it may use internal/local, config, the domain and the ground',
    severity: 'error',
    from: { path: '^bench/' },
    to: { path: OURS, pathNot: ['^bench/', local, config, domain, ground, '^internal/store/', migrations] },
  },
  {
    name: 'faults come from outside',
    comment: 'the suite starts programs; of ours it may use internal/local, the testkit, the migrations and the ground',
    severity: 'error',
    from: { path: '^faults/' },
    to: { path: OURS, pathNot: ['^faults/', local, testkit, ground, '^internal/store/postgres/migrate\\.ts$'] },
  },
  {
    name: 'nobody knows of faults',
    severity: 'error',
    from: { path: OURS, pathNot: '^faults/' },
    to: { path: '^faults/' },
  },
  {
    name: 'the entry imports no verb',
    comment:
      'hukz --version and completion are fast: verbs, the client and the service are imported when they are called',
    severity: 'error',
    from: { path: entry, pathNot: tests },
    to: {
      pathNot: [entry, ground, '^internal/domain/text/', '^(node:)?(fs|url)$', 'node_modules/commander/'],
      dynamic: false,
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'imports must be found',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

const packageSources = readdirSync('packages', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `packages/${name}/src`);
const { output } = await cruise(
  ['cmd', 'config', 'internal', 'migrations', 'bench', 'faults', ...packageSources],
  {
    validate: true,
    ruleSet: { forbidden: rules },
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^packages/[a-z]+/dist/'] },
  },
  // Our imports are written with the extension of the compiled file; packages say in `exports` where their entry is.
  {
    extensionAlias: { '.js': ['.ts', '.js'] },
    extensions: ['.ts', '.mjs', '.js', '.json'],
    conditionNames: ['node', 'import', 'types'],
    exportsFields: ['exports'],
    alias: Object.fromEntries(
      packageSources.flatMap((folder) => {
        const name = folder.split('/')[1];
        return [
          [`hukz-${name}$`, resolve(folder, `${name}.ts`)],
          [`hukz-${name}`, resolve(folder)],
        ];
      }),
    ),
  },
);
const { violations, totalCruised } = output.summary;
for (const { rule, from, to, cycle } of violations) {
  const way = cycle?.length ? cycle.map((step) => step.name).join(' → ') : to;
  console.error(`${rule.name}: ${from} → ${way}`);
}
/** A folder with more source files holds more than one idea. */
const MAX_FILES = 20;
/** A file per scenario, and nothing else. */
const SCENARIOS = 'faults/scenarios';
const folders = ['cmd', 'config', 'internal', 'bench', 'faults', ...packageSources].flatMap((root) => [
  root,
  ...readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${entry.parentPath}/${entry.name}`),
]);
const crowded = folders
  .map((folder) => [folder, readdirSync(folder).filter((name) => /(?<!\.test)\.ts$/.test(name)).length])
  .filter(([folder, files]) => files > MAX_FILES && folder !== SCENARIOS);
for (const [folder, files] of crowded) console.error(`${folder} has ${files} source files, at most ${MAX_FILES}`);
if (totalCruised === 0) throw new Error('no files were found: run this in the root of the repository');
const problems = violations.length + crowded.length;
console.log(`floors: ${totalCruised} modules in ${folders.length} folders, ${problems} violations`);
process.exitCode = problems > 0 ? 1 : 0;
