import type { Reads } from '../../platform/database/pipelined-reads.ts';

/** Whom shops call by an id: two shops may give the same one to two people. */
export interface ShopCustomer {
  readonly customerId: string;
  /** Null: of the orders that no shop placed. */
  readonly shopId: number | null;
}

/** Left out: of the one shop that has a customer of the id. */
export type NamedCustomer = Pick<ShopCustomer, 'customerId'> & Partial<ShopCustomer>;

export interface CustomerShop {
  readonly shopId: number | null;
  /** Its key's; null: no shop placed the orders. */
  readonly name: string | null;
}

export type CustomerMeant =
  | { readonly kind: 'one'; readonly customer: ShopCustomer }
  | { readonly kind: 'nobody' }
  /** Nobody can tell which of them is meant. */
  | { readonly kind: 'of_several_shops'; readonly shops: readonly CustomerShop[] };

const MOST_SHOPS_TOLD = 20;

/** Whom a caller means: who is named with a shop, whether there are orders of theirs or not, or the only one there is. */
export async function findCustomer(reads: Reads, { customerId, shopId }: NamedCustomer): Promise<CustomerMeant> {
  if (shopId !== undefined) return { kind: 'one', customer: { customerId, shopId } };
  const { rows: shops } = await reads.query<CustomerShop>({
    name: 'read-customer-shops',
    text: `SELECT "shopId", api_keys.name
           FROM (SELECT DISTINCT shop_id AS "shopId" FROM orders WHERE customer_id = $1) AS own
           LEFT JOIN api_keys ON api_keys.id = "shopId"
           ORDER BY "shopId" NULLS FIRST LIMIT $2`,
    values: [customerId, MOST_SHOPS_TOLD],
  });
  const [shop, ...others] = shops;
  if (!shop) return { kind: 'nobody' };
  if (others.length > 0) return { kind: 'of_several_shops', shops };
  return { kind: 'one', customer: { customerId, shopId: shop.shopId } };
}
