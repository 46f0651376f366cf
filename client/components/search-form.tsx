'use client';
import { useRouter } from 'next/navigation';
import { useTransition, type FormEvent, type ReactNode } from 'react';

const onChange = (event: FormEvent<HTMLFormElement>) => {
  if (event.target instanceof HTMLSelectElement) event.currentTarget.requestSubmit();
};

/** A GET form. With JavaScript it replaces the list in place, omits empty fields from the URL and submits when a select changes. */
export const SearchForm = ({ children }: { readonly children: ReactNode }) => {
  const router = useRouter();
  const [pending, startTransition] = useTransition();

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(event.currentTarget)) {
      if (typeof value === 'string' && value.trim() !== '') params.append(name, value.trim());
    }
    const query = params.toString();
    startTransition(() => router.push(query === '' ? '/' : `/?${query}`, { scroll: false }));
  };

  return (
    <form role="search" aria-label="Tickets" method="get" action="/" onSubmit={onSubmit} onChange={onChange}>
      {pending && <span className="progress-bar" aria-hidden="true" />}
      {children}
    </form>
  );
};
