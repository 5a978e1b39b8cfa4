import { customerMeant } from '../access/customer-meant.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers, READS_BODY } from '../description/documentation.ts';
import { ProblemError } from '../problems/problem.ts';
import { ref } from '../schemas/common.ts';
import { CustomerTokenSchema, DEFAULT_LIFETIME_SECONDS, NewCustomerToken } from '../schemas/identity.ts';

export function customerTokenRoutes(api: Api, { identity, pool }: ApiDependencies): void {
  api.post(
    '/v1/customer-tokens',
    {
      schema: {
        operationId: 'createCustomerToken',
        tags: ['identity'],
        summary: 'Let one customer in for some minutes',
        description:
          'The token lets them see their own orders with one shop and ask to return: with the shop that asks for it, or ' +
          'the one that staff name. Where they have none yet, and no shop is named, it is for the orders that no shop ' +
          'places. It cannot be revoked, and ends by itself; one that a shop asked for, when its key is revoked.',
        body: NewCustomerToken,
        response: {
          201: { description: 'The token', ...ref(CustomerTokenSchema) },
          ...problemAnswers(...READS_BODY, 'customer.of_several_shops'),
        },
      },
    },
    async ({ body, principal }, reply) => {
      const { customer_id: customerId, lifetime_seconds: lifetimeSeconds = DEFAULT_LIFETIME_SECONDS } = body;
      const ownShopId = principal.scope.shopId ?? undefined;
      if (ownShopId !== undefined && (body.shop_id ?? ownShopId) !== ownShopId) throw ofAnotherShop();
      const customer = await customerMeant(pool, { shop_id: ownShopId, ...body });
      const { token, expiresAt } = await identity.customerTokens.issue({
        customerId,
        shopId: customer?.shopId ?? null,
        endsWithShop: ownShopId !== undefined,
        lifetimeSeconds,
      });
      return reply
        .code(201)
        .header('Cache-Control', 'no-store')
        .send({ customer_id: customerId, token, expires_at: expiresAt });
    },
  );
}

function ofAnotherShop(): ProblemError {
  const message = "is another shop's: a shop lets in customers of its own";
  return new ProblemError('request.invalid', `shop_id ${message}`, { errors: [{ field: 'shop_id', message }] });
}
