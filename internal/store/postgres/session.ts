import type { EventEmitter } from 'node:events';
import { Client } from 'pg';
import type { Connection } from './connection.js';
import { makeHostChoice } from './hosts.js';
import { makeMoves } from './moves.js';
import { isReadOnly, spoilsSession } from './pg-error.js';
import { prepareSession } from './session-settings.js';

type Done = (error: Error | null, client: Client) => void;

export interface Sessions {
  /** For a pool to make its connections with. Whatever it is constructed with, it connects as its pool was told. */
  readonly Client: new () => Client;
}

/**
 * The connections of one pool. Each goes to the host that takes writes, has the settings that our statements rely on, and
 * reports an answer after which it must not be used again.
 */
export function makeSessions(connection: Connection, onSpoiled: (session: Client, code: string) => void): Sessions {
  const choose = makeHostChoice(connection);
  const moves = connection.moves ?? makeMoves();

  class Session extends Client {
    constructor() {
      // As startup parameters, poolers refuse these.
      super({ ...connection, statement_timeout: undefined, lock_timeout: undefined });
      // Without a listener an error between connecting and the pool's own listener would end the process.
      this.on('error', () => undefined);
      const { connection: wire } = this as unknown as { readonly connection: EventEmitter };
      wire.on('errorMessage', (error: { readonly code: string; readonly message: string }) => {
        if (spoilsSession(error)) onSpoiled(this, error.code);
        if (isReadOnly(error)) moves.tell(error.message);
      });
    }

    override connect(): Promise<this>;
    override connect(done: Done): void;
    override connect(done?: Done): Promise<this> | undefined {
      const opening = this.open();
      if (!done) return opening;
      opening.then(
        () => done(null, this),
        (error: Error) => done(error, this),
      );
      return undefined;
    }

    /** Both the client and its wire decide by it. */
    private encryptBy(ssl: Connection['ssl']): void {
      const { connection: wire } = this as unknown as { readonly connection: object };
      Object.assign(this, { ssl });
      Object.assign(wire, { ssl });
    }

    private async open(): Promise<this> {
      const at = await choose();
      if (at) Object.assign(this, at);
      if (connection.freshSsl) this.encryptBy(connection.freshSsl());
      await super.connect();
      try {
        await prepareSession(this, connection);
      } catch (error) {
        await this.end().catch(() => undefined);
        throw error;
      }
      return this;
    }
  }
  return { Client: Session };
}
