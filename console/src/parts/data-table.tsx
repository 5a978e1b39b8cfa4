import { Button, Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import { reasonOf } from '../api/problem.ts';
import { useKeys } from './hotkeys.ts';
import { RetryIcon, WarningIcon } from './icons.tsx';
import type { RestOfList } from './rest-of-list.ts';
import classes from './data-table.module.css';

export interface Column<Row> {
  readonly name: string;
  /** A grid track, such as `8rem` or `minmax(6rem, 1fr)`. */
  readonly width: string;
  readonly cell: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
  /** Left out where the window is narrow. */
  readonly isExtra?: boolean;
}

export interface Selection {
  readonly ids: ReadonlySet<number>;
  readonly set: (ids: ReadonlySet<number>) => void;
}

interface DataTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly nameOf: (row: Row) => string;
  readonly onOpen: (row: Row) => void;
  /** The row that lies open beside the table. The keys are at it, and open each row that they come to. */
  readonly openId?: number | undefined;
  /** The rows are of before, and others are being read. */
  readonly isBusy?: boolean;
  readonly selection?: Selection;
  readonly rest?: RestOfList;
}

/** The row that the keys have come to, and where it was when they came to it. */
interface Place {
  readonly id: number;
  readonly index: number;
}

const ROW_HEIGHT_PX = 38;
const ROWS_AHEAD = 30;

/** A table of any length: only the rows in sight are there. j and k move, x selects, Enter opens. */
export function DataTable<Row extends { readonly id: number }>(props: DataTableProps<Row>) {
  const { label, rows, columns, nameOf, onOpen, openId, isBusy = false, selection } = props;
  const { more, failure } = props.rest ?? {};
  const scroller = useRef<HTMLDivElement>(null);
  // By its id: rows that others add above it push it down, and it is the same row.
  const [place, setPlace] = useState<Place>();
  const indexOf = (id: number | undefined) => rows.findIndex((row) => row.id === id);
  // What lies open is what is acted on by key, so that no other row is to look as if it were.
  const cursor = indexOf(openId ?? place?.id);
  const anchor = useRef<number>(undefined);
  // The compiler would keep what this answers, and rows would stand still; nothing here is compiled.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 12,
  });
  const visible = virtual.getVirtualItems();
  const lastVisible = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && lastVisible >= rows.length - ROWS_AHEAD) more();
  }, [more, lastVisible, rows.length]);

  const putCursor = (index: number) => {
    const row = rows[index];
    if (row) setPlace({ id: row.id, index });
  };
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    putCursor(next);
    virtual.scrollToIndex(next);
    const row = rows[next];
    if (openId !== undefined && row) onOpen(row);
  };
  const toggle = (index: number, extend: boolean) => {
    const row = rows[index];
    if (!selection || !row) return;
    const ids = new Set(selection.ids);
    const isOn = !ids.has(row.id);
    const anchored = extend ? indexOf(anchor.current) : -1;
    const from = anchored >= 0 ? anchored : index;
    for (const each of rows.slice(Math.min(from, index), Math.max(from, index) + 1)) {
      if (isOn) ids.add(each.id);
      else ids.delete(each.id);
    }
    anchor.current = row.id;
    selection.set(ids);
  };
  useKeys({
    j: () => {
      // One that is gone has left its place to the row behind it.
      moveTo(cursor >= 0 ? cursor + 1 : (place?.index ?? 0));
    },
    k: () => {
      moveTo((cursor >= 0 ? cursor : (place?.index ?? 0)) - 1);
    },
    x: () => {
      toggle(cursor, false);
    },
    X: () => {
      toggle(cursor, true);
    },
    Enter: () => {
      const row = rows[cursor];
      if (row) onOpen(row);
    },
    Escape: () => selection?.set(new Set()),
  });

  const tracks = (shown: readonly Column<Row>[]) =>
    [...(selection ? ['2rem'] : []), ...shown.map(({ width }) => width)].join(' ');
  const style = {
    '--tracks': tracks(columns),
    '--tracks-narrow': tracks(columns.filter(({ isExtra }) => isExtra !== true)),
  } as CSSProperties;
  const allSelected = rows.length > 0 && selection !== undefined && rows.every(({ id }) => selection.ids.has(id));

  return (
    <div
      className={classes.table}
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-busy={isBusy}
      style={style}
    >
      <div role="rowgroup">
        <div className={classes.head} role="row" aria-rowindex={1}>
          {selection && (
            <div role="columnheader" className={classes.check}>
              <Checkbox
                size="xs"
                aria-label="Select all that are loaded"
                checked={allSelected}
                indeterminate={!allSelected && selection.ids.size > 0}
                onChange={() => {
                  selection.set(allSelected ? new Set() : new Set(rows.map(({ id }) => id)));
                }}
              />
            </div>
          )}
          {columns.map(({ name, isNumber, isExtra }) => (
            <div key={name} role="columnheader" data-number={isNumber} data-extra={isExtra}>
              {name}
            </div>
          ))}
        </div>
      </div>
      <div ref={scroller} className={classes.scroller} role="rowgroup">
        <div role="presentation" className={classes.canvas} style={{ height: virtual.getTotalSize() }}>
          {visible.map(({ index, start }) => {
            const row = rows[index];
            if (!row) return null;
            const isSelected = selection?.ids.has(row.id) === true;
            return (
              <div
                key={row.id}
                className={classes.row}
                role="row"
                aria-rowindex={index + 2}
                aria-current={row.id === openId ? true : undefined}
                data-cursor={index === cursor}
                data-selected={isSelected}
                style={{ transform: `translateY(${start}px)` }}
                onClick={(event) => {
                  putCursor(index);
                  if (!(event.target as Element).closest('a, button, label, input')) onOpen(row);
                }}
              >
                {selection && (
                  <div role="cell" className={classes.check}>
                    <Checkbox
                      size="xs"
                      aria-label={`Select ${nameOf(row)}`}
                      checked={isSelected}
                      onChange={() => undefined}
                      onClick={(event) => {
                        putCursor(index);
                        toggle(index, event.shiftKey);
                      }}
                    />
                  </div>
                )}
                {columns.map(({ name, cell, isNumber, isExtra }) => (
                  <div key={name} role="cell" className={classes.cell} data-number={isNumber} data-extra={isExtra}>
                    {cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {failure && (
        <div className={classes.foot} role="alert">
          <WarningIcon size={16} />
          <span className={classes.why}>{reasonOf(failure.error)}</span>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<RetryIcon size={14} />}
            loading={failure.isBusy}
            onClick={() => void failure.retry()}
          >
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}
