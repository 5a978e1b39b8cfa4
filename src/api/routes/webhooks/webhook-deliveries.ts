import { Type } from 'typebox';
import {
  listWebhookDeliveries,
  readWebhookAttempts,
  readWebhookDelivery,
  TEST_EVENT_TYPE,
  webhookMessage,
} from '../../../queries/webhooks/webhook-deliveries.ts';
import { readWebhookEndpoint, type WebhookEndpoint } from '../../../queries/webhooks/webhook-endpoints.ts';
import { createTestDelivery, redeliver } from '../../../webhooks/delivery-store.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../../description/documentation.ts';
import { pageRequestOf, pageView } from '../../lists/list-query.ts';
import { ProblemError } from '../../problems/problem.ts';
import { writeOnce } from '../../http/write-once.ts';
import { IdempotencyHeader, IdParameters, ref, strict } from '../../schemas/common.ts';
import {
  WebhookDeliveryDetailSchema,
  WebhookDeliveryListQuery,
  WebhookDeliveryPage,
  WebhookDeliverySchema,
} from '../../schemas/webhook.ts';
import { webhookDeliveryDetailView, webhookDeliveryView } from '../../views/webhook.ts';
import { noEndpoint } from './webhook-endpoints.ts';

const NoBody = Type.Object({}, { ...strict, examples: [{}] });

export function webhookDeliveryRoutes(api: Api, { pool }: ApiDependencies): void {
  api.get(
    '/v1/webhook-deliveries',
    {
      schema: {
        operationId: 'listWebhookDeliveries',
        tags: ['webhooks'],
        summary: "List a webhook endpoint's deliveries, newest first",
        description: 'FAILED ones were tried for three days, or the endpoint has said that it is gone.',
        querystring: WebhookDeliveryListQuery,
        response: {
          200: { description: 'A page of deliveries', ...ref(WebhookDeliveryPage) },
          ...problemAnswers('webhook.not_found'),
        },
      },
    },
    async ({ query }) => {
      const filter = { endpointId: query.endpoint_id, state: query.state };
      const list = `webhook-deliveries-${query.endpoint_id}` as const;
      const page = await listWebhookDeliveries(pool, filter, pageRequestOf(query, list));
      if (page.rows.length === 0 && !(await readWebhookEndpoint(pool, query.endpoint_id))) {
        throw noEndpoint(query.endpoint_id);
      }
      return pageView(page, webhookDeliveryView, list);
    },
  );

  api.get(
    '/v1/webhook-deliveries/:id',
    {
      schema: {
        operationId: 'getWebhookDelivery',
        tags: ['webhooks'],
        summary: 'Read one webhook delivery: what is sent, and what was answered each time',
        params: IdParameters,
        response: {
          200: { description: 'The delivery', ...ref(WebhookDeliveryDetailSchema) },
          ...problemAnswers('delivery.not_found'),
        },
      },
    },
    async ({ params }) => {
      const delivery = await readWebhookDelivery(pool, params.id);
      const endpoint = delivery && (await readWebhookEndpoint(pool, delivery.endpointId));
      if (!delivery || !endpoint) throw noDelivery(params.id);
      const message = await webhookMessage(pool, delivery);
      return webhookDeliveryDetailView(delivery, endpoint.url, message, await readWebhookAttempts(pool, delivery.id));
    },
  );

  api.post(
    '/v1/webhook-deliveries/:id/redeliver',
    {
      schema: {
        operationId: 'redeliverWebhook',
        tags: ['webhooks'],
        summary: 'Send a webhook again, now',
        description: 'The same message under the same `webhook-id`, with three days of tries before it.',
        headers: IdempotencyHeader,
        params: IdParameters,
        body: NoBody,
        response: {
          200: { description: 'The delivery as it is now', ...ref(WebhookDeliverySchema) },
          ...problemAnswers(...WITH_BODY, 'delivery.not_found', 'webhook.disabled'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return writeOnce({
        pool,
        request,
        reply,
        status: 200,
        make: async (client) => {
          const delivery = await readWebhookDelivery(client, id);
          const endpoint = delivery && (await readWebhookEndpoint(client, delivery.endpointId));
          if (!endpoint) throw noDelivery(id);
          refuseDisabled(endpoint);
          await redeliver(client, id);
          const now = await readWebhookDelivery(client, id);
          if (!now) throw noDelivery(id);
          return { view: webhookDeliveryView(now) };
        },
      });
    },
  );

  api.post(
    '/v1/webhook-endpoints/:id/test',
    {
      schema: {
        operationId: 'testWebhookEndpoint',
        tags: ['webhooks'],
        summary: 'Send a test to a webhook endpoint',
        description: `A message of type \`${TEST_EVENT_TYPE}\` that is no event. Read the delivery for what came of it.`,
        headers: IdempotencyHeader,
        params: IdParameters,
        body: NoBody,
        response: {
          201: { description: 'The delivery', ...ref(WebhookDeliverySchema) },
          ...problemAnswers(...WITH_BODY, 'webhook.not_found', 'webhook.disabled'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return writeOnce({
        pool,
        request,
        reply,
        status: 201,
        make: async (client) => {
          const endpoint = await readWebhookEndpoint(client, id);
          if (!endpoint) throw noEndpoint(id);
          refuseDisabled(endpoint);
          const delivery = await readWebhookDelivery(client, await createTestDelivery(client, id, TEST_EVENT_TYPE));
          if (!delivery) throw new TypeError('the delivery that was made is not there');
          return { view: webhookDeliveryView(delivery) };
        },
      });
    },
  );
}

function refuseDisabled({ id, state }: WebhookEndpoint): void {
  if (state === 'DISABLED') throw new ProblemError('webhook.disabled', `Endpoint ${id} is disabled: enable it first.`);
}

function noDelivery(id: number): ProblemError {
  return new ProblemError('delivery.not_found', `No webhook delivery has the id ${id}.`);
}
