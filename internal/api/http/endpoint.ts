import type { IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { AuditAction } from '../../domain/audit/actions.js';
import { AppError, type ErrorCode } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import type { Scope } from '../../identity/scopes.js';
import type { Audit } from '../../store/audit/audited.js';
import type { ExpectedRevisions } from '../../store/records/change.js';
import { parseFields } from '../bodies/invalid-fields.js';
import { inKnownCase } from '../bodies/known-case.js';
import { ignoredFieldsOf, unknownFields } from '../bodies/read-only-fields.js';
import { IF_MATCH_REFUSALS, ifMatchHeader, parseIfMatch } from '../names/if-match.js';
import type { Protocol } from '../protocols/protocol.js';
import type { JsonPart } from './pieces.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type Answer =
  | { readonly status: number; readonly json: unknown; readonly revision?: number }
  | { readonly status: number; readonly text: string; readonly type: string }
  /** A redirect to another location. */
  | { readonly status: 302; readonly location: string }
  /** The parts of one JSON text. They are made as fast as the caller reads them. */
  | { readonly status: number; readonly jsonParts: AsyncIterable<JsonPart>; readonly revision?: number };

/** The description of a successful answer in the document. */
export interface AnswerDescription {
  readonly description: string;
  readonly type?: string;
  readonly schema?: z.ZodType;
  /** Other media types of the answer, which a request chooses. */
  readonly others?: Readonly<Record<string, z.ZodType>>;
  /** The answer is a resource, and has its revision in `ETag`. */
  readonly hasRevision?: true;
}

/** The description of a body of one media type that an endpoint reads itself. */
export interface BodyForm {
  readonly schema: z.ZodType;
}

interface EndpointDescription {
  /** The path with `{names}`, in the notation of OpenAPI. */
  readonly path: string;
  readonly summary: string;
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  /** Refusals of the handler. The refusals of caller, path, query and body are known and need not be named. */
  readonly refuses?: readonly ErrorCode[];
  /** Reasons for a 422 that the schemas cannot express. The document lists them. */
  readonly beyondSchema?: readonly string[];
  /** The name of the operation in generated clients. A name that was released stays. */
  readonly operationId: string;
  /** The headers that the endpoint reads, for the document. */
  readonly headers?: z.ZodType;
  /** The bodies that the endpoint reads itself, by their media types, for the document. */
  readonly forms?: Readonly<Record<string, BodyForm>>;
  /** Meanings of statuses that differ from those of other endpoints. */
  readonly meanings?: Readonly<Record<number, string>>;
  /** Members of the answer that are shown once. A repeated request with an `Idempotency-Key` does not get them. */
  readonly shownOnce?: readonly string[];
  /** The endpoint is answered regardless of the number of requests that a caller sends. */
  readonly isUnlimited?: true;
  /** The endpoint is answered before the layers of express; see `direct-answers.ts`. It reads its body itself. */
  readonly isFast?: true;
  /** The scopes that a caller needs besides `scope`. */
  readonly furtherScopes?: readonly Scope[];
  /** The conventions that the endpoint follows in place of those of hukz. */
  readonly protocol?: Protocol;
  /** The names of the body's fields are read in any letter case, as the Go service reads them. */
  readonly anyCase?: true;
  /** An absent body means `{}`. */
  readonly bodyIsOptional?: true;
}

/**
 * The name of an endpoint's changes in the audit. Only an endpoint that reads need not have one. `none` is for an
 * endpoint whose changes are recorded in another way.
 */
type MethodAndAudit =
  | { readonly method: 'get'; readonly audit?: AuditAction }
  | { readonly method: Exclude<Method, 'get'>; readonly audit: AuditAction | 'none' };

/** A request in the parts that an endpoint reads. The body is read only if everything before it is valid. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readBody(isOptional: boolean): Promise<object>;
  /** Does the work of a request once, if the request has an `Idempotency-Key`. */
  once(request: { readonly query: unknown; readonly body: unknown }, work: () => Promise<Answer>): Promise<Answer>;
  /** Names fields of the body that the answer has to report as ignored. */
  onIgnored(fields: readonly string[]): void;
  /** Throws if the request was not admitted with a principal. */
  principal(): Principal;
  /** The audit of this request's changes. Throws if the endpoint has no action. */
  audit(): Audit;
  /** The host of the API, as the caller names it. The value is arbitrary. */
  readonly host: string | undefined;
  readonly authorization: string | undefined;
  /** The request itself, for an endpoint that reads its headers and its body in a way of its own. */
  readonly incoming: IncomingMessage;
}

export interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly principal: Principal;
  /** @see RawRequest */
  audit(): Audit;
  /** The revisions that `If-Match` names. Undefined without the header, and for an endpoint that does not read it. */
  readonly expected: ExpectedRevisions;
}

export type EndpointSpec<P, Q, B> = SpecParts<P, Q, B> & MethodAndAudit;

interface SpecParts<P, Q, B> extends EndpointDescription {
  readonly scope: Scope;
  /** The endpoint changes a resource, and does so only from a revision that `If-Match` names. */
  readonly readsIfMatch?: true;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
}

/** One row of the table from which both the endpoints of express and the OpenAPI document are made. */
export interface Endpoint extends EndpointDescription {
  readonly method: Method;
  readonly audit?: AuditAction | 'none';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /**
   * A caller without this scope is refused before `answer` is called, and before the path, query and body are read. A
   * public endpoint has no scope and needs no principal.
   */
  readonly scope: Scope | undefined;
  answer(request: RawRequest): Promise<Answer>;
}

/** The scopes that a caller needs, all of them. */
export const scopesOf = ({ scope, furtherScopes = [] }: Endpoint): readonly Scope[] =>
  scope ? [scope, ...furtherScopes] : [];

export function publicEndpoint(
  description: EndpointDescription & { readonly method: 'get' },
  answer: (request: Pick<RawRequest, 'host' | 'authorization'>) => Promise<Answer>,
): Endpoint {
  return { ...description, scope: undefined, answer };
}

/** An endpoint that reads its path, its headers and its body itself. */
export function rawEndpoint(
  description: EndpointDescription & MethodAndAudit & { readonly scope: Scope; readonly params?: z.ZodType },
  answer: (request: RawRequest) => Promise<Answer>,
): Endpoint {
  return { ...description, answer };
}

export function scopedEndpoint<P, Q, B>(
  spec: EndpointSpec<P, Q, B>,
  handle: (input: Input<P, Q, B>) => Promise<Answer>,
): Endpoint {
  const { params, query, body, readsIfMatch, ...description } = spec;
  const ignored = ignoredFieldsOf(body);
  const readBody = async (schema: z.ZodType<B>, request: RawRequest) => {
    const given = await request.readBody(description.bodyIsOptional ?? false);
    const input = description.anyCase ? inKnownCase(given, schema) : given;
    const parsed = parseFields(schema, input);
    request.onIgnored([...ignored.filter((name) => Object.hasOwn(input, name)), ...unknownFields(body, input)]);
    return parsed;
  };
  return {
    ...description,
    ...(readsIfMatch && { headers: ifMatchHeader, refuses: [...(description.refuses ?? []), ...IF_MATCH_REFUSALS] }),
    ...(params && { params }),
    ...(query && { query }),
    ...(body && { body }),
    answer: async (request) => {
      const input = {
        principal: request.principal(),
        audit: request.audit,
        expected: readsIfMatch && parseIfMatch(request.incoming.headers['if-match']),
        params: params ? parsePath(params, request.params) : (undefined as P),
        query: query ? parseFields(query, request.query) : (undefined as Q),
        body: body ? await readBody(body, request) : (undefined as B),
      };
      // Validating a body, and reading its certificates, each take their own turn of the event loop.
      if (body) await setImmediate();
      return request.once({ query: request.query, body: input.body }, () => handle(input));
    },
  };
}

/** Reads the parts of a path. @throws {AppError} `bad_request` */
export function parsePath<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  // The contract defines the message for an id. Other names have sentences of their own.
  const issues = result.error.issues.flatMap((issue) =>
    issue.code === 'invalid_union' ? issue.errors.flat() : [issue],
  );
  const problem = issues.find(({ code }) => code === 'custom')?.message;
  throw new AppError('bad_request', problem ?? 'Invalid ID');
}
