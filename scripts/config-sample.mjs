// `npm run config-sample`: writes config.yml and docs/configuration.md from the schema. With `--check`, part of
// `npm run verify`, it writes nothing and fails when one of them is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { configSample } = await import('../config/sample.ts');
const { configurationPage } = await import('../config/configuration-page.ts');

const texts = { 'config.yml': configSample(), 'docs/configuration.md': configurationPage() };
const isStale = ([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text;
const stale = Object.entries(texts).filter(isStale);
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is stale: npm run config-sample`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) writeFileSync(path, text);
}
