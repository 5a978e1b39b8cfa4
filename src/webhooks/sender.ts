import type { Pool } from 'pg';
import type { SecretBox } from '../platform/secrets/secret-box.ts';
import { webhookMessage } from '../queries/webhooks/webhook-deliveries.ts';
import type { AddressPolicy } from './address-policy.ts';
import { retryAfterMs, retryDelayMs } from './back-off.ts';
import { DeliveryStore, type AttemptRecord, type AttemptVerdict, type ClaimedDelivery } from './delivery-store.ts';
import { openSecrets } from './endpoints.ts';
import { post, resolveBySystem, type PostOptions, type PostResult } from './post.ts';
import { sharedLookups } from './shared-lookups.ts';
import { signatureHeaders } from './signature.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 4_096;
const MOST_CHARACTERS = 200;
const GONE = 410;

export interface SenderOptions {
  readonly pool: Pool;
  readonly box: SecretBox;
  readonly policy: AddressPolicy;
  readonly timeoutMs?: number;
  readonly resolveAll?: PostOptions['resolveAll'];
}

export type SendResult = 'succeeded' | 'retried' | 'given_up' | 'endpoint_disabled';

/** Sends one claimed delivery, and writes down what came of it. No transaction is open while it sends. */
export class WebhookSender {
  readonly #options: SenderOptions;
  readonly #store: DeliveryStore;
  readonly #resolveAll: NonNullable<PostOptions['resolveAll']>;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#resolveAll = sharedLookups(options.resolveAll ?? resolveBySystem);
    this.#store = new DeliveryStore(options.pool);
  }

  async send(delivery: ClaimedDelivery): Promise<SendResult> {
    const attemptedAt = new Date();
    const begun = performance.now();
    const result = await this.#try(delivery, attemptedAt);
    const durationMs = Math.round(performance.now() - begun);
    const verdict = verdictOn(result, delivery.failures + 1);
    const disabled = await this.#store.finish(delivery, recordOf(result, attemptedAt, durationMs), verdict);
    if (disabled) return 'endpoint_disabled';
    if (verdict.kind === 'succeeded') return 'succeeded';
    return verdict.retryInMs === undefined ? 'given_up' : 'retried';
  }

  async #try(delivery: ClaimedDelivery, sentAt: Date): Promise<PostResult> {
    const { pool, box, policy, timeoutMs = TIMEOUT_MS } = this.#options;
    const { id, body, contentType } = await webhookMessage(pool, delivery);
    let secrets: readonly string[];
    try {
      secrets = openSecrets(box, delivery);
    } catch (error) {
      return { status: undefined, error: error instanceof Error ? error.message : String(error) };
    }
    const headers = {
      'content-type': contentType,
      'user-agent': 'Roundtrip-Webhooks/1',
      ...signatureHeaders({ id, sentAt, body }, secrets),
    };
    return post(new URL(delivery.url), body, headers, {
      policy,
      timeoutMs,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      resolveAll: this.#resolveAll,
    });
  }
}

/** Only 2xx says that it was taken. A redirect is no success: where it leads, nobody has looked at. */
function verdictOn(result: PostResult, failures: number): AttemptVerdict {
  if (result.status === undefined) {
    return { kind: 'failed', retryInMs: retryDelayMs(failures, Math.random()), endpointGone: false };
  }
  if (result.status >= 200 && result.status < 300) return { kind: 'succeeded' };
  if (result.status === GONE) return { kind: 'failed', retryInMs: undefined, endpointGone: true };
  const asked = retryAfterMs(result.retryAfter, new Date());
  return { kind: 'failed', retryInMs: retryDelayMs(failures, Math.random(), asked), endpointGone: false };
}

function recordOf(result: PostResult, attemptedAt: Date, durationMs: number): AttemptRecord {
  const when = { attemptedAt, durationMs };
  if (result.status === undefined) {
    return { ...when, status: null, error: result.error, answerType: null, answer: null };
  }
  const answerType = result.contentType?.slice(0, MOST_CHARACTERS) ?? null;
  return { ...when, status: result.status, error: null, answerType, answer: result.text };
}
