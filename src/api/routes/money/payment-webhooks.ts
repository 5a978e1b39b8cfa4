import { Type } from 'typebox';
import { PAYMENT_GATEWAYS } from '../../../domain/payments/payment-gateways.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers } from '../../description/documentation.ts';
import { ProblemError } from '../../problems/problem.ts';

const MAX_BODY_BYTES = 512 * 1024;

/** Whatever the gateway sends: it is read only once the signature holds. */
const WebhookBody = Type.Object(
  {},
  {
    additionalProperties: true,
    examples: [{ id: 'evt_3f9d2c', type: 'refund.succeeded', data: { id: 'rf_3f9d2c', reference: 'refund-123' } }],
  },
);

/**
 * Where payment gateways send their webhooks. Nobody logs in here: a webhook is known by its signature, which covers the
 * body's very bytes, so in this scope alone bodies are not parsed.
 */
export function paymentWebhookRoutes(api: Api, { paymentWebhooks }: ApiDependencies): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (_request, body, done) => {
      done(null, body);
    },
  );

  api.post(
    '/v1/webhooks/:gateway',
    {
      // Before the body is read: what is not taken anyway is no memory of ours.
      onRequest: (request, _reply, done) => {
        request.validateInput(request.params, 'params');
        const { params, headers } = request;
        const refusal = paymentWebhooks.refusalOfHead({ gateway: params.gateway, headers });
        if (refusal !== undefined) throw problemOf(refusal, params.gateway);
        done();
      },
      bodyLimit: MAX_BODY_BYTES,
      schema: {
        operationId: 'receivePaymentWebhook',
        tags: ['payments'],
        summary: 'Take a webhook of a payment gateway',
        description:
          'Verified by its signature over the raw body, made at most five minutes ago; taken once, however often it comes; ' +
          'answered at once. What follows is a job that asks the gateway.',
        body: WebhookBody,
        params: Type.Object({ gateway: Type.Enum(PAYMENT_GATEWAYS) }),
        response: {
          200: {
            description: 'Taken, now or before',
            ...Type.Object({ received: Type.Literal(true), duplicate: Type.Boolean() }),
          },
          ...problemAnswers(
            'request.invalid',
            'request.too_large',
            'request.unsupported_media_type',
            'gateway.webhook_not_verified',
            'gateway.not_configured',
          ),
        },
      },
    },
    async ({ params, headers, body }) => {
      const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const reception = await paymentWebhooks.receive({ gateway: params.gateway, headers, body: raw });
      if (reception === 'not_configured' || reception === 'refused') throw problemOf(reception, params.gateway);
      return { received: true, duplicate: reception === 'known' } as const;
    },
  );
}

function problemOf(refusal: 'not_configured' | 'refused', gateway: string): ProblemError {
  return refusal === 'not_configured'
    ? new ProblemError('gateway.not_configured', `No webhooks of ${gateway} are taken here.`)
    : new ProblemError('gateway.webhook_not_verified', 'The signature or its moment does not hold.');
}
