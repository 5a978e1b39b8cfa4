import { figureOfRuns, inDigits } from './figures.ts';
import type { BenchResults } from './results.ts';

const WIDTH = 720;
const PANEL = { width: 220, height: 120, gap: 20, titleHeight: 22, footHeight: 22 };
const COLUMNS = 3;
const SHOWN = ['read', 'list', 'customer', 'sku', 'timeline', 'create', 'lifecycle', 'return', 'mixed'];

/** How each scenario's rate changes as the shop grows: one small panel each, from zero, so that nothing is exaggerated. */
export function growthPicture({ scenarios }: BenchResults): string {
  const names = SHOWN.filter((name) => scenarios.some(({ scenario }) => scenario === name));
  const rowHeight = PANEL.titleHeight + PANEL.height + PANEL.footHeight + PANEL.gap;
  const panels = names.map((name, index) => {
    const points = scenarios
      .filter(({ scenario }) => scenario === name)
      .map((result) => ({
        orders: result.orders,
        rate: figureOfRuns(result, (run) => run.operationsPerSecond).median,
      }));
    const x = (index % COLUMNS) * (PANEL.width + PANEL.gap) + PANEL.gap / 2;
    const y = Math.floor(index / COLUMNS) * rowHeight + PANEL.gap / 2;
    return `<g transform="translate(${x} ${y})">${panel(name, points)}</g>`;
  });
  const height = Math.ceil(names.length / COLUMNS) * rowHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>Operations a second as the shop grows</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function panel(name: string, points: readonly { readonly orders: number; readonly rate: number }[]): string {
  const most = Math.max(...points.map(({ rate }) => rate), 1) * 1.15;
  const slot = PANEL.width / points.length;
  const bottom = PANEL.titleHeight + PANEL.height;
  const bars = points.map(({ orders, rate }, index) => {
    const barHeight = (rate / most) * PANEL.height;
    const x = index * slot + slot * 0.2;
    const middle = index * slot + slot / 2;
    return [
      `<rect x="${x.toFixed(1)}" y="${(bottom - barHeight).toFixed(1)}" width="${(slot * 0.6).toFixed(1)}" height="${barHeight.toFixed(1)}" fill="#3b6ea5"/>`,
      `<text x="${middle.toFixed(1)}" y="${(bottom - barHeight - 4).toFixed(1)}" text-anchor="middle" fill="#222">${inDigits(rate, 0)}</text>`,
      `<text x="${middle.toFixed(1)}" y="${bottom + 14}" text-anchor="middle" fill="#555">${shortOf(orders)}</text>`,
    ].join('');
  });
  const title = `<text x="0" y="12" font-weight="bold" fill="#222">${name}, per second</text>`;
  return `${title}${bars.join('')}<line x1="0" x2="${PANEL.width}" y1="${bottom}" y2="${bottom}" stroke="#999"/>`;
}

function shortOf(orders: number): string {
  return orders >= 1_000_000 ? `${orders / 1_000_000} M` : `${orders / 1_000} k`;
}
