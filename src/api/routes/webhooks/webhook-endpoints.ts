import type { FastifyRequest } from 'fastify';
import {
  listWebhookEndpointChanges,
  listWebhookEndpoints,
  readWebhookEndpoint,
} from '../../../queries/webhooks/webhook-endpoints.ts';
import { createEndpoint, deleteEndpoint, MOST_ENDPOINTS, updateEndpoint } from '../../../webhooks/endpoints.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../../description/documentation.ts';
import { pageRequestOf, pageView } from '../../lists/list-query.ts';
import { ProblemError } from '../../problems/problem.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { etagOf, expectedVersionOf } from '../../http/write.ts';
import { writeOnce } from '../../http/write-once.ts';
import { IdempotencyHeader, IdParameters, IfMatchHeader, PageListQuery, ref } from '../../schemas/common.ts';
import {
  NewWebhookEndpoint,
  WebhookEndpointChangePage,
  WebhookEndpointPage,
  WebhookEndpointPatch,
  WebhookEndpointSchema,
  WebhookEndpointWithSecretSchema,
} from '../../schemas/webhook.ts';
import { webhookEndpointChangeView, webhookEndpointView, webhookEndpointWithSecretView } from '../../views/webhook.ts';

export function webhookEndpointRoutes(api: Api, { pool, secretBox, webhookPolicy }: ApiDependencies): void {
  const refuseUrl = (url: string | undefined) => {
    const fault = url === undefined ? undefined : webhookPolicy.faultOf(url);
    if (fault !== undefined) {
      throw new ProblemError('request.invalid', `url ${fault}`, { errors: [{ field: 'url', message: fault }] });
    }
  };

  api.get(
    '/v1/webhook-endpoints',
    {
      schema: {
        operationId: 'listWebhookEndpoints',
        tags: ['webhooks'],
        summary: 'List webhook endpoints, newest first',
        querystring: PageListQuery,
        response: { 200: { description: 'A page of endpoints', ...ref(WebhookEndpointPage) }, ...problemAnswers() },
      },
    },
    async ({ query }) => {
      const page = await listWebhookEndpoints(pool, pageRequestOf(query, 'webhook-endpoints'));
      return pageView(page, webhookEndpointView, 'webhook-endpoints');
    },
  );

  api.post(
    '/v1/webhook-endpoints',
    {
      schema: {
        operationId: 'createWebhookEndpoint',
        tags: ['webhooks'],
        summary: 'Tell an endpoint of what happens',
        description:
          'From now on each event that it wants is posted to it at least once, signed by the Standard Webhooks scheme, ' +
          'and tried for three days. The secret is shown in this answer alone.',
        headers: IdempotencyHeader,
        body: NewWebhookEndpoint,
        response: {
          201: { description: 'The endpoint, with its secret', ...ref(WebhookEndpointWithSecretSchema) },
          ...problemAnswers(...WITH_BODY, 'webhook.too_many'),
        },
      },
    },
    async (request, reply) => {
      const { url, description = null, event_types: eventTypes = [], ordered = false } = request.body;
      refuseUrl(url);
      return writeOnce({
        pool,
        request,
        reply,
        status: 201,
        make: async (client, actor) => {
          const made = await createEndpoint(client, secretBox, actor, { url, description, eventTypes, ordered });
          if (!made) {
            const facts = { most: MOST_ENDPOINTS };
            throw new ProblemError('webhook.too_many', `There are ${MOST_ENDPOINTS} endpoints already.`, { facts });
          }
          return {
            view: webhookEndpointWithSecretView(made.endpoint, made.secret),
            repeated: webhookEndpointWithSecretView(made.endpoint, null),
          };
        },
      });
    },
  );

  api.get(
    '/v1/webhook-endpoints/:id',
    {
      schema: {
        operationId: 'getWebhookEndpoint',
        tags: ['webhooks'],
        summary: 'Read one webhook endpoint',
        params: IdParameters,
        response: {
          200: { description: 'The endpoint; its ETag is for If-Match', ...ref(WebhookEndpointSchema) },
          ...problemAnswers('webhook.not_found'),
        },
      },
    },
    async ({ params }, reply) => {
      const endpoint = await readWebhookEndpoint(pool, params.id);
      if (!endpoint) throw noEndpoint(params.id);
      reply.header('ETag', etagOf(endpoint.version));
      return webhookEndpointView(endpoint);
    },
  );

  api.patch(
    '/v1/webhook-endpoints/:id',
    {
      schema: {
        operationId: 'updateWebhookEndpoint',
        tags: ['webhooks'],
        summary: 'Change a webhook endpoint',
        description: 'What is not named stays. What is on its way goes to the new URL.',
        headers: IfMatchHeader,
        params: IdParameters,
        body: WebhookEndpointPatch,
        response: {
          200: { description: 'The endpoint as it is now', ...ref(WebhookEndpointSchema) },
          ...problemAnswers(
            'request.too_large',
            'request.unsupported_media_type',
            'webhook.not_found',
            'webhook.version_mismatch',
            'service.outcome_unknown',
          ),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const patch = request.body;
      refuseUrl(patch.url);
      const endpoint = await inTransaction(pool, async (client) => {
        await client.query('SELECT FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE', [id]);
        const before = await readWebhookEndpoint(client, id);
        if (!before) throw noEndpoint(id);
        refuseStale(request, before.version);
        return updateEndpoint(client, request.principal.actor, id, {
          url: patch.url ?? before.url,
          description: patch.description === undefined ? before.description : patch.description,
          eventTypes: patch.event_types ?? before.eventTypes,
          ordered: patch.ordered ?? before.ordered,
        });
      });
      if (!endpoint) throw noEndpoint(id);
      reply.header('ETag', etagOf(endpoint.version));
      return webhookEndpointView(endpoint);
    },
  );

  api.delete(
    '/v1/webhook-endpoints/:id',
    {
      schema: {
        operationId: 'deleteWebhookEndpoint',
        tags: ['webhooks'],
        summary: 'Forget a webhook endpoint, and its deliveries',
        description: 'Who has changed what about it stays on record.',
        params: IdParameters,
        response: {
          200: { description: 'The endpoint as it was', ...ref(WebhookEndpointSchema) },
          ...problemAnswers('webhook.not_found', 'service.outcome_unknown'),
        },
      },
    },
    async ({ params, principal }) => {
      const endpoint = await inTransaction(pool, (client) => deleteEndpoint(client, principal.actor, params.id));
      if (!endpoint) throw noEndpoint(params.id);
      return webhookEndpointView(endpoint);
    },
  );

  api.get(
    '/v1/webhook-endpoints/:id/changes',
    {
      schema: {
        operationId: 'listWebhookEndpointChanges',
        tags: ['webhooks'],
        summary: 'Read who has changed what about a webhook endpoint, newest first',
        description: 'The notice of one that was disabled is among them. Of one that was deleted too.',
        params: IdParameters,
        querystring: PageListQuery,
        response: {
          200: { description: 'A page of changes', ...ref(WebhookEndpointChangePage) },
          ...problemAnswers('webhook.not_found'),
        },
      },
    },
    async ({ params, query }) => {
      const list = `webhook-endpoint-changes-${params.id}` as const;
      const page = await listWebhookEndpointChanges(pool, params.id, pageRequestOf(query, list));
      if (page.rows.length === 0 && query.after === undefined) throw noEndpoint(params.id);
      return pageView(page, webhookEndpointChangeView, list);
    },
  );
}

export function noEndpoint(id: number): ProblemError {
  return new ProblemError('webhook.not_found', `No webhook endpoint has the id ${id}.`);
}

function refuseStale(request: FastifyRequest, version: number): void {
  const expected = expectedVersionOf(request);
  if (expected === undefined || expected === version) return;
  const facts = { expected_version: expected, current_version: version };
  const detail = `The endpoint is at version ${version}, not ${expected}.`;
  throw new ProblemError('webhook.version_mismatch', detail, { facts });
}
