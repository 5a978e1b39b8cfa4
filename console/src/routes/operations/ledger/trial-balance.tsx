import type { ReactNode } from 'react';
import type { CurrencyMovement, Movement } from '../../../api/ledger.ts';
import { Booked, Money } from '../../../format/money.tsx';
import { CheckIcon, WarningIcon } from '../../../parts/icons.tsx';
import { Panel } from '../../../parts/page.tsx';
import { meaningOfAccount } from './account-words.ts';
import classes from './ledger.module.css';

const SUMS: readonly {
  readonly name: string;
  readonly of: keyof Movement;
  readonly Amount: typeof Money;
}[] = [
  { name: 'Opening balance', of: 'openingMinor', Amount: Booked },
  { name: 'Debits', of: 'debitMinor', Amount: Money },
  { name: 'Credits', of: 'creditMinor', Amount: Money },
  { name: 'Closing balance', of: 'closingMinor', Amount: Booked },
];

/** Every account of a currency, with what it came to before the period, what the period posted, and what it comes to. */
export function TrialBalance({ movement }: { readonly movement: CurrencyMovement }) {
  const { currency, accounts, total } = movement;
  const title = `Trial balance in ${currency}`;
  // With its roles, which a browser takes from a table that a narrow window lays out otherwise.
  return (
    <Panel title={title} flush aside={<Verdict total={total} currency={currency} />}>
      {/* What scrolls sideways, for its sums are long, is to be reached by keyboard. */}
      <div className={classes.scroller} role="region" aria-label={title} tabIndex={0}>
        <table className={classes.balances} role="table">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col">
                Account
              </th>
              {SUMS.map(({ name }) => (
                <th key={name} role="columnheader" scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {accounts.map(({ account, ...sums }) => (
              <Row key={account} sums={sums} currency={currency}>
                <span className="mono">{account}</span>
                <span className={classes.meaning}>{meaningOfAccount(account)}</span>
              </Row>
            ))}
          </tbody>
          <tfoot role="rowgroup">
            <Row sums={total} currency={currency}>
              Total
            </Row>
          </tfoot>
        </table>
      </div>
    </Panel>
  );
}

interface RowProps {
  readonly sums: Movement;
  readonly currency: string;
  /** What it is of. */
  readonly children: ReactNode;
}

function Row({ sums, currency, children }: RowProps) {
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        {children}
      </th>
      {SUMS.map(({ name, of, Amount }) => (
        <td key={name} role="cell" data-name={name}>
          <Amount minor={sums[of]} currency={currency} />
        </td>
      ))}
    </tr>
  );
}

/** Whether it balances. The database sees to it with every posting, so that what does not was changed behind its back. */
function Verdict({ total, currency }: { readonly total: Movement; readonly currency: string }) {
  const offMinor = total.closingMinor === 0n ? total.debitMinor - total.creditMinor : total.closingMinor;
  return offMinor === 0n ? (
    <span className={classes.verdict}>
      <CheckIcon /> Balances: debits and credits are equal
    </span>
  ) : (
    <span className={classes.verdict} data-off role="alert">
      <WarningIcon />
      <span>
        Does not balance: {offMinor > 0n ? 'debits' : 'credits'} are{' '}
        <Money minor={offMinor > 0n ? offMinor : -offMinor} currency={currency} /> more. <code>roundtrip audit</code>{' '}
        names the first row that is wrong.
      </span>
    </span>
  );
}
