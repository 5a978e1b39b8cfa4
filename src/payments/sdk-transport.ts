import { exchange, type Answer, type ExchangeLimits } from './bounded-exchange.ts';

export const SDK_LIMITS: ExchangeLimits = { timeoutMs: 20_000, maxAnswerBytes: 1024 * 1024 };

/** Stands for an answer that never came whole, through whatever an SDK makes of errors. It has no `code` to retry on. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';
  readonly outcome: Exclude<Answer, { kind: 'answered' }>;

  constructor(outcome: Exclude<Answer, { kind: 'answered' }>) {
    super(outcome.reason);
    this.outcome = outcome;
  }
}

/**
 * What a provider's SDK sends its requests by: within our limits of time and size, without redirects, and never twice.
 * The SDKs know the requests' and answers' shapes; their own transports have no limit of size, follow redirects, and one
 * of them repeats a POST by itself when a connection breaks.
 *
 * @throws ExchangeFailed
 */
export async function sendForSdk(
  url: string,
  request: RequestInit,
  limits: ExchangeLimits,
): Promise<Extract<Answer, { kind: 'answered' }>> {
  const answer = await exchange(url, limits, request);
  if (answer.kind !== 'answered') throw new ExchangeFailed(answer);
  return answer;
}

const MOST_PRINTED = 200;

/** A provider's text as it is kept and told: printable, on one line, and short. */
export function printable(text: string | null | undefined, otherwise: string): string {
  const plain = (text ?? '')
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MOST_PRINTED);
  return plain === '' ? otherwise : plain;
}
