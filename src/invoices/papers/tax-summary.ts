import { placeColumns, type ColumnPlan } from '../pages/columns.ts';
import type { Summary } from '../pages/paper.ts';
import type { Cell } from '../pages/table.ts';
import type { Wording } from '../wording/wording.ts';
import { FINE_PRINT, taxText } from './priced-lines.ts';
import { taxGroups, taxTotals, type TaxedPart, type TaxGroup } from './tax-totals.ts';

interface SummaryColumn extends ColumnPlan {
  readonly cell: (group: TaxGroup) => Cell;
  readonly total: Cell;
}

const COLUMN_GAP = 16;
/** Taxes that have a column each; more stand below one another in one column. */
const MOST_TAX_COLUMNS = 3;

/** What is taxed at which rate and with what, by commodity code: the HSN summary. None where nothing is taxed. */
export function taxSummary(parts: readonly TaxedPart[], wording: Wording): Summary[] {
  const groups = taxGroups(parts.filter(({ taxes }) => taxes.length > 0));
  if (groups.length === 0) return [];
  const { figure } = wording;
  const sum = (amountOf: (group: TaxGroup) => number) => groups.reduce((total, group) => total + amountOf(group), 0);
  const hasCodes = groups.some(({ commodityCode }) => commodityCode !== null);
  const plan: SummaryColumn[] = [
    { ...(hasCodes ? codeColumn(wording) : NO_CODE), total: [{ text: 'Total', bold: true }] },
    {
      heading: 'Taxable value',
      width: 72,
      numeric: true,
      cell: ({ taxableMinor }) => [{ figure: figure(taxableMinor) }],
      total: [{ figure: figure(sum(({ taxableMinor }) => taxableMinor)), bold: true }],
    },
    ...taxColumns(groups, wording),
    {
      heading: 'Total tax',
      width: 66,
      numeric: true,
      cell: ({ taxMinor }) => [{ figure: figure(taxMinor) }],
      total: [{ figure: figure(sum(({ taxMinor }) => taxMinor)), bold: true }],
    },
  ];
  const rows = groups.map((group) => plan.map(({ cell }) => cell(group)));
  const table = {
    columns: placeColumns(plan, COLUMN_GAP),
    rows: [...rows, plan.map(({ total }) => total)],
    style: FINE_PRINT,
  };
  return [{ heading: hasCodes ? 'HSN/SAC summary' : 'Tax summary', table }];
}

const NO_CODE = { heading: '', width: 'rest', numeric: false, cell: (): Cell => [] } as const;

function codeColumn({ shown }: Wording): Omit<SummaryColumn, 'total'> {
  return {
    heading: 'HSN/SAC',
    width: 'rest',
    numeric: false,
    cell: ({ commodityCode }) => [{ text: shown(commodityCode ?? '–') }],
  };
}

function taxColumns(groups: readonly TaxGroup[], wording: Wording): SummaryColumn[] {
  const { figure, rate, shown } = wording;
  const totals = taxTotals(groups);
  if (totals.length > MOST_TAX_COLUMNS) {
    const cell = ({ taxes }: TaxGroup) => taxes.map((tax) => taxText(tax, wording));
    return [{ heading: 'Taxes', width: 130, numeric: true, cell, total: [] }];
  }
  return totals.map(({ name, amountMinor }) => ({
    heading: shown(name),
    width: 66,
    numeric: true,
    cell: ({ taxes }) =>
      taxes
        .filter((tax) => tax.name === name)
        .map((tax) => ({ label: rate(tax.rateBp), figure: figure(tax.amountMinor) })),
    total: [{ figure: figure(amountMinor), bold: true }],
  }));
}
