import { Type } from 'typebox';
import { readWebhookEndpoint } from '../../../queries/webhooks/webhook-endpoints.ts';
import { disableEndpoint, enableEndpoint, LONGEST_OVERLAP_HOURS, rotateSecret } from '../../../webhooks/endpoints.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../../description/documentation.ts';
import { writeOnce } from '../../http/write-once.ts';
import { IdempotencyHeader, IdParameters, ref, strict } from '../../schemas/common.ts';
import { WebhookEndpointSchema, WebhookEndpointWithSecretSchema } from '../../schemas/webhook.ts';
import { webhookEndpointView, webhookEndpointWithSecretView } from '../../views/webhook.ts';
import { noEndpoint } from './webhook-endpoints.ts';

const DEFAULT_OVERLAP_HOURS = 24;

const NoBody = Type.Object({}, { ...strict, examples: [{}] });
const RotationBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: LONGEST_OVERLAP_HOURS,
        default: DEFAULT_OVERLAP_HOURS,
        description: 'How long the secret before signs as well; 0 when it has become known to others',
      }),
    ),
  },
  { ...strict, examples: [{ overlap_hours: 24 }] },
);

/** What is done to an endpoint besides changing what it says. */
export function webhookCommandRoutes(api: Api, { pool, secretBox }: ApiDependencies): void {
  api.post(
    '/v1/webhook-endpoints/:id/rotate-secret',
    {
      schema: {
        operationId: 'rotateWebhookSecret',
        tags: ['webhooks'],
        summary: 'Give a webhook endpoint a new secret',
        description: 'For the overlap each message carries both signatures. The new secret is shown here alone.',
        headers: IdempotencyHeader,
        params: IdParameters,
        body: RotationBody,
        response: {
          200: { description: 'The endpoint, with its new secret', ...ref(WebhookEndpointWithSecretSchema) },
          ...problemAnswers(...WITH_BODY, 'webhook.not_found'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const hours = request.body.overlap_hours ?? DEFAULT_OVERLAP_HOURS;
      return writeOnce({
        pool,
        request,
        reply,
        status: 200,
        make: async (client, actor) => {
          const rotated = await rotateSecret(client, secretBox, actor, id, hours);
          if (!rotated) throw noEndpoint(id);
          return {
            view: webhookEndpointWithSecretView(rotated.endpoint, rotated.secret),
            repeated: webhookEndpointWithSecretView(rotated.endpoint, null),
          };
        },
      });
    },
  );

  for (const verb of ['enable', 'disable'] as const) {
    api.post(
      `/v1/webhook-endpoints/:id/${verb}`,
      {
        schema: {
          operationId: `${verb}WebhookEndpoint`,
          tags: ['webhooks'],
          summary: verb === 'enable' ? 'Send to a webhook endpoint again' : 'Send nothing more to a webhook endpoint',
          description:
            verb === 'enable'
              ? 'What was on its way goes out at once. What happened while it was disabled is in `GET /v1/events` after `missed_after`.'
              : 'What is on its way waits until it is enabled.',
          headers: IdempotencyHeader,
          params: IdParameters,
          body: NoBody,
          response: {
            200: { description: 'The endpoint as it is now', ...ref(WebhookEndpointSchema) },
            ...problemAnswers(...WITH_BODY, 'webhook.not_found'),
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
          make: async (client, actor) => {
            if (!(await readWebhookEndpoint(client, id))) throw noEndpoint(id);
            const endpoint =
              verb === 'enable'
                ? await enableEndpoint(client, actor, id)
                : await disableEndpoint(client, actor, id, 'PERSON');
            if (!endpoint) throw noEndpoint(id);
            return { view: webhookEndpointView(endpoint) };
          },
        });
      },
    );
  }
}
