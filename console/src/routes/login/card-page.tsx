import { Alert } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import icon from '../../icon.svg';
import classes from './login.module.css';

interface CardPageProps {
  readonly title: string;
  readonly problem?: string | undefined;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** A page before the door: one form, and nothing around it. */
export function CardPage({ title, problem, onSubmit, children }: CardPageProps) {
  useEffect(() => {
    document.title = `${title} · Roundtrip`;
  }, [title]);
  return (
    <main className={classes.page}>
      <form
        className={classes.card}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <img src={icon} alt="" width={40} height={40} />
        <h1 className={classes.title}>{title}</h1>
        {problem !== undefined && (
          <Alert color="red" variant="outline" my="sm" role="alert">
            {problem}
          </Alert>
        )}
        {children}
      </form>
    </main>
  );
}
