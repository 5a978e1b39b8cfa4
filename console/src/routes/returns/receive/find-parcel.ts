import type { QueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../../../api/client.ts';
import { searchQuery, type ReturnFilter } from '../../../api/queries.ts';
import type { Return, ReturnState } from '../../../api/types.ts';
import { returnLabel } from '../../../format/words.ts';

/** What a scanned code says of the parcel that it is on. */
export interface Parcel {
  /** Returns that may be received now. */
  readonly open: readonly Return[];
  /**
   * The code names the return, or its whole order: if one is open, it is that. Anything else (the beginning of an order's
   * number, an article) is on other parcels as well, and receiving cannot be undone, so a person has to say.
   */
  readonly isNamed: boolean;
  /** When none is open: those that are not. */
  readonly closed: readonly Return[];
  /** How many orders the code was found in. */
  readonly orders: number;
}

const MOST_FOUND = 20;
/** An approved one that nobody marked as on its way is here all the same. */
const COMING: readonly ReturnState[] = ['IN_TRANSIT', 'APPROVED'];

export async function findParcel(client: QueryClient, code: string): Promise<Parcel> {
  // Not tried again by itself: whoever has the parcel in hand scans it again, and other parcels wait their turn behind it.
  const { returns, orders } = await client.query({ ...searchQuery(code, MOST_FOUND), staleTime: 0, retry: false });
  const parcel = {
    open: returns.filter(isComing),
    isNamed: false,
    closed: returns.filter(isClosed),
    orders: orders.length,
  };

  const isSame = (text: string) => text.toLowerCase() === code.toLowerCase();
  const labelled = returns.filter(({ id }) => isSame(returnLabel(id)));
  if (labelled.length > 0) {
    return { ...parcel, isNamed: true, open: labelled.filter(isComing), closed: labelled.filter(isClosed) };
  }
  // Numbers may differ in the case of their letters alone.
  const alike = orders.filter(({ order_number: number }) => isSame(number));
  const order = alike.length === 1 ? alike[0] : alike.find(({ order_number: number }) => number === code);
  if (order) {
    const open = await comingReturns({ order_number: order.order_number });
    const closed = parcel.closed.filter(({ order_id: orderId }) => orderId === order.id);
    return { ...parcel, isNamed: true, open, closed };
  }
  if (!orders.some(({ matched_by: by }) => by === 'sku')) return parcel;
  // Found by its article, an order has other returns too, and the newest orders are not those that come back today.
  const spellings = [...new Set([code, code.toUpperCase(), code.toLowerCase()])];
  return { ...parcel, open: (await Promise.all(spellings.map((sku) => comingReturns({ sku })))).flat() };
}

function isClosed(found: Return): boolean {
  return !isComing(found);
}

function isComing({ allowed }: Return): boolean {
  return allowed.some((event) => event === 'receive' || event === 'dispatch');
}

async function comingReturns(filter: ReturnFilter): Promise<readonly Return[]> {
  const pages = COMING.map((state) =>
    answerOf(api.GET('/v1/returns', { params: { query: { ...filter, state, limit: MOST_FOUND } } })),
  );
  return (await Promise.all(pages)).flatMap(({ data }) => data);
}
