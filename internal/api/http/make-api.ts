import type { RequestListener } from 'node:http';
import express, { type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { ApiDeps } from '../api-deps.js';
import { STYLE_HASH } from '../document/style.js';
import { makeEndpoints } from '../endpoints.js';
import { answerOnce } from '../idempotency/answer-memory.js';
import { enterProtocol } from '../protocols/protocol.js';
import { guardFromBrowsers } from './browser-guard.js';
import { guardedPaths, identifyCaller, requirePrincipal } from './caller.js';
import { type DirectAnswers, makeDirectAnswers } from './direct-answers.js';
import type { Endpoint } from './endpoint.js';
import { makeErrorHandler, sendErrors } from './error-answer.js';
import { METHOD_STATUS, STATUS_OF } from './error-table.js';
import { LargeAnswers } from './large-answers.js';
import { limitRequests } from './limit-requests.js';
import { makeRequestLog } from './request-id.js';
import { type AnswerOnce, handlerFor } from './send-answer.js';
import { Turnstile } from './turnstile.js';

/**
 * Maximum number of answers in parts whose first two pieces are made at the same time: twice the API's connections to
 * the database.
 */
const MAX_BEGUN = 20;

/** The HTTP API: all endpoints of the table in `endpoints.ts`, and errors in one form for all other requests. */
export function makeApi(deps: ApiDeps, endpoints = makeEndpoints(deps)): Express {
  return makeApp(deps, endpoints, makeDirectAnswers(deps, endpoints));
}

/** The API as it is served: fast endpoints are answered beside express. */
export function makeApiListener(deps: ApiDeps): RequestListener {
  const endpoints = makeEndpoints(deps);
  const direct = makeDirectAnswers(deps, endpoints);
  return direct.before(makeApp(deps, endpoints, direct));
}

function makeApp(deps: ApiDeps, endpoints: readonly Endpoint[], { throwFailure }: DirectAnswers): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // An ETag is a revision, which does not count changes of circuits. No answer therefore becomes an empty 304.
  Object.defineProperty(app.request, 'fresh', { get: () => false });
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  const { refusals } = deps;
  for (const protocol of protocolsOf(endpoints)) app.use(enterProtocol(protocol));
  app.use(makeRequestLog(deps.logger), securityHeaders());
  // A probe whose requests have a token that is not valid is answered like any other.
  const open = requestsTo(endpoints.filter(({ scope }) => scope === undefined));
  app.use(guardFromBrowsers(deps.door, refusals), unlessFor(open, identifyCaller(deps)));
  const unlimited = requestsTo(endpoints.filter(({ isUnlimited }) => isUnlimited));
  if (deps.apiRate) app.use(unlessFor(unlimited, limitRequests(deps.apiRate, refusals)));
  app.use(guardedPaths(endpoints), requirePrincipal);
  app.use(throwFailure);
  mount(app, endpoints, deps);
  app.use((_req, res) => sendErrors(res, [{ code: STATUS_OF.not_found, message: 'no route matches this path' }]));
  app.use(makeErrorHandler(deps.logger));
  return app;
}

const protocolsOf = (endpoints: readonly Endpoint[]) => new Set(endpoints.flatMap(({ protocol }) => protocol ?? []));

const IN_PATH = /\{(\w+)\}/g;

/** A pattern of the methods and paths of requests to these endpoints. */
function requestsTo(endpoints: readonly Endpoint[]): RegExp {
  const patterns = endpoints.map(
    ({ method, path }) => `${method} ${path.replaceAll('.', '[.]').replaceAll(IN_PATH, '[^/]+')}`,
  );
  // Express treats a path with a trailing slash as the same endpoint.
  return new RegExp(`^(?:${patterns.join('|')})/?$`);
}

function unlessFor(requests: RegExp, handler: RequestHandler): RequestHandler {
  return (req, res, next) => {
    const method = req.method === 'HEAD' ? 'get' : req.method.toLowerCase();
    return requests.test(`${method} ${req.path}`) ? next() : handler(req, res, next);
  };
}

/** No answer loads other resources. The page for people has one stylesheet, which is inline. */
function securityHeaders() {
  return helmet({
    // hukz speaks plain HTTP. The proxy in front decides whether a browser has to insist on TLS.
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: [`'${STYLE_HASH}'`],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

function mount(app: Express, endpoints: readonly Endpoint[], deps: ApiDeps): void {
  const { refusals } = deps;
  const once: AnswerOnce = (request, work, { shownOnce }) => answerOnce(deps, request, work, shownOnce);
  const onCut = () => refusals.add('unread_answer', { port: 'api' });
  const turnstile = new Turnstile({ max: MAX_BEGUN, refusal: 'too many lists are being read; try again later' });
  const bounds = { turnstile, large: new LargeAnswers(() => performance.now(), onCut) };
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const here = endpoints.filter((endpoint) => endpoint.path === path);
    const mounted = app.route(path.replaceAll(IN_PATH, ':$1'));
    for (const endpoint of here)
      mounted[endpoint.method](handlerFor(endpoint, bounds, { answerOnce: once, trail: deps }));
    // Express answers HEAD for every endpoint with GET.
    const allow = here.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    mounted.all((_req, res) => {
      res.set('allow', allow.join(', '));
      sendErrors(res, [{ code: METHOD_STATUS, message: 'Method not allowed' }]);
    });
  }
}
