import dotenv from 'dotenv';
import { FAILSAFE_SCHEMA, loadAll } from 'js-yaml';
import { getProperties } from 'properties-file';
import { parse as parseToml } from 'smol-toml';
import type { Environment } from '../read-environment.js';
import { expandVariables } from './expand-variables.js';

type Parser = (text: string, env: Environment) => unknown;

/** The failsafe schema leaves all scalars text: a password `0123` must not become a number. */
const yaml: Parser = (text) => onlyOne(loadAll(text, { schema: FAILSAFE_SCHEMA }));
const properties: Parser = (text) => getProperties(text);
const env: Parser = (text, environment) => expandVariables(dotenv.parse(text), text, environment);

/** The endings of the configuration file, in the order in which the Go service looks for one. */
export const FILE_FORMATS: Readonly<Record<string, Parser>> = {
  json: (text) => JSON.parse(text),
  toml: (text) => parseToml(text, { integersAsBigInt: 'asNeeded' }),
  yaml,
  yml: yaml,
  properties,
  props: properties,
  prop: properties,
  dotenv: env,
  env,
};

/** `load` refuses a file without a document, which one that is all comments is. */
function onlyOne(documents: readonly unknown[]): unknown {
  if (documents.length > 1) throw new Error('it has more than one document');
  return documents[0];
}
