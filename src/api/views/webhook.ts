import type { Static } from 'typebox';
import type { WebhookAttempt, WebhookDelivery, WebhookMessage } from '../../queries/webhooks/webhook-deliveries.ts';
import type { WebhookEndpoint, WebhookEndpointChange } from '../../queries/webhooks/webhook-endpoints.ts';
import type {
  WebhookDeliveryDetailSchema,
  WebhookDeliverySchema,
  WebhookEndpointChangeSchema,
  WebhookEndpointSchema,
  WebhookEndpointWithSecretSchema,
} from '../schemas/webhook.ts';

export function webhookEndpointView(endpoint: WebhookEndpoint): Static<typeof WebhookEndpointSchema> {
  return {
    id: endpoint.id,
    url: endpoint.url,
    description: endpoint.description,
    event_types: [...endpoint.eventTypes],
    ordered: endpoint.ordered,
    state: endpoint.state,
    disabled_reason: endpoint.disabledReason,
    disabled_at: endpoint.disabledAt,
    missed_after: endpoint.disabledPosition === null ? null : String(endpoint.disabledPosition),
    failing_since: endpoint.failingSince,
    previous_secret_until: endpoint.previousSecretUntil,
    version: endpoint.version,
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
  };
}

/** @param secret in the clear, for once; null when it was shown before */
export function webhookEndpointWithSecretView(
  endpoint: WebhookEndpoint,
  secret: string | null,
): Static<typeof WebhookEndpointWithSecretSchema> {
  return { ...webhookEndpointView(endpoint), secret };
}

export function webhookEndpointChangeView(change: WebhookEndpointChange): Static<typeof WebhookEndpointChangeSchema> {
  return {
    id: change.id,
    endpoint_id: change.endpointId,
    change: change.change,
    detail: change.detail,
    actor: change.actor,
    created_at: change.createdAt,
  };
}

export function webhookDeliveryView(delivery: WebhookDelivery): Static<typeof WebhookDeliverySchema> {
  return {
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    message_id: `msg_${delivery.id}`,
    event_type: delivery.eventType,
    transition_id: delivery.transitionId,
    order_id: delivery.orderId,
    state: delivery.state,
    attempts: delivery.attempts,
    next_attempt_at: delivery.state === 'PENDING' ? delivery.nextAttemptAt : null,
    created_at: delivery.createdAt,
    updated_at: delivery.updatedAt,
  };
}

export function webhookDeliveryDetailView(
  delivery: WebhookDelivery,
  url: string,
  message: WebhookMessage,
  attempts: readonly WebhookAttempt[],
): Static<typeof WebhookDeliveryDetailSchema> {
  return {
    ...webhookDeliveryView(delivery),
    request: { url, content_type: message.contentType, body: message.body },
    tries: attempts.map((attempt) => ({
      number: attempt.number,
      attempted_at: attempt.attemptedAt,
      duration_ms: attempt.durationMs,
      status: attempt.status,
      error: attempt.error,
      answer_type: attempt.answerType,
      answer: attempt.answer,
    })),
  };
}
