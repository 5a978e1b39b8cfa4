import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { createWebServer } from '../../api/http/server.ts';
import { readConfig } from '../../platform/config.ts';
import { silentLogger } from '../../platform/logger.ts';
import { createBackend, type Backend } from '../backend.ts';
import { readTlsCredentials, watchCertificate } from './tls.ts';
import { startWeb, type Web } from './web.ts';

const openssl = await promisify(execFile)('openssl', ['version']).then(
  () => undefined,
  () => 'there is no openssl to make a certificate with',
);

describe.skipIf(openssl)(`web by TLS${openssl ? ` (left out: ${openssl})` : ''}`, () => {
  const database = useDatabase();
  let folder: string;
  let files: { certFile: string; keyFile: string };
  let backend: Backend;
  let web: Web;

  async function makeCertificate(name: string): Promise<typeof files> {
    const made = { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}.key`) };
    const subject = ['-subj', `/CN=${name}.example`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...[...subject, '-keyout', made.keyFile, '-out', made.certFile],
    ]);
    return made;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls '));
    files = await makeCertificate('first');
    const config = readConfig({
      DATABASE_URL: database.url,
      PORT: '0',
      TLS_CERT_FILE: files.certFile,
      TLS_KEY_FILE: files.keyFile,
    });
    backend = createBackend(config, database.url, silentLogger);
    web = await startWeb(backend, 0);
  });
  afterAll(async () => {
    await web.stop();
    await backend.close();
    await rm(folder, { recursive: true });
  });

  async function handshake(port: number, options: object = {}): Promise<TLSSocket> {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
    });
    socket.end();
    return socket;
  }

  it('answers who trusts its certificate, and tells browsers to stay with it', async () => {
    expect(web.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const ca = await readFile(files.certFile);
    const answer = await new Promise<{ status?: number; hsts?: string | undefined }>((resolve, reject) => {
      request(`${web.url}/health`, { ca }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, hsts: response.headers['strict-transport-security'] });
      })
        .on('error', reject)
        .end();
    });
    expect(answer).toEqual({ status: 200, hsts: 'max-age=31536000' });
  });

  it('takes TLS 1.2 and newer, nothing older, and nothing in the clear', async () => {
    const port = Number(new URL(web.url).port);
    const oldCiphers = { ciphers: 'ALL:@SECLEVEL=0' };
    expect((await handshake(port)).getProtocol()).toBe('TLSv1.3');
    expect((await handshake(port, { maxVersion: 'TLSv1.2' })).getProtocol()).toBe('TLSv1.2');
    await expect(handshake(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ...oldCiphers })).rejects.toThrow(
      /version|protocol/i,
    );
    await expect(fetch(web.url.replace('https:', 'http:'))).rejects.toThrow();
  });

  it('uses a new certificate as soon as it is whole, without a connection lost', async () => {
    const own = await makeCertificate('before');
    const server = createWebServer((_request, response) => response.end('ok'), readTlsCredentials(own));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const watch = watchCertificate(server, own, { logger: silentLogger, everyMs: 5 });
    const address = server.address();
    const nameOf = async () =>
      (await handshake(typeof address === 'object' && address ? address.port : 0)).getPeerCertificate().subject.CN;
    try {
      expect(await nameOf()).toBe('before.example');
      const next = await makeCertificate('after');
      // The key of one, and the certificate of another: not whole yet.
      await rename(next.keyFile, own.keyFile);
      await writeFile(`${own.certFile}.half`, '-----BEGIN CERTIFICATE-----\n');
      await rename(`${own.certFile}.half`, own.certFile);
      expect(await nameOf()).toBe('before.example');
      await rename(next.certFile, own.certFile);
      await expect.poll(nameOf).toBe('after.example');
    } finally {
      watch.stop();
      server.close();
    }
  });

  it('does not start with files that are no certificate and its key, and says which setting is wrong', async () => {
    const other = await makeCertificate('other');
    const missing = join(folder, 'nothing.pem');
    expect(() => readTlsCredentials({ ...files, certFile: missing })).toThrow('TLS_CERT_FILE');
    expect(() => readTlsCredentials({ ...files, keyFile: missing })).toThrow('TLS_KEY_FILE');
    expect(() => readTlsCredentials({ ...files, keyFile: other.keyFile })).toThrow('not a certificate and its key');
    expect(() => readConfig({ TLS_CERT_FILE: files.certFile })).toThrow('TLS_KEY_FILE must be set');
    expect(() => readConfig({ TLS_KEY_FILE: files.keyFile })).toThrow('TLS_CERT_FILE must be set');
  });
});
