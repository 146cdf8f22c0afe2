import { expect, it } from '@jest/globals';
import type { AccountFile } from './account-files.js';
import { MAX_ACCOUNTS, planAccounts } from './plan-accounts.js';

const file = (name: string, account: string): AccountFile => ({
  name,
  version: account,
  creds: { account, authenticator: () => undefined },
});
const broken = (name: string): AccountFile => ({ name, version: '1', problem: 'it is empty' });
const IDS: Readonly<Record<string, number>> = { acme: 7, other: 8 };

function plan(files: readonly AccountFile[], running: Readonly<Record<string, string>> = {}, ownAccount = 'MAIN') {
  const { wanted, refused, beyond } = planAccounts(files, {
    running: new Map(Object.entries(running)),
    ownAccount,
    idOf: (space) => (typeof space === 'number' ? space : IDS[space]),
  });
  return { wanted: wanted.map(({ name, space }) => [name, space]), refused, beyond };
}
const names = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name);

it('a file is named by the number of its space or by its key', () => {
  const { wanted, refused } = plan([file('7', 'A'), file('other', 'B'), file('0', 'C'), file('9', 'D')]);
  expect(wanted).toEqual([
    ['7', 7],
    ['other', 'other'],
    ['0', 0],
    ['9', 9],
  ]);
  expect(refused).toEqual([]);
});

it.each(['007', '1e3', '+7', 'Acme', ' acme', '9999999999999999', 'a b', '', '-1', 'é', `${'a'.repeat(200)}`])(
  'the file name "%s" names no space',
  (name) => {
    const { wanted, refused } = plan([file(name, 'A')]);
    expect(wanted).toEqual([]);
    expect(refused).toEqual([{ name, keeps: false, problem: expect.any(String) }]);
  },
);

it('a key that no space has is refused, and ends a connection of it', () => {
  expect(plan([file('nobody', 'A')], { nobody: 'A' }).refused).toEqual([
    { name: 'nobody', keeps: false, problem: expect.stringContaining('no space has the key "nobody"') },
  ]);
});

it('a file that is broken keeps the connection that it had', () => {
  expect(plan([broken('acme')], { acme: 'A' }).refused).toEqual([
    { name: 'acme', keeps: true, problem: expect.stringContaining('it is empty') },
  ]);
});

it('two spaces with one account are both refused, because nobody knows whose the messages are', () => {
  const { wanted, refused } = plan([file('acme', 'A'), file('other', 'A'), file('9', 'B')]);
  expect(wanted).toEqual([['9', 9]]);
  expect(names(refused)).toEqual(['acme', 'other']);
});

it('two files of one space may have one account', () => {
  expect(plan([file('7', 'A'), file('acme', 'A')]).refused).toEqual([]);
});

it('a new file with the account of a space that is received already is refused alone', () => {
  const files = [file('acme', 'A'), file('other', 'A')];
  expect(names(plan(files, { acme: 'A' }).refused)).toEqual(['other']);
  expect(names(plan(files, { other: 'A' }).refused)).toEqual(['acme']);
});

it('a file that changes to the account of another space keeps its connection, also while both change', () => {
  const swapped = [file('acme', 'B'), file('other', 'A')];
  const { wanted, refused } = plan(swapped, { acme: 'A', other: 'B' });
  expect(wanted).toEqual([]);
  expect(refused.map(({ name, keeps }) => [name, keeps])).toEqual([
    ['acme', true],
    ['other', true],
  ]);
});

it('a file that is renamed to another space waits until the former connection is closed', () => {
  expect(plan([file('other', 'A')], { acme: 'A' }).refused).toEqual([]);
});

it('the account of NATS_CREDS_FILE belongs to no space', () => {
  expect(plan([file('acme', 'MAIN')]).refused).toEqual([
    { name: 'acme', keeps: true, problem: expect.stringContaining('NATS_CREDS_FILE') },
  ]);
});

it('beyond the maximum, the files that are received already stay, whatever their names are', () => {
  const many = Array.from({ length: MAX_ACCOUNTS + 3 }, (_, n) => file(String(100 + n), `A${n}`));
  const last = String(100 + MAX_ACCOUNTS + 2);
  const { wanted, beyond } = plan(many, { [last]: `A${MAX_ACCOUNTS + 2}` });
  expect(wanted).toHaveLength(MAX_ACCOUNTS);
  expect(wanted[0]).toEqual([last, Number(last)]);
  expect(beyond).toEqual([String(100 + MAX_ACCOUNTS - 1), String(100 + MAX_ACCOUNTS), String(100 + MAX_ACCOUNTS + 1)]);
});
