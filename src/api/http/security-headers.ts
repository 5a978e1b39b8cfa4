import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * What a browser may do with an answer of ours: take scripts, styles, fonts and data from here alone, no script that
 * stands in a page, no plug-in, and no frame of others around it. Styles in a page are let through: the components of
 * the documentation set them. A page that needs less, or a nonce, says so itself.
 */
const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  frameSrc: ["'self'"],
  frameAncestors: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
} as const;

/** For an answer that no hook runs for: nothing of it is to be shown. */
export const BARE_SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; frame-ancestors 'self'",
} as const;

/** Of answers that a program in a browser may read. */
const EXPOSED_HEADERS = [
  'ETag',
  'Retry-After',
  'X-Request-ID',
  'Idempotency-Replayed',
  'RateLimit',
  'RateLimit-Policy',
];
const PREFLIGHT_SECONDS = 600;

export interface SecurityHeadersOptions {
  /** Origins such as https://shop.example whose pages may call the API; none by default. */
  readonly corsOrigins: readonly string[];
  /** Whether clients come by TLS, here or at a proxy: then browsers are told to stay with it. */
  readonly isTls: boolean;
}

/** Sets the headers of every answer, errors included. */
export async function registerSecurityHeaders(
  api: FastifyInstance,
  { corsOrigins, isTls }: SecurityHeadersOptions,
): Promise<void> {
  const headers = headersOf({
    contentSecurityPolicy: { useDefaults: false, directives: mutable(POLICY) },
    strictTransportSecurity: isTls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'sameorigin' },
    referrerPolicy: { policy: 'no-referrer' },
    // Another origin's page may not even embed what it may not read.
    crossOriginResourcePolicy: { policy: corsOrigins.length > 0 ? 'cross-origin' : 'same-origin' },
  });
  api.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
  if (corsOrigins.length === 0) return;
  await api.register(cors, {
    origin: [...corsOrigins],
    // Keys go in a header; a cookie of ours is never sent from another origin's page.
    credentials: false,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: true,
  });
}

/** What helmet sets, asked for once: it is the same for every answer, and helmet would word it anew for each. */
function headersOf(options: HelmetOptions): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet(options)(response.req, response, () => undefined);
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}

function mutable(policy: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(policy).map(([name, sources]) => [name, [...sources]]));
}
