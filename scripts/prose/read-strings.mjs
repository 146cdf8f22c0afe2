// Takes the texts out of a source file: the quoted strings with several words, outside of comments.

const COMMENT = /^\s*(?:\/\/|\/?\*)/;
const QUOTED = /'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\\n])*)`/g;
const SEVERAL_WORDS = /[a-z,] [a-z]/i;

/** As `readComments`, without lines for the column limit, because formatted strings may be longer. */
export function readStrings(source) {
  const blocks = [];
  for (const [index, line] of source.split('\n').entries()) {
    if (COMMENT.test(line)) continue;
    for (const found of line.matchAll(QUOTED)) {
      const text = (found.slice(1).find((each) => each !== undefined) ?? '').replaceAll(/\$\{[^}]*\}/g, '…');
      if (SEVERAL_WORDS.test(text)) blocks.push({ kind: 'string', lines: [{ no: index + 1, text }] });
    }
  }
  return { blocks };
}
