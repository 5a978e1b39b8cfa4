import { readFileSync } from 'node:fs';
import { Server as TlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { TlsCredentials } from '../../api/http/server.ts';
import type { TlsFiles } from '../../platform/config.ts';
import type { Logger } from '../../platform/logger.ts';
import { StartError } from '../../platform/start-error.ts';

const LOOKED_AT_EVERY_MS = 60_000;

/** @throws StartError when they cannot be read, or do not belong together */
export function readTlsCredentials({ certFile, keyFile }: TlsFiles): TlsCredentials {
  const credentials = { cert: readPem('TLS_CERT_FILE', certFile), key: readPem('TLS_KEY_FILE', keyFile) };
  try {
    createSecureContext(credentials);
  } catch (error) {
    throw new StartError('TLS_CERT_FILE and TLS_KEY_FILE are not a certificate and its key', { cause: error });
  }
  return credentials;
}

function readPem(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`${setting}: ${path} cannot be read`, { cause: error });
  }
}

export interface CertificateWatch {
  stop(): void;
}

/**
 * Looks now and then whether there is a new certificate, and has the server use it for the connections that come from
 * then on. One that is only half written is passed over until it is whole.
 */
export function watchCertificate(
  server: unknown,
  files: TlsFiles,
  { logger, everyMs = LOOKED_AT_EVERY_MS }: { readonly logger: Logger; readonly everyMs?: number },
): CertificateWatch {
  if (!(server instanceof TlsServer)) throw new TypeError('the server speaks no TLS');
  let current = readTlsCredentials(files);
  const timer = setInterval(() => {
    try {
      const found = readTlsCredentials(files);
      if (found.cert === current.cert && found.key === current.key) return;
      server.setSecureContext({ ...found, minVersion: 'TLSv1.2' });
      current = found;
      logger.info('a new certificate is used from now on');
    } catch (error) {
      logger.warn({ error: String(error) }, 'the new certificate cannot be used; the one before goes on');
    }
  }, everyMs);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}
