import Razorpay from 'razorpay';
import type { RazorpaySettings } from '../../platform/settings/payment.ts';
import type { ExchangeLimits } from '../bounded-exchange.ts';
import { retryAfterMs } from '../local/client.ts';
import type { GatewayOutcome } from '../payment-gateway.ts';
import { ExchangeFailed, printable, sendForSdk } from '../sdk-transport.ts';

const ADDRESS = 'https://api.razorpay.com';

/** What of the SDK's HTTP client we put in the place of its own. */
interface SdkTransport {
  readonly defaults: { baseURL?: string; adapter?: (request: SdkRequest) => Promise<object> };
  getUri(request: SdkRequest): string;
}

interface SdkRequest {
  readonly method?: string;
  readonly data?: string;
}

/**
 * The official SDK over our own transport. The SDK itself has no time-out, takes no other address, tells no error of a
 * connection from a slip in its own code, and sends no idempotency key, although Razorpay takes one with refunds; so a
 * client is made for each request, with the headers of that request.
 */
export function createRazorpay(
  { keyId, keySecret, baseUrl = ADDRESS }: RazorpaySettings,
  limits: ExchangeLimits,
  headers: Readonly<Record<string, string>> = {},
): Razorpay {
  const client = new Razorpay({ key_id: keyId, key_secret: keySecret });
  const transport = transportOf(client);
  const credentials = Buffer.from(`${keyId}:${keySecret}`).toString('base64');
  transport.defaults.baseURL = baseUrl;
  transport.defaults.adapter = async (request) => {
    try {
      const { status, body, retryAfter } = await sendForSdk(
        transport.getUri(request),
        {
          method: (request.method ?? 'get').toUpperCase(),
          headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json', ...headers },
          ...(request.data === undefined ? {} : { body: request.data }),
        },
        limits,
      );
      if (status >= 200 && status < 300) return { status, data: body, headers: {}, config: request };
      throw new Refused(status, { error: { ...errorIn(body), retryAfter } });
    } catch (error) {
      // The SDK takes any error for an answer and reads its status and body.
      if (error instanceof ExchangeFailed) throw new Refused(0, { error: error.outcome });
      throw error;
    }
  };
  return client;
}

/** As the SDK wants errors: with the answer that they came of. */
class Refused extends Error {
  readonly response: { readonly status: number; readonly data: object };

  constructor(status: number, data: object) {
    super('refused');
    this.response = { status, data };
  }
}

function errorIn(body: string): object {
  try {
    const parsed: unknown = JSON.parse(body);
    const error = typeof parsed === 'object' && parsed !== null && 'error' in parsed ? parsed.error : undefined;
    return typeof error === 'object' && error !== null ? error : {};
  } catch {
    return {};
  }
}

function transportOf(client: Razorpay): SdkTransport {
  const { api } = client;
  if ('rq' in api && isTransport(api.rq)) return api.rq;
  throw new Error('the Razorpay SDK is another than the one this was written for');
}

function isTransport(value: unknown): value is SdkTransport {
  return typeof value === 'function' && 'defaults' in value && 'getUri' in value;
}

type Refusal = Extract<GatewayOutcome, { kind: 'declined' | 'in_flight' | 'not_done' | 'unknown' }>;

/** What an error of the SDK says about the request that it came from. */
export function outcomeOfError(error: unknown): Refusal {
  const { statusCode, facts } = factsOf(error);
  if (statusCode === 0 && 'kind' in facts) return facts.kind === 'not_done' ? notDone(facts) : unknown(facts);
  const description = printable(textIn(facts, 'description'), 'no description');
  if (statusCode === 409) return { kind: 'in_flight', reason: 'Razorpay is at a request with this key' };
  if (statusCode === 429) {
    const wait = retryAfterMs(textIn(facts, 'retryAfter') ?? null);
    return { kind: 'not_done', reason: 'Razorpay has too much to do', retryAfterMs: wait };
  }
  if (statusCode === 400) {
    // A key of ours with another body: an earlier request was done, so this says nothing of what became of it.
    if (/idempoten/i.test(description)) return { kind: 'unknown', reason: `Razorpay: ${description}` };
    // Two that pass for refusals and are none, going by its error tables (razorpay.com/docs/api: capture, refunds). It is at
    // another capture or refund of this payment, and says to try again in a few seconds.
    if (/operation is in progress/i.test(description)) {
      return { kind: 'in_flight', reason: 'Razorpay is at another operation on this payment' };
    }
    // Our receipt is the refund's key: there is a refund under it.
    if (/duplicate receipt/i.test(description)) return { kind: 'unknown', reason: `Razorpay: ${description}` };
    const code = printable(textIn(facts, 'reason') ?? textIn(facts, 'code'), 'BAD_REQUEST_ERROR');
    return { kind: 'declined', code, message: description };
  }
  if (statusCode > 400 && statusCode < 500) {
    return { kind: 'not_done', reason: `Razorpay refused the request (${statusCode})` };
  }
  return {
    kind: 'unknown',
    reason: statusCode === 0 ? 'the answer cannot be read' : `Razorpay answered ${statusCode}`,
  };
}

/** Whether Razorpay says that it has nothing of this id. It has no code of its own for that. */
export function saysThatThereIsNone(error: unknown): boolean {
  const { statusCode, facts } = factsOf(error);
  return statusCode === 400 && /\bid provided does not exist\b/i.test(textIn(facts, 'description') ?? '');
}

function factsOf(error: unknown): { statusCode: number; facts: object } {
  if (typeof error !== 'object' || error === null) return { statusCode: 0, facts: {} };
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 0;
  const facts = 'error' in error && typeof error.error === 'object' && error.error !== null ? error.error : {};
  return { statusCode, facts };
}

function notDone(facts: object): Refusal {
  return { kind: 'not_done', reason: textIn(facts, 'reason') ?? 'it was not sent' };
}

function unknown(facts: object): Refusal {
  return { kind: 'unknown', reason: textIn(facts, 'reason') ?? 'no whole answer' };
}

function textIn(facts: object, name: string): string | undefined {
  const value: unknown = Object.entries(facts).find(([key]) => key === name)?.[1];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
