'use client';
import { useEffect, useRef, type ReactNode } from 'react';

/** The heading of a list whose entries have buttons that remove them: it takes the focus of a button that is gone. */
export const ListHeading = ({
  id,
  count,
  children,
}: {
  readonly id: string;
  /** Entries of the list. */
  readonly count: number;
  readonly children: ReactNode;
}) => {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(count);
  useEffect(() => {
    if (count < shown.current) heading.current?.focus();
    shown.current = count;
  }, [count]);
  return (
    <h2 id={id} ref={heading} tabIndex={-1} className="text-xl font-semibold">
      {children}
    </h2>
  );
};
