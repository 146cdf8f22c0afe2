import { describe, expect, it } from '@jest/globals';
import { anchorsOf, brokenLinks, missingTests } from './links/broken-links.mjs';
import { lint } from './prose/lint.mjs';

const said = (content: string, path = 'page.md') =>
  lint(path, content).map(({ line, what }: { line: number; what: string }) => `${line}: ${what}`);

describe('the prose lint', () => {
  it.each([
    ['What stands in other tables.', ['1: "stands"', '1: a sentence that begins with "What"']],
    [
      'It is sent again.\nWhoever asks\nis told so.',
      ['2: "Whoever"', '2: a sentence that begins with "Whoever"', '3: "is told"'],
    ],
    ['The instance recovers by\nitself.', ['1: "by itself"']],
    ['- one item\n- a log line a fact', ['2: "line a fact"']],
    ['| 300 messages a second | anew |\n|---|---|', ['1: "messages a second"', '1: "anew"']],
    [`| ${'word '.repeat(41)}|`, ['1: a table cell of 41 words']],
    [`${'word '.repeat(25)}`, ['1: 125 columns']],
  ])('finds what is wrong with %j, and where', (content, problems) => {
    const found = said(content);
    expect(found).toHaveLength(problems.length);
    for (const [index, problem] of problems.entries()) expect(found[index]).toContain(problem);
  });

  it.each([
    'What does it cost?',
    '## What to answer\n\nThe receiver answers 200.',
    `\`\`\`\nWhat stands here is code, and very long: \`${'x '.repeat(80)}\`\n\`\`\``,
    'The field `anew` stays, and so does [a link](https://example.com/somebody).',
    `<!-- nobody reads this -->\n\nhttps://example.com/${'x'.repeat(120)}`,
    'It runs a second time, and a message has a key.',
  ])('has nothing to say about %j', (content) => {
    expect(said(content)).toEqual([]);
  });

  it('refuses comments in shell examples, which a pasted line of zsh would run', () => {
    const page = '```sh\nnpm run up   # runs everything\n# then\necho "$#"\n```\n\n```yaml\na: 1 # one\n```';
    expect(said(page)).toEqual([
      '2: a comment in a shell example: zsh runs it as words',
      '3: a comment in a shell example: zsh runs it as words',
    ]);
  });

  it('reads the descriptions and errors of the API, which are strings', () => {
    const source = [
      "const text = 'it is sent';",
      "const ours = ['told', 'it is let in'];",
      "// The cat's 'unless told'",
    ];
    const found = said(source.join('\n'), 'internal/api/a.ts');
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('2: "let in"');
    expect(said(source.join('\n'), 'internal/api/a.test.ts')).toEqual([]);
  });

  it('reads the comments of a source file, and nothing else of it', () => {
    const source = [
      "const nobody = 'What stands here';",
      '/**',
      ' * Sends the message',
      ' * anew.',
      ' */',
      ['send();', '// somebody waits'].join(' '),
      '// What is left.',
    ].join('\n');
    const found = said(source, 'a.ts');
    expect(found).toHaveLength(3);
    expect(found[0]).toContain('4: "anew"');
    expect(found[1]).toContain('6: "somebody"');
    expect(found[2]).toContain('7: a sentence that begins with "What"');
  });
});

describe('the link check', () => {
  const files = new Set(['README.md', 'docs/a.md', 'internal/app/x.test.ts']);
  const check = (text: string) =>
    brokenLinks({
      page: 'README.md',
      text,
      folder: '.',
      files,
      has: (path: string) => files.has(path),
      read: () => '# One\n\n## Two words, `code`\n\n## One\n',
      withNames: true,
    });

  it('finds files and headings that are not there', () => {
    expect(check('[a](docs/a.md) [b](docs/b.md)\n[c](docs/a.md#two-words-code) [d](docs/a.md#three)')).toEqual([
      'README.md:1: docs/b.md: there is no such file',
      'README.md:2: docs/a.md#three: that page has no such heading',
    ]);
  });

  it('finds files that are named and not there', () => {
    expect(check('`internal/app/x.test.ts` `x.test.ts` `y.test.ts` `internal/gone.ts` `internal/intake/*.ts`')).toEqual(
      ['README.md:1: y.test.ts: there is no test of that name', 'README.md:1: internal/gone.ts: there is no such file'],
    );
  });

  it('finds names of tests that are not there', () => {
    const text = '- `internal/app/x.test.ts`: `loses … everything`,\n  `keeps nothing`';
    const read = () => "it('loses not everything', () => {";
    expect(missingTests({ page: 'README.md', text, has: () => true, read })).toEqual([
      'README.md: internal/app/x.test.ts has no test "keeps nothing"',
    ]);
  });

  it('names headings as GitHub does', () => {
    expect([...anchorsOf('# One\n## Two words, `code`\n## One\n```\n# not one\n```')]).toEqual([
      'one',
      'two-words-code',
      'one-1',
    ]);
  });
});
