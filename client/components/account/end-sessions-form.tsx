'use client';
import { endOtherSessionsForm, endSessionForm } from '../../lib/forms/account-forms.ts';
import { ErrorList } from '../notice.tsx';
import { SubmitButton } from '../submit-button.tsx';
import { useForm, type PostForm } from '../use-form.ts';

/** Signs out one device. `device` tells its button from those of the other devices. */
export const EndSessionForm = ({
  post,
  sessionId,
  device,
}: {
  readonly post: PostForm;
  readonly sessionId: string;
  readonly device: string;
}) => {
  const { state, pending, form } = useForm(endSessionForm, post);
  return (
    <form {...form} className="grid gap-2">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <input type="hidden" name="sessionId" value={sessionId} />
      <SubmitButton pending={pending} pendingText="Signing out…" variant="quiet">
        Sign out <span className="sr-only">{device}</span>
      </SubmitButton>
    </form>
  );
};

/** Signs out every device but this one. */
export const EndOtherSessionsForm = ({ post }: { readonly post: PostForm }) => {
  const { state, pending, form } = useForm(endOtherSessionsForm, post);
  return (
    <form {...form} className="grid gap-2">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <SubmitButton pending={pending} pendingText="Signing out…" variant="danger">
        Sign out all other devices
      </SubmitButton>
    </form>
  );
};
