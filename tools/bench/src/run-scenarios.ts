import { isWithinBound, valueText, type Figure } from './figure.ts';
import type { Bench, Scenario } from './scenario.ts';

/** What the scenarios of a run have measured, by name, and those that have failed. */
export interface RunResult {
  readonly figures: readonly (Figure & { readonly scenario: string })[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly failed: readonly string[];
}

/** Runs scenarios one after the other; one that fails does not stop the next ones. `stop` stops the product that it has left. */
export const runScenarios = async (
  scenarios: readonly Scenario[],
  bench: Bench & { readonly stop: () => Promise<void> },
  print: (text: string) => void,
): Promise<RunResult> => {
  const figures: (Figure & { readonly scenario: string })[] = [];
  const details: Record<string, unknown> = {};
  const failed: string[] = [];
  for (const { name, run } of scenarios) {
    print(name);
    try {
      const measured = await run(bench);
      details[name] = measured.details;
      figures.push(...measured.figures.map((figure) => ({ scenario: name, ...figure })));
      for (const note of measured.notes ?? []) print(`     ${note}`);
      for (const figure of measured.figures)
        print(`${isWithinBound(figure) ? 'ok  ' : 'MISS'} ${figure.name}: ${valueText(figure)}`);
    } catch (error) {
      failed.push(name);
      print(`FAIL ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      await bench.stop();
    }
  }
  return { figures, details, failed };
};
