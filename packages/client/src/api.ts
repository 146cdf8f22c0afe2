import { Call } from './call.js';
import { badAnswer } from './http/describe-failure.js';
import type { RetryPolicy } from './http/retry-policy.js';
import { type CallOptions, policyOf, type Sent, send } from './http/send.js';
import { List, type Paging } from './list.js';
import type { paths } from './openapi.js';
import type { Settings, Space } from './options.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths of the API that have a method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { readonly [K in M]: { responses: unknown } } ? P : never;
}[keyof paths];

type OperationAt<M extends Method, P extends PathWith<M>> = paths[P] extends { readonly [K in M]: infer O } ? O : never;

type JsonType = `application/${'' | `${string}+`}json`;
type JsonIn<Content> = Content extends { content: infer Forms } ? Forms[keyof Forms & JsonType] : never;
type Successes<Responses> = { [S in keyof Responses]: S extends 200 | 201 | 202 ? JsonIn<Responses[S]> : never };

/** The data of a successful answer. */
export type DataOf<M extends Method, P extends PathWith<M>> =
  OperationAt<M, P> extends { responses: infer R } ? Successes<R>[keyof R] : never;
export type QueryOf<M extends Method, P extends PathWith<M>> =
  OperationAt<M, P> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
export type BodyOf<M extends Method, P extends PathWith<M>> =
  OperationAt<M, P> extends { requestBody?: infer B } ? JsonIn<NonNullable<B>> : never;
type PathParametersOf<M extends Method, P extends PathWith<M>> =
  OperationAt<M, P> extends { parameters: { path: infer V } } ? V : undefined;

/** The parts of a request. */
export interface Parts<M extends Method, P extends PathWith<M>> {
  readonly path?: PathParametersOf<M, P>;
  readonly query?: QueryOf<M, P> | undefined;
  /** The part of the query that differs from page to page. */
  readonly paging?: Paging;
  readonly body?: BodyOf<M, P>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: CallOptions | undefined;
  /** Whether data have the form that the code relies on. */
  readonly isExpected?: (data: unknown) => boolean;
  /** For calls that the service may take long for. */
  readonly timeoutMs?: number;
  readonly retry?: false;
  /** The parts of the body have keys of their own, so that the request needs no `Idempotency-Key`. */
  readonly hasOwnKeys?: true;
}

const TIMEOUT_MS = 30_000;

/** The operations of the API by their methods and paths, with the types of the OpenAPI document. */
export class Api {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The space in which calls act that do not name one. */
  get space(): Space | undefined {
    return this.#settings.space;
  }

  /** How a call with these options is repeated. */
  policyOf({ retry }: CallOptions): RetryPolicy {
    return policyOf(this.#settings.retry, retry);
  }

  call<M extends Method, P extends PathWith<M>>(method: M, path: P, parts: Parts<M, P>): Call<DataOf<M, P>> {
    const { body, headers = {}, options = {}, timeoutMs = TIMEOUT_MS, retry, hasOwnKeys, isExpected } = parts;
    const sent = (async () =>
      send(this.#settings, {
        method: method.toUpperCase(),
        path: fillPath(path, parts.path ?? {}),
        query: queryText({ ...parts.query, ...parts.paging }),
        body: body === undefined ? undefined : JSON.stringify(body),
        headers,
        options,
        defaults: { timeoutMs, retry, hasOwnKeys },
      }))();
    return new Call(sent.then((answer) => ({ ...metaOf(answer), data: parsed<DataOf<M, P>>(answer, isExpected) })));
  }

  list<P extends PathWith<'get'>>(path: P, parts: Parts<'get', P>): List<DataOf<'get', P>> {
    return new List((paging) => this.call('get', path, { ...parts, paging, isExpected: isPage }), { ...parts.query });
  }
}

const metaOf = ({ answer: { status, headers, bytes }, name }: Sent) => ({
  status,
  headers,
  bytes,
  requestId: headers.get('x-request-id') ?? name.requestId,
});

function parsed<T>({ answer, name }: Sent, isExpected: (data: unknown) => boolean = () => true): T {
  let data: T;
  try {
    data = JSON.parse(new TextDecoder().decode(answer.bytes));
  } catch {
    throw badAnswer(answer, name, 'a body that is no JSON');
  }
  if (!isExpected(data)) throw badAnswer(answer, name, 'a body of another form');
  return data;
}

function isPage(data: unknown): boolean {
  const { nodes }: { readonly nodes?: unknown } = Object(data);
  return Array.isArray(nodes);
}

/** An empty parameter, or one of dots, would address another path. */
function fillPath(template: string, parameters: object): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value: unknown = Reflect.get(parameters, name);
    const isGood = typeof value === 'string' ? !/^\.{0,2}$/.test(value) : Number.isSafeInteger(value);
    if (!isGood) throw new TypeError(`${name} is missing, or is no id and no key such as "key:shop/orders"`);
    return encodeURIComponent(String(value));
  });
}

/** A list becomes a parameter that is repeated. */
function queryText(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(name, String(each));
    }
  }
  const text = search.toString();
  return text && `?${text}`;
}
