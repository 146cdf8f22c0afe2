import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeTokenCheck } from '../../api/http/bearer.js';
import { callerOf } from '../../api/http/browser-guard.js';
import { boundConnections, type ConnectionBounds } from '../../api/http/connections.js';
import type { Refusals } from '../../api/http/refusals.js';
import { type DoorSettings, doorRefusal } from '../../domain/egress/browser-door.js';
import { echo } from '../../domain/text/echo.js';

/** The source of the metrics text. */
export interface MetricsSource {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface MetricsSettings {
  readonly host: string;
  readonly port: number;
  /** The token that readers must show. */
  readonly token?: string | undefined;
  /** The hosts and pages that are answered, as in the API. */
  readonly door: DoorSettings;
  readonly connections: ConnectionBounds;
  readonly refusals: Refusals;
}

/** Serves `/metrics` on a separate port, so that it need not be where the API is. */
export async function serveMetrics(
  metrics: MetricsSource,
  { host, port, token, door, connections, refusals }: MetricsSettings,
): Promise<MetricsServer> {
  const showsToken = makeTokenCheck(token);
  const server = createServer((request, response) => {
    const refusal = doorRefusal(callerOf(request), door);
    if (refusal) {
      refusals.add(refusal.reason, { value: echo(refusal.value), port: 'metrics' });
      response.writeHead(403).end();
      return;
    }
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    if (token !== undefined && !showsToken(request.headers.authorization)) {
      refusals.add('metrics_token', { address: request.socket.remoteAddress });
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="METRICS_TOKEN"' }).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  boundConnections(server, connections);
  server.headersTimeout = 5000;
  server.requestTimeout = 5000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
