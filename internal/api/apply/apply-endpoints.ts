import { type Principal, requireScope } from '../../identity/principal.js';
import { auditedBy } from '../../store/audit/audited.js';
import type { Deliveries, Entrance, EventIntake, LiveCatalog, Receivers, Stores } from '../api-deps.js';
import { WEBHOOKS_BEYOND_SCHEMA } from '../beyond-schema.js';
import { BodyRoom } from '../bodies/body-room.js';
import { requireJsonType } from '../bodies/json-body.js';
import { readBody } from '../bodies/read-body.js';
import { makeLive } from '../catalog-change.js';
import { makeEventBodies } from '../events/event-bodies.js';
import { type Endpoint, type RawRequest, rawEndpoint } from '../http/endpoint.js';
import { STATUS_OF } from '../http/error-table.js';
import type { JsonPart } from '../http/pieces.js';
import { Turnstile } from '../http/turnstile.js';
import { spaceNumberOf } from '../names/find-space.js';
import type { Reference } from '../names/reference.js';
import { type Applied, applyDeclaration, conflictOf } from './apply.js';
import {
  type ApplyHead,
  applyBody,
  conflictAnswer,
  MAX_APPLY_BYTES,
  MAX_OBJECTS,
  planAnswer,
  type StepJson,
} from './apply-body.js';
import type { AnyStep, Done } from './carry-out.js';
import { Problems } from './problems.js';
import { type Reading, readDeclaration } from './read-declaration.js';

const MAX_MIB = MAX_APPLY_BYTES >> 20;
/** Bodies of all callers together, until they have been applied. */
const MAX_BODIES_BYTES = 4 * MAX_APPLY_BYTES;
/** One declaration is applied at a time, because each may need much memory and a connection for seconds. */
const MAX_AT_ONCE = 1;
const MAX_WAIT_MS = 60_000;
const STEPS_PER_PART = 100;

export function makeApplyEndpoints(
  deps: Pick<Stores, 'db' | 'vault'> & LiveCatalog & EventIntake & Receivers & Deliveries & Pick<Entrance, 'refusals'>,
): readonly Endpoint[] {
  const bodies = makeEventBodies(deps.subjectRules);
  const room = new BodyRoom(MAX_BODIES_BYTES, (user) => deps.refusals.add('body_memory', { user }));
  const refusal = 'other declarations are being applied; try again later';
  const applying = new Turnstile({ max: MAX_AT_ONCE, refusal, maxWaitMs: MAX_WAIT_MS });
  const tooLarge = `a declaration has at most ${MAX_MIB} MiB`;

  const apply = async (request: RawRequest, body: Buffer): Promise<Applied> => {
    const principal = request.principal();
    const problems = new Problems();
    const spaceOf = (space: Reference) => {
      return spaceNumberOf(deps.db, principal, { space, source: 'space', refusal: 'unprocessable' });
    };
    const requireAllowed: Reading['requireAllowed'] = (head, lists) => requireScopes(principal, head, lists);
    const declaration = await readDeclaration(body, { ...deps, bodies, problems, spaceOf, requireAllowed });
    problems.throwIfAny();
    const audited = { ...deps, db: auditedBy(deps.db, request.audit()) };
    return applyDeclaration(audited, declaration, principal.userId);
  };

  return [
    rawEndpoint(
      {
        method: 'put',
        path: '/apply',
        operationId: 'applyDeclaration',
        audit: 'declaration.apply',
        scope: 'webhooks:write',
        summary: 'Make events and webhooks equal to a declaration, in one transaction, or only plan it',
        forms: { 'application/json': { schema: applyBody(bodies) } },
        answers: {
          200: { description: 'The plan, which was carried out unless `applied` is false.', schema: planAnswer },
          [STATUS_OF.conflict]: {
            description: 'The plan has conflicts, or an object has changed meanwhile. Nothing was applied.',
            schema: conflictAnswer.partial({ plan: true, applied: true, replays: true }),
          },
        },
        refuses: ['too_large', 'unsupported_media_type', 'unprocessable', 'too_many', 'unavailable', 'bad_request'],
        beyondSchema: [
          ...WEBHOOKS_BEYOND_SCHEMA,
          '`space` is a key that no space has',
          'two objects of a list have the same key',
          '`env:NAME` means a stored secret that does not exist',
          `there are more than ${MAX_OBJECTS} objects`,
        ],
        meanings: {
          400: 'The request ended before its body was complete.',
          413: `A declaration has at most ${MAX_MIB} MiB.`,
          503: 'PostgreSQL or NATS is not available. Nothing was applied, unless the message says that this is unknown because the commit was not answered, or that the changes are stored and not active yet.',
        },
      },
      async (request) => {
        requireJsonType(request.incoming);
        const applied = await room.during(request.principal().subject, async (place) => {
          const body = await readBody(request.incoming, { maxBytes: MAX_APPLY_BYTES, tooLarge, place });
          return applying.through(() => apply(request, body));
        });
        if (applied.done.size > 0) await makeLive(deps, Promise.resolve());
        const conflict = conflictOf(applied.steps);
        if (!conflict) return { status: 200, jsonParts: planParts(applied) };
        const status = STATUS_OF.conflict;
        const errors = [{ code: status, message: conflict.message }];
        return { status, jsonParts: planParts(applied, { errors }) };
      },
    ),
  ];
}

/** A dry run is refused as well: its plan says what the same declaration would do. @throws {AppError} `forbidden` */
function requireScopes(
  principal: Principal,
  { on_change: onChange }: Pick<ApplyHead, 'on_change'>,
  lists: ReadonlySet<string>,
): void {
  if (lists.has('events')) requireScope(principal, 'events:write', 'events');
  if (onChange !== 'none') requireScope(principal, 'replays:write', 'on_change');
}

/** The answer with a plan, in parts, because a plan may have 10,000 steps. */
async function* planParts({ isApplied, replays, steps, done }: Applied, before: object = {}): AsyncGenerator<JsonPart> {
  yield `${JSON.stringify({ ...before, applied: isApplied, replays }).slice(0, -1)},"plan":[`;
  for (let from = 0; from < steps.length; from += STEPS_PER_PART) {
    const part = steps.slice(from, from + STEPS_PER_PART).map((step) => JSON.stringify(stepJson(step, done.get(step))));
    yield `${from > 0 ? ',' : ''}${part.join(',')}`;
  }
  yield ']}';
}

const stepJson = ({ kind, key, id, do: action, fields, because }: AnyStep, done: Done | undefined): StepJson => ({
  kind,
  key,
  id: id ?? done?.id,
  do: action,
  fields: [...fields],
  because,
  secret: done?.secret,
});
