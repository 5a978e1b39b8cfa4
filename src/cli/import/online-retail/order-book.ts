import type { PlannedItem, PlannedOrder } from '../import-plan.ts';
import type { OnlineRetailRow } from './rows.ts';

interface BookLine {
  readonly item: PlannedItem;
  /** Units that no cancelling row has taken back. */
  remaining: number;
}

interface BookOrder {
  readonly orderNumber: string;
  readonly customerId: string;
  readonly placedAt: string;
  readonly lines: BookLine[];
}

const GUEST = 'guest';

/** The orders of the file as far as it has been read, and what is left of each line. */
export class OrderBook {
  /** In the order of the file: a Map keeps the order in which its keys came. */
  readonly #ordersByNumber = new Map<string, BookOrder>();
  /** Guests are not among them: nothing tells one from another. */
  readonly #ordersByCustomer = new Map<string, BookOrder[]>();

  /** Adds a line to the order of the row's invoice, opening it with the row's customer and time if it is the first. */
  sell(row: OnlineRetailRow, unitPriceMinor: number): void {
    const { stockCode, description, quantity } = row;
    const title = description.trim() === '' ? stockCode : description;
    const order = this.#ordersByNumber.get(row.invoiceNo) ?? this.#open(row);
    order.lines.push({ item: { sku: stockCode, title, quantity, unitPriceMinor }, remaining: quantity });
  }

  /**
   * Takes units back from the customer's newest order that has a line of this SKU and price with enough left, and from
   * the first such line of it. One line gives all the units: they are never gathered from several.
   */
  takeBack(
    customerId: string,
    wanted: { readonly sku: string; readonly unitPriceMinor: number; readonly quantity: number },
  ): { orderNumber: string; lineIndex: number } | undefined {
    const orders = this.#ordersByCustomer.get(customerId) ?? [];
    for (const { orderNumber, lines } of orders.toReversed()) {
      for (const [lineIndex, line] of lines.entries()) {
        const { sku, unitPriceMinor } = line.item;
        if (sku !== wanted.sku || unitPriceMinor !== wanted.unitPriceMinor) continue;
        if (line.remaining < wanted.quantity) continue;
        line.remaining -= wanted.quantity;
        return { orderNumber, lineIndex };
      }
    }
    return undefined;
  }

  orders(): PlannedOrder[] {
    return [...this.#ordersByNumber.values()].map(({ orderNumber, customerId, placedAt, lines }) => {
      return { orderNumber, customerId, currency: 'GBP', placedAt, items: lines.map(({ item }) => item) };
    });
  }

  #open({ invoiceNo, customerId, invoicedAt }: OnlineRetailRow): BookOrder {
    const order = { orderNumber: invoiceNo, customerId: customerId ?? GUEST, placedAt: invoicedAt, lines: [] };
    this.#ordersByNumber.set(invoiceNo, order);
    if (customerId !== null) {
      const earlier = this.#ordersByCustomer.get(customerId);
      if (earlier) earlier.push(order);
      else this.#ordersByCustomer.set(customerId, [order]);
    }
    return order;
  }
}
