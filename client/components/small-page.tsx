import type { ReactNode } from 'react';

/** A page with one form or one message. */
export const SmallPage = ({
  title,
  intro,
  children,
}: {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly children?: ReactNode;
}) => (
  <div className="shell max-w-md py-10 md:py-16">
    <h1 className="text-3xl font-bold">{title}</h1>
    {intro !== undefined && <p className="mt-2 text-muted">{intro}</p>}
    {children !== undefined && <div className="mt-6 grid gap-5">{children}</div>}
  </div>
);
