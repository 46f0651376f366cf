'use client';
import { useRouter } from 'next/navigation';
import { useActionState, useEffect, useRef, useState, type FormEvent } from 'react';
import { createBrowserApi } from '../lib/api/browser-api.ts';
import { untouched, type FormOperation, type FormState } from '../lib/forms/form-state.ts';

/** The same form's work done by the client's server. */
export type PostForm = (state: FormState, form: FormData) => Promise<FormState>;

const wait = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * Sends a form with the browser's own request to the API. Before JavaScript has loaded, the same form is posted to
 * `post`, which answers with the whole page. `onDone` replaces going on to the operation's next page.
 */
export const useForm = (operation: FormOperation, post: PostForm, onDone?: () => void) => {
  const [posted, action] = useActionState(post, untouched);
  const [sent, setSent] = useState<FormState>();
  const [pending, setPending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const busy = useRef(false);
  const router = useRouter();

  const finish = (state: FormState) => {
    const leaves = state.goTo !== undefined && onDone === undefined;
    // A page that is being left stays as it is: its button must not come back for a second press.
    busy.current = leaves;
    setPending(leaves);
    setSent(state);
    if (state.goTo === undefined) return;
    if (onDone !== undefined) onDone();
    else if (state.sessionChanged === true) window.location.assign(state.goTo);
    else {
      router.push(state.goTo);
      router.refresh();
    }
  };

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy.current) return;
    busy.current = true;
    setPending(true);
    const data = new FormData(event.currentTarget);
    operation({ api: createBrowserApi(), wait }, data).then(finish, () =>
      finish({ ...untouched, errors: [{ message: 'Something went wrong. Please try again.' }] }),
    );
  };

  useEffect(() => {
    if (sent === undefined || sent.errors.length === 0) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [sent]);

  return { state: sent ?? posted, pending, form: { ref: form, action, onSubmit, noValidate: true } };
};
