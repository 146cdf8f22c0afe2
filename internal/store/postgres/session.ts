import type { EventEmitter } from 'node:events';
import { Client } from 'pg';
import type { Connection } from './connection.js';
import { makeHostChoice } from './hosts.js';
import { makeMoves } from './moves.js';
import { isReadOnly, spoilsSession } from './pg-error.js';
import { prepareSession } from './session-settings.js';

type Done = (error: Error | null, client: Client) => void;

export interface Sessions {
  /**
   * The class that a pool makes its connections with. Its constructor's arguments are ignored: it connects by the
   * settings of its pool.
   */
  readonly Client: new () => Client;
}

/**
 * The connections of one pool. Each connects to the host that accepts writes, has the settings that our statements rely
 * on, and reports an answer after which it must not be used again.
 */
export function makeSessions(connection: Connection, onSpoiled: (session: Client, code: string) => void): Sessions {
  const choose = makeHostChoice(connection);
  const moves = connection.moves ?? makeMoves();

  class Session extends Client {
    constructor() {
      // Poolers refuse these two as startup parameters.
      super({ ...connection, statement_timeout: undefined, lock_timeout: undefined });
      // Without a listener, an error before the pool adds its own listener would end the process.
      this.on('error', () => undefined);
      const { connection: wire } = this as unknown as { readonly connection: EventEmitter };
      wire.on('errorMessage', (error: { readonly code: string; readonly message: string }) => {
        if (spoilsSession(error)) onSpoiled(this, error.code);
        if (isReadOnly(error)) moves.announce(error.message);
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

    /** Both the client and its wire read this field. */
    private encryptBy(ssl: Connection['ssl']): void {
      const { connection: wire } = this as unknown as { readonly connection: object };
      Object.assign(this, { ssl });
      Object.assign(wire, { ssl });
    }

    private async open(): Promise<this> {
      const at = await choose();
      if (at) Object.assign(this, at);
      if (connection.freshSsl) this.encryptBy(await connection.freshSsl(at ?? this));
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
