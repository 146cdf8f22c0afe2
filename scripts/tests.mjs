// `npm test`: runs Jest with the given arguments. When at most six files fail, they run once more without others
// beside them. A file that passes alone is named, because it is still to be mended: it depends on what else the machine
// does.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const MAX_FILES = 6;

const folder = mkdtempSync(join(tmpdir(), 'hukz-tests-'));
const report = join(folder, 'report.json');
try {
  process.exitCode = jest(...process.argv.slice(2), '--json', '--outputFile', report);
  const failed = process.exitCode === 0 ? [] : failedFiles();
  if (failed.length > 0 && failed.length <= MAX_FILES) {
    console.error(`\nThese failed beside other tests and run once more alone: ${failed.join(', ')}\n`);
    process.exitCode = jest('--runInBand', '--runTestsByPath', ...failed);
    if (process.exitCode === 0) console.error(`\nTO MEND, passed only alone: ${failed.join(', ')}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function jest(...args) {
  const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const program = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  return spawnSync(process.execPath, [...options, program, ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

function failedFiles() {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative(root, name));
}
