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
        <TypedDay
          key={end}
          label={end === 'from' ? 'Entered from' : 'Entered until'}
          disabled={search.q !== undefined}
          value={search[end] ?? ''}
          onSettled={(day) => {
            set({ [end]: day });
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

/** What a filter is, and what hears of another. */
interface Settled {
  readonly value: string;
  readonly onSettled: (value: string) => void;
}

/** Holds what is being typed, which takes effect when the typing pauses and, where it can be told, it is whole. */
function useTyped({ value, onSettled }: Settled, isWhole: (typed: string) => boolean = () => true) {
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
    if (!isWhole(typed)) return;
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
  return [typed, setTyped] as const;
}

interface TypedProps extends Settled {
  readonly label: string;
  readonly placeholder: string;
  readonly disabled?: boolean;
  readonly className?: string | undefined;
}

function Typed({ label, placeholder, disabled, className, ...settled }: TypedProps) {
  const [typed, setTyped] = useTyped(settled);
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

/** While a year is typed, the field has one of its first digits alone: 2026 begins as 0002. */
const FIRST_WHOLE_DAY = '1000-01-01';
/** Of the years that an address takes; without it, the field waits for two digits more. */
const LAST_DAY = '9999-12-31';

function TypedDay({ label, disabled, ...settled }: Omit<TypedProps, 'placeholder' | 'className'>) {
  const [typed, setTyped] = useTyped(settled, (day) => day === '' || day >= FIRST_WHOLE_DAY);
  return (
    <TextInput
      size="xs"
      type="date"
      aria-label={label}
      max={LAST_DAY}
      disabled={disabled ?? false}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
      }}
    />
  );
}
