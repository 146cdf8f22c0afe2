import type { ApiDeps } from './api-deps.js';
import { renderDocs } from './docs-page.js';
import { makeOpenApi } from './openapi.js';
import { publicRoute, type Route } from './route.js';

/** The API described: for programs always, for people in development. Both describe themselves too. */
export function makeDocumentRoutes(
  deps: Pick<ApiDeps, 'version' | 'development'>,
  others: readonly Route[],
): readonly Route[] {
  const document = publicRoute(
    {
      method: 'get',
      path: '/openapi.json',
      summary: 'This document (OpenAPI 3.1)',
      answers: { 200: { description: 'the document' } },
    },
    async () => ({ status: 200, json: described }),
  );
  const page = publicRoute(
    {
      method: 'get',
      path: '/docs',
      summary: 'This document for people; only in development',
      answers: { 200: { description: 'a page', type: 'text/html' } },
    },
    async () => ({ status: 200, text: renderDocs(described), type: 'text/html' }),
  );
  const own = deps.development ? [document, page] : [document];
  const described = makeOpenApi([...others, ...own], deps.version);
  return own;
}
