/** The data that can be read from a head even if it breaks the rules of HTTP. */
export interface AnswerHead {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The violation of HTTP in the head. Undefined means that none of the known ones was found. */
  readonly flaw: string | undefined;
  /** False when the end of the head did not arrive. */
  readonly isWhole: boolean;
  /** The position at which the body begins. */
  readonly length: number;
}

const STATUS_LINE = /^HTTP\/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t][^\n]*|\r)?\n/;
/** 101 is a final answer, after which the receiver would speak another protocol. */
const INFORMATIONAL = /^HTTP\/\d(?:\.\d)?[ \t]+1(?!01)\d\d\s/;
const MAX_STATUS_BYTES = 64;
const END = /\n\r?\n/;

/** `httptoken` of RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Violations within one line, in this order. The first one found is reported. */
const LINE_FLAWS: readonly (readonly [words: string, fits: (line: string) => boolean])[] = [
  ['a header is folded over two lines', (line) => /^[ \t]/.test(line)],
  ['a header line has no colon', (line) => !line.includes(':')],
  ['a header has a space before its colon', (line) => /^[^:]*[ \t]:/.test(line)],
  ['a header name has a character that HTTP forbids', (line) => !TOKEN.test(line.slice(0, line.indexOf(':')))],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
  ['a header value has a control character', (line) => /[\0-\x08\x0b-\x1f\x7f]/.test(line)],
  ['the length is not a number', (line) => /^content-length:/i.test(line) && !/:[ \t]*\d{1,15}[ \t]*$/.test(line)],
];

/**
 * Whether a head is that of an informational answer, which the final one follows. The check is as lenient as
 * `readAnswerHead`.
 */
export function isReadPast(bytes: Buffer): boolean {
  return INFORMATIONAL.test(bytes.toString('latin1', 0, MAX_STATUS_BYTES));
}

/**
 * Reads the head of an answer that undici refuses, or that broke off. The function is slow and lenient, and needs only
 * a status line. Use it only when nothing more is read from the connection, because the bytes behind such a head cannot
 * be distinguished from the next answer.
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
  return lengths.length > 1 ? 'it has two lengths' : undefined;
}
