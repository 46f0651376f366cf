/** As `processes.json` names it. */
interface Running {
  readonly name: string;
  readonly replica: number;
  readonly pid: number;
}

/** What has ended since `before`, whether it runs again or waits for its next start. */
export const endedProcesses = (before: readonly Running[], after: readonly Running[]): string[] =>
  before
    .filter(({ pid }) => !after.some((process) => process.pid === pid))
    .map(({ name, replica }) =>
      after.some((process) => process.name === name && process.replica === replica)
        ? `${name} ${replica} was restarted`
        : `${name} ${replica} has ended`,
    );
