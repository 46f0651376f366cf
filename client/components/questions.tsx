import type { FormQuestion } from '../lib/forms/form-state.ts';

/** What a form asks before it is done, answered in the form itself. */
export const Questions = ({ questions = [] }: { readonly questions?: readonly FormQuestion[] | undefined }) =>
  questions.map(({ name, text, choices, answer }) => (
    <fieldset key={`${name} ${text}`} className="rounded-lg border border-line p-4" data-question={name}>
      <legend className="px-1 font-semibold wrap-anywhere">
        <bdi>{text}</bdi>
      </legend>
      {choices.map(({ value, label }) => (
        <label key={value} className="flex min-h-11 items-center gap-3">
          <input
            type={choices.length === 1 ? 'checkbox' : 'radio'}
            name={name}
            value={value}
            defaultChecked={value === answer}
            className="size-5 shrink-0 accent-pine"
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  ));
