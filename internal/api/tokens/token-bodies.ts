import { z } from 'zod';
import { MAX_SUBJECT_LENGTH, parseSubject } from '../../domain/matching/subject.js';
import { subjectPattern } from '../../domain/subject-pattern.js';
import { AppError } from '../../errors.js';
import { findRole, ROLE_NAMES, SCOPES_OF_ALL_SPACES } from '../../identity/roles.js';
import { SCOPES, type Scope } from '../../identity/scopes.js';
import { scopesOfGrant } from '../../identity/token-grant.js';
import type { Token } from '../../store/tokens/token-row.js';
import type { NewToken } from '../../store/tokens/tokens.js';
import { boundedList, boundedText } from '../bodies/bounds.js';
import { id, spaceId, userId } from '../bodies/numbers.js';
import { text } from '../bodies/text.js';
import { MAX_NAME_LENGTH } from '../events/event-fields.js';
import { bodySpace } from '../names/reference.js';
import { durationField } from '../webhooks/settings/duration-field.js';

const MAX_SPACES = 1000;
const MAX_EVENTS = 100;
const DAY_MS = 86_400_000;
const MAX_OVERLAP_MS = 30 * DAY_MS;
export const DEFAULT_OVERLAP_MS = DAY_MS;

const role = z.enum(ROLE_NAMES).meta({
  description: `A bundle of scopes: ${ROLE_NAMES.map((name) => `\`${name}\` (${findRole(name)?.about})`).join('; ')}.`,
});
const scope = z.enum([...SCOPES.keys()] as [Scope, ...Scope[]]);
const SUBJECTS = { allowAll: true };
const subject = boundedText(MAX_SUBJECT_LENGTH)
  .superRefine((input, context) => {
    const judged = parseSubject(input, SUBJECTS);
    if (!judged.ok) context.addIssue({ code: 'custom', message: judged.problem });
  })
  .meta({ minLength: 1, pattern: subjectPattern(SUBJECTS), example: 'orders.>' });
const instant = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2030-01-31T12:00:00Z' })
  .max(64)
  .transform((written) => new Date(written))
  .pipe(z.custom<Date>())
  .meta({ type: 'string', format: 'date-time', maxLength: 64 });

export const newTokenBody = z
  .strictObject({
    name: text(MAX_NAME_LENGTH).regex(/\S/, 'a token needs a name, by which it is recognised').meta({
      description: 'The user and the purpose of the token.',
    }),
    role: role.optional(),
    scopes: boundedList(scope, SCOPES.size)
      .refine((list) => list.length > 0, 'at least one scope is needed')
      .optional()
      .meta({ minItems: 1, description: 'Single scopes, in place of a role.' }),
    spaces: boundedList(bodySpace, MAX_SPACES)
      .refine((list) => list.length > 0, 'name at least one space, or leave the field out')
      .optional()
      .meta({
        minItems: 1,
        description:
          'The spaces that the token reaches: numbers, or `key:<key>`. Absent: all. Nothing of others exists for it.',
      }),
    events: boundedList(subject, MAX_EVENTS)
      .refine((list) => list.length > 0, 'name at least one subject, or leave the field out')
      .optional()
      .meta({
        minItems: 1,
        description: 'The subjects that the token publishes to, with wildcards. Absent: all. It limits nothing else.',
      }),
    expires_at: instant.optional().describe('When the token ends. Absent: when it is revoked.'),
  })
  .meta({ title: 'NewToken', example: { name: 'shop backend', role: 'space_writer', spaces: [7] } });

export const rotateTokenBody = z
  .strictObject({
    overlap: durationField(0, MAX_OVERLAP_MS, {
      description: 'Time for which the text from before is valid too. `0s` ends it now. Default: 24h.',
      example: '24h',
    }).optional(),
  })
  .meta({ title: 'TokenRotation', example: { overlap: '24h' } });

const moment = z.iso.datetime();
export const tokenAnswer = z
  .object({
    id,
    name: z.string(),
    role: z.string().optional().describe('Absent if the token has scopes of its own.'),
    scopes: z.array(scope),
    spaces: z.array(spaceId).optional().describe('Absent: all spaces.'),
    events: z.array(z.string()).optional().describe('The subjects that it publishes to. Absent: all.'),
    expires_at: moment.optional(),
    created_at: moment,
    created_by_id: userId.describe('The user whose changes the changes of the token are.'),
    last_used_at: moment.optional().describe('The minute of the last use, known a minute later.'),
    previous_valid_until: moment.optional().describe('The end of the text from before the last rotation.'),
    token: z.string().optional().describe('The text of the token, which is shown this once.'),
  })
  .meta({ title: 'Token' });

type NewTokenInput = z.output<typeof newTokenBody>;

/** The token that a body asks for. @throws {AppError} `unprocessable` */
export function newToken(body: NewTokenInput, spaces: readonly number[] | undefined, now: Date): NewToken {
  const { role, scopes, events } = body;
  const refuse = (sentence: string, source: string): never => {
    throw new AppError('unprocessable', sentence, source);
  };
  if ((role === undefined) === (scopes === undefined)) refuse('give either a role or scopes', 'role');
  const allowed = role === undefined ? 'any' : findRole(role)?.spaces;
  if (allowed === 'none' && spaces)
    refuse(`the role ${role} has all spaces: choose one that names its spaces`, 'spaces');
  if (allowed === 'some' && !spaces) refuse(`the role ${role} names its spaces`, 'spaces');
  const grant = { role: role ?? null, scopes: scopes ? [...new Set(scopes)] : null };
  const wanted = scopesOfGrant(grant);
  const global = [...SCOPES_OF_ALL_SPACES].find((each) => wanted.has(each));
  if (spaces && global)
    refuse(`${global} is about all spaces, so that a token of some spaces cannot have it`, 'scopes');
  if (events && !wanted.has('messages:publish')) refuse('only a token that publishes has events', 'events');
  if (body.expires_at && body.expires_at <= now) refuse('expires_at must be in the future', 'expires_at');
  return {
    ...grant,
    name: body.name,
    spaces: spaces ?? null,
    events: events ?? null,
    expiresAt: body.expires_at ?? null,
  };
}

export function tokenJson(token: Token, text?: string): z.input<typeof tokenAnswer> {
  return {
    id: token.id,
    name: token.name,
    ...(token.role !== null && { role: token.role }),
    scopes: [...scopesOfGrant(token)],
    ...(token.spaces && { spaces: [...token.spaces] }),
    ...(token.events && { events: [...token.events] }),
    ...(token.expiresAt && { expires_at: token.expiresAt.toISOString() }),
    created_at: token.createdAt.toISOString(),
    created_by_id: token.createdById,
    ...(token.lastUsedAt && { last_used_at: token.lastUsedAt.toISOString() }),
    ...(token.previousUntil && { previous_valid_until: token.previousUntil.toISOString() }),
    ...(text !== undefined && { token: text }),
  };
}
