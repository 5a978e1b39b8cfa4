/** The made-up shop: its customers, its articles, and an order as a client sends it. */

/** How many there are; orders draw from all of them alike. */
export const ARTICLES = 10_000;

const NOUNS = ['kurta', 'dupatta', 'lamp', 'sandals', 'shawl', 'kettle', 'notebook', 'lantern', 'scarf', 'satchel'];
const COLOURS = ['blue', 'red', 'brass', 'green', 'white', 'ochre', 'black', 'indigo'];

export function customerId(index: number): string {
  return `customer-${index}`;
}

export function skuOf(index: number): string {
  return `SKU-${String(index).padStart(5, '0')}`;
}

export function titleOf(index: number): string {
  const noun = NOUNS[index % NOUNS.length] ?? '';
  return `Hand-made ${noun}, ${COLOURS[Math.floor(index / NOUNS.length) % COLOURS.length] ?? ''}, no. ${index}`;
}

export function priceMinorOf(index: number): number {
  return 9_900 + (index % 400) * 500;
}

/** A body of POST /v1/orders. */
export function newOrder(orderNumber: string, customer: number, lines: number, nextArticle: () => number) {
  return {
    order_number: orderNumber,
    customer_id: customerId(customer),
    customer_email: `${customerId(customer)}@example.com`,
    items: Array.from({ length: lines }, () => newItem(nextArticle())),
  };
}

export function newItem(article: number) {
  return {
    sku: skuOf(article),
    title: titleOf(article),
    quantity: 1 + (article % 3),
    unit_price_minor: priceMinorOf(article),
  };
}
