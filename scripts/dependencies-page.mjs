// `npm run dependencies-page`, after every change of a production dependency: writes docs/dependencies.md. A test
// compares the page with package-lock.json and with the licences that are allowed.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const AT_ONCE = 6;

const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const waiting = Object.entries(packages)
  .filter(([path, { dev, link }]) => path.startsWith('node_modules/') && !link && !dev)
  .filter(([, { optional, devOptional }]) => !optional && !devOptional)
  .map(([path, { version, license }]) => ({ name: path.split('node_modules/').at(-1), version, license }))
  .sort((a, b) => `${a.name}@${a.version}`.localeCompare(`${b.name}@${b.version}`, 'en'));
const rows = new Map(waiting.map((each) => [`${each.name}@${each.version}`, each]));

async function askReleased(each) {
  const { stdout } = await run('npm', ['view', each.name, 'time', '--json'], { maxBuffer: 64 << 20 });
  each.released = JSON.parse(stdout)[each.version]?.slice(0, 10) ?? '';
}

const queue = [...rows.values()];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let each = queue.shift(); each; each = queue.shift()) await askReleased(each);
  }),
);

const row = ({ name, version, license, released }) => {
  const direct = name in dependencies ? 'yes' : '';
  return `| ${name} | ${version} | ${license} | ${released} | ${direct} |`;
};
writeFileSync(
  'docs/dependencies.md',
  `# Production dependencies

This page lists the npm packages that run in production, including transitive packages: ${rows.size}.
\`npm run dependencies-page\` writes it from \`package-lock.json\`. \`internal/app/supply-chain.pure.test.ts\` fails if it is
stale, if a licence is not in its list of allowed licences, and if an entry of the lock file has no integrity hash.
\`npm run sbom\` writes the same packages as a CycloneDX document.

The packages below \`packages/\` depend on each other only, so they add nothing to this list; the same test checks it.

"Released" is the date that the registry shows for the version. A mirror shows the date on which it copied an old
version, so the release may be older.

| package | version | licence | released | required by hukz |
|---|---|---|---|---|
${[...rows.values()].map(row).join('\n')}
`,
);
