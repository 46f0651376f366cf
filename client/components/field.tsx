import type { ComponentProps } from 'react';

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
  readonly className?: string;
}

const described = (name: string, error: string | undefined, hint: string | undefined): string | undefined => {
  const ids = [...(error === undefined ? [] : [`${name}-error`]), ...(hint === undefined ? [] : [`${name}-hint`])];
  return ids.length === 0 ? undefined : ids.join(' ');
};

/** Attributes that make an input, a select or a textarea the control of a `Field`. */
export const control = ({ name, error, hint }: Pick<FieldProps, 'name' | 'error' | 'hint'>) => ({
  id: name,
  name,
  'aria-invalid': error === undefined ? undefined : true,
  'aria-describedby': described(name, error, hint),
});

/** A label, its control, and below it the hint and the error that describe the control. */
export const Field = ({
  name,
  label,
  error,
  hint,
  className,
  children,
}: FieldProps & { readonly children: ComponentProps<'div'>['children'] }) => (
  <div className={className}>
    <label className="label" htmlFor={name}>
      {label}
    </label>
    {children}
    {hint !== undefined && (
      <p className="hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
    {error !== undefined && (
      <p className="problem" id={`${name}-error`}>
        {error}
      </p>
    )}
  </div>
);

/** A field for one line of text. */
export const TextField = ({
  label,
  error,
  hint,
  className,
  name,
  ...input
}: FieldProps & Omit<ComponentProps<'input'>, 'name' | 'id' | 'className'>) => (
  <Field name={name} label={label} error={error} hint={hint} {...(className === undefined ? {} : { className })}>
    <input
      dir={input.type === undefined ? 'auto' : undefined}
      {...input}
      {...control({ name, error, hint })}
      className="input"
    />
  </Field>
);
