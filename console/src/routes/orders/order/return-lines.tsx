import { NumberInput, TextInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, useState } from 'react';
import type { OrderItem } from '../../../api/types.ts';
import { SearchIcon } from '../../../parts/icons.tsx';
import classes from './order.module.css';

interface ReturnLinesProps {
  readonly items: readonly OrderItem[];
  /** How many units of it come back, as far as was typed. */
  readonly unitsOf: (item: OrderItem) => number;
  /** The same each time that the page is drawn: what it is not called for is not drawn anew. */
  readonly setUnits: (itemId: number, units: number) => void;
}

/** More than this many scroll by themselves, and are looked for by a word. */
const MANY_LINES = 50;
const LINE_HEIGHT_PX = 52;

/** The lines of an order of which something can come back; of many, those in sight alone are there. */
export function ReturnLines({ items, unitsOf, setUnits }: ReturnLinesProps) {
  const [words, setWords] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  // One whose units are used up is there while it is not known whether it was this return that did so.
  const lines = items.filter((item) => item.returnable_quantity > 0 || unitsOf(item) > 0);
  const isMany = lines.length > MANY_LINES;
  const wanted = isMany ? words.trim().toLowerCase() : '';
  const shown = lines.filter(({ sku, title }) => `${sku} ${title}`.toLowerCase().includes(wanted));
  // The compiler would keep what this answers, and lines would stand still; nothing here is compiled.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => shown[index]?.id ?? index,
    estimateSize: () => LINE_HEIGHT_PX,
    overscan: 8,
  });

  if (lines.length === 0) return <p className="faint">Nothing of this order can be returned.</p>;
  return (
    <>
      {isMany && (
        <TextInput
          size="xs"
          type="search"
          label={`Find a line among ${lines.length}`}
          placeholder="SKU or title"
          maxLength={200}
          leftSection={<SearchIcon size={14} />}
          value={words}
          onChange={(event) => {
            setWords(event.currentTarget.value);
          }}
          // Enter would send what is typed further down.
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.preventDefault();
          }}
        />
      )}
      {shown.length === 0 && <p className="faint">No line is like that.</p>}
      <div ref={scroller} className={classes.picks} data-many={isMany}>
        <div className={classes.picksCanvas} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const item = shown[index];
            if (!item) return null;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className={classes.picksRow}
                style={{ transform: `translateY(${start}px)` }}
              >
                <ReturnLine item={item} units={unitsOf(item)} setUnits={setUnits} />
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

interface ReturnLineProps {
  readonly item: OrderItem;
  readonly units: number;
  readonly setUnits: (itemId: number, units: number) => void;
}

const ReturnLine = memo(function ReturnLine({ item, units, setUnits }: ReturnLineProps) {
  return (
    <div className={classes.pick}>
      <div>
        {item.title}
        <div className={classes.sku}>
          {item.sku} · {item.returnable_quantity} of {item.quantity} can be returned
        </div>
      </div>
      <NumberInput
        size="xs"
        aria-label={`Units of ${item.title}`}
        min={0}
        max={item.returnable_quantity}
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="strict"
        disabled={item.returnable_quantity === 0}
        value={units}
        onChange={(value) => {
          setUnits(item.id, Number(value) || 0);
        }}
      />
    </div>
  );
});
