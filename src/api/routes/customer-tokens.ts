import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers, READS_BODY } from '../http/documentation.ts';
import { ref } from '../schemas/common.ts';
import { CustomerTokenSchema, DEFAULT_LIFETIME_SECONDS, NewCustomerToken } from '../schemas/identity.ts';

export function customerTokenRoutes(api: Api, { identity }: ApiDependencies): void {
  api.post(
    '/v1/customer-tokens',
    {
      schema: {
        operationId: 'createCustomerToken',
        tags: ['identity'],
        summary: 'Let one customer in for some minutes',
        description:
          'The token lets them see their own orders and ask to return; asked for by a shop, only their orders with that ' +
          'shop. It cannot be revoked, and ends by itself, or when the key of the shop is revoked.',
        body: NewCustomerToken,
        response: {
          201: { description: 'The token', ...ref(CustomerTokenSchema) },
          ...problemAnswers(...READS_BODY),
        },
      },
    },
    async ({ body, principal }, reply) => {
      const { customer_id: customerId, lifetime_seconds: lifetimeSeconds = DEFAULT_LIFETIME_SECONDS } = body;
      const { shopId } = principal.scope;
      const { token, expiresAt } = await identity.customerTokens.issue({ customerId, shopId, lifetimeSeconds });
      return reply
        .code(201)
        .header('Cache-Control', 'no-store')
        .send({ customer_id: customerId, token, expires_at: expiresAt });
    },
  );
}
