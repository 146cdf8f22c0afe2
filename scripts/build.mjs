// `node scripts/build.mjs [--if-changed]`: compiles the sources into dist/.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, needsCompilation } from './compile.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isNeeded = !process.argv.includes('--if-changed') || needsCompilation(root);
if (isNeeded && !compile(root)) process.exit(1);
