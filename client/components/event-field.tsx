'use client';
import { useRouter } from 'next/navigation';
import { useEffect, useState, type KeyboardEvent } from 'react';
import type { EventEntry } from '../lib/api/schemas.ts';
import { formatDate } from '../lib/dates.ts';
import { eventHref } from '../lib/event-labels.ts';
import { placeLabel } from '../lib/ticket-labels.ts';
import { control } from './field.tsx';

const maxShown = 6;
/** Nobody reads suggestions while they go on typing. */
const pauseMs = 150;

/** What calls the API is a quarter of all JavaScript of a page, and few visitors search. */
const loadSuggestions = () => import('../lib/suggest-events.ts');

const listId = 'q-events';
const optionId = (index: number): string => `${listId}-${index}`;

const factsOf = (event: EventEntry): string =>
  [placeLabel(event), event.startsAt === undefined ? undefined : formatDate(event.startsAt, event.timeZone)]
    .filter((fact) => fact !== undefined)
    .join(' · ');

/**
 * The field of the search. With JavaScript it is a combobox that suggests events while one types; each leads to its page.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export const EventField = ({ defaultValue }: { readonly defaultValue: string | undefined }) => {
  const router = useRouter();
  const [typed, setTyped] = useState<string>();
  const [events, setEvents] = useState<readonly EventEntry[]>([]);
  const [active, setActive] = useState(-1);
  const [isLoaded, setIsLoaded] = useState(false);

  useEffect(() => setIsLoaded(true), []);
  useEffect(() => {
    setActive(-1);
    if (typed === undefined || typed.trim() === '') {
      setEvents([]);
      return undefined;
    }
    let isNewest = true;
    const suggest = async () => {
      const { suggestEvents } = await loadSuggestions();
      const found = await suggestEvents(typed.trim(), maxShown);
      if (isNewest) setEvents(found);
    };
    // Without the suggestions the search still works.
    const timer = setTimeout(() => void suggest().catch(() => undefined), pauseMs);
    return () => {
      isNewest = false;
      clearTimeout(timer);
    };
  }, [typed]);

  const close = () => setTyped(undefined);
  const open = (event: EventEntry) => {
    close();
    router.push(eventHref(event));
  };
  const onKeyDown = (press: KeyboardEvent<HTMLInputElement>) => {
    if (events.length === 0 || press.nativeEvent.isComposing) return;
    const chosen = events[active];
    if (press.key === 'Escape') {
      // The browser would empty the field.
      press.preventDefault();
      close();
    } else if (press.key === 'Enter') {
      if (chosen === undefined) return close();
      press.preventDefault();
      open(chosen);
    } else if (press.key === 'ArrowDown' || press.key === 'ArrowUp') {
      press.preventDefault();
      // One place more than there are events: the field itself.
      const places = events.length + 1;
      setActive(((active + 1 + (press.key === 'ArrowDown' ? 1 : places - 1)) % places) - 1);
    }
  };
  const isOpen = events.length > 0;
  return (
    <div className="relative">
      <input
        {...control({ name: 'q' })}
        type="search"
        className="input"
        defaultValue={defaultValue}
        maxLength={200}
        dir="auto"
        autoComplete="off"
        {...(isLoaded
          ? {
              role: 'combobox',
              'aria-autocomplete': 'list' as const,
              'aria-expanded': isOpen,
              'aria-controls': listId,
              'aria-activedescendant': active < 0 ? undefined : optionId(active),
            }
          : {})}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <ul
        id={listId}
        role="listbox"
        aria-label="Events"
        hidden={!isOpen}
        className="absolute inset-x-0 top-full z-10 mt-1 rounded-xl border border-line bg-surface py-1 text-ink shadow-lg"
      >
        {events.map((event, index) => (
          <li
            key={event.id}
            id={optionId(index)}
            role="option"
            aria-selected={index === active}
            className="cursor-pointer px-3 py-2 wrap-anywhere aria-selected:bg-paper hover:bg-paper"
            // Before the field loses the focus, which closes the list.
            onMouseDown={(press) => press.preventDefault()}
            onClick={() => open(event)}
          >
            <span className="block font-semibold" dir="auto">
              {event.title}
            </span>
            <span className="block text-sm text-muted">
              <bdi>{factsOf(event)}</bdi>
            </span>
          </li>
        ))}
      </ul>
      <p className="sr-only" role="status">
        {isOpen ? `${events.length} ${events.length === 1 ? 'event' : 'events'} suggested` : ''}
      </p>
    </div>
  );
};
