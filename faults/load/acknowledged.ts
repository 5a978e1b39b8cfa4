export interface AcknowledgedMove {
  readonly entity: 'order' | 'return';
  readonly id: number;
  readonly event: string;
}

export interface ExpectedRefund {
  /** Undefined: the order was cancelled. */
  readonly returnId: number | undefined;
  readonly amountMinor: number;
}

/** An order as its customer knows it: by answers alone. */
export interface AcknowledgedOrder {
  readonly id: number;
  readonly orderNumber: string;
  readonly moves: AcknowledgedMove[];
  readonly refunds: ExpectedRefund[];
}

/** All that the API has said was done. What it holds must be in the database, whatever has happened since. */
export class Acknowledged {
  readonly orders: AcknowledgedOrder[] = [];

  get commands(): number {
    return this.orders.reduce((sum, { moves }) => sum + moves.length, 0);
  }

  get refunds(): number {
    return this.orders.reduce((sum, { refunds }) => sum + refunds.length, 0);
  }

  add(id: number, orderNumber: string): AcknowledgedOrder {
    const order: AcknowledgedOrder = {
      id,
      orderNumber,
      moves: [{ entity: 'order', id, event: 'place' }],
      refunds: [],
    };
    this.orders.push(order);
    return order;
  }
}
