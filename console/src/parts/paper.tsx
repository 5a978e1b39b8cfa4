import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useSettings } from '../format/settings.tsx';
import { Barcode } from './barcode.tsx';
import { PrintIcon } from './icons.tsx';
import { Page } from './page.tsx';
import classes from './paper.module.css';

interface PaperProps {
  readonly title: string;
  /** What a scanner reads. */
  readonly code: string;
  readonly facts: ReactNode;
  readonly back: ReactNode;
  readonly children: ReactNode;
}

/** A sheet to be printed: the shop, what it is about, a bar code, and the content. */
export function Paper({ title, code, facts, back, children }: PaperProps) {
  const { seller } = useSettings();
  return (
    <Page
      title={`${title} ${code}`}
      heading={
        <span className={classes.hidden}>
          {back} <span className="faint">/</span> {title}
        </span>
      }
      actions={
        <Button
          className={classes.hidden ?? ''}
          leftSection={<PrintIcon size={14} />}
          onClick={() => {
            window.print();
          }}
        >
          Print
        </Button>
      }
    >
      <article className={classes.paper}>
        <div className={classes.top}>
          <div>
            <h2>{title}</h2>
            {facts}
          </div>
          <div>
            <Barcode text={code} />
          </div>
        </div>
        {children}
        <p>
          <strong>{seller.name}</strong>
          {[...seller.address_lines, seller.email, seller.phone].map((line) => (line ? `, ${line}` : ''))}
        </p>
      </article>
    </Page>
  );
}

interface TickedLinesProps {
  readonly items: readonly {
    readonly id: number;
    readonly sku: string;
    readonly title: string;
    readonly quantity: number;
  }[];
  /** What a tick says of a line. */
  readonly ticked: string;
}

/** What is in a parcel, with a box to tick for each line, and no prices. */
export function TickedLines({ items, ticked }: TickedLinesProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">SKU</th>
          <th scope="col">Item</th>
          <th scope="col" className={classes.tick}>
            Units
          </th>
          <th scope="col" className={classes.tick}>
            {ticked}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id}>
            <td className="mono">{item.sku}</td>
            <td>{item.title}</td>
            <td className={classes.tick}>
              <strong>{item.quantity}</strong>
            </td>
            <td className={classes.tick}>
              <span className={classes.box} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
