import { encryptionKeys, flag } from './formats.js';
import { ConfigKey, type KeyTree, key, type ValuesOf } from './key.js';
import { databaseKeys } from './keys/database.js';
import { deliveryKeys } from './keys/delivery.js';
import { egressKeys } from './keys/egress.js';
import { intakeKeys } from './keys/intake.js';
import { jwtKeys } from './keys/jwt.js';
import { natsKeys } from './keys/nats.js';
import { operationKeys } from './keys/operation.js';
import { serverKeys } from './keys/server.js';

/** Every key of the configuration, in the order of `config.yml`, at the path that its value has in `Config`. */
const tree = {
  ...serverKeys,
  jwt: jwtKeys,
  database: databaseKeys,
  nats: natsKeys,
  encryptionKeys: key('ENCRYPTION_KEYS', '', {
    doc: 'Keys that encrypt the secrets of webhooks, as name:base64 of 32 bytes, comma-separated. The first key encrypts, all keys decrypt. Empty: secrets are stored unencrypted.',
    format: encryptionKeys,
    sensitive: true,
  }),
  encryptionStrict: key('ENCRYPTION_STRICT', 'false', {
    doc: 'Refuses webhook secrets that are unencrypted or in the form of earlier versions; deliveries that need them wait. Requires ENCRYPTION_KEYS. Turn it on once "hukz keys status" says that it can be turned on.',
    format: flag,
  }),
  ...intakeKeys,
  ...deliveryKeys,
  egress: egressKeys,
  ...operationKeys,
} satisfies KeyTree;

/** The value of each key, before what follows from several keys; see `Config`. */
export type ConfigValues = ValuesOf<typeof tree>;

export const keys: readonly ConfigKey[] = [...keysIn(tree)];
export const keyNames: readonly string[] = keys.map(({ name }) => name);
export const ENV_PREFIX = 'HUKZ_';

/** The key of a name, or of the name that it had in earlier versions. */
export function findKey(name: string): ConfigKey | undefined {
  return keys.find((each) => each.name === name || each.value.formerly === name);
}

/** The tree with a value for each key; an undefined value is left out. */
export function valuesOf(read: (key: ConfigKey) => unknown): ConfigValues {
  return fill(tree, read) as ConfigValues;
}

/** `config` with a text in place of the value of each secret, by the path of its key. */
export function withoutSecrets(config: object, shown: (secret: unknown) => unknown, group: KeyTree = tree): object {
  const entries = Object.entries(group).map(([name, member]) => {
    const value: unknown = Reflect.get(config, name);
    if (member instanceof ConfigKey) return [name, member.value.sensitive ? shown(value) : value];
    return [name, typeof value === 'object' && value !== null ? withoutSecrets(value, shown, member) : value];
  });
  return { ...config, ...Object.fromEntries(entries) };
}

function* keysIn(group: KeyTree): Generator<ConfigKey> {
  for (const member of Object.values(group)) {
    if (member instanceof ConfigKey) yield member;
    else yield* keysIn(member);
  }
}

function fill(group: KeyTree, read: (key: ConfigKey) => unknown): object {
  const entries = Object.entries(group).map(([name, member]) => [
    name,
    member instanceof ConfigKey ? read(member) : fill(member, read),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
