// `npm test`: runs Jest with the given arguments. When at most twelve files fail, they run again without others beside
// them, twice at most. A file that passes alone is named, because it is still to be mended: it depends on what else the
// machine does. Secrets that any of the runs found where none may be fail the whole (internal/testkit/leaks).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const MAX_FILES = 12;
const MAX_RERUNS = 2;

const folder = mkdtempSync(join(tmpdir(), 'hukz-tests-'));
const report = join(folder, 'report.json');
const leaks = join(folder, 'leaks');
writeFileSync(leaks, '');
try {
  process.exitCode = jest(...process.argv.slice(2));
  const first = failedFiles();
  let failed = first;
  for (let rerun = 1; rerun <= MAX_RERUNS && failed.length > 0 && first.length <= MAX_FILES; rerun++) {
    console.error(`\nThese failed and run once more alone: ${failed.join(', ')}\n`);
    process.exitCode = jest('--runInBand', '--runTestsByPath', ...failed);
    failed = failedFiles();
  }
  if (process.exitCode === 0 && first.length > 0) console.error(`\nTO MEND, passed only alone: ${first.join(', ')}`);
  const leaked = readFileSync(leaks, 'utf8').split('\n').filter(Boolean);
  if (leaked.length > 0) {
    console.error(`\n${leaked.length} secrets leaked in this run:\n${leaked.slice(0, 20).join('\n')}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function jest(...args) {
  const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const program = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  return (
    spawnSync(process.execPath, [...options, program, ...args, '--json', '--outputFile', report], {
      cwd: root,
      env: { ...process.env, TESTKIT_LEAKS: leaks },
      stdio: 'inherit',
    }).status ?? 1
  );
}

function failedFiles() {
  if (process.exitCode === 0) return [];
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative(root, name));
}
