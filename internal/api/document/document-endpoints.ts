import type { Described } from '../api-deps.js';
import { type Endpoint, publicEndpoint } from '../http/endpoint.js';
import { makeOpenApi } from './openapi.js';
import { renderDocs } from './page.js';

const DEFAULT_HOST = 'localhost:8000';
/** Marks the places of the host in the page, which is rendered only once. No description contains it. */
const HOST_PLACE = '\u0000host\u0000';
/** A name or an address with an optional port. It contains no character that is special in a shell or in HTML. */
const HOST = /^(?:[a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** A login that is accepted, as a word of a shell. */
const loginOf = ({ logins }: Described) => (logins.user ? "'X-User: 1'" : '"Authorization: Bearer $token"');

/** The host that a request names, if the value can be a host. */
const hostOr = (fallback: string, host: string | undefined) => (host && HOST.test(host) ? host : fallback);

/**
 * The endpoints that describe the API: for programs in every mode, for people in development mode. Both of them are
 * described too.
 */
export function makeDocumentEndpoints(deps: Described, others: readonly Endpoint[]): readonly Endpoint[] {
  const document = publicEndpoint(
    {
      method: 'get',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'Get this document (OpenAPI 3.1)',
      answers: { 200: { description: 'The document.' } },
    },
    async () => ({ status: 200, json: await described() }),
  );
  const page = publicEndpoint(
    {
      method: 'get',
      path: '/docs',
      operationId: 'getDocs',
      summary: 'Show this document as a web page. Only in development mode',
      answers: { 200: { description: 'The page.', type: 'text/html' } },
    },
    async ({ host }) => ({ status: 200, text: (await pieces()).join(hostOr(DEFAULT_HOST, host)), type: 'text/html' }),
  );
  const entrance = publicEndpoint(
    {
      method: 'get',
      path: '/',
      operationId: 'redirectToDocs',
      summary: 'Redirect to /docs. Only in development mode',
      answers: { 302: { description: 'A redirect to the page.', type: 'text/plain' } },
    },
    // The location is relative, because a proxy may serve the API below a path prefix.
    async () => ({ status: 302, location: 'docs' }),
  );
  const own = deps.development ? [document, page, entrance] : [document];
  const described = once(() => makeOpenApi([...others, ...own], deps));
  // To render it takes longer than a request may block the event loop; only a developer's own service has the page.
  const pieces = once(async () => {
    const commands = { host: HOST_PLACE, login: loginOf(deps) };
    return renderDocs(await described(), commands).split(HOST_PLACE);
  });
  return own;
}

/** Makes a value when it is first needed: most instances are never asked for their document. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
