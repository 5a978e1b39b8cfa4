import { Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { lifecyclesQuery } from '../../api/queries.ts';
import type { OrderState } from '../../api/types.ts';
import { atMost, wordsOf } from '../../format/words.ts';
import { CloseIcon, SearchIcon } from '../../parts/icons.tsx';
import type { OrdersSearch } from './orders-search.ts';
import classes from './orders.module.css';

const TYPING_PAUSE_MS = 180;

/** All filters are in the address: it can be kept, sent to somebody, and is the same after a reload. */
export function OrderFilters({ search }: { readonly search: OrdersSearch }) {
  const navigate = useNavigate();
  const { data: lifecycles } = useQuery(lifecyclesQuery);
  const states = lifecycles?.data.find(({ entity }) => entity === 'order')?.states ?? [];
  const set = (changes: OrdersSearch) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...changes }).filter(([, value]) => value !== ''));
    void navigate({ to: '/orders', search: next, replace: true });
  };

  return (
    <search className={classes.filters}>
      <Typed
        className={classes.words}
        label="Search"
        placeholder="Number, e-mail, customer, SKU, invoice, return"
        value={search.q ?? ''}
        onSettled={(q) => {
          set({ q });
        }}
      />
      <Select
        size="xs"
        aria-label="State"
        placeholder="Any state"
        clearable
        clearButtonProps={{ 'aria-label': 'Any state' }}
        className={classes.state}
        disabled={search.q !== undefined}
        data={states.map(({ state, count }) => ({
          value: state,
          label: `${wordsOf(state)} (${atMost(count, lifecycles?.most_counted ?? 0)})`,
        }))}
        value={search.state ?? null}
        onChange={(state) => {
          set({ state: (state ?? '') as OrderState });
        }}
      />
      <Typed
        label="SKU"
        placeholder="SKU"
        disabled={search.q !== undefined}
        value={search.sku ?? ''}
        onSettled={(sku) => {
          set({ sku });
        }}
      />
      <Typed
        label="Customer"
        placeholder="Customer"
        disabled={search.q !== undefined}
        value={search.customer ?? ''}
        onSettled={(customer) => {
          set({ customer });
        }}
      />
      {(['from', 'to'] as const).map((end) => (
        <TextInput
          key={end}
          size="xs"
          type="date"
          aria-label={end === 'from' ? 'Entered from' : 'Entered until'}
          disabled={search.q !== undefined}
          value={search[end] ?? ''}
          onChange={(event) => {
            set({ [end]: event.currentTarget.value });
          }}
        />
      ))}
      {Object.keys(search).length > 0 && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<CloseIcon size={13} />}
          onClick={() => void navigate({ to: '/orders', search: {} })}
        >
          Clear
        </Button>
      )}
    </search>
  );
}

interface TypedProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly disabled?: boolean;
  readonly className?: string | undefined;
  readonly onSettled: (value: string) => void;
}

/** Takes effect when the typing pauses. */
function Typed({ label, placeholder, value, disabled, className, onSettled }: TypedProps) {
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const [sent, setSent] = useState(value);
  if (value !== known) {
    setKnown(value);
    // Changed by something else, such as Clear or the browser's way back; what comes from here stays as it is typed.
    if (value !== sent) setTyped(value);
    setSent(value);
  }
  const settle = useEffectEvent(() => {
    setSent(typed.trim());
    onSettled(typed.trim());
  });
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = window.setTimeout(() => {
      settle();
    }, TYPING_PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [typed, value]);
  return (
    <TextInput
      size="xs"
      type="search"
      aria-label={label}
      placeholder={placeholder}
      maxLength={200}
      className={className ?? ''}
      disabled={disabled ?? false}
      leftSection={label === 'Search' ? <SearchIcon size={14} /> : undefined}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
      }}
    />
  );
}
