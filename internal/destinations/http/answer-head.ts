/** What can be read of a head without asking that it keeps the rules of HTTP. */
export interface AnswerHead {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** What breaks HTTP in it, in words; undefined: nothing that we look for. */
  readonly flaw: string | undefined;
  /** False: its end has not come. */
  readonly isWhole: boolean;
  /** Where the body begins. */
  readonly length: number;
}

const STATUS_LINE = /^HTTP\/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t][^\n]*|\r)?\n/;
/** 101 is an answer: the receiver wants to speak something else from now on. */
const INFORMATIONAL = /^HTTP\/\d(?:\.\d)?[ \t]+1(?!01)\d\d\s/;
const MAX_STATUS_BYTES = 64;
const END = /\n\r?\n/;

/** As `httptoken` of RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Looked at line by line, in this order; the first that fits is told. */
const LINE_FLAWS: readonly (readonly [words: string, fits: (line: string) => boolean])[] = [
  ['a header is folded over two lines', (line) => /^[ \t]/.test(line)],
  ['a header line has no colon', (line) => !line.includes(':')],
  ['a header has a space before its colon', (line) => /^[^:]*[ \t]:/.test(line)],
  ['a header name has a character that HTTP forbids', (line) => !TOKEN.test(line.slice(0, line.indexOf(':')))],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
  ['a header value has a control character', (line) => /[\0-\x08\x0b-\x1f\x7f]/.test(line)],
  ['the length is not a number', (line) => /^content-length:/i.test(line) && !/:[ \t]*\d{1,15}[ \t]*$/.test(line)],
];

/** Whether a head is that of an informational answer, behind which the real one comes. As lenient as `readAnswerHead`. */
export function isReadPast(bytes: Buffer): boolean {
  return INFORMATIONAL.test(bytes.toString('latin1', 0, MAX_STATUS_BYTES));
}

/**
 * Reads the head of an answer that undici refuses or that broke off. Slow and lenient; a status line is all that it
 * needs. Only for what is never read further on the connection: what follows such a head cannot be told from a next answer.
 */
export function readAnswerHead(bytes: Buffer): AnswerHead | undefined {
  const text = bytes.toString('latin1');
  const line = STATUS_LINE.exec(text);
  const status = Number(line?.[1] ?? 0);
  if (!line || status < 200) return undefined;
  const end = END.exec(text);
  const length = end ? end.index + end[0].length : text.length;
  const head = text.slice(0, end ? end.index + 1 : text.length);
  const headers = head.slice(line[0].length);
  return {
    status,
    retryAfter: /^retry-after[ \t]*:(.*)$/im.exec(headers)?.[1]?.trim(),
    flaw: flawOf(text.slice(0, length), headers),
    isWhole: end !== null,
    length,
  };
}

function flawOf(head: string, headers: string): string | undefined {
  if (/(?:^|[^\r])\n/.test(head)) return 'lines end with LF alone';
  if (!/^HTTP\/1\.[01] \d{3}[ \r]/.test(head)) return 'the status line is malformed';
  const lines = headers.split('\r\n').slice(0, -1);
  for (const [words, fits] of LINE_FLAWS) if (lines.some(fits)) return words;
  const lengths = lines.filter((line) => /^(?:content-length|transfer-encoding):/i.test(line));
  return lengths.length > 1 ? 'it gives two lengths' : undefined;
}
