import { useEffect, type ReactNode } from 'react';
import classes from './page.module.css';

interface PageProps {
  /** Of the browser's tab too. */
  readonly title: string;
  readonly heading?: ReactNode;
  readonly actions?: ReactNode;
  /** Fills the window's height, and scrolls inside by itself. */
  readonly fills?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, heading = title, actions, fills = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Roundtrip`;
  }, [title]);
  return (
    <div className={classes.page} data-fills={fills}>
      <header className={classes.header}>
        <h1 className={classes.title} tabIndex={-1}>
          {heading}
        </h1>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface PanelProps {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly flush?: boolean;
}

/** A part of a page, with a heading of its own. `flush`: its content reaches the panel's edges, as a table's does. */
export function Panel({ title, aside, children, flush = false }: PanelProps) {
  return (
    <section className={classes.panel}>
      <div className={classes.panelHeader}>
        <h2 className={classes.panelTitle}>{title}</h2>
        {aside !== undefined && <div className={classes.actions}>{aside}</div>}
      </div>
      <div className={flush ? classes.flush : classes.panelBody}>{children}</div>
    </section>
  );
}
