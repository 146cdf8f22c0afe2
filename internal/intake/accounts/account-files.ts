import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import { ENDING } from './account-name.js';
import { type Creds, readCreds } from './creds.js';

/** A file of the directory, and the credentials in it or the reason why there are none. */
export type AccountFile = {
  /** The name without the ending. */
  readonly name: string;
  /** Differs when the file was changed. */
  readonly version: string;
} & ({ readonly creds: Creds } | { readonly problem: string });

/** A larger file is no creds file. */
const MAX_BYTES = 64 * 1024;

/** Reads a directory of creds files again and again. A file that has not changed is not read again. */
export class AccountFiles {
  private known: ReadonlyMap<string, AccountFile> = new Map();

  constructor(private readonly directory: string) {}

  /** Returns all creds files, sorted by name. Rejects if the directory cannot be listed. */
  async read(): Promise<readonly AccountFile[]> {
    const names = (await readdir(this.directory))
      .filter((file) => file.endsWith(ENDING) && !file.startsWith('.'))
      .map((file) => file.slice(0, -ENDING.length))
      .sort();
    const files: AccountFile[] = [];
    for (const name of names) files.push(await this.readOne(name));
    this.known = new Map(files.map((file) => [file.name, file]));
    return files;
  }

  private async readOne(name: string): Promise<AccountFile> {
    const path = join(this.directory, name + ENDING);
    let version = 'unreadable';
    try {
      // A mounted secret is a link, which leads to another file after each change.
      const found = await stat(path);
      version = [found.dev, found.ino, found.size, found.mtimeMs, found.ctimeMs].join('/');
      const before = this.known.get(name);
      if (before?.version === version) return before;
      // To read a pipe could take for ever.
      if (!found.isFile() || found.size > MAX_BYTES)
        throw new Error(`it is no file of at most ${MAX_BYTES / 1024} KiB`);
      return { name, version, creds: readCreds(await readFile(path)) };
    } catch (error) {
      return { name, version, problem: messageOf(error) };
    }
  }
}
