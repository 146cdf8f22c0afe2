import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly engines: object;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Licences that a package may have to be part of a product under Apache-2.0. */
const ALLOWED = new Set([
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
  'PSF-2.0',
  '(MIT OR CC0-1.0)',
]);

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { readonly packages: Record<string, Entry> };
/** The packages that npm downloads. hukz itself and the packages of this repository are not among them. */
const entries = Object.entries(lock.packages).filter(([path, { link }]) => path.startsWith('node_modules/') && !link);
const nameOf = (path: string) => path.split('node_modules/').at(-1) ?? path;
const production = new Map(
  entries
    .filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional)
    .map(([path, { version, license }]) => [`${nameOf(path)}@${version}`, license]),
);

it('every package of package-lock.json has the hash of its content', () => {
  expect(entries.length).toBeGreaterThan(400);
  expect(entries.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
});

it('docs/dependencies.md has the version and the licence of every production dependency, and a date', () => {
  const rows = [
    ...readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| (\S+) \| (\d\S*) \| (.+?) \| (.*?) \|/gm),
  ];
  const listed = new Map(rows.map(([, name, version, licence]) => [`${name}@${version}`, licence]));
  expect(listed).toEqual(production);
  expect(rows.filter(([, , , , released]) => !/^\d{4}-\d\d-\d\d$/.test(released ?? '')).map(([row]) => row)).toEqual(
    [],
  );
});

it('the packages of this repository depend on each other only, in the version and with the licence of hukz', () => {
  const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const hukz = read('package.json');
  const own = readdirSync('packages')
    .map((name) => `packages/${name}/package.json`)
    .filter((file) => existsSync(file))
    .map(read);
  expect(own.length).toBeGreaterThan(1);
  const names = new Set(own.map(({ name }) => name));
  for (const { name, version, license, engines, dependencies = {} } of own) {
    expect({ name, version, license, engines }).toEqual({
      name,
      version: hukz.version,
      license: hukz.license,
      engines: hukz.engines,
    });
    const others = Object.entries(dependencies).filter(([each, range]) => !names.has(each) || range !== hukz.version);
    expect([name, others]).toEqual([name, []]);
    expect(lock.packages[`node_modules/${name}`]).toMatchObject({ link: true });
  }
});

it('every production dependency has a licence that allows it', () => {
  expect([...production].filter(([, licence]) => !ALLOWED.has(licence ?? ''))).toEqual([]);
});

it('`npm run sbom` writes a CycloneDX document of every production dependency, with licences and hashes', () => {
  const sbom = JSON.parse(execFileSync('node', ['scripts/sbom.mjs'], { encoding: 'utf8', maxBuffer: 64 << 20 })) as {
    readonly bomFormat: string;
    readonly metadata: { readonly component: { readonly name: string } };
    readonly components: readonly {
      readonly name: string;
      readonly group?: string;
      readonly version: string;
      readonly hashes?: readonly unknown[];
      readonly licenses?: readonly unknown[];
    }[];
  };
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'hukz' } } });
  const names = sbom.components.map(({ name, group, version }) => `${group ? `${group}/` : ''}${name}@${version}`);
  expect(new Set(names)).toEqual(new Set(production.keys()));
  const bare = sbom.components.filter(({ hashes, licenses }) => !hashes?.length || !licenses?.length);
  expect(bare.map(({ name }) => name)).toEqual([]);
});

it('docker-compose.yml gives hukz no right that it does not need, and the image does not run as root', () => {
  const compose = readFileSync('docker-compose.yml', 'utf8');
  for (const line of ['read_only: true', 'cap_drop: [ALL]', 'security_opt: ["no-new-privileges:true"]'])
    expect(compose).toContain(line);
  expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER node$/m);
});
