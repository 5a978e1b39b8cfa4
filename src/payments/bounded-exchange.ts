import { readBounded } from '../platform/http/bounded-body.ts';

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | null; readonly body: string }
  /** The connection was never made. */
  | { readonly kind: 'not_done'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ExchangeLimits {
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/**
 * What the system was asked for when it failed, if no byte of the request can have been sent. The error's code alone does
 * not tell: an established connection may break with EHOSTUNREACH or ETIMEDOUT as well.
 */
const WHILE_CONNECTING = new Set(['connect', 'getaddrinfo']);

/**
 * One HTTP exchange within limits that a broken or hostile peer cannot stretch: the time-out covers the last byte of the
 * answer, and an answer that grows past its size is cut off. Never rejects. Redirects are answers, not followed.
 */
export async function exchange(url: string, limits: ExchangeLimits, request: RequestInit): Promise<Answer> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: deadline });
    const body = await readBounded(response, limits.maxAnswerBytes);
    if (body === undefined) return { kind: 'unknown', reason: `the answer is over ${limits.maxAnswerBytes} bytes` };
    return { kind: 'answered', status: response.status, retryAfter: response.headers.get('retry-after'), body };
  } catch (error) {
    if (deadline.aborted) return { kind: 'unknown', reason: `no whole answer within ${limits.timeoutMs} ms` };
    const { code, syscall } = rootOf(error);
    if (WHILE_CONNECTING.has(syscall)) return { kind: 'not_done', reason: `cannot connect: ${code}` };
    return { kind: 'unknown', reason: `the connection broke: ${code}` };
  }
}

/** fetch hides what happened in the cause of its error, which for a name with several addresses has causes itself. */
function rootOf(error: unknown): { code: string; syscall: string } {
  if (!(error instanceof Error)) return { code: String(error), syscall: '' };
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  if (error.cause instanceof Error) return rootOf(error.cause);
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : error.message,
    syscall: 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '',
  };
}
