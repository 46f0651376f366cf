'use client';
import { useRouter } from 'next/navigation';
import { useActionState, useEffect, useRef, useState, type FormEvent } from 'react';
import { createBrowserApi } from '../lib/api/browser-api.ts';
import { askTimeZonesOf } from '../lib/api/time-zones.ts';
import { untouched, type FormOperation, type FormState } from '../lib/forms/form-state.ts';
import { wait } from '../lib/wait.ts';

/** The Server Action that processes the same form on the client's server. */
export type PostForm = (state: FormState, form: FormData) => Promise<FormState>;

/** Loads a page of the new session; what was saved in the one before is not for it. */
const leaveSession = (path: string): void => {
  const load = () => window.location.assign(path);
  import('../lib/saved-tickets.ts').then(({ forgetSavedTickets }) => forgetSavedTickets()).then(load, load);
};

/**
 * Runs a form's operation in the browser, which calls the API itself. Before JavaScript has loaded, the form is posted to
 * `post`, which returns the whole page. `onDone` replaces the navigation to the operation's next page.
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
    // The form stays busy until the next page is shown, so that it cannot be sent twice.
    busy.current = leaves;
    setPending(leaves);
    setSent(state);
    if (state.pageChanged === true) router.refresh();
    if (state.goTo === undefined) return;
    if (onDone !== undefined) onDone();
    // An absolute address is of another site.
    else if (state.sessionChanged === true) leaveSession(state.goTo);
    else if (URL.canParse(state.goTo)) window.location.assign(state.goTo);
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
    // With the name of the button that was pressed, as the browser would send it.
    const { nativeEvent } = event;
    const button = nativeEvent instanceof SubmitEvent ? nativeEvent.submitter : null;
    const data = new FormData(event.currentTarget, button);
    operation({ api: createBrowserApi(), wait, timeZonesOf: askTimeZonesOf }, data).then(finish, () =>
      finish({ ...untouched, errors: [{ message: 'Something went wrong. Please try again.' }] }),
    );
  };

  useEffect(() => {
    if (sent === undefined) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-question] input')?.focus();
  }, [sent]);

  return {
    state: sent ?? posted,
    pending,
    form: { ref: form, action, onSubmit, noValidate: true, 'aria-busy': pending },
  };
};
