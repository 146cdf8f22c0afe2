// `npm run packages`, and before `npm pack` of a package: compiles packages/*/src into packages/*/dist. Everything that
// an earlier compilation has left is removed first, because a package publishes its whole dist/.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folders = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);

for (const name of folders) {
  rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
  // npm packs a licence only if it lies beside the package.json.
  copyFileSync(join(root, 'LICENSE'), join(root, 'packages', name, 'LICENSE'));
}
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-b', 'packages'], { cwd: root, stdio: ['inherit', 2, 2] });
process.exitCode = status ?? 1;
