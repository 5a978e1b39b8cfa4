import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ledgerQuery } from '../../../api/queries.ts';
import { Booked } from '../../../format/money.tsx';
import { When } from '../../../format/time.tsx';
import { Loaded } from '../../../parts/outcome.tsx';
import classes from './order.module.css';

/** The order's entries in the books, in double entry: what was owed, earned, taken in and given back. */
export function Ledger({ orderId }: { readonly orderId: number }) {
  const [isOpen, setIsOpen] = useState(false);
  const ledger = useQuery({ ...ledgerQuery(orderId), enabled: isOpen });
  return (
    <li>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-expanded={isOpen}
        onClick={() => {
          setIsOpen(!isOpen);
        }}
      >
        {isOpen ? 'Hide the ledger' : 'Show the ledger'}
      </Button>
      {isOpen && (
        <Loaded query={ledger} rows={3}>
          {({ entries }) => (
            <dl className={classes.facts}>
              {entries.length === 0 && <dt>Nothing has been posted yet.</dt>}
              {entries.map((entry) => (
                <LedgerEntry
                  key={`${entry.transaction_id} ${entry.line}`}
                  account={entry.account}
                  cause={entry.cause}
                  at={entry.created_at}
                  minor={entry.amount_minor}
                  currency={entry.currency}
                />
              ))}
            </dl>
          )}
        </Loaded>
      )}
    </li>
  );
}

interface LedgerEntryProps {
  readonly account: string;
  readonly cause: string;
  readonly at: string;
  readonly minor: number;
  readonly currency: string;
}

function LedgerEntry({ account, cause, at, minor, currency }: LedgerEntryProps) {
  return (
    <>
      <dt title={cause}>
        {account}
        <div className="faint">
          {cause} · <When at={at} />
        </div>
      </dt>
      <dd>
        <Booked minor={minor} currency={currency} />
      </dd>
    </>
  );
}
