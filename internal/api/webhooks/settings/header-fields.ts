import { boundedRecord, boundedText } from '../../bodies/bounds.js';

export const MAX_HEADERS = 20;
export const MAX_HEADER_NAME_LENGTH = 128;
const MAX_VALUE_LENGTH = 4096;
/** RFC 9110: a token. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const VALUE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** Headers of HTTP, and headers by which a receiver recognises hukz. An asterisk means every name with that prefix. */
const OURS = [
  ...[
    'host',
    'content-*',
    'transfer-encoding',
    'connection',
    'keep-alive',
    'proxy-*',
    'upgrade',
    'expect',
    'te',
    'trailer',
  ],
  ...['cookie', 'accept-encoding', 'user-agent', 'hukz-*', 'webhook-*', 'ce-*', 'x-hub-signature*', 'traceparent'],
  'tracestate',
];

/**
 * All names except these, in any case. The pattern spells out the case because patterns of a JSON schema have no flags.
 */
function namesBut(others: readonly string[]): RegExp {
  const forms = others.map((name) => {
    const letters = name.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
    return letters.endsWith('*') ? letters.slice(0, -1) : `${letters}$`;
  });
  return new RegExp(`^(?!${forms.join('|')})${TOKEN}$`);
}

const ANY_NAME = new RegExp(`^${TOKEN}$`);
const NAME = namesBut(OURS);

export const headerName = boundedText(MAX_HEADER_NAME_LENGTH)
  .superRefine((name, context) => {
    if (NAME.test(name)) return;
    const message = ANY_NAME.test(name) ? 'is a header that hukz sets' : 'is not the name of a header';
    context.addIssue({ code: 'custom', message });
  })
  .meta({ pattern: NAME.source });

export const headerValue = boundedText(MAX_VALUE_LENGTH).regex(VALUE, 'a value must be visible ASCII');

/** Headers of every request. If the name of a header suggests a secret, its value is not shown (`hidden-headers`). */
export const headersField = boundedRecord(
  // `credentials.ts` refuses Authorization, which belongs in `auth`.
  { key: headerName.meta({ pattern: namesBut([...OURS, 'authorization']).source }), value: headerValue },
  MAX_HEADERS,
  `there are at most ${MAX_HEADERS} headers`,
)
  .refine((headers) => {
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    return new Set(names).size === names.length;
  }, 'a header may be named only once, in any case')
  .meta({
    maxProperties: MAX_HEADERS,
    description:
      'Headers of every request. The value of a header whose name suggests a secret (x-api-key, x-token) is returned as `***`. Sending `***` back keeps it.',
    example: { 'x-team': 'payments' },
  });
