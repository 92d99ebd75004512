import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The process must be theirs alone: they look at its memory, or put their own calls in the place of the system's. */
const APART = ["test/endpoint/serve/answers.test.ts", "test/replay/durable-order.test.ts"];

/** Small files that take long: vitest begins with what took longest, but by size where it has never run before. */
const SLOW = ["fast-mutations", "planted-faults", "convert/loss", "journal-damage", "fast-command"];

/** Begins with the slow files, so that at the end no worker waits for one of them. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) =>
      SLOW.some((name) => moduleId.includes(`${name}.test`));
    const isFirst = (file: TestSpecification) => file.project.config.isolate || isSlow(file);
    return [...sorted.filter(isFirst), ...sorted.filter((file) => !isFirst(file))];
  }
}

export default defineConfig({
  test: {
    // Tests of the command run its built form as a process; on a busy machine a process takes its time to start.
    // One worker more than the two cores that the suite is measured on: many tests wait for processes and disks.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    sequence: { sequencer: SlowFirst },
    projects: [
      { extends: true, test: { name: "apart", include: APART } },
      {
        extends: true,
        test: {
          name: "together",
          include: ["test/**/*.test.ts"],
          exclude: APART,
          // Loading the sources anew for each file took a fifth of all the time. No module of ours keeps a state that
          // another file could see; a test that changes the process (its environment, its clock) must change it back.
          isolate: false,
        },
      },
    ],
  },
});
