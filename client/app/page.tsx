import { EventField } from '../components/event-field.tsx';
import { Field, TextField, control } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { BeyondEnd } from '../components/list-page.tsx';
import { PageLink } from '../components/page-link.tsx';
import { Pager } from '../components/pager.tsx';
import { SearchForm } from '../components/search-form.tsx';
import { TicketCard } from '../components/ticket-card.tsx';
import { Unavailable } from '../components/unavailable.tsx';
import {
  catalogueHref,
  catalogueProblems,
  isNarrowed,
  readCatalogueQuery,
  sorts,
  type CatalogueQuery,
} from '../lib/catalogue-query.ts';
import { categories } from '../lib/categories.ts';
import { splitErrors } from '../lib/forms/form-state.ts';
import type { Paging } from '../lib/paging.ts';
import type { QueryParams } from '../lib/query-params.ts';
import { loadCatalogue, type TicketPage } from '../lib/server/catalogue.ts';
import { siteCurrency } from '../lib/server/runtime.ts';

const filterFields = ['minPrice', 'maxPrice', 'from', 'to'] as const;

const Search = ({
  query,
  problems,
}: {
  readonly query: CatalogueQuery;
  readonly problems: Readonly<Record<string, string>>;
}) => {
  const { code: lowerCode, decimals } = siteCurrency();
  const code = lowerCode.toUpperCase();
  const inputMode = decimals === 0 ? 'numeric' : 'decimal';
  const open = filterFields.some((name) => query[name] !== undefined);
  return (
    // A new search gets a new form, so that its fields show the values in the URL.
    <SearchForm key={catalogueHref(query)}>
      {query.category !== undefined && <input type="hidden" name="category" value={query.category} />}
      <div className="grid gap-3 rounded-2xl bg-surface p-3 text-ink shadow-lg md:grid-cols-[1fr_14rem_auto] md:items-end md:p-4">
        <Field name="q" label="Event, artist or team">
          <EventField defaultValue={query.q} />
        </Field>
        <Field name="city" label="City">
          <input
            {...control({ name: 'city' })}
            className="input"
            defaultValue={query.city}
            maxLength={100}
            dir="auto"
          />
        </Field>
        <button type="submit" className="button button-main min-h-11">
          <Icon name="search" />
          Search
        </button>
        <details className="md:col-span-3" open={open}>
          <summary className="inline-flex min-h-10 items-center gap-2 text-[0.9375rem] font-semibold">
            <Icon name="filters" />
            Price, date and order
          </summary>
          <div className="mt-2 grid grid-cols-2 gap-3 border-t border-line pt-3 md:grid-cols-5">
            <TextField
              name="minPrice"
              label={`Lowest price (${code})`}
              inputMode={inputMode}
              defaultValue={query.minPrice}
              error={problems.minPrice}
            />
            <TextField
              name="maxPrice"
              label={`Highest price (${code})`}
              inputMode={inputMode}
              defaultValue={query.maxPrice}
              error={problems.maxPrice}
            />
            <TextField name="from" label="From day" type="date" defaultValue={query.from} error={problems.from} />
            <TextField name="to" label="To day" type="date" defaultValue={query.to} error={problems.to} />
            <Field name="sort" label="Order" className="col-span-2 md:col-span-1">
              <select {...control({ name: 'sort' })} className="input" defaultValue={query.sort ?? 'newest'}>
                {sorts.map(({ id, label }) => (
                  <option key={id} value={id}>
                    {label}
                  </option>
                ))}
              </select>
            </Field>
            <p className="col-span-2 md:col-span-5">
              <button type="submit" className="button button-quiet">
                Apply filters
              </button>
            </p>
          </div>
        </details>
      </div>
    </SearchForm>
  );
};

const Chips = ({ query }: { readonly query: CatalogueQuery }) => (
  <nav aria-label="Categories" className="-mx-4.5 overflow-x-auto px-4.5 py-1 md:mx-0 md:px-0">
    <ul className="flex gap-2 md:flex-wrap">
      <li>
        <PageLink
          href={catalogueHref(query, { category: undefined })}
          className="chip"
          aria-current={query.category === undefined}
          scroll={false}
        >
          All
        </PageLink>
      </li>
      {categories.map(({ id, label, icon }) => (
        <li key={id}>
          <PageLink
            href={catalogueHref(query, { category: id })}
            className="chip"
            aria-current={query.category === id}
            scroll={false}
          >
            <Icon name={icon} />
            <span>{label}</span>
          </PageLink>
        </li>
      ))}
    </ul>
  </nav>
);

const countLabel = ({ total, isCapped }: Paging): string => {
  if (total === 0) return 'No tickets';
  if (total === 1) return '1 ticket';
  return `${isCapped ? 'More than ' : ''}${total.toLocaleString('en-US')} tickets`;
};

const Results = ({ query, page }: { readonly query: CatalogueQuery; readonly page: TicketPage }) => (
  <section aria-labelledby="results" className="mt-6">
    <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
      <h2 id="results" className="text-xl font-semibold" data-testid="result-count">
        {`${countLabel(page.paging)} ${isNarrowed(query) ? 'found' : 'on sale'}`}
      </h2>
      {isNarrowed(query) && (
        <PageLink href="/" className="link text-sm">
          Clear search
        </PageLink>
      )}
    </div>
    {page.tickets.length === 0 && page.paging.page > 1 ? (
      <div className="mt-4">
        <BeyondEnd page={page.paging.page} href={catalogueHref(query)} />
      </div>
    ) : page.tickets.length === 0 ? (
      <div className="panel mt-4 grid justify-items-start gap-3 p-6">
        <p className="max-w-prose text-muted">
          {isNarrowed(query)
            ? 'No ticket on sale matches this search. Try fewer words, another day or a wider price range.'
            : 'Nothing is on sale at the moment. Have a ticket that you can’t use? Be the first to list one.'}
        </p>
        <PageLink href={isNarrowed(query) ? '/' : '/tickets/new'} className="button button-quiet">
          {isNarrowed(query) ? 'Show all tickets' : 'Sell a ticket'}
        </PageLink>
      </div>
    ) : (
      <ul className="ticket-list mt-4 grid gap-3 sm:grid-cols-2 sm:gap-4 lg:grid-cols-3 xl:grid-cols-4">
        {page.tickets.map((ticket) => (
          <li key={ticket.id} className="min-w-0">
            <TicketCard ticket={ticket} event={page.events.find(({ id }) => id === ticket.eventId)} />
          </li>
        ))}
      </ul>
    )}
    {page.tickets.length > 0 && (
      <Pager paging={page.paging} href={(number) => catalogueHref(query, { page: number })} />
    )}
  </section>
);

const HomePage = async ({ searchParams }: { readonly searchParams: Promise<QueryParams> }) => {
  const query = readCatalogueQuery(await searchParams);
  const problems = catalogueProblems(query, siteCurrency());
  const loaded = problems.length === 0 ? await loadCatalogue(query) : undefined;
  const { byField } = splitErrors(problems, filterFields);
  return (
    <>
      <section className="hero">
        <div className="shell pb-8 md:pb-12">
          <div className="hero-doors pt-6 pb-8 md:pt-16 md:pb-12">
            <h1 className="text-3xl leading-tight font-bold text-white md:text-5xl">
              Somebody can’t go. <span className="block">You can.</span>
            </h1>
          </div>
          <Search query={query} problems={byField} />
        </div>
      </section>
      <div className="shell pt-6">
        <Chips query={query} />
        {loaded === undefined ? (
          <p className="panel mt-6 p-6 text-muted">Please correct the marked filters to see tickets.</p>
        ) : 'data' in loaded ? (
          <Results query={query} page={loaded.data} />
        ) : (
          <div className="mt-6">
            <Unavailable failure={loaded.failure} retry={catalogueHref(query, { page: query.page })} />
          </div>
        )}
      </div>
    </>
  );
};

export default HomePage;
