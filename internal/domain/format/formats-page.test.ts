import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { formatsPage } from './formats-page.js';

it('docs/formats.md shows what each format renders (npm run formats-page)', () => {
  expect(readFileSync('docs/formats.md', 'utf8')).toBe(formatsPage());
});
