'use client';
import { useRouter } from 'next/navigation';
import { useTransition, type FormEvent, type ReactNode } from 'react';

const onChange = (event: FormEvent<HTMLFormElement>) => {
  if (event.target instanceof HTMLSelectElement) event.currentTarget.requestSubmit();
};

/** A GET form that, with JavaScript, changes the list in place, leaves empty fields out of the address, and follows its selects. */
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
      {pending && <span className="going" aria-hidden="true" />}
      {children}
    </form>
  );
};
