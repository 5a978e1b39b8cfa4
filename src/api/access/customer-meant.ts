import {
  findCustomer,
  type CustomerShop,
  type NamedCustomer,
  type ShopCustomer,
} from '../../queries/orders/customer-shops.ts';
import type { Reads } from '../../platform/database/pipelined-reads.ts';
import { ProblemError } from '../problems/problem.ts';
import { NO_SHOP } from '../schemas/customer.ts';

/** As a request names a customer. */
interface NamedInRequest {
  readonly customer_id: string;
  readonly shop_id?: number;
}

export function namedCustomer({ customer_id: customerId, shop_id: shopId }: NamedInRequest): NamedCustomer {
  return { customerId, shopId: shopId === NO_SHOP ? null : shopId };
}

/**
 * Whom a request means; undefined: no order is of a customer of this id.
 *
 * @throws ProblemError where several shops have one
 */
export async function customerMeant(reads: Reads, named: NamedInRequest): Promise<ShopCustomer | undefined> {
  const meant = await findCustomer(reads, namedCustomer(named));
  if (meant.kind === 'of_several_shops') throw ofSeveralShops(meant.shops);
  return meant.kind === 'one' ? meant.customer : undefined;
}

export function ofSeveralShops(shops: readonly CustomerShop[]): ProblemError {
  const named = shops.map(({ shopId, name }) =>
    shopId === null ? `of no shop (${NO_SHOP})` : `of ${name} (${shopId})`,
  );
  return new ProblemError(
    'customer.of_several_shops',
    `There are customers of this id ${named.join(', ')}: say by shop_id which is meant.`,
    { facts: { shop_ids: shops.map(({ shopId }) => shopId ?? NO_SHOP) } },
  );
}
