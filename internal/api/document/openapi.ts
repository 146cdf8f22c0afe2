import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { SCOPES, type Scope } from '../../identity/scopes.js';
import type { Described } from '../api-deps.js';
import { BODY_BOUNDS, MAX_BODY_BYTES } from '../bodies/json-body.js';
import { type BodyForm, type Endpoint, scopesOf } from '../http/endpoint.js';
import { BUG_STATUS, HEAD_TOO_LARGE, MEANING_OF, STATUS_OF } from '../http/error-table.js';
import { KEY_HEADER, remembersAnswers } from '../idempotency/answer-memory.js';
import { Components, type JsonSchema } from './openapi-schemas.js';

const errorAnswer = z
  .object({
    errors: z
      .array(
        z.object({
          code: z.int(),
          message: z.string(),
          source: z.string().optional().describe('The field or header that the error is about.'),
        }),
      )
      .min(1),
  })
  .meta({ title: 'Errors' });

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

interface RequestBody {
  readonly required: boolean;
  readonly description: string;
  readonly content: Content;
}

interface DescribedAnswer {
  readonly description: string;
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  /**
   * A user or a token, with the scopes that the caller needs, or neither where the operator names the user of such
   * requests. Public operations have no requirement.
   */
  readonly security?: readonly [
    { readonly user: readonly Scope[] },
    { readonly token: readonly Scope[] },
    ...Record<string, never>[],
  ];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Seconds after which a request will be accepted again.',
    schema: { type: 'integer', minimum: 1 },
  },
};

/** Of the operations that API_RATE limits, while it does. */
const RATE_LEFT = {
  'RateLimit-Policy': {
    description:
      'The limit that is nearer, of the caller or of the address: `"caller";q=60000;w=60` for 60,000 per minute.',
    schema: { type: 'string' },
  },
  RateLimit: {
    description: 'The rest of that limit: `"caller";r=59999;t=1` for 59,999 requests, and a full burst in a second.',
    schema: { type: 'string' },
  },
};

/** Of every answer, because each request may have parts that are ignored. */
const IGNORED = {
  'Hukz-Ignored': {
    description:
      'The query parameters that the operation does not have and the read-only fields of the body, which were all ignored, percent-encoded and separated by commas; absent if there are none.',
    schema: { type: 'string' },
  },
};

const REPLAYED = {
  'Idempotency-Replayed': {
    description: '`true` if the answer is that of an earlier request with the same `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
  },
};

/** Of the answers that are one resource. */
const ETAG = {
  ETag: { description: 'The revision in quotes, for `If-Match`.', schema: { type: 'string', pattern: '^"[0-9]+"$' } },
};

const IDEMPOTENCY_KEY: Parameter = {
  name: KEY_HEADER,
  in: 'header',
  required: false,
  description:
    'A name of the request, which may be repeated with the same body within 24 hours: it gets the first answer and changes nothing. A secret that is shown once is not repeated.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]{1,255}$', example: 'order-17-created' },
};

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
  };
}

/**
 * Makes the document of a table of endpoints from the schemas that validate requests and from the operator's limits.
 * Other work has its turn between the operations, each of which takes some milliseconds.
 */
export async function makeOpenApi(
  endpoints: readonly Endpoint[],
  { version, ...limits }: Omit<Described, 'development' | 'logins'>,
): Promise<OpenApi> {
  const components = new Components(limits);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint, components) };
    await setImmediate();
  }
  return {
    openapi: '3.1.0',
    info: { title: 'hukz', version, description: 'Turns NATS messages into webhooks: durable, retried, logged.' },
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        user: { type: 'apiKey', in: 'header', name: 'X-User', description: userWords(endpoints) },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'hukz_<id>_<43 characters>', description: TOKEN_WORDS },
      },
    },
  };
}

const TOKEN_WORDS =
  'A token of `POST /tokens` or `hukz token create`, where the operator accepts them (AUTH). Its role or its scopes say what it may do, in its spaces alone.';

/** Names the scopes that the operations of the document need. */
function userWords(endpoints: readonly Endpoint[]): string {
  const needed = new Set(endpoints.flatMap(scopesOf));
  const words = [...SCOPES].filter(([scope]) => needed.has(scope)).map(([scope, allows]) => `\`${scope}\` (${allows})`);
  return `The id of the acting user, a positive integer. hukz trusts this header, so put the API behind a gateway that sets it. Each operation needs one scope or several, and a user has all of them: ${words.join('; ')}.`;
}

function operation(endpoint: Endpoint, components: Components): Operation {
  return {
    operationId: endpoint.operationId,
    summary: endpoint.summary,
    tags: [endpoint.path.split('/')[1] || 'docs'],
    ...(endpoint.scope && { security: securityOf(endpoint) }),
    parameters: [
      ...parameters('path', endpoint.params, components),
      ...parameters('query', endpoint.query, components),
      ...parameters('header', endpoint.headers, components),
      ...(remembersAnswers(endpoint) ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(endpoint.forms && { requestBody: formsOf(endpoint.forms, components) }),
    ...(endpoint.body && { requestBody: bodyOf(endpoint, components.use(endpoint.body, 'input')) }),
    responses: { ...answers(endpoint, components), ...refusals(endpoint, components) },
  };
}

function securityOf(endpoint: Endpoint): NonNullable<Operation['security']> {
  const scopes = scopesOf(endpoint);
  const unnamed = endpoint.protocol?.userId === undefined ? [] : [{}];
  return [{ user: scopes }, { token: scopes }, ...unnamed];
}

function bodyOf({ method, bodyIsOptional }: Endpoint, schema: JsonSchema): RequestBody {
  const types = method === 'patch' ? ['application/merge-patch+json', 'application/json'] : ['application/json'];
  const { maxValues, maxParts, maxMembers, mostNames, deepest } = BODY_BOUNDS;
  return {
    required: !bodyIsOptional,
    description: `At most ${MAX_BODY_BYTES / 1024} KiB, ${maxValues} values, ${maxParts} lists and objects, ${maxMembers} members of one object, ${mostNames} different names of members, nested ${deepest} deep.`,
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
}

/** The bodies of an endpoint that reads them itself. */
function formsOf(forms: Readonly<Record<string, BodyForm>>, components: Components): RequestBody {
  return {
    required: true,
    description: 'One of these forms, by `Content-Type` and by the headers of the request.',
    content: Object.fromEntries(
      Object.entries(forms).map(([type, { schema }]) => [type, { schema: components.use(schema, 'input') }]),
    ),
  };
}

/** Whether a request must have this parameter. A parameter with a default value may be absent. */
const isRequired = (schema: z.ZodType, name: string): boolean =>
  schema instanceof z.ZodObject && schema.shape[name]?.safeParse(undefined).success === false;

function parameters(
  place: 'path' | 'query' | 'header',
  schema: z.ZodType | undefined,
  components: Components,
): Parameter[] {
  if (!schema) return [];
  const { properties = {} } = components.inline(schema, 'output');
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || isRequired(schema, name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

/** The status of an answer without a body. */
const NO_CONTENT = '204';

function answers(endpoint: Endpoint, components: Components): Operation['responses'] {
  return Object.fromEntries(
    Object.entries(endpoint.answers).map(
      ([status, { description, type = 'application/json', schema, others = {}, hasRevision }]) => [
        status,
        {
          description,
          ...(status !== NO_CONTENT && {
            content: Object.fromEntries(
              [[type, schema] as const, ...Object.entries(others)].map(([media, its]) => [
                media,
                { schema: its ? components.use(its, 'output') : {} },
              ]),
            ),
          }),
          headers: {
            ...IGNORED,
            ...(!endpoint.isUnlimited && RATE_LEFT),
            ...(remembersAnswers(endpoint) && REPLAYED),
            ...(hasRevision && ETAG),
          },
        },
      ],
    ),
  );
}

function refusals(endpoint: Endpoint, components: Components): Operation['responses'] {
  const form = endpoint.protocol?.errors;
  const content = { 'application/json': { schema: components.use(form?.schema ?? errorAnswer, 'output') } };
  const { status: headTooLarge, description } = HEAD_TOO_LARGE;
  return {
    ...Object.fromEntries(
      refusalStatuses(endpoint).map((status) => [
        status,
        {
          description: meaningOf(status, endpoint),
          content,
          ...((status === STATUS_OF.too_many || (status === STATUS_OF.conflict && remembersAnswers(endpoint))) && {
            headers: RETRY_AFTER,
          }),
        },
      ]),
    ),
    ...(hasHead(endpoint) && { [headTooLarge]: { description } }),
  };
}

/** The statuses of an endpoint's answers in the document. */
export function statusesOf(endpoint: Endpoint): readonly number[] {
  const refused = hasHead(endpoint) ? [...refusalStatuses(endpoint), HEAD_TOO_LARGE.status] : refusalStatuses(endpoint);
  return [...Object.keys(endpoint.answers).map(Number), ...refused];
}

const hasHead = ({ query, headers }: Endpoint) => query !== undefined || headers !== undefined;

function meaningOf(status: keyof typeof MEANING_OF, endpoint: Endpoint): string {
  const { beyondSchema = [], meanings = {} } = endpoint;
  const own = meanings[status] ?? endpoint.protocol?.errors.meanings[status];
  if (own !== undefined) return own;
  if (status !== STATUS_OF.unprocessable || beyondSchema.length === 0) return MEANING_OF[status];
  return `${MEANING_OF[status]} Reasons that the schemas cannot express: ${beyondSchema.join('; ')}.`;
}

/** The refusals of an endpoint's parts follow from the parts. The endpoint names the refusals of its handler. */
function refusalStatuses(endpoint: Endpoint): readonly (keyof typeof MEANING_OF)[] {
  const own = (endpoint.refuses ?? []).map((code) => STATUS_OF[code]);
  const fromParts = [
    ...(endpoint.scope ? [STATUS_OF.unauthorized, STATUS_OF.unavailable] : []),
    ...(endpoint.params ? [STATUS_OF.bad_request] : []),
    ...(endpoint.query ? [STATUS_OF.unprocessable] : []),
    ...(remembersAnswers(endpoint) ? [STATUS_OF.conflict, STATUS_OF.unprocessable] : []),
    ...(endpoint.body
      ? [STATUS_OF.bad_request, STATUS_OF.too_large, STATUS_OF.unsupported_media_type, STATUS_OF.unprocessable]
      : []),
  ];
  const atTheDoor = endpoint.isUnlimited ? [STATUS_OF.forbidden] : [STATUS_OF.forbidden, STATUS_OF.too_many];
  const statuses = [...atTheDoor, ...own, ...fromParts, BUG_STATUS] as const;
  const form = endpoint.protocol?.errors;
  return [
    ...new Set(statuses.map((status) => (form?.badRequests.has(status) ? STATUS_OF.bad_request : status))),
  ].sort();
}
