// Takes a Markdown page apart into blocks of prose (paragraphs, list items, headings, table cells), and lists the lines
// that the column limit applies to, and those of shell examples.

/** Code is not prose, but has to leave a word behind; of a link only its text is prose. */
const proseOf = (line) =>
  line
    .replaceAll(/(`+).*?\1/g, '`')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/<[^>\s][^>]*>/g, '');

const cellsOf = (line) =>
  line
    .trim()
    .replaceAll(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

const LIST_ITEM = /^\s*(?:[-*+]|\d+\.)\s+/;

const SHELL = /^\s*(?:```+|~~~+)(?:sh|bash|shell)\b/;

/** Answers `{ blocks: { kind, lines: { no, text }[] }[], lines: { no, text }[], shell: { no, text }[] }`. */
export function readMarkdown(page) {
  const blocks = [];
  const lines = [];
  const shell = [];
  let fence;
  let isShell = false;
  let inComment = false;
  let open;
  for (const [index, text] of page.split('\n').entries()) {
    const no = index + 1;
    const [, mark] = /^\s*(```+|~~~+)/.exec(text) ?? [];
    if (fence ? mark?.startsWith(fence) : mark) {
      isShell = !fence && SHELL.test(text);
      fence = fence ? undefined : mark;
      open = undefined;
      continue;
    }
    if (isShell) shell.push({ no, text });
    if (fence) continue;
    if (inComment || /^\s*<!--/.test(text)) {
      inComment = !text.includes('-->');
      open = undefined;
      continue;
    }
    if (/^\s*\|/.test(text)) {
      open = undefined;
      if (/^\s*\|[\s|:-]*\|?\s*$/.test(text)) continue;
      for (const cell of cellsOf(text)) blocks.push({ kind: 'cell', lines: [{ no, text: proseOf(cell) }] });
      continue;
    }
    lines.push({ no, text });
    if (text.trim() === '') {
      open = undefined;
      continue;
    }
    const isHeading = /^#{1,6}\s/.test(text);
    if (!open || isHeading || LIST_ITEM.test(text)) {
      open = { kind: isHeading ? 'heading' : 'prose', lines: [] };
      blocks.push(open);
    }
    open.lines.push({ no, text: proseOf(text.replace(LIST_ITEM, '').replace(/^[#>\s]+/, '')) });
    if (isHeading) open = undefined;
  }
  return { blocks, lines, shell };
}
