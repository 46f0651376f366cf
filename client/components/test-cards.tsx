const cards = [
  { number: '4242 4242 4242 4242', outcome: 'charged' },
  { number: '4000 0000 0000 3220', outcome: 'asks at the bank' },
  { number: '4000 0000 0000 0002', outcome: 'declined' },
  { number: '4000 0000 0000 9995', outcome: 'insufficient funds' },
  { number: '4000 0000 0000 0069', outcome: 'expired' },
  { number: '4000 0000 0000 9979', outcome: 'stolen; cancels the order' },
] as const;

/** The sandbox's test cards and the outcome of each. */
export const TestCards = () => (
  <details className="rounded-lg bg-marquee-tint px-4 py-3 text-sm text-marquee-ink" open>
    <summary className="font-semibold">Test cards</summary>
    <table className="mt-2 w-full text-left">
      <caption className="sr-only">Card numbers of the sandbox</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {cards.map(({ number, outcome }) => (
          <tr key={number}>
            <td className="py-0.5 pr-3 font-medium whitespace-nowrap tabular-nums">{number}</td>
            <td className="py-0.5">{outcome}</td>
          </tr>
        ))}
      </tbody>
    </table>
    <p className="mt-2">Use any future date and any security code.</p>
  </details>
);
