import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../errors.js';
import { parseFields } from '../bodies/invalid-fields.js';
import type { JsonPart } from './pieces.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type Answer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string; readonly type: string }
  /** Another place to look at. */
  | { readonly status: 302; readonly location: string }
  /** The parts of one JSON text, made as fast as the caller reads them. */
  | { readonly status: number; readonly jsonParts: AsyncIterable<JsonPart> };

/** What the document says of an answer that is not an error. */
export interface AnswerWords {
  readonly description: string;
  readonly type?: string;
  readonly schema?: z.ZodType;
}

interface EndpointWords {
  readonly method: Method;
  /** With `{names}`, as OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  readonly answers: Readonly<Record<number, AnswerWords>>;
  /** Refusals of the handler; those that follow from user, path, query and body are known without being named. */
  readonly refuses?: readonly ErrorCode[];
  /** Reasons for a 422 that the schemas cannot express; the document lists them. */
  readonly unsaid?: readonly string[];
  /** Answered however many requests a caller sends. */
  readonly isUnlimited?: true;
  /** Nothing at all stands for `{}`. */
  readonly bodyIsOptional?: true;
}

/** A request as a route takes it apart; the body is only read when everything before it was right. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readBody(isOptional: boolean): Promise<object>;
  /** Refuses when nobody was let in. */
  userId(): number;
  /** What the caller says that our host is; anything at all. */
  readonly host: string | undefined;
  readonly authorization: string | undefined;
}

export interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly userId: number;
}

interface EndpointSpec<P, Q, B> extends EndpointWords {
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
}

/** One row of the table from which both express' routes and the OpenAPI document are made. */
export interface Endpoint extends EndpointWords {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Whether it stands below a path that needs `X-User`. */
  readonly needsUser: boolean;
  answer(request: RawRequest): Promise<Answer>;
}

export function publicEndpoint(
  words: EndpointWords,
  answer: (request: Pick<RawRequest, 'host' | 'authorization'>) => Promise<Answer>,
): Endpoint {
  return { ...words, needsUser: false, answer };
}

export function userEndpoint<P, Q, B>(
  spec: EndpointSpec<P, Q, B>,
  handle: (input: Input<P, Q, B>) => Promise<Answer>,
): Endpoint {
  const { params, query, body, ...words } = spec;
  return {
    ...words,
    ...(params && { params }),
    ...(query && { query }),
    ...(body && { body }),
    needsUser: true,
    answer: async (request) => {
      const input = {
        userId: request.userId(),
        params: params ? parsePath(params, request.params) : (undefined as P),
        query: query ? parseFields(query, request.query) : (undefined as Q),
        body: body ? parseFields(body, await request.readBody(words.bodyIsOptional ?? false)) : (undefined as B),
      };
      // What judges a body, and what reads its certificates, each take a turn of the event loop.
      if (body) await setImmediate();
      return handle(input);
    },
  };
}

function parsePath<T>(schema: z.ZodType<T>, params: unknown): T {
  const result = schema.safeParse(params);
  if (!result.success) throw new AppError('bad_request', 'Invalid ID');
  return result.data;
}
