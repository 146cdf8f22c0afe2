import { z } from 'zod';
import { covers } from '../../domain/matching/subject-overlap.js';
import { AppError } from '../../errors.js';
import type { Principal } from '../../identity/principal.js';
import { excessOf, type TokenGrant } from '../../identity/token-grant.js';
import { auditedBy } from '../../store/audit/audited.js';
import {
  insertToken,
  listTokens,
  loadToken,
  revokeToken,
  rotateToken,
  TOKENS_ORDER,
} from '../../store/tokens/tokens.js';
import type { Stores, TokenLogins } from '../api-deps.js';
import { id, written } from '../bodies/numbers.js';
import { type Endpoint, scopedEndpoint } from '../http/endpoint.js';
import { listHead, listOf, pagingOf } from '../http/paging.js';
import { spaceNumbersOf } from '../names/find-space.js';
import { DEFAULT_OVERLAP_MS, newToken, newTokenBody, rotateTokenBody, tokenAnswer, tokenJson } from './token-bodies.js';

const params = z.object({ id: written(id) });
const shown = { description: 'The token, with its text, which is not shown again.', schema: tokenAnswer };
const query = z.object(pagingOf(TOKENS_ORDER));

/** Reasons for a 422 that a schema cannot express. */
const BEYOND_SCHEMA = [
  'neither `role` nor `scopes` is given, or both',
  'the role does not fit `spaces`, or a scope is about all spaces',
  '`expires_at` is not in the future',
  '`events` are given for a token that does not publish, or `spaces` name one that does not exist',
];

/** The tokens by which callers say who they are. */
export function makeTokenEndpoints(deps: Pick<Stores, 'db'> & TokenLogins): readonly Endpoint[] {
  const { db } = deps;

  /** A token for a service that accepts none would be stored, and be valid once the service accepts some. */
  const requireAccepted = () => {
    if (deps.acceptsTokens) return;
    throw new AppError('conflict', 'this service accepts no tokens (AUTH=x-user): set AUTH to token or x-user,token');
  };

  return [
    scopedEndpoint(
      {
        method: 'get',
        path: '/tokens',
        operationId: 'listTokens',
        scope: 'tokens:read',
        summary: 'List tokens by id. A token of some spaces sees those of no other space',
        query,
        answers: { 200: { description: 'A page of tokens.', schema: listOf(tokenAnswer) } },
        refuses: ['conflict'],
      },
      async ({ principal, query: page }) => {
        const { nodes, ...list } = await listTokens(db, principal.spaces, page);
        return { status: 200, json: { ...listHead(list), nodes: nodes.map((token) => tokenJson(token)) } };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/tokens',
        operationId: 'createToken',
        audit: 'token.create',
        shownOnce: ['token'],
        scope: 'tokens:write',
        summary: 'Create a token that may no more than the caller. Its text is shown once',
        body: newTokenBody,
        answers: { 201: shown },
        refuses: ['forbidden', 'not_found', 'conflict'],
        beyondSchema: BEYOND_SCHEMA,
      },
      async ({ principal, audit, body }) => {
        requireAccepted();
        const spaces = body.spaces && (await spaceNumbersOf(db, principal, { spaces: body.spaces, source: 'spaces' }));
        const wanted = newToken(body, spaces, new Date());
        requireWithin(principal, wanted);
        const { token, text } = await insertToken(auditedBy(db, audit()), principal, wanted);
        await deps.tokensChanged();
        return { status: 201, json: tokenJson(token, text) };
      },
    ),
    scopedEndpoint(
      {
        method: 'get',
        path: '/tokens/{id}',
        operationId: 'getToken',
        scope: 'tokens:read',
        summary: 'Get a token, without its text',
        params,
        answers: { 200: { description: 'The token.', schema: tokenAnswer } },
        refuses: ['not_found'],
      },
      async ({ principal, params }) => {
        return { status: 200, json: tokenJson(await loadToken(db, params.id, principal.spaces)) };
      },
    ),
    scopedEndpoint(
      {
        method: 'post',
        path: '/tokens/{id}/rotate',
        operationId: 'rotateToken',
        audit: 'token.rotate',
        shownOnce: ['token'],
        scope: 'tokens:write',
        summary: 'Give a token a new text. The text from before is valid for the overlap',
        params,
        body: rotateTokenBody,
        bodyIsOptional: true,
        answers: { 200: shown },
        refuses: ['forbidden', 'not_found', 'conflict'],
      },
      async ({ principal, audit, params, body: { overlap: overlapMs = DEFAULT_OVERLAP_MS } }) => {
        requireAccepted();
        const which = { id: params.id, spaces: principal.spaces, overlapMs };
        const admit = (found: TokenGrant) => requireWithin(principal, found);
        const { token, text } = await rotateToken(auditedBy(db, audit()), which, admit);
        await deps.tokensChanged();
        return { status: 200, json: tokenJson(token, text) };
      },
    ),
    scopedEndpoint(
      {
        method: 'delete',
        path: '/tokens/{id}',
        operationId: 'revokeToken',
        audit: 'token.revoke',
        scope: 'tokens:write',
        summary: 'Revoke a token. Every instance refuses it within a second',
        params,
        answers: { 200: { description: 'The token is revoked.', schema: z.null() } },
        refuses: ['not_found'],
      },
      async ({ principal, audit, params }) => {
        await revokeToken(auditedBy(db, audit()), params.id, principal.spaces);
        await deps.tokensChanged();
        return { status: 200, json: null };
      },
    ),
  ];
}

/** Refuses a token that may more than its maker. @throws {AppError} `forbidden` */
function requireWithin(principal: Principal, grant: TokenGrant): void {
  const excess = excessOf(principal, grant, covers);
  if (!excess) return;
  throw new AppError('forbidden', `${excess}: a token may do no more than the caller who makes it`, excess);
}
