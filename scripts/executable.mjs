// tsc writes files without the right to run them; `bin` in package.json names this one.
import { chmodSync } from 'node:fs';

chmodSync('dist/cmd/hukz.js', 0o755);
