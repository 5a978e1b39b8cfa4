import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, type NavigateOptions } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { searchQuery } from '../api/queries.ts';
import { reasonOf } from '../api/problem.ts';
import { Money } from '../format/money.tsx';
import { When } from '../format/time.tsx';
import { returnLabel, wordsOf } from '../format/words.ts';
import { Dialog } from '../parts/dialog.tsx';
import { SearchIcon } from '../parts/icons.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { PLACES } from './places.ts';
import classes from './palette.module.css';

interface Item {
  readonly id: string;
  readonly group: string;
  readonly label: ReactNode;
  readonly detail?: ReactNode;
  readonly run: () => void;
}

const MOST_HITS = 8;
const TYPING_PAUSE_MS = 120;

export interface Command {
  readonly name: string;
  readonly run: () => void;
}

interface PaletteProps {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}

/** One box for everything: orders, returns, places, commands. */
export function Palette({ commands, onClose }: PaletteProps) {
  const [words, setWords] = useState('');
  const [settled] = useDebouncedValue(words.trim(), TYPING_PAUSE_MS);
  const [active, setActive] = useState(0);
  const [isWaiting, setIsWaiting] = useState(false);
  const found = useQuery(searchQuery(settled, MOST_HITS));
  const navigate = useNavigate();
  const list = useRef<HTMLDivElement>(null);

  const goTo = (place: NavigateOptions) => () => {
    // What had the focus goes with its page; this stays, whatever page it shows.
    document.getElementById('main')?.focus();
    void navigate(place);
  };
  const wanted = words.trim().toLowerCase();
  const matches = (name: string) => name.toLowerCase().includes(wanted);
  const hits = wanted === '' ? undefined : found.data;
  const items: Item[] = [
    ...(hits?.orders ?? []).map((order) => ({
      id: `order-${order.id}`,
      group: 'Orders',
      label: (
        <>
          <strong>{order.order_number}</strong> <StateBadge state={order.state} />
        </>
      ),
      detail: (
        <>
          {order.customer_email ?? order.customer_id} · <Money minor={order.total_minor} currency={order.currency} />
          {order.matched_by === 'order_number' ? '' : ` · ${wordsOf(order.matched_by)}`}
        </>
      ),
      run: goTo({ to: '/orders/$orderId', params: { orderId: order.id } }),
    })),
    ...(hits?.returns ?? []).map((each) => ({
      id: `return-${each.id}`,
      group: 'Returns',
      label: (
        <>
          <strong>{returnLabel(each.id)}</strong> <StateBadge state={each.state} />
        </>
      ),
      detail: (
        <>
          {each.order_number} · <When at={each.created_at} />
        </>
      ),
      run: goTo({ to: '/orders/$orderId', params: { orderId: each.order_id }, hash: `return-${each.id}` }),
    })),
    ...PLACES.filter(({ name }) => matches(name)).map(({ to, name }) => ({
      id: to,
      group: 'Go to',
      label: name,
      run: goTo({ to }),
    })),
    ...commands
      .filter(({ name }) => matches(name))
      .map(({ name, run }) => ({ id: name, group: 'Commands', label: name, run })),
  ];
  // What was found for half of the words is not what was meant: an early Enter waits for the rest.
  const isSettled =
    settled === words.trim() && (settled === '' || found.isError || (found.isSuccess && !found.isPlaceholderData));
  const chosen = Math.min(active, Math.max(0, items.length - 1));

  const choose = () => {
    const item = items[chosen];
    if (!item) return;
    onClose();
    item.run();
  };
  const chooseLate = useEffectEvent(choose);
  useEffect(() => {
    if (isWaiting && isSettled) chooseLate();
  }, [isWaiting, isSettled]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = (chosen + step + items.length) % Math.max(1, items.length);
      setActive(next);
      // With the heading of its group, where it is the first of one.
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      if (isSettled) choose();
      else setIsWaiting(true);
    }
  };

  return (
    <Dialog onClose={onClose} withCloseButton={false} padding={0} size="lg" aria-label="Search">
      <div className={classes.box}>
        <SearchIcon size={18} />
        <input
          className={classes.input}
          data-autofocus
          role="combobox"
          aria-label="Search orders, returns and commands"
          aria-expanded="true"
          aria-controls="palette-items"
          aria-activedescendant={items[chosen] ? `palette-${items[chosen].id}` : undefined}
          placeholder="Order number, e-mail, customer, SKU, invoice or return number"
          maxLength={320}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
            setActive(0);
            list.current?.scrollTo({ top: 0 });
            setIsWaiting(false);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div ref={list} id="palette-items" role="listbox" aria-label="Results" className={classes.items}>
        {items.map((item, index) => (
          <div key={item.id} role="presentation">
            {items[index - 1]?.group !== item.group && <div className={classes.group}>{item.group}</div>}
            <div
              id={`palette-${item.id}`}
              role="option"
              aria-selected={index === chosen}
              className={classes.item}
              onMouseMove={() => {
                setActive(index);
              }}
              onClick={() => {
                onClose();
                item.run();
              }}
            >
              <span>{item.label}</span>
              {item.detail !== undefined && <span className={classes.detail}>{item.detail}</span>}
            </div>
          </div>
        ))}
      </div>
      {found.error && wanted !== '' && <p className={classes.nothing}>{reasonOf(found.error)}</p>}
      {items.length === 0 && !found.isFetching && !found.error && (
        <p className={classes.nothing}>
          Nothing begins with “{words.trim()}”. Order numbers and e-mail addresses are found by their beginning,
          everything else whole.
        </p>
      )}
    </Dialog>
  );
}
