import { fromFetch } from './fetch-request.js';
import type { Receiver } from './make-receiver.js';
import { fromNode, type NodeRequest } from './node-request.js';

/** The used part of a response of `node:http` or `express`. */
export interface NodeResponse {
  /** Whether something else has answered, such as a time limit of the server. */
  readonly headersSent?: boolean;
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * A listener for `node:http`, and a handler for `express`. It reads the body itself. Only `express.raw()` may read the
 * body before, because any other parser changes the signed bytes.
 */
export const nodeHandler =
  (hooks: Receiver) =>
  async (request: NodeRequest, response: NodeResponse): Promise<void> => {
    const { status, headers, body } = await hooks.receive(fromNode(request));
    if (response.headersSent) return;
    response.writeHead(status, { ...headers });
    response.end(body);
  };

/** A function from a request to a response of `fetch`, as Next, Hono, Deno, Bun and workers have them. */
export const fetchHandler =
  (hooks: Receiver) =>
  async (request: Request): Promise<Response> => {
    const { status, headers, body } = await hooks.receive(fromFetch(request));
    return new Response(body === '' ? null : body, { status, headers: { ...headers } });
  };

/** The used part of an instance of `fastify`. */
export interface FastifyInstance {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): unknown;
  post(path: string, handler: (request: { readonly raw: NodeRequest }, reply: FastifyReply) => unknown): unknown;
}

interface FastifyReply {
  code(status: number): FastifyReply;
  headers(headers: Record<string, string>): FastifyReply;
  send(body: string): unknown;
}

/**
 * A plugin for `fastify`, which adds one route. Inside the plugin, and only there, fastify does not parse bodies:
 * `app.register(fastifyPlugin(hooks), { path: '/hook' })`.
 */
export const fastifyPlugin =
  (hooks: Receiver) =>
  async (app: FastifyInstance, { path = '/' }: { readonly path?: string }): Promise<void> => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.post(path, async ({ raw }, reply) => {
      const { status, headers, body } = await hooks.receive(fromNode(raw));
      return reply
        .code(status)
        .headers({ ...headers })
        .send(body);
    });
  };
