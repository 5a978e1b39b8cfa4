/** "Processing in warehouse" of PROCESSING_IN_WAREHOUSE. */
export function wordsOf(name: string): string {
  const words = name.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "3 orders", "1 order". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** What stands for "that many or more" once counting has stopped. */
export function atMost(count: number, most: number): string {
  return count >= most ? `${most.toLocaleString('en')}+` : count.toLocaleString('en');
}

/** As a return's label says it; the search understands it. */
export function returnLabel(id: number): string {
  return `R-${id}`;
}
