import { join } from 'node:path';

/** The anchor that GitHub gives a heading. */
export const anchorOf = (heading) =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** All anchors of a page; a heading that comes again has a number behind it. */
export function anchorsOf(text) {
  const seen = new Map();
  return new Set(
    linesOutsideCode(text).flatMap(({ line }) => {
      const [, heading] = /^#{1,6}\s+(.*?)\s*#*$/.exec(line) ?? [];
      if (heading === undefined) return [];
      const anchor = anchorOf(heading);
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return [times === 0 ? anchor : `${anchor}-${times}`];
    }),
  );
}

function linesOutsideCode(text) {
  let inCode = false;
  return text.split('\n').flatMap((line, index) => {
    const isFence = /^\s*(?:```|~~~)/.test(line);
    if (isFence) inCode = !inCode;
    return inCode || isFence ? [] : [{ line, no: index + 1 }];
  });
}

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const CODE = /`([^`\s]+)`/g;
const OUR_PATH = /^(?:\.ci|bench|cmd|config|docs|faults|internal|migrations|scripts)\/[\w./-]*\w$/;
const TEST_FILE = /^[\w.-]+\.test\.ts$/;

/** The broken links of one page, a sentence each. `withNames` also checks the files that a page names in backticks. */
export function brokenLinks({ page, text, folder, files, has, read, withNames }) {
  const names = new Set([...files].map((path) => path.split('/').at(-1)));
  return linesOutsideCode(text).flatMap(({ line, no }) => {
    const problems = [];
    for (const [, target] of line.matchAll(LINK)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const to = path === '' ? page : join(folder, path);
      if (!has(to)) problems.push(`${target}: there is no such file`);
      else if (anchor !== undefined && to.endsWith('.md') && !anchorsOf(read(to)).has(anchor))
        problems.push(`${target}: that page has no such heading`);
    }
    if (withNames) {
      for (const [, name] of line.matchAll(CODE)) {
        if (OUR_PATH.test(name) && !has(name)) problems.push(`${name}: there is no such file`);
        if (TEST_FILE.test(name) && !names.has(name)) problems.push(`${name}: there is no test of that name`);
      }
    }
    return problems.map((problem) => `${page}:${no}: ${problem}`);
  });
}

const NAMED_TESTS = /`([\w/.-]+\.test\.ts)`:((?:\s+`[^`]+`,?)+)/g;

/** The tests that a page names after their file, and that the file does not contain; `…` in a name leaves out text. */
export function missingTests({ page, text, has, read }) {
  return [...text.matchAll(NAMED_TESTS)].flatMap(([, path, names]) => {
    if (!has(path)) return [];
    const source = read(path);
    return [...names.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => {
      const isThere = name.split('…').every((part) => source.includes(part.trim()));
      return isThere ? [] : [`${page}: ${path} has no test "${name}"`];
    });
  });
}
