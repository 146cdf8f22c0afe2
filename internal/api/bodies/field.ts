import type { z } from 'zod';

/*
 * A resource is declared as a table with a field per value that users set. Its bodies, the values that follow from a
 * body, and its answer are made from that table. `FieldsOf` is the type of a table in which no value is missing.
 */

/** The part of a value in the body that creates the resource, and the value that follows. */
interface First<Value, Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly first: (input: z.output<Schema>) => Value;
}

/** The part of a value in a body that changes the resource. Undefined is given if the body does not have it. */
interface Next<Value, Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly next: (input: z.output<Schema>, current: Value) => Value;
}

/** The part of a value in the answer. */
interface Shown<Value, Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly toJson: (value: Value) => z.input<Schema>;
}

export const first = <Schema extends z.ZodType, Value>(
  schema: Schema,
  make: First<Value, Schema>['first'],
): First<Value, Schema> => ({ schema, first: make });

export const next = <Schema extends z.ZodType, Value>(
  schema: Schema,
  make: Next<Value, Schema>['next'],
): Next<Value, Schema> => ({ schema, next: make });

export const shown = <Schema extends z.ZodType, Value>(
  schema: Schema,
  toJson: Shown<Value, Schema>['toJson'],
): Shown<Value, Schema> => ({ schema, toJson });

export type Change = 'put' | 'patch';

/** A field of any schemas, with this public name. */
interface FieldOf<Value> {
  readonly name: string;
  readonly create: { readonly schema: z.ZodType; readonly first: (input: never) => Value };
  readonly put: { readonly schema: z.ZodType; readonly next: (input: never, current: Value) => Value };
  readonly patch: { readonly schema: z.ZodType; readonly next: (input: never, current: Value) => Value };
  /** Undefined for a value that the answer shows in another form. */
  readonly answer: ShownOf<Value> | undefined;
}

/** The part of a table that an answer needs. */
export type AnswersOf<Values> = {
  readonly [Property in keyof Values]-?: Pick<FieldOf<Values[Property]>, 'name' | 'answer'>;
};

interface ShownOf<Value> {
  readonly schema: z.ZodType;
  readonly toJson: (value: Value) => unknown;
}

/** A table with a field for each of these values. */
export type FieldsOf<Values> = { readonly [Property in keyof Values]-?: FieldOf<Values[Property]> };

interface AnyField extends Pick<FieldOf<unknown>, 'name'> {
  readonly create: { readonly schema: z.ZodType; readonly first: (input: never) => unknown };
  readonly put: { readonly schema: z.ZodType; readonly next: (input: never, current: never) => unknown };
  readonly patch: { readonly schema: z.ZodType; readonly next: (input: never, current: never) => unknown };
}
type Table = Readonly<Record<string, AnyField>>;
type Answering = Readonly<Record<string, { readonly name: string; readonly answer: ShownOf<never> | undefined }>>;

type Values<Fields extends Table> = {
  readonly [Property in keyof Fields]: ReturnType<Fields[Property]['create']['first']>;
};
type Shape<Fields extends Table, Body extends 'create' | Change> = {
  [Property in keyof Fields as Fields[Property]['name']]: Fields[Property][Body]['schema'];
};
type BodyOf<Fields extends Table, Body extends 'create' | Change> = {
  readonly [Property in keyof Fields as Fields[Property]['name']]?:
    | z.output<Fields[Property][Body]['schema']>
    | undefined;
};

/** The members of a body, by public name. */
export function bodyShape<Fields extends Table, Body extends 'create' | Change>(
  fields: Fields,
  body: Body,
): Shape<Fields, Body> {
  const members = Object.values(fields).map(({ name, [body]: { schema } }) => [name, schema]);
  return Object.fromEntries(members) as Shape<Fields, Body>;
}

/** The values of a new resource. */
export function firstValues<Fields extends Table>(fields: Fields, body: BodyOf<Fields, 'create'>): Values<Fields> {
  const input = new Map<string, unknown>(Object.entries(body));
  const values = Object.entries(fields).map(([property, { name, create }]) => {
    return [property, create.first(input.get(name) as never)];
  });
  return Object.fromEntries(values) as Values<Fields>;
}

/** The values of a resource after a change. */
export function nextValues<Fields extends Table, Kind extends Change>(
  fields: Fields,
  kind: Kind,
  current: Values<Fields>,
  body: BodyOf<Fields, Kind>,
): Values<Fields> {
  const input = new Map<string, unknown>(Object.entries(body));
  const before = new Map<string, unknown>(Object.entries(current));
  const values = Object.entries(fields).map(
    ([
      property,
      {
        name,
        [kind]: { next },
      },
    ]) => {
      return [property, next(input.get(name) as never, before.get(property) as never)];
    },
  );
  return Object.fromEntries(values) as Values<Fields>;
}

type AnswerShape<Fields extends Answering> = {
  [Property in keyof Fields as Fields[Property]['answer'] extends undefined
    ? never
    : Fields[Property]['name']]: NonNullable<Fields[Property]['answer']>['schema'];
};
type AnswerJson<Fields extends Answering> = {
  [Name in keyof AnswerShape<Fields>]: z.input<AnswerShape<Fields>[Name]>;
};
type Shows<Fields extends Answering> = {
  readonly [Property in keyof Fields]: Fields[Property]['answer'] extends ShownOf<infer Value> ? Value : unknown;
};

/** The members of an answer, by public name. */
export function answerShape<Fields extends Answering>(fields: Fields): AnswerShape<Fields> {
  const members = Object.values(fields).flatMap(({ name, answer }) => (answer ? [[name, answer.schema]] : []));
  return Object.fromEntries(members) as AnswerShape<Fields>;
}

/** The members of an answer about a resource. */
export function answerJson<Fields extends Answering>(fields: Fields, values: Shows<Fields>): AnswerJson<Fields> {
  const all = new Map<string, unknown>(Object.entries(values));
  const members = Object.entries(fields).flatMap(([property, { name, answer }]) => {
    return answer ? [[name, answer.toJson(all.get(property) as never)]] : [];
  });
  return Object.fromEntries(members) as AnswerJson<Fields>;
}
