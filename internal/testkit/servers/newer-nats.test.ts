import { describe, expect, it } from '@jest/globals';
import { connect } from 'nats';
import { newerNatsServer } from './newer-nats.js';
import { startTestNats } from './test-nats.js';

const binary = newerNatsServer();

describe('the newer nats-server', () => {
  (binary ? it : it.skip)('is of version 2.10 or newer, and serves JetStream', async () => {
    const server = await startTestNats({ jetstream: true, ...(binary && { binary }) });
    try {
      const connection = await connect({ servers: server.url });
      const [major, minor] = (connection.info?.version ?? '').split('.').map(Number);
      expect((major ?? 0) * 100 + (minor ?? 0)).toBeGreaterThanOrEqual(210);
      await connection.jetstreamManager();
      await connection.close();
    } finally {
      await server.stop();
    }
  });
});
