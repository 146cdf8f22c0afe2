import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../clock.js';
import { makeTestOpener } from '../../../testkit/kits/test-opener.js';
import { makeTestRequest } from '../../../testkit/kits/test-request.js';
import { makeCertificates } from '../../../testkit/servers/certificates.js';
import { makeSender } from '../../http/sender.js';
import type { ConnectionPath } from '../opener.js';
import { readSystemAuthorities } from './system-authorities.js';

const [ours, foreign] = [makeCertificates(), makeCertificates()];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hukz-authorities-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('the authorities of the system', () => {
  it('are those of a file and of a folder that Node does not have, each once', () => {
    const file = write('bundle', `# ours\n${ours.ca}\n${rootCertificates[0]}\n`);
    write('same.pem', ours.ca);
    write('other.pem', foreign.ca);
    write('broken.pem', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
    write('key.pem', ours.server.key);
    const found = readSystemAuthorities({ file, folders: folder });
    expect([found.count, found.from]).toEqual([2, [file, folder]]);
    expect(found.pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('are none where the places do not exist', () => {
    const nowhere = join(folder, 'nowhere');
    expect(readSystemAuthorities({ file: nowhere, folders: `${nowhere}:` })).toEqual({ pem: '', count: 0, from: [] });
  });

  it('of a webhook alone are trusted if it names one, and those of the system if not', async () => {
    const server = https.createServer(ours.server, (_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const opener = makeTestOpener({ extraCa: ours.ca });
    const sender = makeSender({ version: '1', clock: systemClock, timeoutMs: 5000, opener });
    const send = (connectionPath?: ConnectionPath) =>
      sender.send(makeTestRequest(`https://localhost:${port}/`, { plan: connectionPath ? { connectionPath } : {} }));
    try {
      expect(await send()).toMatchObject({ kind: 'answered', status: 200 });
      expect(await send({ tls: { id: 'cert', cert: foreign.client.cert, key: foreign.client.key } })).toMatchObject({
        kind: 'answered',
      });
      expect(await send({ tls: { id: 'ca', ca: foreign.ca } })).toMatchObject({ kind: 'unreachable', reason: 'tls' });
    } finally {
      await sender.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
