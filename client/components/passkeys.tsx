'use client';
import { useEffect, useRef } from 'react';
import type { Passkey } from '../lib/api/schemas.ts';
import { formatDate } from '../lib/dates.ts';
import { splitErrors } from '../lib/forms/form-state.ts';
import { addPasskeyForm, removePasskeyForm } from '../lib/forms/passkey-forms.ts';
import { passkeyDialogs } from '../lib/passkeys.ts';
import { isolated } from '../lib/isolated.ts';
import { plural } from '../lib/plural.ts';
import { TextField } from './field.tsx';
import { ListHeading } from './list-heading.tsx';
import { ErrorList } from './notice.tsx';
import { PasskeyButton } from './passkey-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

const add = addPasskeyForm(passkeyDialogs);
/** Without JavaScript the button is disabled. */
const nothingPosted: PostForm = (state) => Promise.resolve(state);

const AddPasskey = ({ count }: { readonly count: number }) => {
  const { state, pending, form } = useForm(add, nothingPosted);
  const { byField, general } = splitErrors(state.errors, ['name']);
  const { ref } = form;
  const shown = useRef(count);
  useEffect(() => {
    // The name belongs to the passkey that the list shows now.
    if (count > shown.current) ref.current?.reset();
    shown.current = count;
  }, [ref, count]);
  return (
    <form {...form} className="grid gap-4">
      <ErrorList messages={general} />
      <TextField
        name="name"
        label="Name of the new passkey"
        hint="For example: Phone, or Laptop at home"
        maxLength={60}
        required
        defaultValue={state.values.name}
        error={byField.name}
      />
      <PasskeyButton pending={pending} pendingText="Waiting for your device…" variant="main">
        Add a passkey
      </PasskeyButton>
    </form>
  );
};

const PasskeyRow = ({ passkey, post }: { readonly passkey: Passkey; readonly post: PostForm }) => {
  const { state, pending, form } = useForm(removePasskeyForm, post);
  const { id, name, createdAt, lastUsedAt } = passkey;
  const used = lastUsedAt === undefined ? 'Not used yet' : `Last used on ${formatDate(lastUsedAt)}`;
  return (
    <li className="panel grid gap-3 p-4" data-testid="passkey">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <form {...form} className="flex items-center gap-4">
        <div className="min-w-0 flex-1">
          <p className="font-semibold wrap-anywhere" dir="auto">
            {name}
          </p>
          <p className="text-sm text-muted">{`Added on ${formatDate(createdAt)}. ${used}.`}</p>
        </div>
        <input type="hidden" name="passkeyId" value={id} />
        <button
          type="submit"
          className="button button-danger"
          aria-disabled={pending}
          aria-label={`Remove ${isolated(name)}`}
        >
          {pending ? 'Removing…' : 'Remove'}
        </button>
      </form>
    </li>
  );
};

/** The passkeys of the user, to name, add and remove. `post` is the Server Action that removes one without JavaScript. */
export const Passkeys = ({ passkeys, post }: { readonly passkeys: readonly Passkey[]; readonly post: PostForm }) => {
  return (
    <div className="grid gap-6">
      <section aria-labelledby="passkeys-heading" className="grid gap-3">
        <ListHeading id="passkeys-heading" count={passkeys.length}>
          Your passkeys
        </ListHeading>
        <p role="status" className="text-muted">
          {passkeys.length === 0 ? 'You have no passkeys yet.' : `You have ${plural(passkeys.length, 'passkey')}.`}
        </p>
        <ul className="grid gap-3">
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} post={post} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="add-passkey-heading" className="panel p-5 sm:p-6">
        <h2 id="add-passkey-heading" className="mb-4 text-xl font-semibold">
          Add a passkey
        </h2>
        <AddPasskey count={passkeys.length} />
      </section>
    </div>
  );
};
