import { envelope } from '../envelope.js';
import type { Format, Rendering } from './format.js';
import { formats } from './formats.js';

const HEAD = `<!-- Made by \`npm run formats-page\` from what the formats render; a test says when it has to be made again. -->

# Formats of a body

\`format\` of a webhook says in which shape it gets its messages (\`$api\` is the address of hukz's API, such as http://127.0.0.1:8000; 1 an id of yours):

\`\`\`sh
curl -s -H 'X-User: 1' -H 'Content-Type: application/json' -X PATCH $api/webhooks/1 -d '{"format":"cloudevents"}'
\`\`\`

Without one, webhooks at the hosts named below get what is for them, all others \`hukz\`; \`null\` goes back to that. A format that is named
always wins. Signatures are made over the body as it is sent. The log's \`data\` shows the body in the format that the webhook has by then.

Payloads are put in byte for byte, big integers, spaces and duplicate keys included, and never parsed on the way. Only the four chats look into one,
up to 128 KiB, for a text named \`name\` or else \`title\`; their line comes from the subject (\`order.item.created\` is "Created Order Item"), has
at most 480 characters, and what would be markup, a link or a mention in it is escaped. One message is rendered once a format, whoever
it goes to, and the bytes are the same on every attempt.

One more format is a file in \`internal/domain/format/\` and a row in its table, \`formats.ts\`; all that names them follows.

Below is what is sent of the payload \`{ "id": 12345678901234567890, "name": "water" }\`, of no payload, and of the two bytes \`00 ff\`,
published to \`tag.created\`.
`;

const PAYLOADS = {
  json: Buffer.from('{ "id": 12345678901234567890, "name": "water" }'),
  empty: Buffer.alloc(0),
  binary: Buffer.from([0x00, 0xff]),
};

/** The text of `docs/formats.md`. */
export function formatsPage(): string {
  return [HEAD, ...Object.entries(formats).map(([name, format]) => section(name, format))].join('\n');
}

function section(name: string, format: Format): string {
  const json = example(format, PAYLOADS.json);
  const headers = ['content-type', json.contentType, ...(json.headers ?? [])];
  const lines = headers.flatMap((header, index) => (index % 2 === 0 ? [`${header}: ${headers[index + 1]}`] : []));
  const host = format.host === undefined ? '' : ` What webhooks at \`${format.host}\` get when they name no format.`;
  return `## \`${name}\`

${format.about[0]?.toUpperCase()}${format.about.slice(1)}.${host}

\`\`\`http
${lines.join('\n')}

${textOf(json)}
\`\`\`

${others(format)}
`;
}

function others(format: Format): string {
  const empty = other(format, PAYLOADS.empty);
  const binary = other(format, PAYLOADS.binary);
  return empty === binary ? `- no payload, or bytes: ${empty}` : `- no payload: ${empty}\n- bytes: ${binary}`;
}

function example(format: Format, payload: Uint8Array): Rendering {
  const receivedAt = Date.UTC(2026, 0, 31, 12);
  const subject = 'tag.created';
  const id = '019c1409-f800-7a3b-8c1d-2e4f60718293';
  return format.render({ id, subject, receivedAt, ...envelope(subject, receivedAt, payload) });
}

function other(format: Format, payload: Uint8Array): string {
  const { body, contentType } = example(format, payload);
  if (contentType !== 'application/octet-stream') return `\`${textOf({ body })}\``;
  return `${body.length === 0 ? 'an empty body' : 'as they are'}, as \`${contentType}\``;
}

function textOf({ body }: Pick<Rendering, 'body'>): string {
  return Buffer.from(body).toString();
}
