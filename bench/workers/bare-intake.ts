import { createServer } from 'node:http';
import { listenOn } from './listen-on.js';
import { serveCommands } from './serve-commands.js';

export type BareIntakeCommands = {
  /** Opens a port. Returns it. */
  listen(): Promise<number>;
};

/** As long as the service's answer to a message. */
const ANSWER = JSON.stringify({ message_id: '00000000-0000-7000-8000-000000000000', webhooks: 1, duplicate: false });
const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'content-length': String(ANSWER.length) };

/** Reads the body of each request and answers 202: what node:http costs a service that stores nothing. */
const commands: BareIntakeCommands = {
  listen() {
    const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      request.on('data', () => undefined);
      request.on('end', () => response.writeHead(202, HEADERS).end(ANSWER));
    });
    return listenOn(server);
  },
};
serveCommands(commands);
