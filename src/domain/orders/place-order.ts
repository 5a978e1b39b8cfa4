import type { NewItem, PlaceOrder } from '../commands.ts';
import { refused, type Circumstances, type Decision } from '../decision.ts';
import { orderLifecycle } from '../lifecycles.ts';
import type { Order, OrderItem } from './order.ts';
import type { LinePricing } from '../pricing/facts.ts';
import { priceOrder } from '../pricing/price-order.ts';
import { currencyExponent } from '../money/currencies.ts';

/** A new order in its first state. That its number is free is the engine's to know, before and after. */
export function placeOrder(command: PlaceOrder, circumstances: Circumstances): Decision {
  const { now, nextId } = circumstances;
  const { currency, parties } = command;
  if (currencyExponent(currency) === undefined) {
    const facts = { field: 'currency', currency };
    return refused('order.unknown_currency', `"${currency}" is no currency in use by ISO 4217.`, facts);
  }
  const priced = priceOrder(command.items, command.pricing, circumstances.moneyPolicy.shippingRefund);
  if ('code' in priced) return { accepted: false, refusal: priced };
  const order: Order = {
    id: nextId(),
    orderNumber: command.orderNumber ?? circumstances.nextOrderNumber(),
    shopId: command.shopId ?? null,
    customerId: command.customerId,
    customerEmail: command.customerEmail,
    currency,
    state: orderLifecycle.initial,
    totalMinor: priced.totalMinor,
    pricing: priced.pricing,
    billTo: parties?.billTo ?? null,
    shipTo: parties?.shipTo ?? null,
    placeOfSupply: parties?.placeOfSupply ?? null,
    placedAt: command.placedAt ?? now,
    createdAt: now,
    updatedAt: now,
    version: 1,
    items: priced.lines.map((pricing, index) => itemOf(command.items, index, pricing, nextId())),
    payments: [],
    returns: [],
    refunds: [],
    invoice: null,
    creditNotes: [],
  };
  const { entity, creation, initial } = orderLifecycle;
  return {
    accepted: true,
    order,
    subjectId: order.id,
    transitions: [{ entityType: entity, entityId: order.id, event: creation, from: null, to: initial, reason: null }],
    jobs: [],
  };
}

function itemOf(items: readonly NewItem[], index: number, pricing: LinePricing, id: number): OrderItem {
  const item = items[index];
  if (!item) throw new RangeError(`there is no item ${index}`);
  const { sku, title, quantity, unitPriceMinor } = item;
  return { id, lineNumber: index + 1, sku, title, quantity, unitPriceMinor, ...pricing, returnedQuantity: 0 };
}
