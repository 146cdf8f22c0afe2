// Takes the comments out of a source file, line by line: a line that begins with a comment's mark, or ends with
// ` // …`. That is enough for formatted sources, and a string or a regular expression cannot mislead it.

const MARKS = {
  '.ts': { line: /^\s*\/\/\s?/, trailing: /\s\/\/ (?!biome-ignore)/, sql: /^\s*-- / },
  '.mjs': { line: /^\s*\/\/\s?/, trailing: /\s\/\/ (?!biome-ignore)/ },
  '.yml': { line: /^\s*#\s?/ },
};

const withoutCode = (text) => text.replaceAll(/(`+).*?\1/g, '`').replaceAll(/\{@\w+\s+([^}]*)\}/g, '$1');

/** As `readMarkdown`: blocks of prose, and the lines that the column limit applies to. */
export function readComments(source, extension) {
  const marks = MARKS[extension];
  const blocks = [];
  const lines = [];
  let open;
  let inBlock = false;
  const add = (no, text) => {
    if (text.trim() === '') {
      open = undefined;
      return;
    }
    if (!open) {
      open = { kind: 'prose', lines: [] };
      blocks.push(open);
    }
    open.lines.push({ no, text: withoutCode(text) });
  };
  for (const [index, text] of source.split('\n').entries()) {
    const no = index + 1;
    if (inBlock || (extension !== '.yml' && /^\s*\/\*/.test(text))) {
      if (!inBlock) open = undefined;
      inBlock = !text.includes('*/');
      lines.push({ no, text });
      add(no, text.replace(/^\s*\/?\*+\s?/, '').replace(/\s*\*+\/.*$/, ''));
      if (!inBlock) open = undefined;
      continue;
    }
    const mark = [marks.line, marks.sql].find((each) => each?.test(text));
    if (mark) {
      lines.push({ no, text });
      add(no, text.replace(mark, ''));
      continue;
    }
    open = undefined;
    const trailing = marks.trailing?.exec(text);
    if (trailing) add(no, text.slice(trailing.index + trailing[0].length));
    open = undefined;
  }
  return { blocks, lines };
}
