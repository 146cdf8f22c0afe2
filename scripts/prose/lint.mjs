import { extname } from 'node:path';
import { readComments } from './read-comments.mjs';
import { readMarkdown } from './read-markdown.mjs';
import { readStrings } from './read-strings.mjs';
import { isTooLong, MAX_COLUMNS, problemsOf } from './rules.mjs';

/** The sources whose strings users of the API read: descriptions and errors. */
const OF_THE_API = /^internal\/api\/.*(?<!\.test)\.ts$/;

/** An interactive zsh, the shell of macOS, takes `#` for a word unless INTERACTIVE_COMMENTS is set. */
const SHELL_COMMENT = /(?:^|\s)#(?:\s|$)/;

/** Everything that the lint has to say about one file: `{ line, what }`, in the order of the lines. */
export function lint(path, content) {
  const extension = extname(path);
  const { blocks, lines, shell = [] } = extension === '.md' ? readMarkdown(content) : readComments(content, extension);
  const texts = OF_THE_API.test(path) ? readStrings(content).blocks : [];
  const problems = [...blocks, ...texts].flatMap(({ kind, lines: parts }) => {
    const text = parts.map((part) => part.text).join(' ');
    return problemsOf({ kind, text }).map(({ index, what }) => ({ line: lineAt(parts, index), what }));
  });
  for (const { no, text } of lines) {
    if (isTooLong(text)) problems.push({ line: no, what: `${text.length} columns (${MAX_COLUMNS})` });
  }
  for (const { no, text } of shell) {
    if (SHELL_COMMENT.test(text))
      problems.push({ line: no, what: 'a comment in a shell example: zsh runs it as words' });
  }
  return problems.sort((one, other) => one.line - other.line);
}

/** The number of the line that holds a position of the joined text. */
function lineAt(parts, index) {
  let end = -1;
  for (const { no, text } of parts) {
    end += text.length + 1;
    if (index <= end) return no;
  }
  return parts.at(-1)?.no ?? 0;
}
