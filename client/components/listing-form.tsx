'use client';
import { textLimits, titleLimit } from '@ticketing/common/events';
import { currencyOf } from '@ticketing/common/money';
import type { CategoryId } from '../lib/categories.ts';
import { splitErrors } from '../lib/forms/form-state.ts';
import { sentField } from '../lib/forms/listing-body.ts';
import { editForm, listingFields, sellForm, shownField } from '../lib/forms/listing-form.ts';
import { seatsField } from '../lib/forms/seats.ts';
import { keyField } from '../lib/forms/keyed-form.ts';
import { Field, TextField, control } from './field.tsx';
import { ErrorList } from './notice.tsx';
import { ListedSeats, SeatsField } from './several-seats.tsx';
import { PriceField } from './price-field.tsx';
import { Questions } from './questions.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

/** The form for a new listing, or for changing the listing of `ticketId`. */
export const ListingForm = ({
  post,
  categories,
  timeZones,
  currency: code,
  feePercent,
  ticketId,
  formKey = '',
  listing = {},
}: {
  readonly post: PostForm;
  readonly categories: readonly { readonly id: CategoryId; readonly label: string }[];
  readonly timeZones: readonly string[];
  readonly currency: string;
  readonly feePercent: number;
  readonly ticketId?: string;
  readonly formKey?: string;
  readonly listing?: Readonly<Record<string, string>>;
}) => {
  const { state, pending, form } = useForm(ticketId === undefined ? sellForm : editForm, post);
  const { byField, general } = splitErrors(state.errors, [...listingFields, seatsField]);
  const field = (name: (typeof listingFields)[number]) => ({
    name,
    error: byField[name],
    defaultValue: state.values[name] ?? listing[name],
  });
  const currency = currencyOf(code);
  const category = field('category');
  // Of a newer release of tickets: without its option, saving the form would clear it.
  const isUnknown = (category.defaultValue ?? '') !== '' && !categories.some(({ id }) => id === category.defaultValue);
  const description = field('description');
  const timeZone = field('timeZone');
  // A link, such as Asia/Calcutta, or a zone that this server does not know yet.
  const zones = [...new Set([...timeZones, ...(listing.timeZone ? [listing.timeZone] : [])])];
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={general} />
      <input type="hidden" name="currency" value={code} />
      {ticketId === undefined ? (
        <>
          <input {...keyField(state, formKey)} />
          <input type="hidden" name={sentField} value={state.values[sentField] ?? ''} />
          <ListedSeats state={state} />
        </>
      ) : (
        <>
          <input type="hidden" name="ticketId" value={ticketId} />
          <input type="hidden" name={shownField} value={JSON.stringify(listing)} />
        </>
      )}
      <Questions questions={state.questions} />
      <TextField
        {...field('title')}
        label="Title"
        required
        maxLength={titleLimit}
        hint="The event, as buyers would search for it"
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <PriceField {...field('price')} currency={currency} feePercent={feePercent} />
        <Field name="category" label="Category" error={category.error}>
          <select {...control(category)} className="input" defaultValue={category.defaultValue ?? ''}>
            <option value="">Choose a category</option>
            {categories.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
            {isUnknown && <option value={category.defaultValue}>{category.defaultValue}</option>}
          </select>
        </Field>
      </div>
      <fieldset className="grid gap-5 border-t border-line pt-5">
        <legend className="sr-only">When and where</legend>
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField {...field('venue')} label="Venue" maxLength={textLimits.venue} />
          <TextField {...field('city')} label="City" maxLength={textLimits.city} />
        </div>
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField
            {...field('startsAt')}
            label="Starts at (local time)"
            type="datetime-local"
            hint="As a clock at the venue shows it"
          />
          <Field name="timeZone" label="Time zone" error={timeZone.error}>
            <select {...control(timeZone)} className="input" defaultValue={timeZone.defaultValue ?? ''}>
              <option value="">That of the city</option>
              {zones.map((zone) => (
                <option key={zone} value={zone}>
                  {zone.replaceAll('_', ' ')}
                </option>
              ))}
            </select>
          </Field>
        </div>
      </fieldset>
      <fieldset className="grid gap-3 border-t border-line pt-5">
        <legend className="sr-only">Seat</legend>
        <div className="grid grid-cols-3 gap-3 sm:gap-5">
          <TextField {...field('section')} label="Section" maxLength={textLimits.section} />
          <TextField {...field('row')} label="Row" maxLength={textLimits.row} />
          <TextField {...field('seat')} label="Seat" maxLength={textLimits.seat} />
        </div>
        {ticketId === undefined && <SeatsField state={state} error={byField[seatsField]} currency={currency} />}
      </fieldset>
      <Field name="description" label="Description" error={description.error}>
        <textarea
          {...control(description)}
          className="input min-h-28"
          rows={4}
          maxLength={textLimits.description}
          dir="auto"
          defaultValue={description.defaultValue}
        />
      </Field>
      <SubmitButton pending={pending} pendingText={ticketId === undefined ? 'Listing…' : 'Saving…'}>
        {ticketId === undefined ? 'List this ticket' : 'Save changes'}
      </SubmitButton>
    </form>
  );
};
