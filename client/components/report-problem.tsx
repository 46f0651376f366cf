'use client';
import type { Order } from '../lib/api/schemas.ts';
import { splitErrors } from '../lib/forms/form-state.ts';
import { problemForm } from '../lib/forms/problem-form.ts';
import { control, Field } from './field.tsx';
import { ErrorList } from './notice.tsx';
import { ReportedProblem } from './reported-problem.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

const maxLength = 2_000;

/** Tells the marketplace what is wrong with a ticket, before its seller is paid. */
export const ReportProblem = ({
  post,
  order,
  onDone,
}: {
  readonly post: PostForm;
  readonly order: Order;
  readonly onDone: () => void;
}) => {
  const { state, pending, form } = useForm(problemForm, post, onDone);
  const { byField, general } = splitErrors(state.errors, ['text']);
  const text = { name: 'text', error: byField['text'] };
  const isReported = order.problemAt !== undefined;
  return (
    <div className="mt-6 grid gap-3 border-t border-line pt-3">
      {isReported && <ReportedProblem />}
      <details open={state.errors.length > 0}>
        <summary className="link inline-block py-2">{isReported ? 'Change your report' : 'Report a problem'}</summary>
        <form {...form} className="mt-2 grid gap-3 rounded-lg border border-line p-4">
          <p className="text-sm text-muted">
            Report it before the seller is paid: then we hold back the money until we have looked into it.
          </p>
          <ErrorList messages={general} />
          <input type="hidden" name="orderId" value={order.id} />
          <Field name="text" label="What is wrong?" error={text.error}>
            <textarea
              {...control(text)}
              className="input min-h-28"
              rows={4}
              maxLength={maxLength}
              dir="auto"
              defaultValue={state.values['text']}
            />
          </Field>
          <SubmitButton pending={pending} pendingText="Sending…">
            Send the report
          </SubmitButton>
        </form>
      </details>
    </div>
  );
};
