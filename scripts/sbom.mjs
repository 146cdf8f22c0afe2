// `npm run sbom > hukz.cdx.json`: the production dependencies as a CycloneDX document, from package-lock.json. npm's
// own document has two faults: the root component is named after its directory, and with --omit the packages that an
// omitted package shares with the others (`pg`, for example) are missing. So this script asks npm for all packages
// and leaves out those that are not shipped.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { name: ownName } = JSON.parse(readFileSync('package.json', 'utf8'));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
const sbom = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 64 << 20 }));

const production = Object.entries(packages)
  .filter(([path, { dev, link }]) => path.startsWith('node_modules/') && !link && !dev)
  .filter(([, { optional, devOptional }]) => !optional && !devOptional)
  .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`);
const isShipped = ({ name, version }) => production.includes(`${name}@${version}`);
sbom.metadata.component.name = ownName;
sbom.components = sbom.components.filter(isShipped);
const shipped = new Set([sbom.metadata.component, ...sbom.components].map((component) => component['bom-ref']));
sbom.dependencies = sbom.dependencies
  .filter(({ ref }) => shipped.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => shipped.has(other)) }));
process.stdout.write(`${JSON.stringify(sbom, null, 2)}\n`);
